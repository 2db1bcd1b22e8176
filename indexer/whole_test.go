package indexer_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// TestWholePageIsGone: a crawler that finds a page missing names the article that a page has alone; those of a page with several are found by
// the address, and those of other pages stay.
func TestWholePageIsGone(t *testing.T) {
	r, _, w := ready(t)
	const url = "http://haizhou.test/digest.htm"
	var batch []bus.Outgoing
	for n := range 4 {
		a := article(n+1, 1)
		if a.URL = url; n == 3 {
			a.URL = url + "l"
		}
		a.ID = news.ArticleIDOf(a.URL, a.Title, n+1)
		batch = append(batch, message(t, a, 0))
	}
	handle := func(messages ...bus.Outgoing) {
		t.Helper()
		for _, v := range w.Handle(t.Context(), delivered(messages...)) {
			if named(v) != "ok" {
				t.Fatal(v)
			}
		}
		if err := r.index.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(whole bool) bus.Outgoing {
		at := noon.Add(5 * time.Minute)
		g := news.Gone{V: 1, URL: url, Source: "haizhou", IDs: []string{news.ArticleIDOf(url, article(1, 1).Title, 1)}, Whole: whole,
			Version: news.Version(at, 0), Reason: news.NotFound.Code, At: at}
		data, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		h := news.Event{ID: news.GoneID(g.URL, g.Version), Type: news.TypeGone, Stage: news.StageCrawler, Subject: g.URL, Time: at}.Header("application/json")
		return bus.Outgoing{Subject: news.GoneSubject("haizhou", "haizhou_test"), Header: h, Data: data}
	}
	visible := func(want int) {
		t.Helper()
		if n, err := r.index.Count(t.Context(), elastic.Query{}); n != want || err != nil {
			t.Errorf("%d articles are visible, want %d, %v", n, want, err)
		}
	}
	handle(batch...)
	visible(4)
	handle(gone(false))
	visible(3)
	handle(gone(true))
	visible(1)
}
