package extract

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestHostile gives the extractor what no page should be. Every row must end, in bounded time, with a verdict.
func TestHostile(t *testing.T) {
	const sentence = "云河市档案馆十二日起延长开放时间，市民凭身份证即可查阅民国地图和老照片。"
	deep := func(n int, tag string) string {
		return "<html><body><h1>云河市档案馆延长开放时间</h1>" + strings.Repeat("<"+tag+">", n) + "<p>" + sentence + "</p><p>" + sentence + "读者可以提前两天在线预约，馆方每天放出三百个名额。</p>" + strings.Repeat("</"+tag+">", n) + "</body></html>"
	}
	rows := []struct {
		name, contentType, body string
		reason                  string // "" = an article
	}{
		{"empty", "text/html", "", "empty"},
		{"white space", "text/html", " \r\n\t \n", "empty"},
		{"no text", "text/html", "<html><body><img src=a.png></body></html>", "empty"},
		{"zero bytes", "text/html", strings.Repeat("\x00", 4096), "wrong_type"},
		{"png", "text/html", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "wrong_type"},
		{"pdf", "text/html; charset=utf-8", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "wrong_type"},
		{"noise", "text/html", noise(20000), "wrong_type"},
		{"too large", "text/html", strings.Repeat("a", MaxPage+1), "too_large"},
		{"10 MB of links", "text/html", strings.Repeat("<a>", MaxPage/3), "empty"},
		{"10 MB of links with text", "text/html", strings.Repeat("<a href=x>新闻</a>", MaxPage/24), "not_article"},
		{"10 MB of one paragraph", "text/html", "<p>" + strings.Repeat(sentence, MaxPage/len(sentence)-1), ""},
		{"10 MB of lines", "text/plain", strings.Repeat(sentence+"\n", MaxPage/(len(sentence)+1)), ""},
		{"10 MB of short lines", "text/plain", strings.Repeat("云\n", MaxPage/4), "not_article"},
		{"10 MB of headings", "text/html", strings.Repeat("<h2>云河新闻</h2><p>短", MaxPage/32), "not_article"},
		{"1 MB of related lists", "text/html", strings.Repeat("<h2>相关阅读</h2>", 1<<15), "not_article"},
		{"10 MB of broken lines", "text/plain", strings.Repeat(strings.Repeat("云", 35)+"，河湾\n", MaxPage/115), ""},
		{"1 MB title over headings", "text/html", "<title>" + strings.Repeat("云河", 1<<17) + "</title>" + strings.Repeat("<h2>云河湾的新闻</h2>", 1<<15), "not_article"},
		{"10,000 nested tags", "text/html", deep(10_000, "div"), ""},
		{"10,000 nested fonts", "text/html", deep(10_000, "font"), ""},
		{"600 nested tables", "text/html", deep(600, "table><tr><td"), ""},
		{"1 MB attribute", "text/html", "<div class=\"" + strings.Repeat("nav ", 1<<18) + "\"><p>" + sentence + "</p><p>" + sentence + "馆方说，这样的安排会一直持续到明年春天。</p></div>", ""},
		{"1 MB title", "text/html", "<title>" + strings.Repeat("云河", 1<<17) + "</title><p>" + sentence + "</p>", ""},
		{"unclosed comment", "text/html", "<p>" + sentence + "</p><p>" + sentence + "</p><!-- " + strings.Repeat("x", 1<<16), ""},
		{"unclosed script", "text/html", "<script>" + strings.Repeat("var a;", 1<<14), "challenge"},
		{"half a character at the end", "text/html; charset=utf-8", "<p>" + sentence + "</p><p>" + sentence + "</p>云"[:2], ""},
		{"half a character at the end of text", "text/plain", sentence + "\n" + sentence + sentence + "云"[:1], ""},
		{"broken json-ld", "text/html", `<script type="application/ld+json">` + strings.Repeat(`{"@graph":[`, 1<<14) + `</script><p>` + sentence + "</p><p>" + sentence + "</p>", ""},
		{"dates only", "text/html", strings.Repeat("<p>2026-05-03 08:30:00</p>", 1<<15), "not_article"},
		{"digits", "text/plain", strings.Repeat("1", 1<<20), "not_article"},
		{"paragraphs under 400 open tags", "text/html", "<p>" + numbered("<b id=%d>", 400) + "</p>" + strings.Repeat("<p>云河新闻</p>", MaxPage/96), "not_article"},
		{"open tags hidden in cells", "text/html", numbered("<b id=%d><table><td></b></table>", 1<<15), "empty"},
		{"overlapping tags", "text/html", strings.Repeat("<i><b><u><p></i>x", MaxPage/80), "empty"},
		{"stray end tags in a nest", "text/html", strings.Repeat("<span>", 500) + strings.Repeat("</x>", MaxPage/20), "empty"},
		{"text pieces before a table", "text/html", "<table>" + strings.Repeat("<b>x</b>云", MaxPage/48), ""},
		{"130,000 attributes", "text/html", "<div " + numbered("a%d=b ", 1<<17) + "><p>" + sentence + "</p><p>" + sentence + "</p>", ""},
		{"entities", "text/html", "<p>" + strings.Repeat("&nosuchentity", MaxPage/56), ""},
		{"svg in svg", "text/html", strings.Repeat("<svg>", MaxPage/24), "empty"},
		{"tables in selects", "text/html", strings.Repeat("<select><table>", MaxPage/64), "empty"},
		{"closing tags", "text/html", strings.Repeat("</div>", 1<<18) + "<p>" + sentence + "</p><p>" + sentence + "</p>", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			start := time.Now()
			r, trace := Explain(Input{URL: "http://news.example/a/1.html", ContentType: row.contentType, Body: []byte(row.body), FetchedAt: fetched})
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			checkResult(t, r)
			got := ""
			if r.Reject != nil {
				got = r.Reject.Reason.Code
			}
			if got != row.reason {
				t.Errorf("reason %q, want %q (%s)", got, row.reason, trace.Result)
			}
		})
	}
}

// numbered repeats a format with its number.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// noise is bytes that are text in no charset, the same each time.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

var fetched = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// checkResult holds what must be true of every result.
func checkResult(t *testing.T, r Result) {
	t.Helper()
	if (r.Reject == nil) == (len(r.Articles) == 0) {
		t.Fatalf("%d articles and rejection %v", len(r.Articles), r.Reject)
	}
	ids := map[string]bool{}
	for i, a := range r.Articles {
		for name, s := range map[string]string{"title": a.Title, "body": a.Body, "subtitle": a.Subtitle, "origin": a.Origin, "summary": a.Summary, "section": a.Section} {
			if !utf8.ValidString(s) {
				t.Errorf("%s is not valid UTF-8: %q", name, s)
			}
			if strings.ContainsAny(s, "\x00\r\t\uFFFD\u00ad\u200b") || name != "body" && strings.Contains(s, "\n") {
				t.Errorf("%s holds control characters: %q", name, s)
			}
		}
		if a.Body == "" || strings.Contains(a.Body, "\n\n") || strings.HasPrefix(a.Body, "\n") || strings.HasSuffix(a.Body, "\n") {
			t.Errorf("body is not paragraphs separated by one line break: %.80q", a.Body)
		}
		if a.Page.Ordinal != i+1 || a.Page.Of != len(r.Articles) || a.ID == "" || ids[a.ID] {
			t.Errorf("article %d has page %+v and id %q", i+1, a.Page, a.ID)
		}
		ids[a.ID] = true
	}
}
