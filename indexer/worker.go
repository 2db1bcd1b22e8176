package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// Publisher stores events. When Publish returns nil the message is persisted; after an error it may have been.
type Publisher interface {
	Publish(ctx context.Context, m bus.Outgoing) (bus.Ack, error)
}

// Consumer hands messages to a handler and settles them by its verdicts, until ctx ends.
type Consumer interface {
	Consume(ctx context.Context, o bus.ConsumeOptions, h bus.Handler) error
}

// Worker writes articles to Elasticsearch. Any number of them may run, in one process or many.
type Worker struct {
	config  Config
	log     *slog.Logger
	index   *elastic.Client
	events  Publisher
	metrics *Metrics
	pace    pace
	stories *Stories
	state   atomic.Pointer[error] // nil: ready
}

// ErrStarting is what Ready says until Elasticsearch has answered for the first time.
var ErrStarting = errors.New("indexer is starting")

// New makes a worker that writes to index and tells it through events. m nil keeps metrics nobody reads.
func New(c Config, index *elastic.Client, events Publisher, m *Metrics) (*Worker, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if m == nil {
		m = NewMetrics(nil)
	}
	w := &Worker{config: c, log: c.Log, index: index, events: events, metrics: m}
	w.pace.most, w.pace.workers = c.Batch, c.Workers
	w.stories = NewStories(index, m, c.Log)
	starting := ErrStarting
	w.state.Store(&starting)
	return w, nil
}

// Ready is nil while the worker works, else it says what it waits for.
func (w *Worker) Ready() error {
	if err := w.state.Load(); err != nil {
		return *err
	}
	return nil
}

// Run sets the index up and works until ctx ends; then it finishes what it has begun and returns nil. It waits for an Elasticsearch
// that is away, as long as it takes. An index of an earlier version is migrated first (see Config.MigrateUpTo), while readers read what it
// has. It returns an error that wraps elastic.ErrMapping or elastic.ErrNotElastic where it must not write.
func (w *Worker) Run(ctx context.Context, c Consumer) error {
	if err := w.setup(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if t := w.config.TakenDown; t != nil {
		select {
		case <-t.Loaded():
		case <-ctx.Done():
			return nil
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	consume := func(what string, o bus.ConsumeOptions, h bus.Handler) {
		g.Go(func() error {
			if err := c.Consume(ctx, o, h); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			return nil
		})
	}
	consume("indexer", bus.ConsumeOptions{
		Durable: bus.ConsumerIndexer,
		Stage:   news.StageIndexer,
		Batch:   w.config.Batch,
		Wait:    w.config.Wait,
		Workers: w.config.Workers,
		OnDown:  w.down,
	}, w)
	consume("stories", bus.ConsumeOptions{
		Durable: bus.ConsumerStories,
		Stage:   news.StageIndexer,
		Batch:   storyBatch,
		Wait:    storyWait,
		Workers: 1,
	}, w.stories)
	return g.Wait()
}

// Articles whose stories are settled at a time: the more, the fewer questions.
const (
	storyBatch = 1000
	storyWait  = 250 * time.Millisecond
)

const (
	setupRetry    = 250 * time.Millisecond
	setupRetryMax = 5 * time.Second
)

// setup repeats elastic's Setup until it is done, ctx ends, or it refuses.
func (w *Worker) setup(ctx context.Context) error {
	said := false
	for delay := setupRetry; ; delay = min(2*delay, setupRetryMax) {
		info, err := w.index.Setup(ctx)
		if err == nil {
			w.down(nil)
			w.log.Info("indexer works", "elasticsearch", w.index, "version", info.Version, "alias", w.index.Alias())
			return nil
		}
		if errors.Is(err, elastic.ErrOlder) {
			if err = w.migrate(ctx, err); err == nil {
				_ = sleep(ctx, setupRetry) // if it ends, Setup says so
				continue
			}
		}
		if errors.Is(err, elastic.ErrMapping) || errors.Is(err, elastic.ErrNotElastic) || errors.Is(err, elastic.ErrAnalyzer) {
			return err
		}
		w.state.Store(&err)
		if !said {
			w.log.Warn("waiting for Elasticsearch", "elasticsearch", w.index, "error", err)
			said = true
		}
		if err := sleep(ctx, delay); err != nil {
			return err
		}
	}
}

// migrate brings the indices of an earlier version to this one. It gives older, which names the command, where there is too much for
// doing so without being asked.
func (w *Worker) migrate(ctx context.Context, older error) error {
	moves, err := w.index.Plan(ctx)
	if err != nil {
		return err
	}
	var docs int64
	for _, m := range moves {
		docs += m.Docs
	}
	if most := w.config.MigrateUpTo; docs > most && most >= 0 && !w.index.Local() {
		return fmt.Errorf("%w: %d documents are more than the %d that are copied without being asked", older, docs, most)
	}
	state := fmt.Errorf("copying %d articles to an index of this version", docs)
	w.state.Store(&state)
	w.log.Info("the index is of an earlier version and is copied; it can be searched meanwhile", "documents", docs, "months", len(moves))
	err = w.index.Migrate(ctx, func(p elastic.Progress) {
		if p.Done {
			w.log.Info("month copied", "month", p.Month, "documents", p.Copied, "index", p.To, "kept", p.From)
		}
	})
	return err
}

// down keeps what Ready says. The loop calls it when it pauses, and with nil when it goes on.
func (w *Worker) down(err error) {
	if err == nil {
		w.state.Store(nil)
		w.metrics.Available.Set(1)
		return
	}
	w.state.Store(&err)
	w.metrics.Available.Set(0)
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
