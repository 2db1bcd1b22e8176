package extract

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

	"github.com/newsmill/newsmill/news"
)

const story = `<p>青禾市图书馆从本周起把闭馆时间推迟到夜里十点，自习室保留两百个座位，凭身份证入座。</p>
<p>馆长白简说，推迟闭馆是读者投票的结果，三千张选票里有两千六百张赞成。</p>`

func pageOf(head, body string) string {
	return "<html><head><meta charset=utf-8>" + head + "</head><body>" + body + "</body></html>"
}

func one(t *testing.T, in Input) news.Article {
	t.Helper()
	if in.URL == "" {
		in.URL = "https://www.qinghe.example/news/1.html"
	}
	if in.ContentType == "" {
		in.ContentType = "text/html"
	}
	in.FetchedAt = fetched
	r := Extract(in)
	checkResult(t, r)
	if len(r.Articles) != 1 {
		t.Fatalf("%d articles, rejection %+v", len(r.Articles), r.Reject)
	}
	return r.Articles[0]
}

func TestArticleFields(t *testing.T) {
	a := one(t, Input{Body: []byte(pageOf("<title>图书馆开到十点</title>", "<h1>图书馆开到十点</h1>"+story))})
	if a.ID != news.ArticleID(a.CanonicalURL) || a.Version != news.Version(fetched, Revision) || a.ContentHash != news.ContentHash(a.Title, a.Body) {
		t.Errorf("id %s, version %d, content hash %s", a.ID, a.Version, a.ContentHash)
	}
	if a.V != news.SchemaVersion || !a.FetchedAt.Equal(fetched) || a.Extractor.Revision != Revision || a.Extractor.Confidence <= 0 || a.Extractor.Confidence > 1 || len(a.Simhash) != 16 {
		t.Errorf("%+v", a)
	}
	if a.Language != "zh-Hans" || a.Words < 60 {
		t.Errorf("language %s, words %d", a.Language, a.Words)
	}
}

func TestCanonical(t *testing.T) {
	rows := []struct{ name, link, want string }{
		{"none", "", "https://www.qinghe.example/news/1.html"},
		{"same host", "https://www.qinghe.example/news/one.html#top", "https://www.qinghe.example/news/one.html"},
		{"relative", "/news/one.html", "https://www.qinghe.example/news/one.html"},
		{"other host of the site", "https://m.qinghe.example/1", "https://m.qinghe.example/1"},
		{"another site", "https://www.other.example/1.html", "https://www.qinghe.example/news/1.html"},
		{"front page", "https://www.qinghe.example/", "https://www.qinghe.example/news/1.html"},
		{"index page", "https://www.qinghe.example/news/index.html", "https://www.qinghe.example/news/1.html"},
		{"not an address", "javascript:void(0)", "https://www.qinghe.example/news/1.html"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a := one(t, Input{Body: []byte(pageOf(`<link rel="canonical" href="`+row.link+`">`, story))})
			if a.CanonicalURL != row.want {
				t.Errorf("%s, want %s", a.CanonicalURL, row.want)
			}
		})
	}
}

func TestHints(t *testing.T) {
	body := `<div class="k1">真正的标题在这里</div><span class="k2">2026年4月5日</span><i class="k3">江流</i>
<div id="a">` + story + `<p class="x">这一段是编辑器里忘了删的提示文字，读者不应该看到它，可是它很长。</p></div><div id="b">` + strings.Repeat(story, 4) + `</div>`
	a := one(t, Input{Body: []byte(pageOf("<title>别的</title>", body)), Hints: Hints{Title: ".k1", Body: "#a", Date: ".k2", Author: ".k3", Remove: ".x"}})
	if a.Title != "真正的标题在这里" || dateOf(a.PublishedAt) != "2026-04-05 day hint" || strings.Join(a.Authors, "") != "江流" {
		t.Errorf("%q %s %v", a.Title, dateOf(a.PublishedAt), a.Authors)
	}
	if strings.Count(a.Body, "\n") != 1 || strings.Contains(a.Body, "提示文字") {
		t.Errorf("body %q", a.Body)
	}
	one(t, Input{Body: []byte(pageOf("", story)), Hints: Hints{Title: "p[", Body: "#none", Date: ":::", Author: "", Remove: "((("}})
}

func TestOutsideKnowledge(t *testing.T) {
	published := time.Date(2026, 11, 19, 3, 4, 5, 0, time.UTC)
	a := one(t, Input{Body: []byte(pageOf("", story)), PublishedHint: published, TitleHint: "图书馆开到十点"})
	if a.Title != "图书馆开到十点" || a.PublishedAt == nil || a.PublishedAt.From != "feed" || !a.PublishedAt.Time.Equal(published) {
		t.Errorf("%q %s", a.Title, dateOf(a.PublishedAt))
	}
	a = one(t, Input{URL: "https://www.qinghe.example/2026/03/02/8.html", Body: []byte(pageOf("", story))})
	if got := dateOf(a.PublishedAt); got != "2026-03-02 day url" {
		t.Errorf("from the address: %s", got)
	}
	a = one(t, Input{Body: []byte(pageOf(`<meta name="PubDate" content="2027-05-03 08:30">`, story))})
	if a.PublishedAt != nil {
		t.Errorf("a date after the fetch was taken: %s", dateOf(a.PublishedAt))
	}
}

func TestExplain(t *testing.T) {
	in := Input{URL: "https://www.qinghe.example/1", ContentType: "text/html", FetchedAt: fetched, Body: []byte(pageOf("", "<h1>图书馆开到十点</h1><div>2026-11-01 来源：青禾早报</div>"+story+"<p>版权所有 青禾早报</p>"))}
	r, trace := Explain(in)
	var b strings.Builder
	if err := trace.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"line:head-line", "line:copyright", "+ text", "图书馆开到十点", "1 articles"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the trace lacks %q:\n%s", want, b.String())
		}
	}
	if len(trace.Blocks) != 5 || r.Articles[0].Origin != "青禾早报" {
		t.Errorf("%d blocks, origin %q", len(trace.Blocks), r.Articles[0].Origin)
	}
	if _, trace := Explain(Input{}); !strings.Contains(trace.Result, "empty") {
		t.Errorf("the trace of nothing: %+v", trace)
	}
}

func TestSameSite(t *testing.T) {
	rows := []struct {
		a, b string
		want bool
	}{
		{"www.a.com", "m.a.com", true}, {"a.com.cn", "b.com.cn", false}, {"www.a.gov.cn", "a.gov.cn", true}, {"a.com", "b.com", false},
		{"10.0.0.1", "10.1.0.1", false}, {"localhost", "localhost", true}, {"", "a.com", false},
	}
	for _, row := range rows {
		if got := sameSite(row.a, row.b); got != row.want {
			t.Errorf("%s and %s: %v", row.a, row.b, got)
		}
	}
}

func TestSimhash(t *testing.T) {
	text := strings.Repeat("青禾市图书馆从本周起把闭馆时间推迟到夜里十点。馆长说这是读者投票的结果。", 3) + "自习室保留两百个座位，凭身份证入座，周末另设儿童阅览区。"
	near, far := strings.Replace(text, "两百个", "三百个", 1), "今晨五时许，市区出现平流雾，能见度不足八十米，环城高速临时管制，七时二十分恢复通行。"
	if d := distance(simhash(text), simhash(near)); d > 8 {
		t.Errorf("nearly the same text is %d bits apart", d)
	}
	if d := distance(simhash(text), simhash(far)); d < 16 {
		t.Errorf("another text is %d bits apart", d)
	}
	if simhash("") != "0000000000000000" {
		t.Errorf("of nothing: %s", simhash(""))
	}
}

func distance(a, b string) int {
	n := 0
	for i := range a {
		x := strings.IndexByte("0123456789abcdef", a[i]) ^ strings.IndexByte("0123456789abcdef", b[i])
		for ; x > 0; x >>= 1 {
			n += x & 1
		}
	}
	return n
}

// FuzzExtract holds for any bytes: no panic, the invariants of results, and no letter in a body that the page does not show, in the
// page's order.
func FuzzExtract(f *testing.F) {
	files, _ := filepath.Glob("testdata/pages/*.*")
	for _, file := range files {
		if strings.HasSuffix(file, ".html") || strings.HasSuffix(file, ".txt") {
			in := pageInput(f, file)
			f.Add(in.Body, in.ContentType)
		}
	}
	f.Add([]byte("<p>a<br>b<table><tr><td>c<h2>d"), "text/html")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		r, trace := Explain(Input{URL: "http://a.example/1", ContentType: contentType, Body: body, FetchedAt: fetched})
		checkResult(t, r)
		if r.Reject != nil {
			return
		}
		text, _, err := Decode(body, contentType)
		if err != nil {
			t.Fatal(err)
		}
		var bodies strings.Builder
		for _, a := range r.Articles {
			bodies.WriteString(a.Body)
		}
		if missing, ok := subsequence(bare(bodies.String()), bare(visible(text, contentType))); !ok {
			t.Fatalf("%q is not in the page; %d blocks", missing, len(trace.Blocks))
		}
	})
}

// visible is the text of a page without markup.
func visible(text, contentType string) string {
	if !isMarkup(text, contentType) {
		return text
	}
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.DataAtom == atom.Script || n.DataAtom == atom.Style {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(parse(text))
	return b.String()
}

// bare is a text as its letters and figures alone, decomposed, so that only what is read counts.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, norm.NFD.String(Fold(s)))
}

func subsequence(part, whole string) (string, bool) {
	rest := []rune(whole)
	for i, r := range part {
		for len(rest) > 0 && rest[0] != r {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return part[i:], false
		}
		rest = rest[1:]
	}
	return "", true
}
