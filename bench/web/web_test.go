package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestAPoliteCrawl is the polite run in small: forty hosts of every kind, two crawlers in this process, nothing killed.
func TestAPoliteCrawl(t *testing.T) {
	s := newSite(40, 6, 500, true)
	s.slow = 30 * time.Millisecond
	web, closeWeb, err := s.serve()
	if err != nil {
		t.Fatal(err)
	}
	defer closeWeb()
	b := bustest.Start(t)
	if err := applySources(t.Context(), b, s); err != nil {
		t.Fatal(err)
	}
	const delay = 100 * time.Millisecond
	var log safe
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 2 {
		w, err := crawler.New(crawler.StoresOf(b), crawler.Config{Contact: "https://bench.example/", Slots: 16, Delay: delay, MaxDelay: 300 * time.Millisecond,
			BackOff: 200 * time.Millisecond, FaultBackOff: 200 * time.Millisecond, MaxRetryAfter: 300 * time.Millisecond, Drain: 5 * time.Second,
			LogRequests: true, Log: slog.New(slog.NewJSONHandler(&log, nil)),
			Fetch: fetch.Config{Total: 5 * time.Second, Proxy: "none", Resolve: map[string]string{"*" + suffix: web}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			if err := w.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, missing, _, _, _ := fetched(s, s.records()); missing == 0 {
			break
		}
	}
	cancel()
	group.Wait()
	j, err := readJournal(strings.NewReader(log.String()))
	if err != nil {
		t.Fatal(err)
	}
	if found, _ := breaches(j.requests); len(found) > 0 {
		t.Errorf("by the audit: %v", found)
	}
	if found, _ := webBreaches(s.records(), func(string) time.Duration { return delay }); len(found) > 0 {
		t.Errorf("by the web: %v", found)
	}
	want, missing, twice, forbidden, example := fetched(s, s.records())
	if missing+twice+forbidden > 0 || s.most > 1 {
		t.Errorf("of %d articles %d were not fetched (%s), %d twice; %d forbidden requests; %d at a time", want, missing, example, twice, forbidden, s.most)
	}
}

// TestTheCheckerFindsBreaches: a checker that finds nothing has to be one that can.
func TestTheCheckerFindsBreaches(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(1000, 0).Add(time.Duration(ms) * time.Millisecond) }
	line := func(host string, from, to int) request {
		return request{Host: host, Start: at(from), End: at(to), Delay: 100 * time.Millisecond}
	}
	for _, c := range []struct {
		name string
		list []request
		want int
	}{
		{"kept", []request{line("a", 0, 10), line("a", 110, 120), line("a", 220, 230)}, 0},
		{"too soon", []request{line("a", 0, 10), line("a", 109, 120)}, 1},
		{"at the same time", []request{line("a", 0, 50), line("a", 20, 30)}, 1},
		{"of two crawlers, in any order", []request{line("a", 220, 230), line("a", 0, 10), line("a", 150, 160)}, 1},
		{"other hosts do not count", []request{line("a", 0, 10), line("b", 20, 30)}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if found, _ := breaches(c.list); len(found) != c.want {
				t.Errorf("found %v, want %d", found, c.want)
			}
			var web []seen
			for _, q := range c.list {
				web = append(web, seen{host: q.Host, start: q.Start, end: q.End})
			}
			if found, _ := webBreaches(web, func(string) time.Duration { return 100 * time.Millisecond }); len(found) != c.want {
				t.Errorf("of the web found %v, want %d", found, c.want)
			}
		})
	}
}

type safe struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
