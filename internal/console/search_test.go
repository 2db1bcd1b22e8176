package console

import (
	"errors"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type searchAnswer struct {
	Total int64
	Hits  []hit
	Error string
}

func TestSearch(t *testing.T) {
	s := &fakeSearch{results: Results{Total: 30, Hits: []Hit{
		{ID: "1", URL: "http://news.yunhe.example/a", Title: "云河大桥通车", Source: "yunhe", Published: "2026-05-03",
			TitleHighlight: "云河<em>大桥</em>通车", Highlights: []string{"&lt;b&gt;<em>大桥</em> &amp; more"}},
		{ID: "2", URL: "javascript:alert(1)", Title: "<script>alert(1)</script>", Site: "云河日报"},
	}}}
	k := newConsole(t, Config{Bus: &fakeBus{}, Search: s})
	var got searchAnswer
	get(t, k, "/api/search?from=10&size=20&q="+url.QueryEscape(" 大桥 "), &got)
	want := searchAnswer{Total: 30, Hits: []hit{
		{ID: "1", URL: "http://news.yunhe.example/a", Link: "http://news.yunhe.example/a", Site: "yunhe", Published: "2026-05-03",
			Title:     []segment{{Text: "云河"}, {Text: "大桥", Mark: true}, {Text: "通车"}},
			Fragments: [][]segment{{{Text: "<b>"}, {Text: "大桥", Mark: true}, {Text: " & more"}}}},
		{ID: "2", URL: "javascript:alert(1)", Site: "云河日报", Title: []segment{{Text: "<script>alert(1)</script>"}}, Fragments: [][]segment{}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.query != "大桥" || s.from != 10 || s.size != 20 {
		t.Errorf("asked for %q %d %d", s.query, s.from, s.size)
	}
}

func TestSearchRefuses(t *testing.T) {
	with := Config{Bus: &fakeBus{}, Search: &fakeSearch{}}
	for _, row := range []struct {
		name, query string
		config      Config
		code        int
	}{
		{"no query", "", with, 400},
		{"blank query", "q=+", with, 400},
		{"long query", "q=" + strings.Repeat("a", maxQuery+1), with, 400},
		{"not UTF-8", "q=%ff", with, 400},
		{"no number", "q=a&from=x", with, 400},
		{"negative", "q=a&from=-1", with, 400},
		{"too many", "q=a&size=51", with, 400},
		{"none", "q=a&size=0", with, 400},
		{"too deep", "q=a&from=9991", with, 400},
		{"overflow", "q=a&from=9223372036854775807", with, 400},
		{"no search", "q=a", Config{Bus: &fakeBus{}}, 501},
		{"search fails", "q=a", Config{Bus: &fakeBus{}, Search: &fakeSearch{err: errors.New("away")}}, 502},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got searchAnswer
			if w := get(t, newConsole(t, row.config), "/api/search?"+row.query, &got); w.Code != row.code || got.Error == "" {
				t.Errorf("%d %+v", w.Code, got)
			}
		})
	}
}

func TestSegments(t *testing.T) {
	for highlight, want := range map[string][]segment{
		"":                         {},
		"plain":                    {{"plain", false}},
		"<em>a</em><em>b</em>":     {{"a", true}, {"b", true}},
		"a<em>b":                   {{"a", false}, {"b", true}},
		"a</em>b":                  {{"a</em>b", false}},
		"&lt;em&gt;a":              {{"<em>a", false}},
		"<em></em>a":               {{"a", false}},
		"<img src=x onerror=y>":    {{"<img src=x onerror=y>", false}},
		"&amp;lt;<em>&#39;</em>":   {{"&lt;", false}, {"'", true}},
		"<em>a<em>b</em>c</em>end": {{"a<em>b", true}, {"c</em>end", false}},
	} {
		if diff := cmp.Diff(want, segments(highlight)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", highlight, diff)
		}
	}
}

// What an encoder escaped comes out as it was, marks in their places.
func FuzzSegments(f *testing.F) {
	f.Add("云河", "大桥", "<b>&amp;")
	f.Add("", "<em>", "</em>")
	f.Fuzz(func(t *testing.T, before, marked, after string) {
		var want []segment
		for _, s := range []segment{{before, false}, {marked, true}, {after, false}} {
			if s.Text != "" {
				want = append(want, s)
			}
		}
		got := segments(html.EscapeString(before) + "<em>" + html.EscapeString(marked) + "</em>" + html.EscapeString(after))
		if strings.Contains(before+marked+after, "\x00") {
			return // no text of an article holds it
		}
		if diff := cmp.Diff(append([]segment{}, want...), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
