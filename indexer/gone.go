package indexer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
)

// goneAgain is how long a message that unknown articles are gone waits once: their article may be in another batch, on its way.
const goneAgain = 3 * time.Second

// goneAtOnce bounds the messages whose articles, all those of one page each, are in memory at a time.
const goneAtOnce = 8

// errUnknownArticle is why it waits.
var errUnknownArticle = errors.New("no such article in the index yet")

// handleGone hides articles that are gone: it writes each again as it is stored, with the time, under the message's version. They are
// read by id from every month and not searched for, since a search does not see the last second.
func (w *Worker) handleGone(ctx context.Context, gone []*entry, batch []bus.Message, verdicts []error) {
	if len(gone) == 0 {
		return
	}
	stored, err := w.stored(ctx, gone)
	var writes []*write
	for _, e := range gone {
		if err == nil {
			verdicts[e.at] = e.tombstones(stored)
			writes = append(writes, e.writes...)
		}
	}
	w.write(ctx, writes)
	unsettled := w.regroup(ctx, writes)
	for _, e := range gone {
		result := "superseded"
		if err != nil {
			verdicts[e.at] = fate(err)
		}
		if len(stored[e.at]) == 0 && err == nil {
			result = "unknown"
			if batch[e.at].Deliveries <= 1 {
				verdicts[e.at] = bus.Later(errUnknownArticle, goneAgain)
			}
		}
		for _, o := range e.writes {
			switch o.verdict.Outcome {
			case elastic.Failed:
				verdicts[e.at] = fate(o.verdict.Err)
			case elastic.Written:
				result = "hidden"
			}
		}
		if verdicts[e.at] == nil && unsettled != nil && len(e.writes) > 0 {
			verdicts[e.at] = unsettled
		}
		if verdicts[e.at] != nil {
			result = outcome(verdicts[e.at])
		}
		w.metrics.Gone.WithLabelValues(result).Inc()
	}
}

// regroup gives the reprints of articles that are gone another first.
func (w *Worker) regroup(ctx context.Context, writes []*write) error {
	var refs []elastic.Ref
	for _, o := range writes {
		if o.verdict.Outcome == elastic.Written {
			refs = append(refs, elastic.Ref{Month: o.op.Month, ID: o.op.ID})
		}
	}
	if len(refs) == 0 {
		return nil
	}
	if _, err := w.stories.Settle(ctx, refs); err != nil {
		return w.stories.fate(err)
	}
	return nil
}

// stored reads the articles of the messages, by the messages' places in the batch.
func (w *Worker) stored(ctx context.Context, gone []*entry) (map[int][]elastic.Stored, error) {
	if err := w.complete(ctx, gone); err != nil {
		return nil, err
	}
	months, err := w.index.Months(ctx)
	if err != nil {
		return nil, err
	}
	var refs []elastic.Ref
	for _, e := range gone {
		for _, id := range e.gone.IDs {
			for _, m := range months {
				refs = append(refs, elastic.Ref{Month: m, ID: id})
			}
		}
	}
	const atOnce = 500
	all := map[elastic.Ref]elastic.Stored{}
	for part := range slices.Chunk(refs, atOnce) {
		found, err := w.index.Get(ctx, part, true)
		if err != nil {
			return nil, err
		}
		for r, s := range found {
			all[r] = s
		}
	}
	byPlace := map[int][]elastic.Stored{}
	for _, e := range gone {
		for _, id := range e.gone.IDs {
			for _, m := range months {
				if s, ok := all[elastic.Ref{Month: m, ID: id}]; ok {
					byPlace[e.at] = append(byPlace[e.at], s)
				}
			}
		}
	}
	return byPlace, nil
}

// tombstones makes the writes of a message; articles that have a newer version stay as they are.
func (e *entry) tombstones(stored map[int][]elastic.Stored) error {
	e.writes = nil
	for _, s := range stored[e.at] {
		if s.Version >= e.gone.Version {
			continue
		}
		var d elastic.Document
		if err := json.Unmarshal(s.Source, &d); err != nil {
			return fmt.Errorf("stored article %s: %w", s.ID, err)
		}
		at := e.gone.At.UTC()
		d.GoneAt, d.GoneReason, d.Version = &at, e.gone.Reason, e.gone.Version
		src, err := source(d)
		if err != nil {
			return fmt.Errorf("stored article %s: %w", s.ID, err)
		}
		e.writes = append(e.writes, &write{op: elastic.Op{Month: s.Month, ID: s.ID, Version: e.gone.Version, Source: src}})
	}
	return nil
}
