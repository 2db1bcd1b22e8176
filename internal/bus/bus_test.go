package bus_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func raw(n int) bus.Outgoing {
	url := fmt.Sprintf("https://paper.example/%d", n)
	p := news.Page{URL: url, FinalURL: url, Source: "yunhai", Status: 200, FetchedAt: time.Unix(1_780_000_000, int64(n))}
	return bus.Outgoing{Subject: news.RawSubject("yunhai", "paper_example"), Header: p.Header("zstd"), Data: []byte(fmt.Sprintf("page %d", n))}
}

func publish(t *testing.T, b *bus.Bus, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if _, err := b.Publish(t.Context(), raw(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// consume runs a loop in the background; the returned function ends it and waits.
func consume(t *testing.T, b *bus.Bus, o bus.ConsumeOptions, h bus.HandlerFunc) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Consume(ctx, o, h) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("consume: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func normalizer() bus.ConsumeOptions {
	return bus.ConsumeOptions{Durable: bus.ConsumerNormalizer, Stage: news.StageNormalizer, Backoff: 10 * time.Millisecond}
}

// seen counts deliveries to a handler by payload.
type seen struct {
	mu sync.Mutex
	n  map[string]int
}

func (s *seen) add(m bus.Message) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n == nil {
		s.n = map[string]int{}
	}
	s.n[string(m.Data)]++
	return s.n[string(m.Data)]
}

func (s *seen) distinct() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.n)
}

func TestPublishConsumeAck(t *testing.T) {
	b := bustest.Start(t)
	publish(t, b, 0, 20)
	if a, err := b.Publish(t.Context(), raw(3)); err != nil || !a.Duplicate {
		t.Fatalf("repeat: %+v %v, want a duplicate", a, err)
	}
	var got seen
	stop := consume(t, b, normalizer(), func(_ context.Context, batch []bus.Message) []error {
		got.add(batch[0])
		return []error{nil}
	})
	eventually(t, "all consumed", func() bool { return got.distinct() == 20 })
	stop()
	cs, err := b.Consumers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cs {
		if c.Name == bus.ConsumerNormalizer && (c.AckFloor != 20 || c.AckPending != 0) {
			t.Errorf("state %+v, want everything acknowledged", c)
		}
	}
}

func TestKV(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	kv := b.KV(bus.BucketHosts)
	if _, err := kv.Get(ctx, "a"); !errors.Is(err, bus.ErrNotFound) {
		t.Fatalf("get of nothing: %v", err)
	}
	rev, err := kv.Create(ctx, "a", []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Create(ctx, "a", []byte("2")); !errors.Is(err, bus.ErrExists) {
		t.Errorf("second create: %v", err)
	}
	if _, err := kv.Update(ctx, "a", []byte("2"), rev+7); !errors.Is(err, bus.ErrConflict) {
		t.Errorf("update of another revision: %v", err)
	}
	if rev, err = kv.Update(ctx, "a", []byte("2"), rev); err != nil {
		t.Fatal(err)
	}
	e, err := kv.Get(ctx, "a")
	if err != nil || string(e.Value) != "2" || e.Revision != rev || e.Key != "a" || time.Since(e.Time) > time.Minute {
		t.Errorf("got %+v %v", e, err)
	}
	if _, err := kv.Put(ctx, "b/c.d", nil); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := kv.Delete(ctx, "a"); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	if err := kv.Each(ctx, func(e bus.Entry) error { keys = append(keys, e.Key); return nil }); err != nil || fmt.Sprint(keys) != "[b/c.d]" {
		t.Errorf("each: %v %v", keys, err)
	}
	if _, err := kv.Create(ctx, "a", []byte("3")); err != nil {
		t.Errorf("create after delete: %v", err)
	}
}

func TestSet(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	s := b.Set(bus.StreamURLs)
	for i, want := range []bool{true, false} {
		added, err := s.Add(ctx, bus.Outgoing{Subject: bus.FrontierURL("h", "1"), Data: []byte("x")})
		if err != nil || added != want {
			t.Fatalf("add %d: %v %v", i, added, err)
		}
	}
	if _, err := s.Add(ctx, bus.Outgoing{Subject: bus.FrontierURL("h", "2")}); err != nil {
		t.Fatal(err)
	}
	for filter, want := range map[string]uint64{bus.FrontierURL("h", "*"): 2, bus.FrontierURL("i", "*"): 0, bus.FrontierURL("h", "2"): 1} {
		if n, err := s.Count(ctx, filter); err != nil || n != want {
			t.Errorf("count %s: %d %v", filter, n, err)
		}
	}
	m, err := s.First(ctx, bus.FrontierURL("h", "*"))
	if err != nil || string(m.Data) != "x" || m.Seq != 1 {
		t.Fatalf("first: %+v %v", m, err)
	}
	for range 2 {
		if err := s.Remove(ctx, m.Seq); err != nil {
			t.Fatal(err)
		}
	}
	if m, err = s.First(ctx, bus.FrontierURL("h", "*")); err != nil || bus.LastToken(m.Subject) != "2" {
		t.Fatalf("first after remove: %+v %v", m, err)
	}
	if err := s.Purge(ctx, bus.FrontierURL("h", "*")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.First(ctx, bus.FrontierURL("h", "*")); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("first of nothing: %v", err)
	}
}

func TestSchedules(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	s := b.Schedules(bus.StreamTokens)
	late := time.Now().Add(time.Hour).Truncate(time.Nanosecond)
	if err := s.At(ctx, bus.FrontierAt("late"), bus.FrontierDue("late"), late, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := s.AtIfAbsent(ctx, bus.FrontierAt("late"), bus.FrontierDue("late"), late, nil); !errors.Is(err, bus.ErrExists) {
		t.Errorf("second schedule: %v", err)
	}
	if at, err := s.Get(ctx, bus.FrontierAt("late")); err != nil || !at.Equal(late) {
		t.Errorf("get: %v %v, want %v", at, err, late)
	}
	if _, err := s.Get(ctx, bus.FrontierAt("none")); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("get of none: %v", err)
	}
	soon := time.Now().Add(300 * time.Millisecond)
	if err := s.AtIfAbsent(ctx, bus.FrontierAt("soon"), bus.FrontierDue("soon"), soon, []byte("y")); err != nil {
		t.Fatal(err)
	}
	var all []string
	each := func() bool {
		all = nil
		if err := s.Each(ctx, "", func(m bus.Message, _ time.Time, fired bool) error {
			all = append(all, fmt.Sprintf("%s %v", m.Subject, fired))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(all) == fmt.Sprint([]string{bus.FrontierAt("late") + " false", bus.FrontierDue("soon") + " true"})
	}
	eventually(t, "the schedule fired", each)
	if early := time.Until(soon); early > 0 {
		t.Errorf("fired %s early", early)
	}
	got := make(chan bus.Message, 1)
	consume(t, b, bus.ConsumeOptions{Durable: bus.ConsumerCrawl, Stage: news.StageCrawler}, func(_ context.Context, batch []bus.Message) []error {
		got <- batch[0]
		return []error{nil}
	})
	if m := <-got; string(m.Data) != "y" || m.Subject != bus.FrontierDue("soon") {
		t.Errorf("due: %+v", m)
	}
	for range 2 {
		if err := s.Cancel(ctx, bus.FrontierAt("late")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Get(ctx, bus.FrontierAt("late")); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("get of the cancelled: %v", err)
	}
}

func TestKVWatch(t *testing.T) {
	s := bustest.StartServer(t)
	b, ctx := s.Bus(t, bus.Config{}), t.Context()
	kv := b.KV(bus.BucketSources)
	if _, err := kv.Put(ctx, "a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	seen := make(chan string, 10)
	wctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		done <- kv.Watch(wctx, func(e *bus.Entry) error {
			switch {
			case e == nil:
				seen <- "live"
			case e.Value == nil:
				seen <- e.Key + " deleted"
			default:
				seen <- e.Key + "=" + string(e.Value)
			}
			return nil
		})
	}()
	want := func(w string) {
		t.Helper()
		select {
		case got := <-seen:
			if got != w {
				t.Fatalf("watched %q, want %q", got, w)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("not seen: %s", w)
		}
	}
	want("a=1")
	want("live")
	if _, err := kv.Put(ctx, "b", []byte("2")); err != nil {
		t.Fatal(err)
	}
	want("b=2")
	if err := kv.Delete(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	want("a deleted")
	s.Stop(t)
	s.Start(t)
	eventually(t, "back", func() bool { return b.Ready() == nil })
	if _, err := kv.Put(ctx, "c", []byte("3")); err != nil {
		t.Fatal(err)
	}
	want("c=3")
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestScanAndSubscribe(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	sctx, cancel := context.WithCancel(ctx)
	defer cancel()
	heard, ended := make(chan string, 2000), make(chan error, 1)
	go func() { ended <- b.Subscribe(sctx, "news.>", func(m bus.Message) { heard <- string(m.Data) }) }()
	eventually(t, "the monitor listens", func() bool {
		_, err := b.Publish(ctx, bus.Outgoing{Subject: news.AlertSubject("w"), Data: []byte("hello")})
		return err == nil && len(heard) > 0
	})
	const all = 600 // more than one page of a scan
	publish(t, b, 0, all)
	tests := []struct {
		name  string
		o     bus.ScanOptions
		stop  int
		first string
		n     int
	}{
		{"all", bus.ScanOptions{}, 0, "page 0", all},
		{"from a sequence", bus.ScanOptions{Seq: 301}, 0, "page 300", all - 300},
		{"filter", bus.ScanOptions{Filter: "news.raw.yunhai.*"}, 0, "page 0", all},
		{"filter of nothing", bus.ScanOptions{Filter: "news.raw.other.*"}, 0, "", 0},
		{"stopped", bus.ScanOptions{}, 5, "page 0", 5},
		{"since the past", bus.ScanOptions{Since: time.Now().Add(-time.Hour)}, 0, "page 0", all},
		{"since the future", bus.ScanOptions{Since: time.Now().Add(time.Hour)}, 0, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			err := b.Scan(ctx, bus.StreamRaw, tt.o, func(m bus.Message) error {
				got = append(got, string(m.Data))
				if m.Stream != bus.StreamRaw || m.Header[news.HeaderURL] == "" || m.Header["Nats-Sequence"] != "" {
					t.Fatalf("message %+v", m)
				}
				if len(got) == tt.stop {
					return bus.ErrStop
				}
				return nil
			})
			if err != nil || len(got) != tt.n || tt.n > 0 && got[0] != tt.first {
				t.Errorf("%d messages, %v", len(got), err)
			}
		})
	}
	m, err := b.Last(ctx, bus.StreamRaw, news.RawSubject("yunhai", "paper_example"))
	if err != nil || string(m.Data) != fmt.Sprintf("page %d", all-1) {
		t.Errorf("last: %q %v", m.Data, err)
	}
	if _, err := b.Last(ctx, bus.StreamRaw, news.RawSubject("yunhai", "none")); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("last of none: %v", err)
	}
	eventually(t, "the monitor heard all", func() bool { return len(heard) > all })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestPublishRefusals(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	m := raw(1)
	m.Data = make([]byte, b.MaxPayload()+64<<10+1)
	if _, err := b.Publish(ctx, m); !errors.Is(err, bus.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	m.Data = m.Data[:b.MaxPayload()]
	if _, err := b.Publish(ctx, m); err != nil {
		t.Errorf("the largest: %v", err)
	}
	got, err := b.Message(ctx, bus.StreamRaw, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Bury(ctx, bus.Letter{Stage: news.StageNormalizer, Reason: news.Crash, Err: errors.New("x"), Message: got}); err != nil {
		t.Errorf("the largest as a dead letter: %v", err)
	}
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	if _, err := b.Publish(short, bus.Outgoing{Subject: "nobody.listens"}); !errors.Is(err, bus.ErrNoStreams) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no stream: %v", err)
	}
}
