package elastic

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"github.com/newsmill/newsmill/news"
)

// Told is what the index says of an article for finding its story.
type Told struct {
	Ref
	News     news.Article // id, first_seen, fetched_at, published_at, near_duplicate_of, version; the body where it was asked for
	Story    string
	Reprints int
	Bands    []string
	Gone     bool

	seq, term int64
}

// storyFields are what a Told is read from.
var storyFields = []string{"id", "first_seen", "fetched_at", "published_at", "near_duplicate_of", "version", "story_id", "reprints", "story_bands", "gone_at"}

func (t *Told) read(source json.RawMessage) error {
	var d struct {
		news.Article
		Story    string     `json:"story_id"`
		Reprints int        `json:"reprints"`
		Bands    []string   `json:"story_bands"`
		GoneAt   *time.Time `json:"gone_at"`
	}
	if err := json.Unmarshal(source, &d); err != nil {
		return fmt.Errorf("%w: document %s: %w", ErrMapping, t.ID, err)
	}
	t.News, t.Story, t.Reprints, t.Bands, t.Gone = d.Article, d.Story, d.Reprints, d.Bands, d.GoneAt != nil
	return nil
}

// Tell reads what is stored now, refreshed or not. What is not there is not in the answer.
func (c *Client) Tell(ctx context.Context, refs []Ref, body bool) (map[Ref]Told, error) {
	fields := storyFields
	if body {
		fields = append(slices.Clone(fields), "body")
	}
	found := make(map[Ref]Told, len(refs))
	const atOnce = 500
	for part := range slices.Chunk(refs, atOnce) {
		docs := make([]object, len(part))
		for i, r := range part {
			docs[i] = object{"_index": c.writeAlias(r.Month), "_id": r.ID}
		}
		q, err := json.Marshal(object{"docs": docs})
		if err != nil {
			return nil, fmt.Errorf("reading stories: %w", err)
		}
		var answer struct {
			Docs []struct {
				Found  bool            `json:"found"`
				Seq    int64           `json:"_seq_no"`
				Term   int64           `json:"_primary_term"`
				Source json.RawMessage `json:"_source"`
				Error  *errorBody      `json:"error"`
			} `json:"docs"`
		}
		if err := c.do(ctx, esapi.MgetRequest{Body: bytes.NewReader(q), SourceIncludes: fields}, &answer); err != nil {
			return nil, fmt.Errorf("reading stories: %w", err)
		}
		if len(answer.Docs) != len(part) {
			return nil, fmt.Errorf("reading stories: %w: %d answers for %d documents", ErrUnavailable, len(answer.Docs), len(part))
		}
		for i, d := range answer.Docs {
			if d.Error != nil && d.Error.Type != "index_not_found_exception" {
				return nil, fmt.Errorf("reading document %s: %w", part[i].ID, fault(http.StatusServiceUnavailable, d.Error, true))
			}
			if !d.Found {
				continue
			}
			t := Told{Ref: part[i], seq: d.Seq, term: d.Term}
			if err := t.read(d.Source); err != nil {
				return nil, err
			}
			found[part[i]] = t
		}
	}
	return found, nil
}

// StoryQuery asks for articles that may have a text in common with others.
type StoryQuery struct {
	Bands   []string // that hold one of these keys
	Stories []string // or are in one of these stories
	IDs     []string // or are these
	Not     []string // ids that are left out

	Since, Until time.Time // of first sight; zero does not ask
}

// storyHits is the most that one request answers with. A question that finds more is asked in halves.
const storyHits = 2000

// Stories finds articles, without bodies. It sees what has been refreshed. What was found more than once by its own words (a key that more
// than storyHits articles hold) is answered as far as that.
func (c *Client) Stories(ctx context.Context, q StoryQuery) ([]Told, error) {
	if len(q.Bands)+len(q.Stories)+len(q.IDs) == 0 {
		return nil, nil
	}
	found := map[Ref]Told{}
	if err := c.stories(ctx, q, found); err != nil {
		return nil, fmt.Errorf("searching stories: %w", err)
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Told) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (c *Client) stories(ctx context.Context, q StoryQuery, found map[Ref]Told) error {
	const mostTerms = 30_000 // Elasticsearch takes 65,536 (index.max_terms_count)
	if a, b, ok := q.halves(); ok && len(q.Bands)+len(q.Stories)+len(q.IDs) > mostTerms {
		return cmp.Or(c.stories(ctx, a, found), c.stories(ctx, b, found))
	}
	var answer struct {
		Hits struct {
			Total struct {
				Value int `json:"value"`
			} `json:"total"`
			Hits []idHit `json:"hits"`
		} `json:"hits"`
	}
	if err := c.search(ctx, q.body(), &answer); err != nil {
		return err
	}
	if answer.Hits.Total.Value > storyHits {
		if a, b, ok := q.halves(); ok {
			return cmp.Or(c.stories(ctx, a, found), c.stories(ctx, b, found))
		}
	}
	for _, h := range answer.Hits.Hits {
		_, m, ok := c.parseIndex(h.Index)
		if !ok {
			continue
		}
		t := Told{Ref: Ref{Month: m, ID: h.ID}}
		if err := t.read(h.Source); err != nil {
			return err
		}
		found[t.Ref] = t
	}
	return nil
}

func (q StoryQuery) body() object {
	var filter []object // dates first: a month that lies outside is not looked into
	r := object{}
	if !q.Since.IsZero() {
		r["gte"] = q.Since.UTC().Format(time.RFC3339Nano)
	}
	if !q.Until.IsZero() {
		r["lte"] = q.Until.UTC().Format(time.RFC3339Nano)
	}
	if len(r) > 0 {
		filter = append(filter, object{"range": object{"first_seen": r}})
	}
	var any []object
	for field, values := range map[string][]string{"story_bands": q.Bands, "story_id": q.Stories, "id": q.IDs} {
		if len(values) > 0 {
			any = append(any, object{"terms": object{field: values}})
		}
	}
	b := object{"filter": append(filter, object{"bool": object{"should": any, "minimum_should_match": 1}})}
	if len(q.Not) > 0 {
		b["must_not"] = []object{{"terms": object{"id": q.Not}}}
	}
	return object{"size": storyHits, "track_total_hits": storyHits + 1, "_source": storyFields, "query": object{"bool": b}, "sort": []string{"_doc"}}
}

// halves cuts a question in two; ok is false where it asks for one thing alone.
func (q StoryQuery) halves() (a, b StoryQuery, ok bool) {
	a, b = q, q
	switch {
	case len(q.Bands) > 0 && len(q.Stories)+len(q.IDs) > 0:
		a.Stories, a.IDs, b.Bands = nil, nil, nil
	case len(q.Bands) > 1:
		a.Bands, b.Bands = q.Bands[:len(q.Bands)/2], q.Bands[len(q.Bands)/2:]
	case len(q.Stories) > 0 && len(q.IDs) > 0:
		a.IDs, b.Stories = nil, nil
	case len(q.Stories) > 1:
		a.Stories, b.Stories = q.Stories[:len(q.Stories)/2], q.Stories[len(q.Stories)/2:]
	case len(q.IDs) > 1:
		a.IDs, b.IDs = q.IDs[:len(q.IDs)/2], q.IDs[len(q.IDs)/2:]
	default:
		return q, q, false
	}
	return a, b, true
}

// MonthOfIndex gives the month of an index that one of our events names.
func (c *Client) MonthOfIndex(name string) (Month, bool) {
	_, m, ok := c.parseIndex(name)
	return m, ok
}

// Placing is a change of an article's story.
type Placing struct {
	Told     // as Tell has read it: it must not have changed since
	To       string
	Reprints int
}

// Place changes the stories of articles and nothing else of them, each only if it is still as it was read: Conflict where it is not. The
// document's version in Elasticsearch goes up by one each time, its field version does not.
func (c *Client) Place(ctx context.Context, changes []Placing) []Verdict {
	verdicts := make([]Verdict, 0, len(changes))
	const atOnce = 500
	for part := range slices.Chunk(changes, atOnce) {
		var body bytes.Buffer
		enc := json.NewEncoder(&body)
		var err error
		for _, p := range part {
			doc := object{"story_id": p.To, "reprints": p.Reprints, "near_duplicate_of": nil}
			if p.To != p.ID {
				doc["near_duplicate_of"] = p.To
			}
			for _, line := range []any{
				object{"update": object{"_index": c.writeAlias(p.Month), "_id": p.ID, "if_seq_no": p.seq, "if_primary_term": p.term, "require_alias": true}},
				object{"doc": doc},
			} {
				if e := enc.Encode(line); e != nil {
					err = e
				}
			}
		}
		if err == nil {
			var v []Verdict
			v, err = c.place(ctx, part, body.Bytes())
			verdicts = append(verdicts, v...)
		}
		if err != nil {
			verdicts = append(verdicts, failed(len(part), fmt.Errorf("placing stories: %w", err))...)
		}
	}
	return verdicts
}

func (c *Client) place(ctx context.Context, changes []Placing, body []byte) ([]Verdict, error) {
	var answer struct {
		Items []struct {
			Update struct {
				Index  string     `json:"_index"`
				Status int        `json:"status"`
				Error  *errorBody `json:"error"`
			} `json:"update"`
		} `json:"items"`
	}
	packed, err := c.gzip(body)
	if err != nil {
		return nil, err
	}
	err = c.do(ctx, esapi.BulkRequest{
		Body: packed, Header: http.Header{"Content-Encoding": {"gzip"}}, FilterPath: []string{"items.*._index", "items.*.status", "items.*.error"},
	}, &answer)
	if err == nil && len(answer.Items) != len(changes) {
		err = fmt.Errorf("%w: %d verdicts for %d documents", ErrUnavailable, len(answer.Items), len(changes))
	}
	if err != nil {
		return nil, err
	}
	verdicts := make([]Verdict, len(changes))
	for i := range changes {
		item := answer.Items[i].Update
		kind := ""
		if item.Error != nil {
			kind = item.Error.Type
		}
		switch {
		case item.Status/100 == 2:
			verdicts[i] = Verdict{Outcome: Written, Index: item.Index}
		case item.Status == http.StatusConflict, kind == "document_missing_exception":
			verdicts[i] = Verdict{Outcome: Conflict}
		default:
			verdicts[i] = Verdict{Outcome: Failed, Err: fault(item.Status, item.Error, false)}
		}
	}
	return verdicts, nil
}
