package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// partBytes bounds the articles that are decoded, encoded and sent at a time: a batch may hold some hundred, and each may be near 4 MB.
const partBytes = 8 << 20

// Handle writes a batch of messages of ARTICLES and answers with one verdict each. It may be called again with the same messages at any
// time, whatever became of them before: every write carries the article's version, every event its id.
func (w *Worker) Handle(ctx context.Context, batch []bus.Message) []error {
	w.metrics.Batch.Observe(float64(len(batch)))
	verdicts := make([]error, len(batch))
	waiting := map[string]error{} // why an article of the batch is not settled, by its id
	var articles, gone []*entry
	size := 0
	flush := func() {
		w.handleArticles(ctx, articles, verdicts)
		for _, e := range articles {
			if v := verdicts[e.at]; v != nil && outcome(v) != "dead" {
				waiting[e.article.ID] = v
			}
		}
		articles, size = nil, 0
	}
	for i, m := range batch {
		e, err := decode(i, m)
		switch {
		case err != nil:
			verdicts[i] = bus.Drop(news.BadMessage, err)
			w.metrics.Articles.WithLabelValues(outcome(verdicts[i])).Inc()
		case e.subject.Kind == "gone":
			gone = append(gone, e)
		case w.config.TakenDown.Has(e.article):
			verdicts[i] = w.setAside(ctx, e)
		default:
			if size += len(m.Data); size > partBytes && len(articles) > 0 {
				flush()
				size = len(m.Data)
			}
			articles = append(articles, e)
		}
	}
	flush()
	// Articles first: a replay brings an article and its end in one batch, and an end without the article has nothing to do. Where the
	// article is the newer one its version wins all the same.
	for part := range slices.Chunk(w.settledOnly(gone, waiting, verdicts), goneAtOnce) {
		w.handleGone(ctx, part, batch, verdicts)
	}
	return verdicts
}

// settledOnly gives the messages whose articles this batch has settled. The others have to wait with their article: tried now, they would
// find nothing to hide and be done with.
func (w *Worker) settledOnly(gone []*entry, waiting map[string]error, verdicts []error) []*entry {
	var settled []*entry
	for _, e := range gone {
		for _, id := range e.gone.IDs {
			if v := waiting[id]; v != nil {
				verdicts[e.at] = v
			}
		}
		if verdicts[e.at] == nil {
			settled = append(settled, e)
			continue
		}
		w.metrics.Gone.WithLabelValues(outcome(verdicts[e.at])).Inc()
	}
	return settled
}

// handleArticles puts the verdicts of the articles into their places.
func (w *Worker) handleArticles(ctx context.Context, articles []*entry, verdicts []error) {
	if len(articles) == 0 {
		return
	}
	ready := w.prepare(ctx, articles, verdicts)
	var writes []*write
	for _, e := range ready {
		writes = append(writes, e.writes...)
	}
	w.write(ctx, writes)
	stored, err := w.conflicts(ctx, ready)

	var g errgroup.Group
	g.SetLimit(16)
	for _, e := range ready {
		v := e.writes[0].verdict
		switch {
		case v.Outcome == elastic.Failed:
			verdicts[e.at] = fate(v.Err)
			w.metrics.Articles.WithLabelValues(outcome(verdicts[e.at])).Inc()
		case v.Outcome == elastic.Conflict && err != nil:
			verdicts[e.at] = fate(err)
			w.metrics.Articles.WithLabelValues(outcome(verdicts[e.at])).Inc()
		default:
			g.Go(func() error {
				verdicts[e.at] = w.tell(ctx, e, stored) // each its own place
				return nil
			})
		}
	}
	_ = g.Wait() // its functions return no error
}

// prepare chooses months, makes them, and gives the entries that can be written. The others have their verdict.
func (w *Worker) prepare(ctx context.Context, articles []*entry, verdicts []error) []*entry {
	months, err := w.months(ctx, articles)
	ensured := map[elastic.Month]error{}
	var ready []*entry
	var docs []*elastic.Document
	for i, e := range articles {
		if err == nil {
			if _, done := ensured[months[i]]; !done {
				ensured[months[i]] = w.index.EnsureMonth(ctx, months[i])
			}
		}
		if fault := errors.Join(err, ensured[months[i]]); fault != nil {
			verdicts[e.at] = fate(fault)
			w.metrics.Articles.WithLabelValues(outcome(verdicts[e.at])).Inc()
			continue
		}
		d := elastic.NewDocument(e.article)
		d.Extra = e.extra
		docs = append(docs, &d)
		e.writes = []*write{{op: elastic.Op{Month: months[i], ID: e.article.ID, Version: e.article.Version}}}
		ready = append(ready, e)
	}
	w.stories.Place(ctx, docs)
	return w.encode(ready, docs, verdicts)
}

// encode gives the entries whose documents can be written as JSON.
func (w *Worker) encode(entries []*entry, docs []*elastic.Document, verdicts []error) []*entry {
	var ready []*entry
	for i, e := range entries {
		src, err := source(*docs[i])
		if err != nil {
			verdicts[e.at] = bus.Drop(news.BadMessage, err)
			w.metrics.Articles.WithLabelValues(outcome(verdicts[e.at])).Inc()
			continue
		}
		e.writes[0].op.Source = src
		ready = append(ready, e)
	}
	return ready
}

// months gives the month of each article. One that does not say when it was first seen stays where it is, or where the same batch puts
// it, or else counts as first seen when it was fetched. The answer has as many places as there are articles, also beside an error.
func (w *Worker) months(ctx context.Context, articles []*entry) ([]elastic.Month, error) {
	months := make([]elastic.Month, len(articles))
	var unknown []string
	for _, e := range articles {
		if e.article.FirstSeen.IsZero() {
			unknown = append(unknown, e.article.ID)
		}
	}
	homes, err := w.index.Homes(ctx, unknown)
	if err != nil {
		return months, err
	}
	if homes == nil {
		homes = map[string]elastic.Home{}
	}
	for i, e := range articles {
		a := &e.article
		if !a.FirstSeen.IsZero() {
			months[i] = elastic.MonthOf(a.FirstSeen)
			continue
		}
		home, ok := homes[a.ID]
		if !ok {
			home = elastic.Home{Month: elastic.MonthOf(a.FetchedAt), FirstSeen: a.FetchedAt}
			homes[a.ID] = home
		}
		months[i], a.FirstSeen = home.Month, home.FirstSeen
	}
	return months, nil
}

// conflicts reads what is stored where Elasticsearch said that it holds this version or a newer one.
func (w *Worker) conflicts(ctx context.Context, entries []*entry) (map[elastic.Ref]elastic.Stored, error) {
	var refs []elastic.Ref
	for _, e := range entries {
		if o := e.writes[0]; o.verdict.Outcome == elastic.Conflict {
			refs = append(refs, elastic.Ref{Month: o.op.Month, ID: o.op.ID})
		}
	}
	stored, err := w.index.Get(ctx, refs, false)
	if err != nil {
		return nil, err
	}
	// A change of its story counts up the version in Elasticsearch: that of one fetch read by a newer extractor may be below it and is newer.
	var over []*write
	for _, e := range entries {
		o := e.writes[0]
		if s, ok := stored[elastic.Ref{Month: o.op.Month, ID: o.op.ID}]; ok && o.verdict.Outcome == elastic.Conflict && s.Version < o.op.Version {
			o.op = o.op.Over(s)
			over = append(over, o)
		}
	}
	w.write(ctx, over)
	return stored, nil
}

// tell publishes what became of an article that Elasticsearch has settled, and gives the verdict on its message.
func (w *Worker) tell(ctx context.Context, e *entry, stored map[elastic.Ref]elastic.Stored) error {
	o := e.writes[0]
	index, result := o.verdict.Index, "indexed"
	var out bus.Outgoing
	var err error
	if o.verdict.Outcome == elastic.Conflict {
		s, ok := stored[elastic.Ref{Month: o.op.Month, ID: o.op.ID}]
		switch {
		case !ok || s.Version < o.op.Version:
			// It was there a moment ago: an operator deleted it, or the month. The next attempt writes it.
			w.metrics.Articles.WithLabelValues("retry").Inc()
			return fmt.Errorf("article %s changed while it was written", o.op.ID)
		case s.Version > o.op.Version:
			result = "superseded"
			out, err = e.superseded(s.Version, time.Now())
		default:
			index, result = s.Index, "own_write" // an earlier attempt was kept, and its answer or its event was lost
		}
	}
	if result != "superseded" {
		out, err = e.indexed(index, time.Now())
	}
	if err == nil {
		_, err = w.events.Publish(ctx, out)
	}
	if err != nil {
		w.metrics.Articles.WithLabelValues("down").Inc()
		return bus.Down(fmt.Errorf("publishing that an article was %s: %w", result, err))
	}
	w.metrics.Articles.WithLabelValues(result).Inc()
	if result == "indexed" {
		w.metrics.Age.Observe(time.Since(e.article.FetchedAt).Seconds())
	}
	w.log.Debug("article settled", "outcome", result, "id", o.op.ID, "version", o.op.Version, "url", e.article.URL)
	return nil
}

// fate gives the verdict for what Elasticsearch said.
func fate(err error) error {
	switch {
	case errors.Is(err, elastic.ErrTooLarge):
		return bus.Drop(news.DocumentTooLarge, err)
	case errors.Is(err, elastic.ErrSetup), errors.Is(err, elastic.ErrMapping), errors.Is(err, elastic.ErrBusy),
		errors.Is(err, elastic.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return bus.Down(err)
	case errors.Is(err, elastic.ErrRejected):
		return bus.Drop(news.Rejected, err)
	}
	return err // the loop tries again a few times
}

// outcome names a verdict for the metrics.
func outcome(verdict error) string {
	var drop *bus.DropError
	var down *bus.DownError
	switch {
	case errors.As(verdict, &drop):
		return "dead"
	case errors.As(verdict, &down):
		return "down"
	}
	return "retry"
}
