package frontier

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stores is the real thing on an embedded server, with a log of the writes.
type stores struct {
	urls   *bus.Set
	tokens *bus.Schedules
	hosts  *bus.KV
	log    *[]string
}

func open(t *testing.T) stores {
	t.Helper()
	b := bustest.Start(t)
	return stores{b.Set(bus.StreamURLs), b.Schedules(bus.StreamTokens), b.KV(bus.BucketHosts), new([]string)}
}

type loggedURLs struct {
	*bus.Set
	log *[]string
}

func (u loggedURLs) Add(ctx context.Context, m bus.Outgoing) (bool, error) {
	*u.log = append(*u.log, "URLS")
	return u.Set.Add(ctx, m)
}

type loggedTokens struct {
	*bus.Schedules
	log *[]string
}

func (s loggedTokens) AtIfAbsent(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	*s.log = append(*s.log, "schedule")
	return s.Schedules.AtIfAbsent(ctx, subject, target, at, data)
}

type loggedHosts struct {
	*bus.KV
	log *[]string
}

func (h loggedHosts) Create(ctx context.Context, key string, value []byte) (uint64, error) {
	*h.log = append(*h.log, "hosts")
	return h.KV.Create(ctx, key, value)
}

// frontier gives a worker's view; short has leases of 400 ms for fetches of 50 ms.
func (s stores) frontier(short bool) *Frontier {
	f := New(loggedURLs{s.urls, s.log}, loggedTokens{s.tokens, s.log}, loggedHosts{s.hosts, s.log}, Config{})
	if short {
		f.cfg.Request, f.cfg.Lease, f.margin = 50*time.Millisecond, 400*time.Millisecond, 50*time.Millisecond
	}
	return f
}

const host = "a_example"

func entry(path string) Entry {
	return Entry{URL: "http://a.example" + path, Source: "yunhe", Kind: KindPage}
}

// due is a token of the host that fired just now.
func due() bus.Message { return bus.Message{Subject: tokenDue + host, Time: time.Now()} }

// token gives the time for which the host's token is stored; zero for none.
func (s stores) token(t *testing.T) time.Time {
	t.Helper()
	at, err := s.tokens.Get(t.Context(), tokenAt+host)
	if err != nil && !errors.Is(err, bus.ErrNotFound) {
		t.Fatal(err)
	}
	return at
}

func (s stores) noToken(t *testing.T) {
	t.Helper()
	if err := s.tokens.Cancel(t.Context(), tokenAt+host); err != nil {
		t.Fatal(err)
	}
	if err := s.tokens.Cancel(t.Context(), tokenDue+host); err != nil {
		t.Fatal(err)
	}
}

func mustAdd(t *testing.T, f *Frontier, entries ...Entry) {
	t.Helper()
	if _, err := f.Add(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
}

func mustTake(t *testing.T, f *Frontier) *Hold {
	t.Helper()
	h, err := f.Take(t.Context(), due())
	if err != nil || h == nil {
		t.Fatalf("Take: %v, %v", h, err)
	}
	return h
}

func TestAddKeepsTheOrderAndIsIdempotent(t *testing.T) {
	s := open(t)
	f := s.frontier(false)
	n, err := f.Add(t.Context(), entry("/1"), entry("/2"))
	if err != nil || n != 2 {
		t.Fatalf("Add: %d, %v", n, err)
	}
	if diff := cmp.Diff("hosts URLS URLS schedule", strings.Join(*s.log, " ")); diff != "" {
		t.Error(diff)
	}
	if n, err = f.Add(t.Context(), entry("/1"), entry("/3")); err != nil || n != 1 {
		t.Errorf("again: %d, %v", n, err)
	}
	if q, err := f.Queued(t.Context(), host); err != nil || q != 3 {
		t.Errorf("queued: %d, %v", q, err)
	}
	if _, err := f.Add(t.Context(), Entry{URL: "mailto:x"}); !errors.Is(err, ErrEntry) {
		t.Errorf("not a URL: %v", err)
	}
	if err := f.Purge(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	if q, err := f.Queued(t.Context(), ""); err != nil || q != 0 {
		t.Errorf("after the purge: %d, %v", q, err)
	}
}

func TestFreshComesFirst(t *testing.T) {
	s := open(t)
	f := s.frontier(false)
	old, fresh := entry("/old"), entry("/fresh")
	fresh.Fresh = true
	mustAdd(t, f, old, fresh)
	h := mustTake(t, f)
	var got []string
	for {
		it, some, err := h.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !some {
			break
		}
		if it.Err != nil {
			t.Error(it.Err)
		}
		got = append(got, it.URL)
		if err := h.Done(t.Context(), it); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"http://a.example/fresh", "http://a.example/old"}, got); diff != "" {
		t.Error(diff)
	}
	if err := h.Release(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

func TestIdleHostNeedsNoSuccessor(t *testing.T) {
	s := open(t)
	f := s.frontier(false)
	h, err := f.Take(t.Context(), due())
	if h != nil || err != nil {
		t.Fatalf("Take of an idle host: %v, %v", h, err)
	}
	if at := s.token(t); !at.IsZero() {
		t.Errorf("an idle host has a token for %v", at)
	}
	if h, err := f.Take(t.Context(), bus.Message{Subject: "newsmill.poll.due.x"}); h != nil || !errors.Is(err, ErrEntry) {
		t.Errorf("Take of something else: %v, %v", h, err)
	}
}

func TestOneHasTheHost(t *testing.T) {
	s := open(t)
	a, b := s.frontier(false), s.frontier(false)
	mustAdd(t, a, entry("/1"))
	s.noToken(t)
	h := mustTake(t, a)
	for name, f := range map[string]*Frontier{"another": b, "the same": a} {
		s.noToken(t)
		if h2, err := f.Take(t.Context(), due()); h2 != nil || err != nil {
			t.Fatalf("%s took a leased host: %v, %v", name, h2, err)
		}
		if at := s.token(t); at.Before(time.Now().Add(30 * time.Second)) {
			t.Errorf("%s stored a token for %v, want the end of the lease", name, at)
		}
	}
	if err := h.Gate(t.Context(), time.Second); err != nil {
		t.Fatal(err)
	}
	h.End()
	ended := time.Now()
	if err := h.Release(t.Context(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	at := s.token(t)
	if d := at.Sub(ended); d < 2*time.Second-time.Millisecond || d > 10*time.Second {
		t.Errorf("the owner's next token is %v after the request, want 2s", d)
	}
	// Before that nobody may have the host.
	if h2, err := b.Take(t.Context(), due()); h2 != nil || err != nil {
		t.Errorf("taken within the delay: %v, %v", h2, err)
	}
	late := due()
	late.Time = at
	if h2, err := b.Take(t.Context(), late); h2 == nil || err != nil {
		t.Errorf("not taken after the delay: %v, %v", h2, err)
	}
}

// TestFrozenOwner: a worker that wakes after its lease has run out sends nothing, and leaves the token of the new owner alone.
func TestFrozenOwner(t *testing.T) {
	s := open(t)
	a, b := s.frontier(true), s.frontier(true)
	mustAdd(t, a, entry("/1"))
	frozen := mustTake(t, a)
	if err := frozen.Gate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	frozen.End()
	time.Sleep(a.cfg.Lease + 100*time.Millisecond)
	if err := frozen.Gate(t.Context(), 0); !errors.Is(err, ErrLeaseLost) {
		t.Fatalf("Gate after the lease: %v", err)
	}
	b.cfg.Lease = time.Minute
	owner := mustTake(t, b)
	s.noToken(t)
	until := time.Now().Add(5 * time.Minute)
	if err := s.tokens.At(t.Context(), tokenAt+host, tokenDue+host, until, nil); err != nil {
		t.Fatal(err)
	}
	if err := frozen.Release(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if at := s.token(t); at.Sub(until).Abs() > time.Second {
		t.Errorf("the frozen worker moved the token to %v", at)
	}
	if err := owner.Gate(t.Context(), 0); err != nil {
		t.Errorf("the new owner: %v", err)
	}
	if rec, err := b.Look(t.Context(), host); err != nil || rec.Lease == 0 || !b.mine(rec.By) {
		t.Errorf("the record is %+v, %v", rec, err)
	}
}

// TestLeaseTakenWhileRenewed: the other took the host between two looks; the renewal finds out.
func TestLeaseTakenWhileRenewed(t *testing.T) {
	s := open(t)
	a := s.frontier(true)
	mustAdd(t, a, entry("/1"))
	h := mustTake(t, a)
	value, err := json.Marshal(Host{By: "other/1", Lease: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.hosts.Put(t.Context(), host, value); err != nil {
		t.Fatal(err)
	}
	time.Sleep(a.cfg.Lease/2 + 20*time.Millisecond) // time to renew
	if err := h.Gate(t.Context(), 0); !errors.Is(err, ErrLeaseLost) {
		t.Errorf("Gate: %v", err)
	}
	if err := h.Release(t.Context(), 0); err != nil {
		t.Error(err)
	}
	if at := s.token(t); at.IsZero() {
		t.Error("the host has no token")
	}
}

func TestLeaseIsRenewedInTime(t *testing.T) {
	s := open(t)
	a := s.frontier(true)
	a.cfg.Lease = 2 * time.Second
	mustAdd(t, a, entry("/1"))
	h := mustTake(t, a)
	for end := time.Now().Add(2500 * time.Millisecond); time.Now().Before(end); {
		if err := h.Gate(t.Context(), 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		h.End()
	}
	if err := h.Release(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

// failing lets writes of the hosts bucket fail, kept or not.
type failing struct {
	*bus.KV
	times *int
	kept  bool
}

var errFault = errors.New("fault of the test")

func (f failing) Update(ctx context.Context, key string, value []byte, rev uint64) (uint64, error) {
	if *f.times <= 0 {
		return f.KV.Update(ctx, key, value, rev)
	}
	*f.times--
	if f.kept {
		_, _ = f.KV.Update(ctx, key, value, rev)
	}
	return 0, errFault
}

// TestFailedReleaseIsTakenUpAgain: the worker's own lease does not keep it from the host; others wait for its end.
func TestFailedReleaseIsTakenUpAgain(t *testing.T) {
	for name, kept := range map[string]bool{"not kept": false, "kept": true} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			a, b := s.frontier(false), s.frontier(false)
			times := 0
			a.hosts = failing{s.hosts, &times, kept}
			mustAdd(t, a, entry("/1"))
			h := mustTake(t, a)
			if err := h.Gate(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			h.End()
			times = 1
			err := h.Release(t.Context(), 0)
			if kept {
				if err != nil {
					t.Fatalf("a write that was kept is done: %v", err)
				}
				return
			}
			if !errors.Is(err, errFault) {
				t.Fatalf("Release: %v", err)
			}
			if other, err := b.Take(t.Context(), due()); other != nil || err != nil {
				t.Fatalf("another took the host: %v, %v", other, err)
			}
			again := mustTake(t, a)
			if !again.Asked() {
				t.Error("the pause after the last request is forgotten")
			}
			if err := again.Release(t.Context(), 0); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAttemptsOutliveTheWorker(t *testing.T) {
	s := open(t)
	mustAdd(t, s.frontier(false), entry("/1"), entry("/2"))
	for want := 1; want <= 3; want++ {
		h := mustTake(t, s.frontier(false))
		it, _, err := h.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if attempts, fails := h.Failed(it, "no answer"); attempts != want || fails != want {
			t.Errorf("attempt %d, failure %d, want %d", attempts, fails, want)
		}
		if want == 3 {
			if err := h.Done(t.Context(), it); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Release(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
	}
	rec, err := s.frontier(false).Look(t.Context(), host)
	if err != nil || len(rec.Attempts) != 0 || rec.Fails != 3 || rec.Why != "no answer" {
		t.Errorf("record %+v, %v", rec, err)
	}
}

func TestSweepMendsAHostWithoutToken(t *testing.T) {
	s := open(t)
	f := s.frontier(false)
	mustAdd(t, f, entry("/1"))
	if n, err := f.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("with a token: %d, %v", n, err)
	}
	s.noToken(t)
	if n, err := f.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("without a token: %d, %v", n, err)
	}
	s.noToken(t)
	if err := f.Purge(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("without URLs: %d, %v", n, err)
	}
}

func TestVoidFreesTheHostsOfOthers(t *testing.T) {
	s := open(t)
	a, b := s.frontier(false), s.frontier(false)
	mustAdd(t, a, entry("/1"))
	mustTake(t, a)
	s.noToken(t)
	if n, err := b.Void(t.Context(), 0); n != 1 || err != nil {
		t.Fatalf("Void: %d, %v", n, err)
	}
	if s.token(t).IsZero() {
		t.Error("the host has no token")
	}
	mustTake(t, b)
	if n, err := b.Void(t.Context(), 0); n != 0 || err != nil {
		t.Errorf("Void of its own: %d, %v", n, err)
	}
}

func TestUnreadableHostRecordDoesNotStopTheHost(t *testing.T) {
	s := open(t)
	f := s.frontier(false)
	mustAdd(t, f, entry("/1"))
	if _, err := s.hosts.Put(t.Context(), host, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if h, err := f.Take(t.Context(), due()); h != nil || err != nil {
		t.Errorf("taken at once: %v, %v", h, err)
	}
	later := due()
	later.Time = later.Time.Add(2 * time.Minute)
	if h, err := f.Take(t.Context(), later); h == nil || err != nil {
		t.Errorf("not taken later: %v, %v", h, err)
	}
}
