package crawler

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/seeds"
)

func TestIntervalFollowsTheNews(t *testing.T) {
	const m = time.Minute
	s := src("yunhe", "http://a.example/", "a.example")
	s.Interval, s.IntervalMin, s.IntervalMax = seeds.Duration(20*m), seeds.Duration(5*m), seeds.Duration(60*m)
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var p Progress
	poll := func(seq uint64, brought int, want time.Duration) {
		t.Helper()
		if brought > 0 {
			p.brought(brought, now, now)
		}
		p.polled(s, seq, now)
		if p.Interval.Std() != want {
			t.Errorf("poll %d after %d articles: interval %s, want %s", seq, brought, p.Interval, want)
		}
		now = now.Add(p.Interval.Std())
	}
	poll(1, 0, 20*m)
	poll(2, 0, 30*m)
	poll(3, 0, 45*m)
	poll(4, 0, 60*m) // 67.5, and 60 is the most
	poll(5, 0, 60*m)
	poll(6, 3, 30*m)
	poll(7, 1, 15*m)
	poll(8, 1, 15*m/2)
	poll(9, 9, 5*m)
	now = now.Add(-p.Interval.Std())
	poll(9, 0, 5*m)       // the same poll again
	now = now.Add(-4 * m) // asked for by hand
	poll(10, 0, 5*m)      // too soon to judge
	s.Interval, s.IntervalMin, s.IntervalMax = seeds.Duration(10*m), seeds.Duration(10*m), seeds.Duration(10*m)
	poll(11, 0, 10*m)
	poll(12, 5, 10*m)
}

func TestSilence(t *testing.T) {
	s := src("yunhe", "http://a.example/", "a.example")
	s.Interval = seeds.Duration(30 * time.Minute)
	s = s.WithDefaults() // polled every 2 h at the least
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	var p Progress
	for hour := 0; hour < 10*24; hour++ { // news from 8 to 20 o'clock
		now := day.Add(time.Duration(hour) * time.Hour)
		if h := now.Hour(); h >= 8 && h <= 20 {
			p.brought(3, now, now.Add(time.Minute))
		}
		p.polled(s, uint64(hour+1), now)
		if silentAt(s, p, now) {
			t.Fatalf("silent at %s: %+v", now, p)
		}
	}
	last := p.LastNew
	if d := SilentAfter(s, p); d < 18*time.Hour || d > 25*time.Hour {
		t.Errorf("silent after %s; its nights are 12 hours", d)
	}
	never := p
	for hour := range 40 {
		never.polled(s, uint64(1000+hour), last.Add(time.Duration(hour)*2*time.Hour))
	}
	for _, c := range []struct {
		name  string
		after time.Duration
		want  bool
		more  func(*seeds.Source, *Progress)
	}{
		{"a long night", 15 * time.Hour, false, nil},
		{"two nights", 26 * time.Hour, true, nil},
		{"nobody polled", 26 * time.Hour, false, func(_ *seeds.Source, p *Progress) { p.Quiet = 2 }},
		{"paused", 26 * time.Hour, false, func(s *seeds.Source, _ *Progress) { s.Paused = true }},
		{"resumed just now", 26 * time.Hour, false, func(_ *seeds.Source, p *Progress) { p.Since = last.Add(25 * time.Hour) }},
		{"by its own word", 3 * time.Hour, true, func(s *seeds.Source, _ *Progress) { s.SilentAfter = seeds.Duration(2 * time.Hour) }},
		{"single pages", 26 * time.Hour, false, func(s *seeds.Source, _ *Progress) {
			s.Start = []seeds.Start{{URL: "http://a.example/x", Kind: seeds.KindPage}}
		}},
		{"never brought anything", 25 * time.Hour, true, func(_ *seeds.Source, p *Progress) { p.LastNew, p.Longest, p.Since = time.Time{}, 0, last }},
		{"began today", 20 * time.Hour, false, func(_ *seeds.Source, p *Progress) { p.LastNew, p.Longest, p.Since = time.Time{}, 0, last }},
	} {
		s, p := s, never
		if c.more != nil {
			c.more(&s, &p)
		}
		if got := silentAt(s, p, last.Add(c.after)); got != c.want {
			t.Errorf("%s: silent is %v", c.name, got)
		}
	}
}

func TestSilentSourceIsTold(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	w.on(a+"/", list("/p1.html"))
	w.on(a+"/p1.html", article(1))
	w.on(a+"/p2.html", article(2))
	s := StoresOf(bustest.Start(t))
	one := src("yunhe", a+"/", "a.example")
	one.Interval, one.IntervalMax, one.SilentAfter = seeds.Duration(time.Second), seeds.Duration(time.Second), seeds.Duration(2*time.Second)
	apply(t, s, one)
	c := quick(w, "a.example")
	c.Sweep = 200 * time.Millisecond
	r := prometheus.NewRegistry()
	crawl, err := New(s, c, NewMetrics(r))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := contextOf(t)
	done := make(chan error, 1)
	go func() { done <- crawl.Run(ctx) }()
	is := func(want float64) func() bool {
		return func() bool { return testutil.ToFloat64(crawl.metrics.silent.WithLabelValues("yunhe")) == want }
	}
	waitFor(t, "the source is silent", is(1))
	if at := testutil.ToFloat64(crawl.metrics.lastNew.WithLabelValues("yunhe")); time.Since(time.Unix(int64(at), 0)) > time.Minute {
		t.Errorf("last new article at %v", at)
	}
	all, err := ProgressOf(t.Context(), s)
	if err != nil || all["yunhe"].Silent == nil || all["yunhe"].Interval.Std() != time.Second {
		t.Errorf("%+v, %v", all, err)
	}
	w.on(a+"/", list("/p2.html"))
	waitFor(t, "the source speaks", is(0))
	if _, err := Apply(t.Context(), s, nil, true); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "its gauge goes with it", func() bool {
		all, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			if f.GetName() == "newsmill_crawler_source_silent" {
				return false
			}
		}
		return true
	})
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	var pages []string
	for i := range 40 {
		w.on(a+numbered(i), article(i))
		pages = append(pages, numbered(i))
	}
	w.on(a+"/", list(pages...))
	w.on(a+"/other/", list("/other/1.html"))
	w.on(a+"/other/1.html", article(99))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", a+"/", "a.example"))
	c := quick(w, "a.example")
	c.Delay = 50 * time.Millisecond
	_, stop := start(t, s, c)
	waitFor(t, "some pages", func() bool { return len(w.requests()) > 5 })
	if err := Pause(t.Context(), s, "yunhe"); err != nil {
		t.Fatal(err)
	}
	waitIdle(t, s)
	before := len(w.requests())
	if before > 20 {
		t.Errorf("%d requests before the pause was heard of", before)
	}
	// Another source of the host goes on; applying the paused one again, changed or not, does not wake it.
	changed := src("yunhe", a+"/", "a.example")
	changed.Name = "云河"
	apply(t, s, changed, src("other", a+"/other/", "a.example"))
	waitIdle(t, s)
	if n := len(w.requests()); n != before+2 || w.count(a+"/other/1.html") != 1 {
		t.Errorf("%d requests while one source is paused, want 2", n-before)
	}
	if list, err := List(t.Context(), s); err != nil || !list[1].Paused || list[1].Name != "云河" {
		t.Errorf("%+v, %v", list, err)
	}
	n, err := Resume(t.Context(), s, "yunhe")
	if err != nil || n < 20 {
		t.Errorf("%d were set aside, %v", n, err)
	}
	waitIdle(t, s)
	stop()
	for _, p := range pages {
		if w.count(a+p) != 1 {
			t.Errorf("%s was asked for %d times", p, w.count(a+p))
		}
	}
}
