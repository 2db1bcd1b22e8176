package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Belonging asks for the articles of an address or of a source, tombstones too.
type Belonging struct {
	URLs   []string // as fetched, or canonical
	Source string
}

func (b Belonging) query() object {
	var any []object
	if len(b.URLs) > 0 {
		any = append(any, object{"terms": object{"url": b.URLs}}, object{"terms": object{"canonical_url": b.URLs}})
	}
	if b.Source != "" {
		any = append(any, object{"term": object{"source": b.Source}})
	}
	if len(any) == 0 {
		return object{"match_none": object{}}
	}
	return object{"bool": object{"filter": object{"bool": object{"should": any, "minimum_should_match": 1}}}}
}

// Find gives some of the articles that belong, at most 1,000, and how many there are. It sees what has been refreshed.
func (c *Client) Find(ctx context.Context, b Belonging) ([]Ref, int, error) {
	var answer struct {
		Hits struct {
			Total struct {
				Value int `json:"value"`
			} `json:"total"`
			Hits []idHit `json:"hits"`
		} `json:"hits"`
	}
	err := c.search(ctx, object{"size": 1000, "track_total_hits": true, "_source": false, "query": b.query(), "sort": []string{"_doc"}}, &answer)
	if err != nil {
		return nil, 0, fmt.Errorf("looking for articles: %w", err)
	}
	var refs []Ref
	for _, h := range answer.Hits.Hits {
		if _, m, ok := c.parseIndex(h.Index); ok {
			refs = append(refs, Ref{Month: m, ID: h.ID})
		}
	}
	return refs, answer.Hits.Total.Value, nil
}

// Delete removes documents for good, whatever their version. What is not there is no error. The first error is of a document that is still there.
func (c *Client) Delete(ctx context.Context, refs []Ref) error {
	for part := range slices.Chunk(refs, 1000) {
		var body bytes.Buffer
		enc := json.NewEncoder(&body)
		for _, r := range part {
			if err := enc.Encode(object{"delete": object{"_index": c.writeAlias(r.Month), "_id": r.ID, "require_alias": true}}); err != nil {
				return fmt.Errorf("deleting: %w", err)
			}
		}
		var answer struct {
			Items []struct {
				Delete struct {
					ID     string     `json:"_id"`
					Status int        `json:"status"`
					Error  *errorBody `json:"error"`
				} `json:"delete"`
			} `json:"items"`
		}
		if err := c.do(ctx, esapi.BulkRequest{Body: &body}, &answer); err != nil {
			return fmt.Errorf("deleting: %w", err)
		}
		for _, i := range answer.Items {
			if d := i.Delete; d.Status/100 != 2 && d.Status != http.StatusNotFound {
				return fmt.Errorf("deleting article %s: %w", d.ID, fault(d.Status, d.Error, false))
			}
		}
	}
	return nil
}

// Holding is what the index holds of an article.
type Holding struct {
	Version int64
	Gone    bool
}

// States reads what the index holds of articles through the alias; one that is not there is not in the answer. It sees what has been refreshed.
func (c *Client) States(ctx context.Context, ids []string) (map[string]Holding, error) {
	hits, err := c.byID(ctx, ids, []string{"version", "gone_at"})
	if err != nil {
		return nil, err
	}
	states := make(map[string]Holding, len(hits))
	for _, h := range hits {
		var d struct {
			Version int64   `json:"version"`
			GoneAt  *string `json:"gone_at"`
		}
		if err := json.Unmarshal(h.Source, &d); err != nil {
			return nil, fmt.Errorf("%w: document %s: %w", ErrMapping, h.ID, err)
		}
		if s, twice := states[h.ID]; !twice || s.Version < d.Version {
			states[h.ID] = Holding{Version: d.Version, Gone: d.GoneAt != nil}
		}
	}
	return states, nil
}
