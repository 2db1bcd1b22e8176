package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// copied is how far an index has been filled, by the name of the index that its documents come from.
type copied map[string]checkpoint

// checkpoint is the highest sequence number copied of each shard of one index. Every write to a shard has a higher one than those before
// it, so what lies above is what has come since.
type checkpoint struct {
	UUID   string           `json:"uuid"` // of the index: another of the same name begins anew
	Shards map[string]int64 `json:"shards"`
}

// copying fills one index from another.
type copying struct {
	c        *Client
	meta     meta                       // of the new index
	fields   map[string]json.RawMessage // that it knows
	done     checkpoint
	unsaved  int
	progress Progress
	report   func(Progress)
}

const (
	copyPage    = 500     // most documents of a page
	copyBytes   = 8 << 20 // about the most bytes of one
	saveEvery   = 1000    // documents between two checkpoints
	copyKeep    = "5m"    // how long a point in time outlives its last page
	copyRetries = 8       // of one page, with delays that double up to copyDelayMax
)

const (
	copyDelay    = 250 * time.Millisecond
	copyDelayMax = 10 * time.Second
)

// pass copies what was written to the old index since the last one, and gives how many documents that were.
func (t *copying) pass(ctx context.Context) (int, error) {
	t.progress.Pass++
	shards, page, err := t.shards(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the state of the shards: %w", err)
	}
	// What the shards had then is visible after this.
	if err := t.c.do(ctx, esapi.IndicesRefreshRequest{Index: []string{t.progress.From}}, nil); err != nil {
		return 0, fmt.Errorf("refreshing %s: %w", t.progress.From, err)
	}
	before := t.progress.Copied
	for shard, upto := range shards {
		if last, ok := t.done.Shards[shard]; ok && last >= upto {
			continue
		}
		if err := t.shard(ctx, shard, upto, page); err != nil {
			return 0, err
		}
		t.done.Shards[shard] = upto
		if err := t.save(ctx); err != nil {
			return 0, err
		}
	}
	t.report(t.progress)
	return int(t.progress.Copied - before), nil
}

// shards gives for each shard the sequence number up to which every write is done on all its copies (those above it may have gaps), and
// how many documents make a page.
func (t *copying) shards(ctx context.Context) (map[string]int64, int, error) {
	var body struct {
		Indices map[string]struct {
			Primaries struct {
				Docs  struct{ Count int64 }
				Store struct {
					Size int64 `json:"size_in_bytes"`
				}
			}
			Shards map[string][]struct {
				Routing struct{ Primary bool }
				SeqNo   struct {
					Global int64 `json:"global_checkpoint"`
				} `json:"seq_no"`
			}
		}
	}
	err := t.c.do(ctx, esapi.IndicesStatsRequest{Index: []string{t.progress.From}, Metric: []string{"docs", "store"}, Level: "shards"}, &body)
	if err != nil {
		return nil, 0, err
	}
	i := body.Indices[t.progress.From]
	shards := map[string]int64{}
	for shard, copies := range i.Shards {
		for _, s := range copies {
			if s.Routing.Primary {
				shards[shard] = s.SeqNo.Global
			}
		}
	}
	if len(shards) == 0 {
		return nil, 0, fmt.Errorf("%w: no primary of %s is there", ErrUnavailable, t.progress.From)
	}
	page := copyPage
	if i.Primaries.Docs.Count > 0 {
		page = int(max(1, min(copyPage, copyBytes/max(1, i.Primaries.Store.Size/i.Primaries.Docs.Count))))
	}
	return shards, page, nil
}

// shard copies what a shard has above its checkpoint, in the order in which it was written. What passes by itself (busy, away, a point in
// time that was lost with its node) is tried again from the last page that is done.
func (t *copying) shard(ctx context.Context, shard string, upto int64, page int) error {
	last, ok := t.done.Shards[shard]
	if !ok {
		last = -1
	}
	for tries, delay := 0, copyDelay; ; tries++ {
		at := last
		err := t.pages(ctx, shard, &last, upto, page)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if last > at {
			tries, delay = 0, copyDelay
		}
		passing := errors.Is(err, ErrBusy) || errors.Is(err, ErrUnavailable) || isStatus(err, http.StatusNotFound)
		if !passing || tries >= copyRetries {
			return err
		}
		if errors.Is(err, ErrBusy) {
			page = max(1, page/2)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(delay):
		}
		delay = min(2*delay, copyDelayMax)
	}
}

// storedHit is a document as a page holds it.
type storedHit struct {
	ID      string          `json:"_id"`
	Version int64           `json:"_version"`
	Source  json.RawMessage `json:"_source"`
	Sort    []int64         `json:"sort"`
}

// pages reads a shard as it is at one point in time and writes it, page by page.
func (t *copying) pages(ctx context.Context, shard string, last *int64, upto int64, size int) error {
	var pit struct {
		ID string `json:"id"`
	}
	err := t.c.do(ctx, esapi.OpenPointInTimeRequest{Index: []string{t.progress.From}, KeepAlive: copyKeep, Preference: "_shards:" + shard}, &pit)
	if err != nil {
		return err
	}
	defer func() {
		body, _ := json.Marshal(pit) // a string cannot fail
		_ = t.c.do(context.WithoutCancel(ctx), esapi.ClosePointInTimeRequest{Body: bytes.NewReader(body)}, nil)
	}()
	for {
		hits, err := t.page(ctx, &pit.ID, *last, upto, size)
		if err != nil || len(hits) == 0 {
			return err
		}
		if err := t.write(ctx, hits); err != nil {
			return err
		}
		*last = hits[len(hits)-1].Sort[0]
		t.progress.Copied += int64(len(hits))
		if t.unsaved += len(hits); t.unsaved >= saveEvery {
			t.done.Shards[shard] = *last
			if err := t.save(ctx); err != nil {
				return err
			}
			t.report(t.progress)
		}
	}
}

func (t *copying) page(ctx context.Context, pit *string, after, upto int64, size int) ([]storedHit, error) {
	body, err := json.Marshal(object{
		"pit": object{"id": *pit, "keep_alive": copyKeep}, "size": size, "version": true, "track_total_hits": false,
		"query":        object{"range": object{"_seq_no": object{"lte": upto}}},
		"sort":         []object{{"_seq_no": "asc"}},
		"search_after": []int64{after},
	})
	if err != nil {
		return nil, err
	}
	var answer struct {
		PIT  string `json:"pit_id"`
		Hits struct {
			Hits []storedHit `json:"hits"`
		} `json:"hits"`
	}
	no := false
	if err := t.c.do(ctx, esapi.SearchRequest{Body: bytes.NewReader(body), AllowPartialSearchResults: &no}, &answer); err != nil {
		return nil, err
	}
	if answer.PIT != "" {
		*pit = answer.PIT
	}
	return answer.Hits.Hits, nil
}

// write stores a page. A document of which the new index has this version or a newer one stays as it is.
func (t *copying) write(ctx context.Context, hits []storedHit) error {
	ops := make([]Op, len(hits))
	for i, h := range hits {
		source, err := t.convert(h.Source)
		if err != nil {
			return fmt.Errorf("%w: document %s: %w", ErrMapping, h.ID, err)
		}
		ops[i] = Op{index: t.progress.To, ID: h.ID, Version: h.Version, Source: source}
	}
	for i, v := range t.c.Bulk(ctx, ops, Limit{}) {
		if v.Outcome == Failed {
			return fmt.Errorf("document %s: %w", ops[i].ID, v.Err)
		}
	}
	return nil
}

// convert makes a document of what an index of any version holds: what is derived is added, and what the new index does not know is left
// out. Everything else stays byte by byte.
func (t *copying) convert(source json.RawMessage) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(source, &fields); err != nil {
		return nil, err
	}
	var d Document
	if err := json.Unmarshal(source, &d); err != nil {
		return nil, err
	}
	d.Derive()
	derived := map[string]any{"host": d.Host, "story_id": d.StoryID}
	if d.Date != nil {
		derived["date"] = d.Date
	}
	for name, v := range derived {
		if _, there := fields[name]; there || v == "" {
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		fields[name] = raw
	}
	for name := range fields {
		if _, known := t.fields[name]; !known {
			delete(fields, name)
		}
	}
	return encodeLine(fields)
}

// encodeLine writes JSON as one line, with < and > as they are.
func encodeLine(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// save keeps the checkpoint in the new index.
func (t *copying) save(ctx context.Context) error {
	t.unsaved = 0
	if t.meta.Newsmill.Copied == nil {
		t.meta.Newsmill.Copied = copied{}
	}
	t.meta.Newsmill.Copied[t.progress.From] = t.done
	if err := t.c.putMapping(ctx, t.progress.To, object{"_meta": t.meta}); err != nil {
		return fmt.Errorf("keeping how far it came: %w", err)
	}
	return nil
}
