package elastic

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Ref is a document of a month.
type Ref struct {
	Month Month
	ID    string
}

// Stored is what the index holds for a Ref.
type Stored struct {
	Ref
	Index   string          // the concrete index
	Version int64           // its field, which is that of the article
	Source  json.RawMessage // only where it was asked for

	seq, term int64
}

// Get reads documents as they are stored now, refreshed or not. What is not there is not in the answer. Months that do not exist
// hold nothing. source false reads the versions alone.
func (c *Client) Get(ctx context.Context, refs []Ref, source bool) (map[Ref]Stored, error) {
	type doc struct {
		Index  string `json:"_index"`
		ID     string `json:"_id"`
		Source any    `json:"_source"`
	}
	if len(refs) == 0 {
		return nil, nil
	}
	docs := make([]doc, len(refs))
	var fields any = true
	if !source {
		fields = []string{"version"}
	}
	for i, r := range refs {
		docs[i] = doc{Index: c.writeAlias(r.Month), ID: r.ID, Source: fields}
	}
	body, err := json.Marshal(map[string]any{"docs": docs})
	if err != nil {
		return nil, fmt.Errorf("reading documents: %w", err)
	}
	var answer struct {
		Docs []struct {
			Index   string          `json:"_index"`
			Version int64           `json:"_version"`
			Found   bool            `json:"found"`
			Seq     int64           `json:"_seq_no"`
			Term    int64           `json:"_primary_term"`
			Source  json.RawMessage `json:"_source"`
			Error   *errorBody      `json:"error"`
		} `json:"docs"`
	}
	if err := c.do(ctx, esapi.MgetRequest{Body: bytes.NewReader(body)}, &answer); err != nil {
		return nil, fmt.Errorf("reading documents: %w", err)
	}
	if len(answer.Docs) != len(refs) {
		return nil, fmt.Errorf("reading documents: %w: %d answers for %d documents", ErrUnavailable, len(answer.Docs), len(refs))
	}
	found := make(map[Ref]Stored, len(refs))
	for i, d := range answer.Docs {
		switch {
		case d.Error != nil && d.Error.Type == "index_not_found_exception":
		case d.Error != nil:
			return nil, fmt.Errorf("reading document %s: %w", refs[i].ID, fault(503, d.Error, true))
		case d.Found:
			var v struct {
				Version int64 `json:"version"`
			}
			if err := json.Unmarshal(d.Source, &v); err != nil {
				return nil, fmt.Errorf("%w: document %s: %w", ErrMapping, refs[i].ID, err)
			}
			stored := Stored{Ref: refs[i], Index: d.Index, Version: cmp.Or(v.Version, d.Version), seq: d.Seq, term: d.Term}
			if source {
				stored.Source = d.Source
			}
			found[refs[i]] = stored
		}
	}
	return found, nil
}

// Months lists the months that can be written to and read with Get.
func (c *Client) Months(ctx context.Context) ([]Month, error) {
	indices, err := c.Indices(ctx)
	if err != nil {
		return nil, err
	}
	var months []Month
	for _, i := range indices {
		if i.Writes {
			months = append(months, i.Month)
		}
	}
	return months, nil
}

// Home is where a document lives and since when.
type Home struct {
	Month     Month
	FirstSeen time.Time
}

// Homes finds the months of documents through the alias with one query. It sees what has been refreshed.
func (c *Client) Homes(ctx context.Context, ids []string) (map[string]Home, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	hits, err := c.byID(ctx, ids, []string{"first_seen"})
	if err != nil {
		return nil, err
	}
	homes := make(map[string]Home, len(hits))
	for _, h := range hits {
		var doc struct {
			FirstSeen time.Time `json:"first_seen"`
		}
		if err := json.Unmarshal(h.Source, &doc); err != nil {
			return nil, fmt.Errorf("%w: document %s: %w", ErrMapping, h.ID, err)
		}
		if _, m, ok := c.parseIndex(h.Index); ok {
			homes[h.ID] = Home{Month: m, FirstSeen: doc.FirstSeen}
		}
	}
	return homes, nil
}

// Documents reads whole documents by id through the alias, tombstones too. It sees what has been refreshed.
func (c *Client) Documents(ctx context.Context, ids []string) (map[string]Document, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	hits, err := c.byID(ctx, ids, nil)
	if err != nil {
		return nil, err
	}
	docs := make(map[string]Document, len(hits))
	for _, h := range hits {
		var d Document
		if err := json.Unmarshal(h.Source, &d); err != nil {
			return nil, fmt.Errorf("%w: document %s: %w", ErrMapping, h.ID, err)
		}
		docs[h.ID] = d
	}
	return docs, nil
}

type idHit struct {
	Index  string          `json:"_index"`
	ID     string          `json:"_id"`
	Source json.RawMessage `json:"_source"`
}

// byID asks in slices: a search answers with at most index.max_result_window (10,000) hits.
func (c *Client) byID(ctx context.Context, ids, fields []string) ([]idHit, error) {
	const most = 1000
	var hits []idHit
	for len(ids) > 0 {
		n := min(most, len(ids))
		q := map[string]any{"size": most, "query": map[string]any{"ids": map[string]any{"values": ids[:n]}}}
		if fields != nil {
			q["_source"] = fields
		}
		var answer struct {
			Hits struct {
				Hits []idHit `json:"hits"`
			} `json:"hits"`
		}
		if err := c.search(ctx, q, &answer); err != nil {
			return nil, fmt.Errorf("searching by id: %w", err)
		}
		hits = append(hits, answer.Hits.Hits...)
		ids = ids[n:]
	}
	return hits, nil
}

// search runs a query on the alias; an alias that is not there yet holds nothing. A search that lost a shard is no answer: a count that
// is too low without a word would be worse than an error.
func (c *Client) search(ctx context.Context, query any, answer any) error {
	body, err := json.Marshal(query)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	yes, no := true, false
	return c.do(ctx, esapi.SearchRequest{
		Index: []string{c.config.Alias}, Body: bytes.NewReader(body),
		IgnoreUnavailable: &yes, AllowNoIndices: &yes, AllowPartialSearchResults: &no,
	}, answer)
}
