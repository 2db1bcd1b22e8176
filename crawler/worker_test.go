package crawler

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/seeds"
)

// a small web in which every kind of end is met
func everyEnd(w *web) (map[string]string, []string) {
	const a, b = "http://a.example", "http://b.example"
	w.on(a+"/robots.txt", text("User-agent: *\nDisallow: /secret/\n"))
	w.on(a+"/", list("/p1.html", "/p2.html", "/gone.html", "/missing.html", "/secret/x.html", "/moved.html", "/away.html", "/forbidden.html",
		"/doc.pdf", "/empty.html", "/broken.html", "/loop1.html", "/wall.html", "http://elsewhere.example/x.html", "/list_2.html", "/p1.html?utm_source=x"))
	w.on(a+"/list_2.html", list("/p3.html"))
	w.on(a+"/p1.html", article(1))
	w.on(a+"/p2.html", article(2))
	w.on(a+"/p3.html", article(3))
	w.on(a+"/gone.html", status(410, "gone"))
	w.on(a+"/moved.html", redirect("/p4.html"))
	w.on(a+"/p4.html", article(4))
	w.on(a+"/away.html", redirect(b+"/p5.html"))
	w.on(b+"/p5.html", article(5))
	w.on(a+"/forbidden.html", status(403, "no"))
	w.on(a+"/doc.pdf", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/pdf")
		_, _ = fmt.Fprint(rw, "%PDF-1.4")
	})
	w.on(a+"/empty.html", text(" \n"))
	w.on(a+"/broken.html", status(500, "oops"))
	w.on(a+"/loop1.html", redirect("/loop2.html"))
	w.on(a+"/loop2.html", redirect("/loop1.html"))
	w.on(a+"/wall.html", status(521, "<script>document.cookie='x=1'</script>"))
	return map[string]string{
		a + "/p1.html": "page", a + "/p2.html": "page", a + "/p3.html": "page", a + "/gone.html": "gone", a + "/missing.html": "not_found",
		a + "/secret/x.html": "robots", a + "/moved.html": "page", a + "/away.html": "redirected", b + "/p5.html": "page",
		a + "/forbidden.html": "http_status", a + "/doc.pdf": "wrong_type", a + "/empty.html": "empty", a + "/broken.html": "dead fetch_failed",
		a + "/loop1.html": "redirect_loop", a + "/wall.html": "challenge",
	}, []string{a + "/", a + "/list_2.html"}
}

func TestEveryURLEndsOnce(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	want, listings := everyEnd(w)
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example", "b.example"))
	c := quick(w, "a.example", "b.example")
	_, stop := start(t, s, c)
	waitIdle(t, s)
	stop()
	got := whatWasTold(t, b)
	if diff := cmp.Diff(want, got.ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	for url, m := range got.outcomes {
		for outcome, n := range m {
			if n != 1 {
				t.Errorf("%s: told %d times as %s", url, n, outcome)
			}
		}
	}
	for _, url := range listings {
		if o := lastOutcome(t, s, url); o != "discovery" {
			t.Errorf("%s: SEEN says %q", url, o)
		}
	}
	for _, p := range got.pages {
		if p.URL == "http://a.example/moved.html" && p.FinalURL != "http://a.example/p4.html" {
			t.Errorf("final URL %q", p.FinalURL)
		}
		if p.Source != "yunhe" || p.Status != 200 || p.FetchedAt.IsZero() || len(p.Body) == 0 {
			t.Errorf("page %+v", p)
		}
	}
	if n := w.count("http://a.example/secret/x.html"); n != 0 {
		t.Errorf("a page that robots.txt forbids was asked for %d times", n)
	}
	if n := w.count("http://a.example/broken.html"); n != c.Attempts {
		t.Errorf("a failing page was asked for %d times, want %d", n, c.Attempts)
	}
	if n := w.count("http://a.example/robots.txt"); n != 1 {
		t.Errorf("robots.txt was asked for %d times", n)
	}
}

func TestSecondPollTakesOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	var conditional int
	w.on(a+"/", list("/p1.html"))
	w.on(a+"/p1.html", article(1))
	w.on(a+"/p2.html", article(2))
	w.on(a+"/page.html", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			conditional++
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		article(9)(rw, r)
	})
	w.on(a+"/same.html", article(8))
	b := bustest.Start(t)
	s := StoresOf(b)
	source := src("yunhe", a+"/", "a.example")
	source.Start = append(source.Start, seeds.Start{URL: a + "/page.html", Kind: seeds.KindPage}, seeds.Start{URL: a + "/same.html", Kind: seeds.KindPage})
	apply(t, s, source)
	start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	w.on(a+"/", list("/p2.html", "/p1.html"))
	if err := PollNow(t.Context(), s, "yunhe"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "second poll", func() bool { return w.count(a+"/p2.html") == 1 })
	waitIdle(t, s)
	got := whatWasTold(t, b)
	want := map[string]map[string]int{a + "/p1.html": {"page": 1}, a + "/p2.html": {"page": 1}, a + "/page.html": {"page": 1, "unchanged": 1},
		a + "/same.html": {"page": 1, "unchanged": 1}}
	if diff := cmp.Diff(want, got.outcomes); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if conditional != 1 {
		t.Errorf("%d conditional requests were answered with 304, want 1", conditional)
	}
}

func TestSourcesAreFollowedLive(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/", list("/p1.html"))
	w.on("http://a.example/p1.html", article(1))
	w.on("http://b.example/", list("/p1.html"))
	w.on("http://b.example/p1.html", article(2))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("one", "http://a.example/", "a.example"))
	start(t, s, quick(w, "a.example", "b.example"))
	waitIdle(t, s)
	r, err := Apply(t.Context(), s, []seeds.Source{src("two", "http://b.example/", "b.example")}, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Report{Added: []string{"two"}, Removed: []string{"one"}}, r); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	waitFor(t, "the new source's page", func() bool { return whatWasTold(t, b).ends()["http://b.example/p1.html"] == "page" })
	if err := PollNow(t.Context(), s, "one"); err == nil {
		t.Error("a removed source was polled")
	}
	list, err := List(t.Context(), s)
	if err != nil || len(list) != 1 || list[0].ID != "two" {
		t.Errorf("applied: %v, %v", list, err)
	}
}

func TestPolitenessOfTwoWorkers(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	var names []string
	var sources []seeds.Source
	for h := range 4 {
		name := fmt.Sprintf("h%d.example", h)
		names = append(names, name)
		var links []string
		for i := range 12 {
			url := fmt.Sprintf("/p%d.html", i)
			links = append(links, url)
			w.on("http://"+name+url, article(100*h+i))
		}
		w.on("http://"+name+"/", list(links...))
		source := src(fmt.Sprintf("s%d", h), "http://"+name+"/", name)
		source.Politeness.Delay = seeds.Duration(150 * time.Millisecond)
		if h == 3 {
			source.Politeness.Delay = seeds.Duration(1100 * time.Millisecond) // long enough for a token a request
			w.on("http://"+name+"/", list(links[:3]...))
		}
		sources = append(sources, source)
	}
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, sources...)
	c := quick(w, names...)
	start(t, s, c)
	start(t, s, c)
	waitIdle(t, s)
	if n := len(whatWasTold(t, b).pages); n != 3*12+3 {
		t.Errorf("%d pages, want %d", n, 3*12+3)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	last := map[string]asked{}
	for _, a := range w.log { // in the order of their ends
		before, some := last[a.host]
		last[a.host] = a
		delay := 150 * time.Millisecond
		if a.host == "h3.example" {
			delay = 1100 * time.Millisecond
		}
		if some && a.start.Sub(before.start) < delay {
			t.Errorf("%s: %s after %s, want %s", a.url, a.start.Sub(before.start), before.url, delay)
		}
		if some && a.start.Before(before.end) {
			t.Errorf("%s: while %s was being answered", a.url, before.url)
		}
	}
}
