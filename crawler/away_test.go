package crawler

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

// TestServerAwayInTheMiddle stops NATS while pages are being fetched; the crawler goes on when it is back.
func TestServerAwayInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	want := map[string]string{}
	var sources []seeds.Source
	c := quick(w)
	for h := range 3 {
		host := fmt.Sprintf("h%d.example", h)
		var links []string
		for i := range 10 {
			links = append(links, fmt.Sprintf("/p%d.html", i))
			w.on("http://"+host+links[i], article(i+10*h))
			want["http://"+host+links[i]] = "page"
		}
		w.on("http://"+host+"/", list(links...))
		c.Fetch.Resolve[host] = w.server.Listener.Addr().String()
		source := src(fmt.Sprintf("s%d", h), "http://"+host+"/", host)
		source.Politeness.Delay = seeds.Duration(50 * time.Millisecond)
		sources = append(sources, source)
	}
	server := bustest.StartServer(t)
	b := server.Bus(t, bus.Config{})
	s := StoresOf(b)
	apply(t, s, sources...)
	start(t, s, c)
	waitFor(t, "some requests", func() bool { return len(w.requests()) >= 6 })
	server.Stop(t)
	time.Sleep(700 * time.Millisecond)
	server.Start(t)
	waitFor(t, "every page", func() bool {
		var n int
		err := b.Scan(t.Context(), bus.StreamRaw, bus.ScanOptions{}, func(bus.Message) error { n++; return nil })
		return err == nil && n >= len(want) && len(whatWasTold(t, b).outcomes) == len(want)
	})
	waitIdle(t, s)
	if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
}

// freezing is a fetcher whose process stands still between two hops of the first redirect, longer than the lease.
type freezing struct {
	Fetcher
	once   sync.Once
	freeze time.Duration
	woke   chan error // what the worker's rule said to the second hop
	other  string     // address of the second hop
}

func (f *freezing) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	froze, err := false, error(nil)
	f.once.Do(func() {
		froze = true
		if err = r.BeforeHop(ctx, r.URL, 0); err != nil {
			return
		}
		time.Sleep(f.freeze)
		var u weburl.URL
		if u, err = weburl.Parse(f.other); err == nil {
			// The timer that would end ctx may be late in a process that wakes up.
			err = r.BeforeHop(context.WithoutCancel(ctx), u, http.StatusFound)
		}
		f.woke <- err
	})
	if froze {
		return nil, err
	}
	return f.Fetcher.Fetch(ctx, r)
}

// TestFrozenCrawler: a crawler that wakes when its lease is over sends nothing; meanwhile another one did its work.
func TestFrozenCrawler(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/robots.txt", status(404, ""))
	w.on("http://a.example/", list("/p1.html"))
	w.on("http://a.example/p1.html", article(1))
	w.on("http://a.example/moved.html", article(2))
	server := bustest.StartServer(t)
	b := server.Bus(t, bus.Config{AckWait: 30 * time.Second})
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	c := quick(w, "a.example")
	c.Fetch.Total, c.Lease = time.Second, 6*time.Second

	frozen, err := New(s, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	// robots.txt is the first fetch; it is there already, so that the listing is.
	rules, err := weburl.Parse("http://a.example/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := frozen.robots.put(t.Context(), rules, robotsRecord{Status: http.StatusNotFound}, time.Now()); err != nil {
		t.Fatal(err)
	}
	f := &freezing{Fetcher: frozen.fetcher, freeze: 6500 * time.Millisecond, woke: make(chan error, 1), other: "http://a.example/moved.html"}
	frozen.fetcher = f
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- frozen.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		f.Fetcher.(*fetch.Fetcher).Close()
	})
	waitFor(t, "the lease", func() bool {
		rec, err := frozen.front.Look(t.Context(), "a_example")
		return err == nil && rec.Lease > 0
	})
	start(t, s, c)
	if err := <-f.woke; err == nil {
		t.Error("the frozen crawler was let through to the next hop")
	}
	waitFor(t, "the page", func() bool { return whatWasTold(t, b).ends()["http://a.example/p1.html"] == "page" })
	waitIdle(t, s)
	if n := w.count("http://a.example/moved.html"); n != 0 {
		t.Errorf("the frozen crawler asked %d times", n)
	}
	if got := lastOutcome(t, s, "http://a.example/"); got != news.Discovery.Code {
		t.Errorf("the listing ended as %q", got)
	}
}

type faultySources struct {
	SourceStore
	f *fault
}

func (k faultySources) Put(ctx context.Context, key string, value []byte) (rev uint64, err error) {
	err = k.f.do("apply source", func() error { rev, err = k.SourceStore.Put(ctx, key, value); return err })
	return rev, err
}

func (k faultySources) Delete(ctx context.Context, key string) error {
	return k.f.do("remove source", func() error { return k.SourceStore.Delete(ctx, key) })
}

// TestApplyAgainAfterAFault: whichever write of Apply fails, kept or not, applying again leaves the same sources, each with a poll.
func TestApplyAgainAfterAFault(t *testing.T) {
	t.Parallel()
	b := bustest.Start(t)
	s := StoresOf(b)
	for _, op := range []string{"apply source", "remove source", "next poll"} {
		for name, kept := range map[string]bool{"not kept": false, "kept": true} {
			t.Run(op+", "+name, func(t *testing.T) {
				first := []seeds.Source{src("old", "http://a.example/", "a.example")}
				if _, err := Apply(t.Context(), s, first, true); err != nil {
					t.Fatal(err)
				}
				f := &fault{op: op, kept: kept}
				f.left.Store(1)
				faulty := f.over(s)
				faulty.Sources = faultySources{s.Sources, f}
				second := []seeds.Source{src("new", "http://b.example/", "b.example")}
				if _, err := Apply(t.Context(), faulty, second, true); err == nil {
					t.Fatal("the fault came not up")
				}
				if _, err := Apply(t.Context(), faulty, second, true); err != nil {
					t.Fatal(err)
				}
				list, err := List(t.Context(), s)
				if err != nil || len(list) != 1 || list[0].ID != "new" {
					t.Errorf("applied: %v, %v", list, err)
				}
				// Looked at until it is there: one that is just firing is neither here nor there.
				waitFor(t, "a poll of the new source", func() bool {
					has := false
					err := s.Polls.Each(t.Context(), polls, func(m bus.Message, _ time.Time, _ bool) error {
						has = has || m.Subject == pollAt+"new" || m.Subject == pollDue+"new"
						return nil
					})
					return err == nil && has
				})
			})
		}
	}
}

// TestCrashOnAPageIsADeadLetter: a page that makes the worker panic is one dead letter, and the worker lives.
func TestCrashOnAPageIsADeadLetter(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/", list("/bad.html", "/p1.html"))
	w.on("http://a.example/bad.html", article(0))
	w.on("http://a.example/p1.html", article(1))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	bad := frontier.Entry{URL: "http://a.example/odd.html", Source: "yunhe", Kind: frontier.KindPage}
	worker, err := New(s, quick(w, "a.example"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.front.Add(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	worker.fetcher = panicking{worker.fetcher}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	waitIdle(t, s)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	worker.fetcher.(panicking).Fetcher.(*fetch.Fetcher).Close()
	want := map[string]string{"http://a.example/bad.html": "dead crash", "http://a.example/odd.html": "not_found", "http://a.example/p1.html": "page"}
	if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
}

type panicking struct{ Fetcher }

func (p panicking) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	if r.URL.Path() == "/bad.html" {
		panic("bad page")
	}
	return p.Fetcher.Fetch(ctx, r)
}
