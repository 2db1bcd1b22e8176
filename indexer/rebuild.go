package indexer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// Rebuilt says what Rebuild did.
type Rebuilt struct {
	Written int // messages that the index has taken in, or had a newer state of
	Refused int // messages that it refused, for a reason that a dead letter holds or would hold
}

// rebuildPatience is how often a message that failed in passing is tried.
const rebuildPatience = 10

// Rebuild writes what the report lacks once more, from ARTICLES. It writes as the worker always does: versions decide, events are published, so
// it may run beside indexers and may be interrupted and called again. A fault of Elasticsearch or of the set-up is waited for until ctx ends.
func (w *Worker) Rebuild(ctx context.Context, s Streams, r Report, progress func(Rebuilt)) (Rebuilt, error) {
	need := map[uint64]bool{}
	first := uint64(0)
	for _, list := range [][]Lack{r.Missing, r.Older} {
		for _, l := range list {
			for _, seq := range l.seqs {
				need[seq] = true
				if first == 0 || seq < first {
					first = seq
				}
			}
		}
	}
	var done Rebuilt
	if len(need) == 0 {
		return done, nil
	}
	var batch []bus.Message
	flush := func() error {
		err := w.again(ctx, batch, &done)
		batch = nil
		if progress != nil {
			progress(done)
		}
		return err
	}
	err := s.Scan(ctx, bus.StreamArticles, bus.ScanOptions{Seq: first}, func(m bus.Message) error {
		if !need[m.Seq] {
			return nil
		}
		delete(need, m.Seq)
		m.Deliveries = 2 // the end of an article that is not there has nothing to wait for
		if batch = append(batch, m); len(batch) >= w.config.Batch {
			if err := flush(); err != nil {
				return err
			}
		}
		if len(need) == 0 {
			return bus.ErrStop
		}
		return nil
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	return done, err
}

// again hands messages to the worker until each is settled.
func (w *Worker) again(ctx context.Context, batch []bus.Message, done *Rebuilt) error {
	for try := 0; len(batch) > 0; try++ {
		var left []bus.Message
		var last error
		for i, v := range w.Handle(ctx, batch) {
			var drop *bus.DropError
			switch {
			case v == nil:
				done.Written++
			case errors.As(v, &drop):
				done.Refused++
			default:
				left, last = append(left, batch[i]), v
			}
		}
		if batch = left; len(left) == 0 {
			return nil
		}
		var down *bus.DownError
		if !errors.As(last, &down) && try >= rebuildPatience {
			return fmt.Errorf("%d articles cannot be written: %w", len(left), last)
		}
		w.log.Warn("waiting to go on with the rebuild", "articles", len(left), "error", last)
		if err := sleep(ctx, min(time.Duration(try+1)*setupRetry, setupRetryMax)); err != nil {
			return fmt.Errorf("%w: %w", err, last)
		}
	}
	return nil
}
