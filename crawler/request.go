package crawler

import (
	"context"
	"errors"
	"fmt"
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
	err        error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// hopError is an error of our own that ended a fetch: a rule, or a store that did not answer.
type hopError struct{ err error }

func (e *hopError) Error() string { return e.err.Error() }
func (e *hopError) Unwrap() error { return e.err }

// delayFor is the pause between two requests to the host of an entry: the greatest of what its sources and its robots.txt ask for.
func (w *Worker) delayFor(hold *frontier.Hold, it frontier.Item) time.Duration {
	d := hold.Record().Delay
	u, err := weburl.Parse(it.URL)
	if err != nil {
		return max(d, w.cfg.Delay)
	}
	return max(d, w.sources.delay(u, w.cfg.Delay))
}

// ask sends a request when the host may have one, and every hop of its redirects in the same way. check decides on hops; nil lets all pass.
// Errors are those of the fetcher, a *failure for those that may pass, or of our own.
func (v *visit) ask(ctx context.Context, r fetch.Request, check func(ctx context.Context, u weburl.URL) error) (*fetch.Response, error) {
	r.AllowPrivate = v.src.AllowPrivate
	if err := v.gate(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithDeadlineCause(ctx, v.hold.Deadline(), frontier.ErrLeaseLost)
	defer cancel()
	at, began, hops := r.URL, time.Now(), 0
	r.BeforeHop = func(ctx context.Context, u weburl.URL) error {
		if hops++; hops == 1 {
			return nil // passed already: waiting is not part of the time that a fetch may take
		}
		v.over(at.String(), began, "redirect", nil)
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
			v.over(at.String(), began, "error", err)
		}
		return nil, v.cause(ctx, err)
	}
	v.w.silence.Store(0)
	v.over(resp.FinalURL, began, statusClass(resp.Status), nil)
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

// over notes the end of one request. Its line is the audit: by these lines anybody can prove that no delay was breached.
func (v *visit) over(url string, began time.Time, result string, err error) {
	v.hold.End()
	v.w.metrics.requests.WithLabelValues(result).Inc()
	args := []any{"host", v.hold.Host(), "url", url, "start", began.UTC(), "end", time.Now().UTC(), "result", result}
	if err != nil {
		args = append(args, "error", err.Error())
	}
	v.w.cfg.Log.Debug("request", args...)
}

// cause sorts the errors of a fetch: those of our own come back as they are, those that may pass as a *failure.
func (v *visit) cause(ctx context.Context, err error) error {
	var own *hopError
	switch {
	case errors.As(err, &own):
		return own.err
	case errors.Is(err, frontier.ErrLeaseLost), ctx.Err() != nil:
		return err
	case errors.Is(err, fetch.ErrProxy):
		return bus.Down(err) // every request needs it
	case errors.Is(err, fetch.ErrConnect):
		return &failure{reason: news.HostDown, base: v.w.cfg.BackOff, silent: true, err: err}
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
