package crawler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// failure is a request that may go well another time: the host rests, and the URL keeps its place until its attempts are used up.
type failure struct {
	reason     news.Reason   // of the dead letter, when they are
	base       time.Duration // of the back-off
	retryAfter time.Duration // what the host asked for; 0: nothing
	silent     bool          // there was no answer at all
	host       bool          // the host is at fault, not this URL: all of its URLs wait
	broken     bool          // its name or its certificate is at fault: a while helps seldom
	err        error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// hopError is an error of our own that ended a fetch: a rule, or a store that did not answer.
type hopError struct{ err error }

func (e *hopError) Error() string { return e.err.Error() }
func (e *hopError) Unwrap() error { return e.err }

// The most that a delay grows to by itself: where a host answers slowly, and where requests to it fail.
const (
	slowMost = 30 * time.Second
	failMost = time.Minute
)

// leastDelay is the pause between two requests to the host of an entry that must not be breached: the greatest of what its sources and its
// robots.txt ask for.
func (w *Worker) leastDelay(hold *frontier.Hold, it frontier.Item) time.Duration {
	d := hold.Record().Delay
	u, err := weburl.Parse(it.URL)
	if err != nil {
		return max(d, w.cfg.Delay)
	}
	return max(d, w.sources.delay(u, w.cfg.Delay))
}

// delayFor is leastDelay, or more: DelayFactor times what the last request took, and doubled for each failure that is not forgiven yet.
func (w *Worker) delayFor(hold *frontier.Hold, it frontier.Item) time.Duration {
	least := w.leastDelay(hold, it)
	d := least
	if n := hold.Record().Fails; n > 0 {
		d = max(d, min(least<<min(n, 6), failMost))
	}
	if f := w.cfg.DelayFactor; f > 0 {
		d = max(d, min(time.Duration(f*float64(hold.Took())), slowMost))
	}
	return d
}

// ask sends a request when the host may have one, and every hop of its redirects in the same way. check decides on hops; nil lets all pass.
// Errors are those of the fetcher, a *failure for those that may pass, or of our own.
func (v *visit) ask(ctx context.Context, r fetch.Request, check func(ctx context.Context, u weburl.URL) error) (*fetch.Response, error) {
	r = v.src.dress(r)
	if err := v.gate(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithDeadlineCause(ctx, v.hold.Deadline(), frontier.ErrLeaseLost)
	defer cancel()
	at, began := r.URL, time.Now()
	r.BeforeHop = func(ctx context.Context, u weburl.URL, from int) error {
		if from == 0 {
			return nil // passed already: waiting is not part of the time that a fetch may take
		}
		v.over(at, began, from, "redirect", nil)
		if check != nil {
			if err := check(ctx, u); err != nil {
				return &hopError{err}
			}
		}
		if u.HostToken() == v.hold.Host() {
			if err := v.gate(ctx); err != nil {
				return &hopError{err}
			}
		}
		at, began = u, time.Now()
		return nil
	}
	resp, err := v.w.fetcher.Fetch(ctx, r)
	if err != nil {
		var own *hopError
		if !errors.As(err, &own) {
			v.over(at, began, 0, "error", err)
		}
		return nil, v.cause(ctx, err)
	}
	v.w.silence.Store(0)
	v.over(at, began, resp.Status, statusClass(resp.Status), nil)
	return resp, nil
}

// gate waits for the host's next moment and makes sure of the lease.
func (v *visit) gate(ctx context.Context) error {
	if err := v.hold.Gate(ctx, v.w.delayFor(v.hold, v.it)); err != nil {
		return err
	}
	*v.requests++
	return nil
}

// over notes the end of one request. Its line is the audit: by these lines anybody can prove that no delay was breached. Between the end of
// a request and the start of the next one to the same host lies at least the delay that the next one names.
func (v *visit) over(u weburl.URL, began time.Time, status int, result string, err error) {
	ended := v.hold.End()
	v.w.metrics.requests.WithLabelValues(result).Inc()
	args := []any{"host", u.HostToken(), "url", u.String(), "start", began.UTC(), "end", ended.UTC(), "status", status, "result", result,
		"delay", v.w.leastDelay(v.hold, v.it)}
	if err != nil {
		args = append(args, "error", err.Error())
	}
	level := slog.LevelDebug
	if v.w.cfg.LogRequests {
		level = slog.LevelInfo
	}
	v.w.cfg.Log.Log(context.Background(), level, "request", args...)
}

// cause sorts the errors of a fetch: those of our own come back as they are, those that may pass as a *failure.
func (v *visit) cause(ctx context.Context, err error) error {
	var own *hopError
	switch {
	case errors.As(err, &own):
		return own.err
	case errors.Is(err, frontier.ErrLeaseLost), ctx.Err() != nil:
		return err
	case errors.Is(err, fetch.ErrProxy) && v.src.Proxy == "":
		return bus.Down(err) // every request needs it
	case errors.Is(err, fetch.ErrConnect):
		broken := errors.Is(err, fetch.ErrDNS) || errors.Is(err, fetch.ErrTLS)
		return &failure{reason: news.HostDown, base: v.w.cfg.BackOff, silent: true, host: true, broken: broken, err: err}
	case errors.Is(err, fetch.ErrTimeout), errors.Is(err, fetch.ErrTruncated), errors.Is(err, fetch.ErrDecode):
		return &failure{reason: news.FetchFailed, base: v.w.cfg.FaultBackOff, err: err}
	}
	return err
}

// keep repeats a write until it is kept: a few times after an error, and for as long as it takes while a stream is full, since
// what was fetched would have to be fetched again.
func (w *Worker) keep(ctx context.Context, hold *frontier.Hold, write func(ctx context.Context) error) error {
	const tries = 3
	waiting := false
	defer func() {
		if waiting {
			w.metrics.waiting.Dec()
			if w.waiting.Add(-1) == 0 {
				w.health.report("room")(nil)
			}
		}
	}()
	for try := 1; ; {
		err := write(ctx)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, bus.ErrTooLarge), ctx.Err() != nil:
			return err
		case errors.Is(err, bus.ErrFull):
			if w.stopping.Load() {
				return fmt.Errorf("%w: %w", errStopping, err)
			}
			if !waiting {
				waiting = true
				w.metrics.waiting.Inc()
				w.waiting.Add(1)
				w.health.report("room")(err)
				w.cfg.Log.Warn("waits for room", "host", hold.Host(), "error", err)
			}
			pause(ctx, w.cfg.FullPause)
			if err := hold.Renew(ctx); errors.Is(err, frontier.ErrLeaseLost) {
				return err
			}
		case try == tries:
			return err
		default:
			pause(ctx, time.Duration(try)*50*time.Millisecond)
			try++
		}
	}
}
