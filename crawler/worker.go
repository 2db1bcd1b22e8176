package crawler

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// Below longDelay a worker keeps a token and waits the host's delay itself, because the server fires tokens in steps of 250 ms: at most
// for holdURLs requests or holdTime, then the next host has its turn.
const (
	longDelay = time.Second
	holdURLs  = 20
	holdTime  = 10 * time.Second
	// holdFree bounds the entries of one Hold that needed no request (out of scope, robots, expired).
	holdFree = 500
	// lookAgain is how soon a host is looked at again where all that waits has failed: something new may have been queued.
	lookAgain = 20 * time.Second
)

// Fetcher gets one page. *fetch.Fetcher is one.
type Fetcher interface {
	Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// Worker is one crawler. Any number of them may run on the same stores, in one process or many.
type Worker struct {
	cfg      Config
	in       Stores
	fetcher  Fetcher
	front    *frontier.Frontier
	seen     *frontier.Seen
	sources  *sourceTable
	robots   *robotsCache
	metrics  *Metrics
	health   *health
	arrivals arrivals
	budgets  budgets
	woken    time.Time    // by the server's clock, when the last sweep woke visits of plans; the sweep's alone
	silence  atomic.Int64 // requests in a row, to whatever host, that got no answer
	waiting  atomic.Int64 // pages that wait for room in a full stream
	stopping atomic.Bool  // Run's ctx has ended: begin nothing new
}

// New gives a worker, or tells every setting that cannot be. m may be nil.
func New(s Stores, c Config, m *Metrics) (*Worker, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("crawler: %w", err)
	}
	c = c.WithDefaults()
	f, err := fetch.New(c.Fetch)
	if err != nil {
		return nil, fmt.Errorf("crawler: %w", err)
	}
	if m == nil {
		m = NewMetrics(nil)
	}
	return &Worker{
		cfg: c, in: s, fetcher: f, metrics: m,
		front:   frontier.New(s.URLs, s.Tokens, s.Hosts, c.frontier()),
		seen:    frontier.NewSeen(s.Seen),
		sources: newSourceTable(s.Sources),
		robots:  newRobotsCache(s.Robots),
		health:  &health{tell: c.OnDown},
	}, nil
}

// Ready is nil while nothing that the crawler needs is known to be away or full.
func (w *Worker) Ready() error { return w.health.err() }

// Run crawls until ctx ends. Then it begins no request, gives those under way Config.Drain, and returns nil. What was not finished is
// where it was: another Run, here or elsewhere, goes on with it.
func (w *Worker) Run(ctx context.Context) error {
	if c, ok := w.fetcher.(*fetch.Fetcher); ok {
		defer c.Close()
	}
	g, ctx := errgroup.WithContext(ctx)
	known := make(chan struct{})
	g.Go(func() error { return w.follow(ctx, known) })
	g.Go(func() error {
		select {
		case <-known:
		case <-ctx.Done():
			return nil
		}
		w.takeOver(ctx)
		return w.consume(ctx)
	})
	return g.Wait()
}

// takeOver frees what a killed crawler left, where that is certain.
func (w *Worker) takeOver(ctx context.Context) {
	if !w.cfg.Alone {
		return
	}
	n, err := w.front.Void(ctx, w.cfg.Delay)
	if err == nil {
		err = w.repeatPolls(ctx)
	}
	if err != nil {
		w.cfg.Log.Warn("hosts that a former crawler leased wait for the end of their leases", "error", err)
		return
	}
	if n > 0 {
		w.cfg.Log.Info("freed the hosts that a former crawler had leased", "hosts", n)
	}
}

func (w *Worker) consume(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	w.stopping.Store(false)
	defer context.AfterFunc(ctx, func() { w.stopping.Store(true) })()
	g.Go(func() error {
		o := bus.ConsumeOptions{Durable: bus.ConsumerCrawl, Stage: news.StageCrawler, Workers: w.cfg.Slots, Drain: w.cfg.Drain, OnDown: w.health.report("tokens")}
		return w.in.In.Consume(ctx, o, single(w.handleToken))
	})
	g.Go(func() error {
		o := bus.ConsumeOptions{Durable: bus.ConsumerPoll, Stage: news.StageCrawler, Workers: 2, Drain: w.cfg.Drain, OnDown: w.health.report("polls")}
		return w.in.In.Consume(ctx, o, single(w.handlePoll))
	})
	g.Go(func() error { w.sweep(ctx); return nil })
	g.Go(func() error { w.keepProgress(ctx); return nil })
	return g.Wait()
}

// single hands a batch over message by message.
func single(f func(context.Context, bus.Message) error) bus.Handler {
	return bus.HandlerFunc(func(ctx context.Context, batch []bus.Message) []error {
		verdicts := make([]error, len(batch))
		for i, m := range batch {
			verdicts[i] = f(ctx, m)
		}
		return verdicts
	})
}

// follow keeps the table of sources up to date; a watch that breaks is begun again.
func (w *Worker) follow(ctx context.Context, known chan struct{}) error {
	first := true
	ready := func() {
		if w.health.report("sources")(nil); first {
			first = false
			close(known)
		}
	}
	refused := func(id string, err error) {
		w.cfg.Log.Warn("applied source cannot be read; its former state stays", "source", id, "error", err)
	}
	for ctx.Err() == nil {
		if err := w.sources.watch(ctx, ready, refused); err != nil && ctx.Err() == nil {
			w.health.report("sources")(err)
			w.cfg.Log.Warn("watch of the sources broke", "error", err)
		}
		pause(ctx, time.Second)
	}
	return nil
}

// sweep looks for what lost its token or poll, at the start and then about every Config.Sweep. A sweep that fails is told and done again.
func (w *Worker) sweep(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := w.front.Sweep(ctx)
		if n > 0 {
			w.metrics.mended.Add(float64(n))
			w.cfg.Log.Info("hosts had URLs and no token", "mended", n)
		}
		if err == nil {
			err = w.mendPolls(ctx)
		}
		if err == nil {
			err = w.sweepSources(ctx)
		}
		if err != nil && ctx.Err() == nil {
			w.metrics.sweepErrs.Inc()
			w.cfg.Log.Warn("sweep failed", "error", err)
		}
		pause(ctx, w.cfg.Sweep/2+rand.N(w.cfg.Sweep+1))
	}
}

// handleToken is the verdict on a due token: nil when its successor is stored, or the host is idle.
func (w *Worker) handleToken(ctx context.Context, token bus.Message) error {
	if w.stopping.Load() {
		return bus.Later(errStopping, 500*time.Millisecond) // for another process
	}
	hold, err := w.front.Take(ctx, token)
	if err != nil {
		return bus.Down(err)
	}
	if hold == nil {
		return nil
	}
	w.metrics.asking.Inc()
	defer w.metrics.asking.Dec()
	wait, err := w.work(ctx, hold)
	if errors.Is(err, frontier.ErrLeaseLost) {
		w.metrics.lost.Inc()
		w.cfg.Log.Warn("lease lost", "host", hold.Host(), "error", err)
		err = nil // whoever has the host now goes on; Release sees to a token
	}
	if errors.Is(err, errStopping) {
		err = nil
	}
	if err := errors.Join(err, release(ctx, hold, wait)); err != nil {
		return bus.Down(err)
	}
	return nil
}

// release gives the host back even where ctx ended in the middle of a request, so that nobody has to wait for the end of the lease.
func release(ctx context.Context, hold *frontier.Hold, wait time.Duration) error {
	limit := 10 * time.Second
	if ctx.Err() != nil {
		limit = 3 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	return hold.Release(ctx, wait)
}

// errStopping says that the worker is to end: the URL stays as it is.
var errStopping = errors.New("crawler is stopping")

// work goes through the entries of a host while it may, and tells the pause that the host is to have afterwards.
func (w *Worker) work(ctx context.Context, hold *frontier.Hold) (wait time.Duration, err error) {
	requests := 0
	for range holdFree {
		if w.stopping.Load() {
			return wait, nil
		}
		if err := hold.Renew(ctx); err != nil {
			return wait, err
		}
		it, some, err := hold.Next(ctx)
		if err != nil || !some {
			return max(wait, min(hold.Rest(), lookAgain)), err
		}
		rest, err := w.one(ctx, hold, it, &requests)
		if hold.Asked() {
			wait = w.delayFor(hold, it) // robots.txt may have told a longer one
		}
		if err != nil || rest > 0 {
			return max(wait, rest), err
		}
		if requests > 0 && (wait >= longDelay || requests >= holdURLs || hold.Age() >= holdTime) {
			return wait, nil
		}
	}
	return wait, nil
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
