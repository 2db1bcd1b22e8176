package indexer

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
)

const (
	busyDelay    = 100 * time.Millisecond
	busyDelayMax = 3 * time.Second
)

// write sends documents until each has an answer that is not "busy", with fewer in a request each time, or until the patience or ctx
// ends. Higher versions go first: where a batch holds two states of one article the newer one is written and the older one superseded.
func (w *Worker) write(ctx context.Context, writes []*write) {
	if len(writes) == 0 {
		return
	}
	start := time.Now()
	defer func() {
		w.metrics.Bulk.Observe(time.Since(start).Seconds())
		documents, requests := w.pace.limits()
		w.metrics.PerBulk.Set(float64(documents))
		w.metrics.AtOnce.Set(float64(requests))
	}()
	pending := slices.Clone(writes)
	slices.SortStableFunc(pending, func(a, b *write) int {
		switch {
		case a.op.Version > b.op.Version:
			return -1
		case a.op.Version < b.op.Version:
			return 1
		}
		return 0
	})
	for delay := busyDelay; ; delay = min(2*delay, busyDelayMax) {
		limit, err := w.pace.begin(ctx)
		if err != nil {
			for _, o := range pending {
				o.verdict = elastic.Verdict{Outcome: elastic.Failed, Err: err}
			}
			return
		}
		begun, tried := time.Now(), min(limit, len(pending))
		pending = w.send(ctx, pending, limit)
		w.pace.end(tried, time.Since(begun), len(pending) > 0)
		if len(pending) == 0 {
			return
		}
		wait := delay/2 + rand.N(delay)
		if time.Since(start)+wait > w.config.Patience || sleep(ctx, wait) != nil {
			return
		}
		w.metrics.Retries.Add(float64(len(pending)))
	}
}

// send writes once and gives what Elasticsearch was too busy for.
func (w *Worker) send(ctx context.Context, writes []*write, limit int) []*write {
	ops := make([]elastic.Op, len(writes))
	size := 0
	for i, o := range writes {
		ops[i] = o.op
		size += len(o.op.Source)
	}
	w.metrics.Bytes.Add(float64(size))
	var busy []*write
	for i, v := range w.index.Bulk(ctx, ops, elastic.Limit{Docs: limit}) {
		writes[i].verdict = v
		if v.Outcome == elastic.Failed && errors.Is(v.Err, elastic.ErrBusy) {
			busy = append(busy, writes[i])
		}
	}
	return busy
}
