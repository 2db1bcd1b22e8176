package sitememory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

const token = "news_yunhe_example"

// table is a bucket in memory, as strict as the real one, that notes its calls.
type table struct {
	mu     sync.Mutex
	values map[string]bus.Entry
	reads  int
	writes []time.Time
	before func() error // called before each call, outside the lock
}

func (k *table) begin() error {
	if k.before != nil {
		return k.before()
	}
	return nil
}

func (k *table) Get(_ context.Context, key string) (bus.Entry, error) {
	if err := k.begin(); err != nil {
		return bus.Entry{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reads++
	e, ok := k.values[key]
	if !ok {
		return bus.Entry{}, fmt.Errorf("get %s: %w", key, bus.ErrNotFound)
	}
	return e, nil
}

func (k *table) Create(_ context.Context, key string, value []byte) (uint64, error) {
	return k.put(key, value, 0, bus.ErrExists)
}

func (k *table) Update(_ context.Context, key string, value []byte, revision uint64) (uint64, error) {
	return k.put(key, value, revision, bus.ErrConflict)
}

func (k *table) put(key string, value []byte, revision uint64, taken error) (uint64, error) {
	if err := k.begin(); err != nil {
		return 0, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values[key].Revision != revision {
		return 0, fmt.Errorf("put %s: %w", key, taken)
	}
	if k.values == nil {
		k.values = map[string]bus.Entry{}
	}
	k.writes = append(k.writes, time.Now())
	k.values[key] = bus.Entry{Key: key, Value: value, Revision: revision + 1}
	return revision + 1, nil
}

func newStore(t *testing.T, c Config, kv KV) *Store {
	t.Helper()
	s, err := New(c, kv, NewMetrics(nil), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drain runs a store until what it learned is written.
func drain(t *testing.T, s *Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Run(ctx, 10*time.Second)
}

func stored(t *testing.T, kv KV) Record {
	t.Helper()
	e, err := kv.Get(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Unmarshal(e.Value)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatOneLearnsTheOtherKnows(t *testing.T) {
	b := bustest.Start(t)
	kv := b.KV(bus.BucketSite)
	one, other := newStore(t, Config{}, kv), newStore(t, Config{}, kv)
	for n := range 10 {
		one.Learn(token, page(n, 7))
		other.Learn(token, page(n+5, 7)) // half of them the same pages
	}
	var both sync.WaitGroup
	both.Go(func() { drain(t, one) })
	both.Go(func() { drain(t, other) })
	both.Wait()
	want := merged(pagesOf(15, 7)).Snapshot()
	for name, s := range map[string]*Store{"a third": newStore(t, Config{}, kv), "one, again": newStore(t, Config{}, kv)} {
		if got := s.Snapshot(t.Context(), token); got.Pages() != 15 || on(got, 7) != 15 || got.Generation() != want.Generation() {
			t.Errorf("%s knows %d texts, block seen on %d, generation %s; want %s", name, got.Pages(), on(got, 7), got.Generation(), want.Generation())
		}
	}
}

// TestEachCallMayFail is the fault table: whichever call fails, kept or not, nothing that was learned is lost while the process
// lives, and nothing counts twice.
func TestEachCallMayFail(t *testing.T) {
	b := bustest.Start(t)
	round := 0
	bustest.EachFault(t, func(t *testing.T, p *bustest.Plan) {
		round++
		key := fmt.Sprintf("%s%d", token, round)
		kv := (&bustest.Faulty{Bus: b, Plan: p}).KV(bus.BucketSite)
		s := newStore(t, Config{}, kv)
		for n := range 6 {
			s.Learn(key, page(n, 7))
			if n%3 == 2 {
				for range 3 { // the write that failed is made again
					drain(t, s)
				}
			}
		}
		fresh := newStore(t, Config{}, b.KV(bus.BucketSite)).Snapshot(t.Context(), key)
		if fresh.Pages() != 6 || on(fresh, 7) != 6 {
			t.Errorf("%d texts, block seen on %d", fresh.Pages(), on(fresh, 7))
		}
	})
}

func TestWritesAreSpaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kv := &table{}
		s := newStore(t, Config{}, kv)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { s.Run(ctx, time.Second) })
		began := time.Now()
		for n := range 600 { // a page a second
			s.Learn(token, page(n, 7))
			time.Sleep(time.Second)
		}
		cancel()
		running.Wait()
		if len(kv.writes) > 25 || len(kv.writes) < 10 {
			t.Errorf("%d writes in ten minutes", len(kv.writes))
		}
		if first := kv.writes[0].Sub(began); first > 5*time.Second {
			t.Errorf("first write after %s", first)
		}
		for i := 1; i < len(kv.writes)-1; i++ { // the last is the one at the end
			if gap := kv.writes[i].Sub(kv.writes[i-1]); gap < 10*time.Second {
				t.Errorf("two writes within %s", gap)
			}
		}
		if got := stored(t, kv).Pages(); got != maxPages {
			t.Errorf("%d pages stored", got)
		}
	})
}

func TestReadsAreSpaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kv := &table{}
		s := newStore(t, Config{}, kv)
		for range 600 { // ten pages a second
			s.Snapshot(t.Context(), token)
			time.Sleep(100 * time.Millisecond)
		}
		if kv.reads > 13 {
			t.Errorf("%d reads in a minute", kv.reads)
		}
	})
}

func TestAPageNeverWaitsForAMemory(t *testing.T) {
	kv := &table{}
	s := newStore(t, Config{Fresh: time.Nanosecond}, kv)
	for n := range 5 {
		s.Learn(token, page(n, 7))
	}
	drain(t, s)
	kv.before = func() error { return errors.New("away") }
	if got := s.Snapshot(t.Context(), token); on(got, 7) != 5 {
		t.Errorf("what was known before is gone: seen on %d", on(got, 7))
	}
	if got := s.Snapshot(t.Context(), "other_example"); got == nil || got.Pages() != 0 {
		t.Errorf("of a host never read: %+v", got)
	}
	s.Learn(token, page(9, 7))
	drain(t, s)
	kv.before = nil
	drain(t, s)
	if got := stored(t, kv).Pages(); got != 6 {
		t.Errorf("%d pages after the bucket came back", got)
	}
}

func TestForeignRecords(t *testing.T) {
	for name, row := range map[string]struct {
		value string
		pages int // stored in the end
	}{
		"newer format stays":    {"M\x02something new", 0},
		"corrupt is begun anew": {"garbage", 3},
	} {
		t.Run(name, func(t *testing.T) {
			kv := &table{values: map[string]bus.Entry{token: {Key: token, Value: []byte(row.value), Revision: 4}}}
			s := newStore(t, Config{}, kv)
			if got := s.Snapshot(t.Context(), token); got.Pages() != 0 {
				t.Errorf("%d texts", got.Pages())
			}
			for n := range 3 {
				s.Learn(token, page(n, 7))
			}
			drain(t, s)
			if row.pages > 0 {
				if got := stored(t, kv).Pages(); got != row.pages {
					t.Errorf("%d pages stored", got)
				}
			} else if string(kv.values[token].Value) != row.value {
				t.Error("it was overwritten")
			}
		})
	}
}

func TestConflictsAreTriedAgain(t *testing.T) {
	kv := &table{}
	one, other := newStore(t, Config{}, kv), newStore(t, Config{}, kv)
	n, busy := 0, false
	kv.before = func() error {
		if !busy && n < 4 { // somebody writes between every read and write
			busy = true
			other.Learn(token, page(100+n, 7))
			drain(t, other)
			n++
			busy = false
		}
		return nil
	}
	one.Learn(token, page(0, 7))
	drain(t, one)
	if got := stored(t, kv).Pages(); got != 5 {
		t.Errorf("%d pages stored", got)
	}
}

func TestHostsAreBounded(t *testing.T) {
	s := newStore(t, Config{Hosts: 50}, &table{})
	for i := range 500 {
		s.Snapshot(t.Context(), fmt.Sprintf("host%d", i))
	}
	if len(s.hosts) > 50 {
		t.Errorf("%d hosts at hand", len(s.hosts))
	}
	for n := range 3 * maxPages {
		s.Learn(token, page(n))
	}
	if h := s.hosts[token]; len(h.pending) != maxPages || h.pending[uint64(3*maxPages)].URL == 0 {
		t.Errorf("%d pages pending, the newest among them: %v", len(h.pending), h.pending[uint64(3*maxPages)].URL != 0)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []Config{{Every: -1}, {Fresh: -1}, {Hosts: -1}} {
		if _, err := New(c, &table{}, NewMetrics(nil), nil); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}
