package elastic

import (
	"context"
	"fmt"
)

// AtURL gives the ids of the articles that were last read at an address, tombstones too, at most 1,000. It sees what has been refreshed.
func (c *Client) AtURL(ctx context.Context, url string) ([]string, error) {
	var answer struct {
		Hits struct {
			Hits []struct {
				ID string `json:"_id"`
			} `json:"hits"`
		} `json:"hits"`
	}
	q := map[string]any{"size": 1000, "_source": false, "query": map[string]any{"term": map[string]any{"url": url}}}
	if err := c.search(ctx, q, &answer); err != nil {
		return nil, fmt.Errorf("searching by address: %w", err)
	}
	ids := make([]string, 0, len(answer.Hits.Hits))
	for _, h := range answer.Hits.Hits {
		ids = append(ids, h.ID)
	}
	return ids, nil
}
