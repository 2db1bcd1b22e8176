package extract

import (
	"errors"
	"time"

	"github.com/newsmill/newsmill/news"
)

// Revision is the extractor's revision: it goes into the version of every article, so that of one fetch the newer extractor wins.
// Raise it with every change that moves an output.
const Revision = 2

// MaxPage is the largest page in bytes (after decompression) that is looked at; a larger one is rejected as too large.
const MaxPage = 10 << 20

// Input is one fetched page. The zero value of every field but Body is allowed.
type Input struct {
	URL           string    // the address that answered; base of the page's links
	CanonicalURL  string    // canonical form of the address that was asked for; empty = URL
	ContentType   string    // as served
	Body          []byte    // as served, transfer encodings removed; never changed
	FetchedAt     time.Time // upper bound of publication dates, and the upper part of the article's version
	PublishedHint time.Time // from a feed; zero = none
	TitleHint     string    // from a feed; empty = none
	Language      string    // BCP 47 tag of the source; empty = detect
	Hints         Hints
	Memory        Memory // of the host's other pages; nil = the page stands alone
}

// Hints are the CSS selectors of a source. An empty, broken or unmatched selector is as if it were not there.
type Hints struct{ Title, Body, Date, Author, Remove string }

// Result is what a page came to: at least one article, or a rejection.
type Result struct {
	// Articles are complete but for Source and FirstSeen, which only the worker knows.
	Articles []news.Article
	// Reject is non-nil exactly when there is no article.
	Reject *Rejection
	// Learn is what the page teaches the memory of its host; nil where Input.Memory is, or there is no article.
	Learn *Lesson
}

// Rejection says why a page gives no article.
type Rejection struct {
	Reason      news.Reason
	Detail      string     // for people; may change
	Title       string     // where known
	PublishedAt *news.Date // where known
}

// Extract gives the articles of a page, or the reason why there is none.
func Extract(in Input) Result {
	r, _ := run(in)
	return r
}

// Explain is Extract with the trace of every decision.
func Explain(in Input) (Result, Trace) {
	r, p := run(in)
	return r, newTrace(r, p)
}

// run does the whole work. The page it returns is nil where nothing could be read.
func run(in Input) (Result, *page) {
	if in.CanonicalURL == "" {
		in.CanonicalURL = in.URL
	}
	if len(in.Body) > MaxPage {
		return rejected(news.TooLarge, "more than 10 MB"), nil
	}
	text, charset, err := Decode(in.Body, in.ContentType)
	switch {
	case errors.Is(err, ErrEmpty):
		return rejected(news.Empty, "no text"), nil
	case errors.Is(err, ErrBinary):
		return rejected(news.WrongType, "binary data"), nil
	case err != nil:
		return rejected(news.Undecodable, err.Error()), nil
	}
	if kind := feedKind(text); kind != "" {
		return rejected(news.NotArticle, "a "+kind), nil
	}
	p := &page{in: in, charset: charset}
	if isMarkup(text, in.ContentType) {
		p.readHTML(text)
	} else {
		p.readText(text)
	}
	p.decide()
	if r := p.reject(); r != nil {
		return Result{Reject: r}, p
	}
	lesson := p.recall()
	articles := p.articles()
	if len(articles) == 0 {
		r := p.rejection(news.TooShort, "no paragraph left")
		return Result{Reject: r}, p
	}
	return Result{Articles: articles, Learn: lesson}, p
}

func rejected(reason news.Reason, detail string) Result {
	return Result{Reject: &Rejection{Reason: reason, Detail: detail}}
}
