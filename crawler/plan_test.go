package crawler

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

func goneURLs(t *testing.T, b *bus.Bus) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := b.Scan(t.Context(), bus.StreamArticles, bus.ScanOptions{Filter: "news.gone.>"}, func(m bus.Message) error {
		var g news.Gone
		if err := json.Unmarshal(m.Data, &g); err != nil {
			return err
		}
		if len(g.IDs) != 1 || g.IDs[0] != news.ArticleID(g.URL) || !g.Whole || g.Version != news.Version(g.At, 0) || time.Since(g.At) > time.Minute || g.Source != "yunhe" || all[g.URL] != "" {
			t.Errorf("%+v", g)
		}
		all[g.URL] = g.Reason
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRevisits takes articles through their plan: corrected, taken away, refused, and unchanged.
func TestRevisits(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	w.on(a+"/robots.txt", text(""))
	w.on(a+"/", list("/same.html", "/changed.html", "/missing.html", "/gone.html", "/refused.html", "/moved.html", "/never.html"))
	for i, p := range []string{"/same.html", "/changed.html", "/missing.html", "/gone.html", "/refused.html", "/final.html"} {
		w.on(a+p, article(i))
	}
	w.on(a+"/moved.html", redirect("/final.html"))
	b := bustest.Start(t)
	s := StoresOf(b)
	one := src("yunhe", a+"/", "a.example")
	one.Revisit = []seeds.Duration{seeds.Duration(time.Hour), seeds.Duration(24 * time.Hour)}
	apply(t, s, one)
	crawl, stop := start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	wake := func(after time.Duration, want int) {
		t.Helper()
		n, err := crawl.front.WakeLater(t.Context(), time.Time{}, time.Now().Add(after))
		if err != nil || n != want {
			t.Fatalf("after %s %d visits are due, want %d, %v", after, n, want, err)
		}
		waitIdle(t, s)
	}
	wake(59*time.Minute, 0)
	if n, _, err := s.frontier().Kept(t.Context(), "a_example"); n != 6 || err != nil {
		t.Errorf("%d visits are planned, %v", n, err)
	}
	w.on(a+"/changed.html", article(20))
	w.on(a+"/missing.html", status(404, ""))
	w.on(a+"/gone.html", status(410, ""))
	w.on(a+"/refused.html", status(403, ""))
	w.on(a+"/final.html", status(404, ""))
	wake(62*time.Minute, 6)
	want := map[string]string{a + "/missing.html": "not_found", a + "/gone.html": "gone", a + "/final.html": "not_found"}
	if diff := cmp.Diff(want, goneURLs(t, b)); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	if n := whatWasTold(t, b).outcomes[a+"/changed.html"]["page"]; n != 2 {
		t.Errorf("the corrected article was sent on %d times", n)
	}
	// The second visit: what is gone for good or refused has none; what was missing is back.
	w.on(a+"/missing.html", article(2))
	wake(25*time.Hour, 4)
	if o := lastOutcome(t, s, a+"/missing.html"); o != "page" {
		t.Errorf("an article that came back ended as %s", o)
	}
	wake(30*24*time.Hour, 0)
	stop()
	if n := len(goneURLs(t, b)); n != 3 {
		t.Errorf("%d are told to be gone", n)
	}
	if n := w.count(a + "/never.html"); n != 1 {
		t.Errorf("a page that never was there was asked for %d times", n)
	}
}

func TestNoPlan(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	w.on(a+"/", list("/p1.html"))
	w.on(a+"/p1.html", article(1))
	w.on(a+"/sitemap.xml", xmlPage(urlset(place("/p2.html")), false))
	w.on(a+"/p2.html", article(2))
	s := StoresOf(bustest.Start(t))
	off, archive := src("off", a+"/", "a.example"), src("archive", a+"/sitemap.xml", "a.example")
	off.Revisit = []seeds.Duration{}
	archive.Start[0].Kind = seeds.KindSitemap
	apply(t, s, off, archive)
	_, stop := start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	stop()
	if n, _, err := s.frontier().Kept(t.Context(), ""); n != 0 || err != nil {
		t.Errorf("%d visits are planned, %v", n, err)
	}
}
