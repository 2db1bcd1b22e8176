package extract

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/newsmill/newsmill/news"
)

// The meta names of publication dates, by trust. PubDate and its like are of the standard for government sites (国办发〔2017〕47号).
var (
	publishedMeta = []string{"article:published_time", "pubdate", "publishdate", "publish_date", "datepublished", "og:published_time", "og:release_date", "weibo:article:create_at", "bytedance:published_time", "article.published", "dc.date.issued", "dcterms.issued", "dcterms.created", "sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime", "publication_date", "date", "dc.date", "apub:time", "_pubtime", "publishedtime", "pub_date", "firstpublishedtime", "contentdate", "release_date", "creation_date"}
	modifiedMeta  = []string{"article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "bytedance:updated_time", "dcterms.modified", "revised"}
)

// zone is where zone-less times of the page are.
func (p *page) zone() *time.Location {
	if p.chinese() {
		return shanghai
	}
	return time.UTC
}

// newDate makes a Date of what was read; nil for what lies after the fetch, which no publication does.
func (p *page) newDate(v dateValue, from string) *news.Date {
	if !v.valid() {
		return nil
	}
	t := v.at(p.zone())
	if p.in.FetchedAt.Unix() > 0 && t.After(p.in.FetchedAt.Add(36*time.Hour)) {
		return nil
	}
	return &news.Date{Time: t, Precision: v.precision, From: from}
}

// readDate reads a machine-readable date.
func (p *page) readDate(s, from string) *news.Date {
	if s == "" || len(s) > 100 {
		return nil
	}
	v, at := findDate(s)
	if at.end == 0 {
		var ok bool
		if v, ok = compactDate(strings.TrimSpace(s)); !ok {
			return nil
		}
	}
	return p.newDate(v, from)
}

// publishedAt chooses the publication date: what the visible head line says where it is at least a minute exact or agrees, else
// the page's structured data, else its text, the feed, the address.
func (p *page) publishedAt(head []*block) *news.Date {
	visible := p.headDate(head)
	stated := p.statedDate()
	switch {
	case p.hints.date != "":
		if d := p.readDate(p.hints.date, "hint"); d != nil {
			return d
		}
	case stated != nil && visible != nil:
		return finer(stated, visible)
	}
	for _, d := range []*news.Date{visible, stated, p.timeTagDate()} {
		if d != nil {
			return d
		}
	}
	if !p.in.PublishedHint.IsZero() {
		return &news.Date{Time: p.in.PublishedHint, Precision: news.PrecisionSecond, From: "feed"}
	}
	if d := p.looseDate(); d != nil {
		return d
	}
	return p.addressDate()
}

// finer takes the date that says more where both mean the same day; where they differ the visible one is right, since templates
// carry the date of the last build in their head.
func finer(stated, visible *news.Date) *news.Date {
	same := stated.Time.In(visible.Time.Location()).Format(time.DateOnly) == visible.Time.Format(time.DateOnly)
	if same && rank(stated.Precision) > rank(visible.Precision) {
		return stated
	}
	return visible
}

func rank(p news.Precision) int {
	switch p {
	case news.PrecisionSecond:
		return 4
	case news.PrecisionMinute:
		return 3
	case news.PrecisionDay:
		return 2
	}
	return 1
}

func (p *page) statedDate() *news.Date {
	if d := p.readDate(p.facts.linked.published, "json-ld"); d != nil {
		return d
	}
	for _, name := range publishedMeta {
		if d := p.readDate(p.facts.meta[name], "meta"); d != nil {
			return d
		}
	}
	return nil
}

func (p *page) modifiedAt() *news.Date {
	if d := p.readDate(p.facts.linked.modified, "json-ld"); d != nil {
		return d
	}
	for _, name := range modifiedMeta {
		if d := p.readDate(p.facts.meta[name], "meta"); d != nil {
			return d
		}
	}
	return nil
}

// headDate reads the lines around the title and those that rules took for head lines: a labelled date first.
func (p *page) headDate(head []*block) *news.Date {
	var best *news.Date
	bestScore := 0
	for _, b := range head {
		if b.n > 120 || b.hidden {
			continue
		}
		v, at := findDate(b.text)
		if at.end == 0 {
			continue
		}
		score := 1 + rank(v.precision)
		if dateLabelled(b.text[:at.start]) {
			score += 4
		}
		if b.match != nil && b.match.verdict == mine {
			score += 3
		}
		if b.n > 60 || b.isSentence() && b.match == nil {
			score -= 4
		}
		if b.foot {
			score -= 3
		}
		if d := p.newDate(v, "head-line"); d != nil && score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

func dateLabelled(before string) bool {
	before = strings.TrimRight(before, " :：[(（【")
	for _, l := range labels {
		if rest, ok := strings.CutSuffix(before, l.word); ok && l.field == fieldDate {
			r, _ := utf8.DecodeLastRuneInString(rest)
			return !isIdeographic(r) // 上市时间 is not 时间
		}
	}
	return false
}

func (p *page) timeTagDate() *news.Date {
	for _, t := range p.facts.times {
		if p.first >= 0 && (t.block < p.first-12 || t.block > p.last+4) {
			continue
		}
		if d := p.readDate(t.value, "time-tag"); d != nil {
			return d
		}
	}
	return nil
}

// looseDate takes a whole date that stands in a short line just above or below the text: government notices end with theirs.
func (p *page) looseDate() *news.Date {
	if p.first < 0 {
		return nil
	}
	for i := p.last; i >= max(p.last-3, p.first); i-- {
		if b := &p.blocks[i]; b.n <= 16 {
			if v, at := findDate(b.text); at.end > 0 {
				return p.newDate(v, "text")
			}
		}
	}
	return nil
}

// addressDate reads an address for its date: the page's own, else one that stands as a line of the page (an old CMS prints the
// address of the original).
func (p *page) addressDate() *news.Date {
	for i := range p.blocks {
		if b := &p.blocks[i]; b.match == &ruleURL && p.nearBody(i) {
			if u, err := url.Parse(b.text); err == nil {
				if v, ok := urlDate(u.Path); ok {
					return p.newDate(v, "url")
				}
			}
		}
	}
	for _, address := range []string{p.in.URL, p.in.CanonicalURL} {
		if u, err := url.Parse(address); err == nil {
			if v, ok := urlDate(u.Path); ok {
				return p.newDate(v, "url")
			}
		}
	}
	return nil
}

// nearBody tells whether block i stands within a few lines of the body.
func (p *page) nearBody(i int) bool {
	return p.first >= 0 && i >= p.first-8 && i <= p.last+8
}
