package crawler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/seeds"
)

// Report is what Apply did, as ids of sources, each sorted.
type Report struct {
	Added, Changed, Unchanged []string
	Removed                   []string // taken away, because they are not in the list and Prune was asked for
	Left                      []string // applied earlier, not in the list, and left alone
}

// Apply makes the list the applied sources; running crawlers follow without a restart. All of the list is checked before anything is
// written. A new source is polled at once, and so is one that changed. prune removes the sources that are not in the list; what is queued of
// them ends as discarded, source_removed. After an error some of it may be done: apply again.
func Apply(ctx context.Context, s Stores, list []seeds.Source, prune bool) (Report, error) {
	values, err := encodeSources(list)
	if err != nil {
		return Report{}, err
	}
	have := map[string][]byte{}
	if err := s.Sources.Each(ctx, func(e bus.Entry) error { have[e.Key] = e.Value; return nil }); err != nil {
		return Report{}, fmt.Errorf("applied sources: %w", err)
	}
	var r Report
	for _, src := range list {
		if err := applyOne(ctx, s, src.ID, values[src.ID], have[src.ID], &r); err != nil {
			return r, err
		}
	}
	for id := range have {
		if values[id] != nil {
			continue
		}
		if !prune {
			r.Left = append(r.Left, id)
			continue
		}
		if err := remove(ctx, s, id); err != nil {
			return r, err
		}
		r.Removed = append(r.Removed, id)
	}
	for _, ids := range [][]string{r.Added, r.Changed, r.Unchanged, r.Removed, r.Left} {
		slices.Sort(ids)
	}
	return r, nil
}

func encodeSources(list []seeds.Source) (map[string][]byte, error) {
	values := map[string][]byte{}
	var errs []error
	for _, src := range list {
		src = src.WithDefaults()
		if err := src.Validate(); err != nil {
			errs = append(errs, err)
			continue
		}
		if values[src.ID] != nil {
			errs = append(errs, fmt.Errorf("%w %q: is there twice", seeds.ErrSource, src.ID))
			continue
		}
		value, err := json.Marshal(src)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", src.ID, err)
		}
		values[src.ID] = value
	}
	return values, errors.Join(errs...)
}

// applyOne writes the source before its poll: a poll that fires for a source that is not there ends.
func applyOne(ctx context.Context, s Stores, id string, value, former []byte, r *Report) error {
	paused := pausedIn(former)
	if paused { // only Resume ends a pause
		var err error
		if value, err = withPause(value); err != nil {
			return fmt.Errorf("apply %s: %w", id, err)
		}
	}
	if bytes.Equal(value, former) {
		r.Unchanged = append(r.Unchanged, id)
		if paused {
			return nil
		}
		return firstPoll(ctx, s.Polls, id)
	}
	if _, err := s.Sources.Put(ctx, id, value); err != nil {
		return fmt.Errorf("apply %s: %w", id, err)
	}
	if !paused {
		if err := s.Polls.At(ctx, pollAt+id, pollDue+id, longPast, nil); err != nil {
			return fmt.Errorf("poll of %s: %w", id, err)
		}
	}
	if former == nil {
		r.Added = append(r.Added, id)
	} else {
		r.Changed = append(r.Changed, id)
	}
	return nil
}

func remove(ctx context.Context, s Stores, id string) error {
	if err := s.Sources.Delete(ctx, id); err != nil {
		return fmt.Errorf("remove %s: %w", id, err)
	}
	if err := s.Polls.Cancel(ctx, pollAt+id); err != nil {
		return fmt.Errorf("polls of %s: %w", id, err)
	}
	if _, err := s.frontier().Unshelve(ctx, id); err != nil { // to end as source_removed
		return fmt.Errorf("remove %s: %w", id, err)
	}
	if err := s.Progress.Delete(ctx, id); err != nil {
		return fmt.Errorf("remove %s: %w", id, err)
	}
	return nil
}

func withPause(value []byte) ([]byte, error) {
	var src seeds.Source
	if err := json.Unmarshal(value, &src); err != nil {
		return nil, err
	}
	src.Paused = true
	return json.Marshal(src)
}

// List gives the applied sources, sorted by id.
func List(ctx context.Context, s Stores) ([]seeds.Source, error) {
	var list []seeds.Source
	err := s.Sources.Each(ctx, func(e bus.Entry) error {
		var src seeds.Source
		if err := json.Unmarshal(e.Value, &src); err != nil {
			return fmt.Errorf("source %s: %w", e.Key, err)
		}
		list = append(list, src)
		return nil
	})
	slices.SortFunc(list, func(a, b seeds.Source) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) })
	return list, err
}
