package crawler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

var errFault = errors.New("fault of the test")

// fault lets some calls of one kind of write fail: not kept, or kept and reported failed all the same.
type fault struct {
	op   string
	kept bool
	left atomic.Int64
	dead atomic.Bool // no write is kept any more
}

func (f *fault) do(op string, call func() error) error {
	if f.dead.Load() {
		return fmt.Errorf("%s: %w", op, errFault)
	}
	if op != f.op || f.left.Add(-1) < 0 {
		return call()
	}
	if f.kept {
		_ = call() // whatever it says, the caller hears of a failure
	}
	return fmt.Errorf("%s: %w", op, errFault)
}

// over gives the stores with the fault in every write of the crawler.
func (f *fault) over(s Stores) Stores {
	s.Out = faultyOut{s.Out, f}
	s.URLs = faultyURLs{s.URLs, f}
	s.Tokens = faultyTokens{s.Tokens, f}
	s.Polls = faultyPolls{s.Polls, f}
	s.Hosts = faultyHosts{s.Hosts, f}
	s.Seen = faultyVisits{s.Seen, f, "record in SEEN"}
	s.Robots = faultyVisits{s.Robots, f, "keep robots.txt"}
	s.Progress = faultyProgress{s.Progress, f}
	return s
}

type faultyOut struct {
	Output
	f *fault
}

func (o faultyOut) Publish(ctx context.Context, m bus.Outgoing) (ack bus.Ack, err error) {
	op := "publish event"
	if strings.HasPrefix(m.Subject, "news.raw.") {
		op = "publish page"
	}
	err = o.f.do(op, func() error { ack, err = o.Output.Publish(ctx, m); return err })
	return ack, err
}

func (o faultyOut) Bury(ctx context.Context, l bus.Letter) error {
	return o.f.do("bury", func() error { return o.Output.Bury(ctx, l) })
}

type faultyURLs struct {
	frontier.URLs
	f *fault
}

func (u faultyURLs) Add(ctx context.Context, m bus.Outgoing) (added bool, err error) {
	op := "add link"
	if strings.Contains(string(m.Data), `"poll":true`) {
		op = "add start page"
	}
	if strings.HasPrefix(m.Subject, "newsmill.later.") {
		op = "keep next visit"
	}
	err = u.f.do(op, func() error { added, err = u.URLs.Add(ctx, m); return err })
	return added, err
}

func (u faultyURLs) Remove(ctx context.Context, seq uint64) error {
	return u.f.do("remove URL", func() error { return u.URLs.Remove(ctx, seq) })
}

type faultyTokens struct {
	frontier.Tokens
	f *fault
}

func (s faultyTokens) At(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	return s.f.do("next token", func() error { return s.Tokens.At(ctx, subject, target, at, data) })
}

func (s faultyTokens) AtIfAbsent(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	var err error
	failed := s.f.do("first token", func() error { err = s.Tokens.AtIfAbsent(ctx, subject, target, at, data); return err })
	return failed
}

type faultyPolls struct {
	Schedules
	f *fault
}

func (s faultyPolls) At(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	return s.f.do("next poll", func() error { return s.Schedules.At(ctx, subject, target, at, data) })
}

type faultyHosts struct {
	frontier.Bucket
	f *fault
}

func (h faultyHosts) Create(ctx context.Context, key string, value []byte) (rev uint64, err error) {
	err = h.f.do("meet host", func() error { rev, err = h.Bucket.Create(ctx, key, value); return err })
	return rev, err
}

func (h faultyHosts) Update(ctx context.Context, key string, value []byte, revision uint64) (rev uint64, err error) {
	op := "free host"
	if strings.Contains(string(value), `"lease_ms":`) {
		op = "lease host"
	}
	err = h.f.do(op, func() error { rev, err = h.Bucket.Update(ctx, key, value, revision); return err })
	if err != nil {
		rev = 0
	}
	return rev, err
}

type faultyVisits struct {
	frontier.VisitStore
	f  *fault
	op string
}

func (v faultyVisits) Put(ctx context.Context, key string, value []byte) (rev uint64, err error) {
	err = v.f.do(v.op, func() error { rev, err = v.VisitStore.Put(ctx, key, value); return err })
	return rev, err
}

type faultyProgress struct {
	ProgressStore
	f *fault
}

func (p faultyProgress) Create(ctx context.Context, key string, value []byte) (rev uint64, err error) {
	err = p.f.do("record progress", func() error { rev, err = p.ProgressStore.Create(ctx, key, value); return err })
	return rev, err
}

func (p faultyProgress) Update(ctx context.Context, key string, value []byte, revision uint64) (rev uint64, err error) {
	err = p.f.do("record progress", func() error { rev, err = p.ProgressStore.Update(ctx, key, value, revision); return err })
	return rev, err
}

// TestFaultTable lets every write of the crawler fail, more often than it is repeated on the spot, once not kept and once kept: every URL
// must end as without the fault, nothing may be lost, and no host may stay without a token. The sweep does not run.
func TestFaultTable(t *testing.T) {
	t.Parallel()
	var rows sync.WaitGroup
	slots := make(chan struct{}, 10)
	const onTheSpot, once = 4, 2 // a write that is repeated on the spot is tried three times
	for _, row := range []struct {
		op    string
		times int64
	}{
		{"publish page", onTheSpot},
		{"publish event", onTheSpot},
		{"bury", onTheSpot},
		{"record in SEEN", onTheSpot},
		{"keep robots.txt", onTheSpot},
		{"add start page", once},
		{"add link", onTheSpot},
		{"remove URL", onTheSpot},
		{"first token", once},
		{"next token", once},
		{"meet host", once},
		{"lease host", once},
		{"free host", once},
		{"next poll", once},
		{"record progress", 1}, // a record that was kept is not written again
		{"keep next visit", onTheSpot},
	} {
		for name, kept := range map[string]bool{"not kept": false, "kept": true} {
			// They wait more than they work, so more of them run at a time than there are processors.
			rows.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				t.Run(row.op+", "+name, func(t *testing.T) {
					f := &fault{op: row.op, kept: kept}
					f.left.Store(row.times)
					faultRow(t, f)
				})
			})
		}
	}
	rows.Wait()
}

func faultRow(t *testing.T, f *fault) {
	w := newWeb(t)
	const a, b = "http://a.example", "http://b.example"
	w.on(a+"/", list("/p1.html", "/missing.html", "/away.html", "/broken.html", "/list_2.html"))
	w.on(a+"/list_2.html", list("/p2.html"))
	w.on(a+"/p1.html", article(1))
	w.on(a+"/p2.html", article(2))
	w.on(a+"/away.html", redirect(b+"/p3.html"))
	w.on(a+"/broken.html", status(500, "oops"))
	w.on(b+"/p3.html", article(3))
	want := map[string]string{a + "/p1.html": "page", a + "/p2.html": "page", a + "/missing.html": "not_found", a + "/away.html": "redirected",
		a + "/broken.html": "dead fetch_failed", b + "/p3.html": "page"}

	server := bustest.Start(t)
	s := StoresOf(server)
	apply(t, s, src("yunhe", a+"/", "a.example", "b.example"))
	start(t, f.over(s), quick(w, "a.example", "b.example"))
	waitFor(t, "all URLs told", func() bool { return len(whatWasTold(t, server).outcomes) >= len(want) })
	waitIdle(t, s)
	if f.left.Load() > 0 {
		t.Fatalf("the fault came not up: %d left", f.left.Load())
	}
	st, err := Idle(t.Context(), s)
	if err != nil || st.Queued != 0 {
		t.Errorf("%d URLs are left in the frontier, error %v", st.Queued, err)
	}
	got := whatWasTold(t, server)
	if diff := cmp.Diff(want, got.ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	for url, m := range got.outcomes {
		for outcome, n := range m {
			// A page may be fetched and sent again; what is told of a URL has one id.
			if n > 2 || n > 1 && outcome != "page" {
				t.Errorf("%s: told %d times as %s", url, n, outcome)
			}
		}
		if end := strings.TrimPrefix(got.ends()[url], "dead "); lastOutcome(t, s, url) != end {
			t.Errorf("%s: ended as %s, SEEN says %q", url, end, lastOutcome(t, s, url))
		}
	}
	if n, _, err := s.frontier().Kept(t.Context(), ""); n < 2 || err != nil {
		t.Errorf("%d visits of plans are kept, %v", n, err)
	}
	if polls := pollsOf(t, s); polls != 1 {
		t.Errorf("%d polls are stored, want the next one", polls)
	}
}

func pollsOf(t *testing.T, s Stores) (n int) {
	t.Helper()
	err := s.Polls.Each(t.Context(), polls, func(bus.Message, time.Time, bool) error { n++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return n
}
