package crawler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/newsmill/newsmill/crawler/discover"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/robots"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// visit is the work on one entry under a Hold.
type visit struct {
	w        *Worker
	hold     *frontier.Hold
	it       frontier.Item
	src      *source
	last     frontier.Visit // of the URL; zero where it was never visited
	requests *int           // made in this Hold
	rules    *robots.Robots // of the URL's origin, once they were looked at
}

// one works on one entry. rest is the pause that the host needs because of a failure; the entry then keeps its place.
func (w *Worker) one(ctx context.Context, hold *frontier.Hold, it frontier.Item, requests *int) (rest time.Duration, err error) {
	v := &visit{w: w, hold: hold, it: it, requests: requests}
	f, err := v.safely(ctx)
	var failed *failure
	if errors.As(err, &failed) {
		return v.failed(ctx, failed)
	}
	if err != nil || f.later {
		return f.rest, err
	}
	if f.shelve {
		return 0, w.keep(ctx, hold, func(ctx context.Context) error { return hold.Shelve(ctx, it) })
	}
	return 0, v.settle(ctx, f)
}

// safely turns a panic into a dead letter of the entry: a page that crashes the worker must not crash it again and again.
func (v *visit) safely(ctx context.Context) (f fate, err error) {
	defer func() {
		if p := recover(); p != nil {
			v.w.cfg.Log.Error("crash", "url", v.it.URL, "panic", p, "stack", string(debug.Stack()))
			f, err = fate{reason: news.Crash, detail: fmt.Sprint(p)}, nil
		}
	}()
	return v.decide(ctx)
}

// silentMost is how many requests in a row may go unanswered, to whatever host, before the fault is looked for here.
const silentMost = 50

// failed counts a failed attempt: the last one is a dead letter.
func (v *visit) failed(ctx context.Context, failed *failure) (rest time.Duration, err error) {
	if failed.silent && v.w.silence.Add(1) > silentMost {
		// No host answers: that is this machine's network, or its set-up, and no fault of the URLs.
		return jitter(failed.base), bus.Down(fmt.Errorf("the last %d requests to any host got no answer, the last one: %w", v.w.silence.Load(), failed.err))
	}
	attempts, fails := v.hold.Failed(v.it, failed.Error())
	rest = v.pauseAfter(failed, attempts, fails)
	if attempts < v.w.cfg.Attempts {
		return rest, nil
	}
	return rest, v.settle(ctx, fate{reason: failed.reason, detail: failed.Error()})
}

// decide finds out what becomes of the entry: rules first, then the request. What the page leads to is queued when it returns.
func (v *visit) decide(ctx context.Context) (fate, error) {
	if v.it.Err != nil {
		return fate{reason: news.BadMessage, detail: v.it.Err.Error(), unrecorded: true}, nil
	}
	last, known, err := v.w.seen.Get(ctx, v.it.URL)
	if err != nil {
		return fate{}, err
	}
	v.last = last
	newer := known && last.Stored.After(v.it.Message.Time)
	if newer && last.Seq == v.it.Message.Seq {
		return fate{settled: true}, nil // by a worker that died before it could take the entry out
	}
	src, ok, err := v.w.sources.get(ctx, v.it.Source)
	if err != nil {
		return fate{}, err
	}
	if !ok {
		return fate{reason: news.SourceRemoved, again: atOnce}, nil
	}
	v.src = src
	switch {
	case src.Paused:
		return fate{shelve: true}, nil
	case v.superseded():
		return fate{settled: true}, nil
	}
	if v.it.Kind == frontier.KindSlice {
		return v.slice(ctx)
	}
	u, err := weburl.Parse(v.it.URL)
	if err != nil {
		return fate{reason: news.BadURL, detail: err.Error()}, nil
	}
	if newer && !v.it.Poll && !v.it.Revisit {
		return fate{reason: news.Expired, detail: "visited " + last.Stored.UTC().Format(time.RFC3339), unrecorded: true}, nil
	}
	if err := v.allowed(ctx, u); err != nil {
		return v.refused(ctx, err)
	}
	if *v.requests > 0 && v.w.delayFor(v.hold, v.it) >= longDelay {
		return fate{later: true}, nil // robots.txt was this token's request: the slot is better used than by waiting
	}
	if wait, err := v.spend(ctx); err != nil {
		return fate{}, err
	} else if wait > 0 {
		return v.overBudget(wait), nil
	}
	resp, err := v.ask(ctx, v.request(u), v.hop)
	if err != nil {
		return v.refused(ctx, err)
	}
	return v.answered(ctx, resp)
}

// request asks conditionally where the last visit brought something that can be the same.
func (v *visit) request(u weburl.URL) fetch.Request {
	r := fetch.Request{URL: u}
	if v.it.Kind == frontier.KindSitemap { // often gzip, under any type
		r.Accept, r.AnyType, r.MaxBytes = "application/xml,text/xml,application/gzip,text/plain;q=0.9,*/*;q=0.5", true, discover.MaxSitemap
	}
	switch v.last.Outcome {
	case frontier.OutcomePage, news.Unchanged.Code, news.Discovery.Code:
		r.ETag, r.LastModified = v.last.ETag, v.last.LastModified
	}
	return r
}

// The rules that end a visit before its request.
var (
	errOutOfScope = errors.New("outside the scope of its source")
	errRobots     = errors.New("robots.txt forbids it")
)

// elsewhere is a hop that is not followed now but queued.
type elsewhere struct{ to weburl.URL }

func (e *elsewhere) Error() string { return "leads to " + e.to.String() }

// allowed holds a URL against scope and robots.txt.
func (v *visit) allowed(ctx context.Context, u weburl.URL) error {
	in := v.src.scope.InScope
	if v.it.Poll || v.it.Kind != frontier.KindPage {
		in = v.src.scope.Follows
	}
	if !in(u.HostPort(), u.PathQuery()) {
		return fmt.Errorf("%w: %s", errOutOfScope, u)
	}
	rules, err := v.rulesFor(ctx, u)
	if err != nil {
		return err
	}
	v.rules = rules
	if !rules.Allowed(v.w.cfg.Product, u.PathQuery()) {
		return fmt.Errorf("%w: %s", errRobots, u)
	}
	return nil
}

// maxInline is the longest delay that is waited for between two hops of one fetch, which has a cap on its time.
const maxInline = 5 * time.Second

// hop decides on the next address of a redirect on the same host.
func (v *visit) hop(ctx context.Context, u weburl.URL) error {
	if err := v.hold.Renew(ctx); err != nil {
		return err // a process that was frozen decides nothing either
	}
	if err := v.allowed(ctx, u); err != nil {
		return err
	}
	if v.w.delayFor(v.hold, v.it) > maxInline {
		return &elsewhere{u}
	}
	return nil
}

// refused sorts the errors that end a visit by a rule from those that may pass, which come back.
func (v *visit) refused(ctx context.Context, err error) (fate, error) {
	var other *elsewhere
	for _, answer := range []error{fetch.ErrTooLarge, fetch.ErrWrongType, fetch.ErrTooManyRedirects} {
		if errors.Is(err, answer) {
			v.hold.Answered()
		}
	}
	switch {
	case errors.As(err, &other):
		return v.redirected(ctx, other.to)
	case errors.Is(err, errOutOfScope):
		return fate{reason: news.OutOfScope, detail: err.Error(), again: tomorrow}, nil
	case errors.Is(err, errRobots):
		return fate{reason: news.Robots, detail: err.Error(), again: tomorrow}, nil
	case errors.Is(err, fetch.ErrTooLarge):
		return fate{reason: news.TooLarge, detail: err.Error(), again: tomorrow}, nil
	case errors.Is(err, fetch.ErrWrongType):
		return fate{reason: news.WrongType, detail: err.Error(), again: tomorrow}, nil
	case errors.Is(err, fetch.ErrTooManyRedirects):
		return fate{reason: news.RedirectLoop, detail: err.Error(), again: tomorrow}, nil
	case errors.Is(err, fetch.ErrLoopbackOnly):
		v.w.cfg.Log.Warn("not asked, because no contact is set", "host", v.hold.Host())
		return fate{reason: news.PrivateAddress, detail: err.Error(), again: atOnce}, nil
	case errors.Is(err, fetch.ErrPrivateAddress):
		return fate{reason: news.PrivateAddress, detail: err.Error(), again: tomorrow}, nil
	}
	return fate{}, err
}
