package frontier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// ErrLeaseLost says that the lease ran out or another took it: the process was frozen, or the server away. Nothing may be sent to the
// host any more under this Hold; it can still be released.
var ErrLeaseLost = errors.New("lease of the host lost")

// Hold is the right to ask one host, for the length of a lease. It belongs to one goroutine, and ends with Release.
type Hold struct {
	f     *Frontier
	host  HostState
	asked time.Time     // by our clock, before the last lease write was sent
	since time.Time     // by our clock, when the token was taken
	last  time.Time     // by our clock, end of the last request; zero where there was none
	begun time.Time     // by our clock, begin of the request under way
	took  time.Duration // the last request
	pause time.Duration // the host's delay, as far as it is longer than Margin: what a lease ends with
	later time.Time     // by the server's clock: when the first of the entries that Next passed over is due; zero where there was none
	lost  bool
}

// Host is the subject token of the host.
func (h *Hold) Host() string { return h.host.Token }

// Record is the host's record as this Hold knows it.
func (h *Hold) Record() Host { return h.host.Host }

// Age is how long the token has been held.
func (h *Hold) Age() time.Duration { return time.Since(h.since) }

// Asked tells whether the host was asked under this Hold, or under one that could not be released: a pause is due.
func (h *Hold) Asked() bool { return !h.last.IsZero() }

// Now is the server's time, at most the length of one write late.
func (h *Hold) Now() time.Time { return h.host.At.Add(time.Since(h.asked)) }

// lease writes the lease, new or longer. On bus.ErrConflict h.host is the record of the other.
func (h *Hold) lease(ctx context.Context) error {
	s := h.host
	// Whoever takes over when this worker dies keeps its pause, but not the back-off that has just ended.
	s.Lease, s.Wait = h.f.cfg.Lease, h.pause
	asked := time.Now()
	now, err := h.f.update(ctx, s)
	if err != nil {
		if errors.Is(err, bus.ErrConflict) {
			h.host, h.lost = now, true
		}
		return err
	}
	h.host, h.asked = now, asked
	return nil
}

// remaining is what is left of the lease, counted from before it was asked for. The monotonic clock stands still while some machines
// sleep and the wall clock may be set: the greater of both counts.
func (h *Hold) remaining() time.Duration {
	now := time.Now()
	passed := max(now.Sub(h.asked), now.Round(0).Sub(h.asked.Round(0)))
	return h.f.cfg.Lease - passed
}

// need is what has to be left of the lease when a request begins: it ends well before another may begin one.
func (h *Hold) need() time.Duration { return h.f.cfg.Request + h.f.margin/2 }

// Renew makes the lease longer where less is left than half of it or than a request needs. It returns ErrLeaseLost where the lease has run out or
// another has the host.
func (h *Hold) Renew(ctx context.Context) error {
	switch left := h.remaining(); {
	case h.lost || left <= 0:
		h.lost = true
		return fmt.Errorf("%w: %s", ErrLeaseLost, h.host.Token)
	case left >= max(h.need(), h.f.cfg.Lease/2):
		return nil
	}
	if err := h.extend(ctx); err != nil {
		return err
	}
	if h.remaining() < h.need() {
		h.lost = true
		return fmt.Errorf("%w: %s: the server took too long to renew it", ErrLeaseLost, h.host.Token)
	}
	return nil
}

func (h *Hold) extend(ctx context.Context) error {
	err := h.lease(ctx)
	if errors.Is(err, bus.ErrConflict) {
		return fmt.Errorf("%w: %s: %w", ErrLeaseLost, h.host.Token, err)
	}
	return err
}

// Gate is to be passed before every request to the host, robots.txt and every hop of a redirect too: it waits until delay has passed since the
// end of the last request and makes sure that the lease lasts for a whole fetch. End is to be called when the request is over.
func (h *Hold) Gate(ctx context.Context, delay time.Duration) error {
	for !h.last.IsZero() {
		wait := delay - time.Since(h.last)
		if wait <= 0 {
			break
		}
		if err := sleep(ctx, min(wait, h.f.cfg.Lease/8)); err != nil {
			return err
		}
		if err := h.Renew(ctx); err != nil {
			return err
		}
	}
	if delay > h.f.margin && delay > h.pause {
		h.pause = delay
		if err := h.extend(ctx); err != nil {
			return err
		}
	}
	if err := h.Renew(ctx); err != nil {
		return err
	}
	h.begun = time.Now()
	h.last = h.begun
	return nil
}

// End notes that a request is over, and when.
func (h *Hold) End() time.Time {
	h.last = time.Now()
	h.took = h.last.Sub(h.begun)
	return h.last
}

// Took is how long the last request took; 0 where there was none.
func (h *Hold) Took() time.Duration { return h.took }

// Deadline is the moment, by the local clock, at which the lease has run out.
func (h *Hold) Deadline() time.Time { return h.asked.Add(h.f.cfg.Lease) }

// Next gives the entry to work on: the fast lane first, then the oldest, the slow lane last; false where the host has none that is not passed over.
func (h *Hold) Next(ctx context.Context) (Item, bool, error) {
	// First those that never failed: one that did is due again sooner than a long queue ends, and would always be ahead of it.
	it, some, err := h.next(ctx, laterWaits)
	if err != nil || some || h.later.IsZero() {
		return it, some, err
	}
	return h.next(ctx, 0)
}

// laterWaits is how long an entry that failed is passed over beyond its time while there are others.
const laterWaits = 10 * time.Minute

func (h *Hold) next(ctx context.Context, beyond time.Duration) (Item, bool, error) {
	h.later = time.Time{}
	return h.f.first(ctx, h.host.Token, func(it Item) bool {
		ms, ok := h.host.Later[key(it)]
		at := time.UnixMilli(ms)
		if !ok || !h.Now().Before(at.Add(beyond)) {
			return false
		}
		if h.later.IsZero() || at.Before(h.later) {
			h.later = at
		}
		return true
	})
}

// Rest is the wait for Release after which the first of the entries that the last Next passed over is due; 0 where there was none.
func (h *Hold) Rest() time.Duration {
	if h.later.IsZero() {
		return 0
	}
	rest := h.later.Sub(h.Now())
	if !h.last.IsZero() {
		rest += time.Since(h.last)
	}
	return max(rest, 0)
}

// Add queues entries like Frontier.Add.
func (h *Hold) Add(ctx context.Context, entries ...Entry) (added int, err error) {
	return h.f.add(ctx, entries, h.host.Token)
}

// Done takes an entry out of URLS: its fate is written down.
func (h *Hold) Done(ctx context.Context, it Item) error {
	if err := h.f.urls.Remove(ctx, it.Message.Seq); err != nil {
		return fmt.Errorf("remove %s: %w", it.Message.Subject, err)
	}
	delete(h.host.Attempts, key(it))
	delete(h.host.Later, key(it))
	return nil
}

// Answered notes that the host answers. Of its failures one is forgotten with every Forgive answers in a row, so that a host which
// answers now and then is asked less and less all the same.
func (h *Hold) Answered() {
	h.host.Why, h.host.Parked = "", false
	if h.host.Fails == 0 {
		return
	}
	if h.host.Good++; h.host.Good >= Forgive {
		h.host.Good = 0
		h.host.Fails--
	}
}

// Slow notes that the host would rather not be asked so often, though it answers: it counts as a failure that has to be made good for.
func (h *Hold) Slow() {
	h.host.Fails++
	h.host.Good = 0
}

// Park notes that the host is asked as seldom as can be, until it answers; it tells whether that is new.
func (h *Hold) Park() bool {
	was := h.host.Parked
	h.host.Parked = true
	return !was
}

// Defer lets Next pass over an entry that failed until d has passed, so that it does not keep the others waiting. It is false where
// so many are passed over already that the host itself had better rest.
func (h *Hold) Defer(it Item, d time.Duration) bool {
	now := h.Now()
	m := map[string]int64{} // a copy, as in Failed
	for k, ms := range h.host.Later {
		if now.Before(time.UnixMilli(ms).Add(laterKept)) { // else of a URL that was purged
			m[k] = ms
		}
	}
	if len(m) >= maxAttempts {
		return false
	}
	m[key(it)] = now.Add(d).UnixMilli()
	h.host.Later = m
	return true
}

// laterKept is how long an entry of Host.Later stays that nothing came of.
const laterKept = 6 * time.Hour

// CrawlDelay notes the delay that the host's robots.txt asks for.
func (h *Hold) CrawlDelay(d time.Duration) { h.host.Delay = d }

// Failed notes a failed attempt of an entry and tells how many it has had, this one included, and the failures of the host (Host.Fails).
// They are persisted by Release.
func (h *Hold) Failed(it Item, why string) (attempts, fails int) {
	// A copy: what was read from the server must stay as it is while it may be written again.
	m := maps.Clone(h.host.Attempts)
	if m == nil {
		m = map[string]int{}
	}
	k := key(it)
	attempts = m[k] + 1
	if attempts == 1 && len(m) >= maxAttempts {
		// Those that nothing waits for were purged. Where all are waited for this one is not counted until one of them has ended.
		maps.DeleteFunc(m, func(k string, _ int) bool { _, waits := h.host.Later[k]; return !waits })
	}
	if attempts > 1 || len(m) < maxAttempts {
		m[k] = attempts
	}
	h.host.Attempts, h.host.Why = m, why
	h.host.Fails++
	h.host.Good = 0
	return attempts, h.host.Fails
}

func key(it Item) string { return news.URLHash(it.Message.Subject)[:10] }

// Release gives the host back: it may be asked again when wait has passed since the last request (or now, where there was none). It stores the host's next token, so
// that the one of this Hold may be acknowledged when Release returns nil; after an error it must not be. The Hold is over in both cases.
func (h *Hold) Release(ctx context.Context, wait time.Duration) error {
	if err := h.release(ctx, wait); err != nil {
		// Whoever comes next in this process may go on with the lease, and has to keep the pause.
		h.f.leave(h.host.Token, h.last)
		return err
	}
	h.f.leave(h.host.Token, time.Time{})
	return nil
}

func (h *Hold) release(ctx context.Context, wait time.Duration) error {
	if h.lost || h.remaining() <= 0 {
		// Another may have it: only see to it that there is a token.
		return h.f.wake(ctx, h.host.Token, h.host.FreeAt())
	}
	if !h.last.IsZero() {
		wait -= time.Since(h.last)
	}
	s := h.host
	s.Lease, s.Wait = 0, max(wait, 0)
	now, err := h.f.update(ctx, s)
	if errors.Is(err, bus.ErrConflict) {
		return h.f.wake(ctx, h.host.Token, now.FreeAt())
	}
	if err != nil {
		return err
	}
	if err := h.f.tokens.At(ctx, tokenAt+now.Token, tokenDue+now.Token, now.FreeAt(), nil); err != nil {
		return fmt.Errorf("token of %s: %w", now.Token, err)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
