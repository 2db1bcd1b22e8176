package indexer

import (
	"context"
	"slices"
)

// complete adds to the messages that a whole page is gone the articles that were read there. They are found by a search, which may miss what came in
// the last second: the visit that found the page missing comes an hour after the one that read it, at the least.
func (w *Worker) complete(ctx context.Context, gone []*entry) error {
	for _, e := range gone {
		if !e.gone.Whole || e.gone.URL == "" {
			continue
		}
		ids, err := w.index.AtURL(ctx, e.gone.URL)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !slices.Contains(e.gone.IDs, id) {
				e.gone.IDs = append(e.gone.IDs, id)
			}
		}
	}
	return nil
}
