package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Result is the answer to a Query.
type Result struct {
	Total  int                 // exact
	TookMS int                 // in Elasticsearch
	Hits   []Hit               // in the order asked for
	Facets map[string][]Bucket // by source, site, section, language, origin, author; nil where not asked for
}

// Hit is one article found.
type Hit struct {
	Document
	Index      string
	Score      float64
	Highlights map[string][]string // by field: HTML with the marks; a body's are fragments
}

// Bucket is one value of a facet.
type Bucket struct {
	Value string `json:"key"`
	Count int    `json:"doc_count"`
}

// Search runs a query. Nothing indexed yet is an empty result. The error wraps ErrQuery for a query that cannot be.
func (c *Client) Search(ctx context.Context, q Query) (Result, error) {
	if err := q.Validate(); err != nil {
		return Result{}, err
	}
	var answer struct {
		Took int `json:"took"`
		Hits struct {
			Total struct {
				Value int `json:"value"`
			} `json:"total"`
			Hits []struct {
				Index     string              `json:"_index"`
				Score     *float64            `json:"_score"`
				Source    json.RawMessage     `json:"_source"`
				Highlight map[string][]string `json:"highlight"`
			} `json:"hits"`
		} `json:"hits"`
		Aggs map[string]struct {
			Buckets []Bucket `json:"buckets"`
		} `json:"aggregations"`
	}
	if err := c.search(ctx, q.body(), &answer); err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	r := Result{Total: answer.Hits.Total.Value, TookMS: answer.Took}
	mark, _ := q.marks()
	for _, h := range answer.Hits.Hits {
		hit := Hit{Index: h.Index, Highlights: foldHighlights(h.Highlight, mark)}
		if h.Score != nil {
			hit.Score = *h.Score
		}
		if err := json.Unmarshal(h.Source, &hit.Document); err != nil {
			return Result{}, fmt.Errorf("search: %w: document in %s: %w", ErrMapping, h.Index, err)
		}
		r.Hits = append(r.Hits, hit)
	}
	if q.Facets {
		r.Facets = map[string][]Bucket{}
		for name := range facetFields {
			r.Facets[name] = answer.Aggs[name].Buckets
		}
	}
	return r, nil
}

// Count tells how many articles a query finds; its Size, From and order do not matter.
func (c *Client) Count(ctx context.Context, q Query) (int, error) {
	body, err := json.Marshal(object{"query": q.query()})
	if err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	yes := true
	var answer struct {
		Count  int `json:"count"`
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	err = c.do(ctx, esapi.CountRequest{
		Index: []string{c.config.Alias}, Body: bytes.NewReader(body), IgnoreUnavailable: &yes, AllowNoIndices: &yes,
	}, &answer)
	if err == nil && answer.Shards.Failed > 0 {
		err = fmt.Errorf("%w: %d shards did not answer", ErrUnavailable, answer.Shards.Failed)
	}
	if err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	return answer.Count, nil
}
