package crawler

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// sweepSources does what is to be done for the sources now and then: visits of plans that are due, entries of sources that are paused no more,
// and sources that have gone silent.
func (w *Worker) sweepSources(ctx context.Context) error {
	now, err := w.serverTime(ctx)
	if err != nil {
		return err
	}
	n, err := w.front.WakeLater(ctx, w.woken, now)
	if n > 0 {
		w.cfg.Log.Debug("visits of plans are due", "visits", n)
	}
	if err != nil {
		return fmt.Errorf("visits of plans: %w", err)
	}
	w.woken = now
	if err := w.unshelve(ctx); err != nil {
		return fmt.Errorf("entries set aside: %w", err)
	}
	return w.watchSilence(ctx, now)
}

// serverTime asks the server for its time, by a record that is nobody else's business.
func (w *Worker) serverTime(ctx context.Context) (time.Time, error) {
	const key = "clock=sweep"
	if _, err := w.in.Progress.Put(ctx, key, []byte("{}")); err != nil {
		return time.Time{}, err
	}
	e, err := w.in.Progress.Get(ctx, key)
	if err != nil {
		return time.Time{}, err
	}
	return e.Time, nil
}

// watchSilence sets the gauges of all sources, and tells once of each that has gone silent. Every crawler does so with every sweep, so the metric
// stands wherever one runs; the log line is that of whoever wrote the record first.
func (w *Worker) watchSilence(ctx context.Context, now time.Time) error {
	records, err := ProgressOf(ctx, w.in)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, src := range w.sources.all() {
		p := records[src.ID]
		silent := silentAt(src.Source, p, now)
		there[src.ID] = true
		if silent == (p.Silent != nil) {
			w.metrics.source(src.ID, silent, p)
			continue
		}
		told := false
		_, err := change(ctx, w.in.Progress, src.ID, func(p *Progress) {
			was := p.Silent != nil
			p.V, told = 1, false
			switch silent = silentAt(src.Source, *p, now); {
			case silent && !was:
				at := now.UTC()
				p.Silent, told = &at, true
			case !silent:
				p.Silent = nil
			}
		})
		w.metrics.source(src.ID, silent, p)
		if err != nil {
			return fmt.Errorf("silence of %s: %w", src.ID, err)
		}
		if told {
			w.cfg.Log.Warn("source is silent", "source", src.ID, "last_new", p.LastNew, "polls", p.Quiet, "after", SilentAfter(src.Source, p))
		}
	}
	w.metrics.keepSources(there)
	return nil
}

// all gives the applied sources.
func (t *sourceTable) all() []*source {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := make([]*source, 0, len(t.byID))
	for _, s := range t.byID {
		list = append(list, s)
	}
	return list
}

// Pause ends the polls of an applied source and sets aside what is queued of it, until Resume. What is being fetched is finished.
func Pause(ctx context.Context, s Stores, id string) error {
	if err := setPaused(ctx, s, id, true); err != nil {
		return err
	}
	if err := s.Polls.Cancel(ctx, pollAt+id); err != nil {
		return fmt.Errorf("polls of %s: %w", id, err)
	}
	return nil
}

// Resume takes Pause back: the source is polled at once, and what was set aside is queued again; n tells how many URLs that were.
func Resume(ctx context.Context, s Stores, id string) (n int, err error) {
	if err := setPaused(ctx, s, id, false); err != nil {
		return 0, err
	}
	_, err = change(ctx, s.Progress, id, func(p *Progress) {
		p.V, p.Since, p.Silent, p.Quiet = 1, time.Now().UTC(), nil, 0
	})
	if err != nil {
		return 0, fmt.Errorf("resume: %w", err)
	}
	if n, err = s.frontier().Unshelve(ctx, id); err != nil {
		return n, fmt.Errorf("resume %s: %w", id, err)
	}
	return n, PollNow(ctx, s, id)
}

func setPaused(ctx context.Context, s Stores, id string, paused bool) error {
	e, err := s.Sources.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("source %s: %w", id, err)
	}
	src, err := parseSource(e.Value)
	if err != nil {
		return fmt.Errorf("source %s: %w", id, err)
	}
	if src.Paused == paused {
		return nil
	}
	src.Paused = paused
	value, err := json.Marshal(src.Source)
	if err != nil {
		return fmt.Errorf("source %s: %w", id, err)
	}
	if _, err := s.Sources.Put(ctx, id, value); err != nil {
		return fmt.Errorf("source %s: %w", id, err)
	}
	return nil
}

// unshelve queues what is still set aside of sources that are not paused: a crawler that had not heard of the end of the pause put it there.
func (w *Worker) unshelve(ctx context.Context) error {
	n, err := w.front.Shelved(ctx, "*")
	if err != nil || n == 0 {
		return err
	}
	for _, src := range w.sources.all() {
		if src.Paused {
			continue
		}
		if _, err := w.front.Unshelve(ctx, src.ID); err != nil {
			return err
		}
	}
	return nil
}

// pausedIn reads whether a source as applied is paused.
func pausedIn(value []byte) bool {
	var s struct {
		Paused bool `json:"paused"`
	}
	return len(value) > 0 && json.Unmarshal(value, &s) == nil && s.Paused
}
