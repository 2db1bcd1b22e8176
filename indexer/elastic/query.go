package elastic

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Query is what a reader asks. The zero value asks for everything that is not gone, newest first.
type Query struct {
	Text string // words or a phrase, in any language; empty matches all

	// Each of these keeps articles that hold one of the values; empty does not ask.
	IDs, Sources, Sites, Sections, Languages, Origins, Authors []string

	Since, Until time.Time // published, or first seen where no date was found: Since <= t < Until; zero does not ask
	Gone         bool      // tombstones too

	Newest bool // sort by date even with a Text; without one that is always so
	Size   int  // hits; default 10, -1 for none (Total and Facets alone)
	From   int  // hits to skip; From+Size at most MaxWindow
	Facets bool // count by source, site, section, language, origin, author

	Pre, Post string // around what matched in Highlights; default <em> and </em>. The text between them is HTML-escaped
}

// MaxWindow is how far From and Size reach: Elasticsearch's index.max_result_window.
const MaxWindow = 10_000

// ErrQuery is returned for a query that cannot be.
var ErrQuery = errors.New("query")

// Validate names what cannot be. The error wraps ErrQuery.
func (q Query) Validate() error {
	switch {
	case q.From < 0:
		return fmt.Errorf("%w: from is negative", ErrQuery)
	case q.Size < -1:
		return fmt.Errorf("%w: size is negative", ErrQuery)
	case q.From+max(q.Size, 0) > MaxWindow:
		return fmt.Errorf("%w: reaches past the first %d hits: narrow it by date", ErrQuery, MaxWindow)
	case len([]rune(q.Text)) > 1000:
		return fmt.Errorf("%w: longer than 1000 characters", ErrQuery)
	case !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until):
		return fmt.Errorf("%w: since is not before until", ErrQuery)
	}
	return nil
}

type object = map[string]any

// Fields of the facets, by the name they have in a Result.
var facetFields = map[string]string{
	"source":   "source",
	"site":     "site_name",
	"section":  "section",
	"language": "language",
	"origin":   "origin",
	"author":   "authors",
}

const facetSize = 20

// body is the request to Elasticsearch.
func (q Query) body() object {
	size := q.Size
	switch size {
	case 0:
		size = 10
	case -1:
		size = 0
	}
	b := object{
		"size": size, "from": q.From,
		"track_total_hits": true,
		"query":            q.query(),
		"sort":             q.sort(),
		"track_scores":     true,
	}
	if q.Text != "" && size > 0 {
		b["highlight"] = q.highlight()
	}
	if q.Facets {
		aggs := object{}
		for name, field := range facetFields {
			aggs[name] = object{"terms": object{"field": field, "size": facetSize}}
		}
		b["aggs"] = aggs
	}
	return b
}

// query is the documented query (docs/search.md): what has to be found, what lifts it, and the filters.
func (q Query) query() object {
	b := object{"filter": q.filters()}
	if !q.Gone {
		b["must_not"] = []object{{"exists": object{"field": "gone_at"}}}
	}
	if text := strings.TrimSpace(q.Text); text != "" {
		b["must"] = []object{{"bool": object{"should": matches(text, q.Newest)}}}
		b["should"] = lifts(text)
	}
	return object{"bool": b}
}

// enough is how many of the words of a query must be there: of up to two all, of more three quarters.
const enough = "2<75%"

// Of single characters all of up to four must be there, of more four fifths. The one that has them all and nothing else in common stands far
// behind, where the best stand first; where the newest do it would stand among them, so there all must be there.
const (
	enoughSingles = "4<80%"
	allSingles    = "100%"
)

// matches are the ways in which a text can find an article. A field that an index does not have finds nothing there.
func matches(text string, newest bool) []object {
	singles := enoughSingles
	if newest {
		singles = allSingles
	}
	ways := []object{
		// Pairs of characters, and words of other scripts. cross_fields: one in the title and another in the body count together.
		{"multi_match": object{"query": text, "type": "cross_fields", "tie_breaker": 0.3, "minimum_should_match": enough,
			"fields": []string{"title^3", "subtitle^2", "summary", "body", "authors.text"}}},
		// Single characters: the way for a word of one character, which stands in no pair alone, and for a question in other words.
		{"multi_match": object{"query": text, "type": "cross_fields", "tie_breaker": 0.3, "minimum_should_match": singles, "boost": 0.2,
			"fields": []string{"title.uni^3", "subtitle.uni^2", "summary.uni", "body.uni"}}},
		// Words as the cluster's plugin cuts them, where the index has them.
		{"multi_match": object{"query": text, "type": "cross_fields", "tie_breaker": 0.3, "minimum_should_match": enough, "boost": 0.5,
			"fields": []string{"title.words^3", "subtitle.words^2", "summary.words", "body.words"}}},
	}
	for _, l := range languages {
		ways = append(ways, object{"multi_match": object{"query": text, "type": "cross_fields", "tie_breaker": 0.3, "minimum_should_match": enough, "boost": 0.3,
			"fields": []string{"title." + l.field + "^3", "body." + l.field}}})
	}
	return ways
}

// lifts put an article up that has the text as it stands: one that is found by its pairs alone may have them in different words.
func lifts(text string) []object {
	return []object{{"multi_match": object{
		"query": text, "type": "phrase", "slop": 1, "boost": 2, "fields": []string{"title^3", "subtitle^2", "summary", "body"},
	}}}
}

func (q Query) filters() []object {
	filters := []object{}
	for _, f := range []struct {
		field  string
		values []string
	}{
		{"id", q.IDs}, {"source", q.Sources}, {"site_name", q.Sites}, {"section", q.Sections},
		{"language", q.Languages}, {"origin", q.Origins}, {"authors", q.Authors},
	} {
		if len(f.values) > 0 {
			filters = append(filters, object{"terms": object{f.field: f.values}})
		}
	}
	if r := q.dates(); len(r) > 0 {
		filters = append(filters, object{"bool": object{"minimum_should_match": 1, "should": []object{
			{"range": object{"published_at.time": r}},
			{"bool": object{
				"must_not": []object{{"exists": object{"field": "published_at.time"}}},
				"filter":   []object{{"range": object{"first_seen": r}}},
			}},
		}}})
	}
	return filters
}

func (q Query) dates() object {
	r := object{}
	if !q.Since.IsZero() {
		r["gte"] = q.Since.Format(time.RFC3339Nano)
	}
	if !q.Until.IsZero() {
		r["lt"] = q.Until.Format(time.RFC3339Nano)
	}
	return r
}

// sort ends in the id, so that pages of equal scores or dates do not overlap.
func (q Query) sort() []object {
	newest := []object{
		{"published_at.time": object{"order": "desc", "missing": "_last", "unmapped_type": "date"}},
		{"first_seen": object{"order": "desc", "unmapped_type": "date"}},
		{"id": object{"order": "asc", "unmapped_type": "keyword"}},
	}
	if strings.TrimSpace(q.Text) == "" || q.Newest {
		return newest
	}
	return append([]object{{"_score": object{"order": "desc"}}}, newest...)
}

// marks stand around what matched.
func (q Query) marks() (pre, post string) {
	if q.Pre == "" && q.Post == "" {
		return "<em>", "</em>"
	}
	return q.Pre, q.Post
}

func (q Query) highlight() object {
	pre, post := q.marks()
	return object{
		"encoder": "html", "type": "unified",
		"pre_tags": []string{pre}, "post_tags": []string{post},
		"max_analyzed_offset": 1_000_000, // a longer body is highlighted as far as that instead of failing the whole search
		"fields":              highlighted(),
	}
}

// paths that a highlight is looked for on, the best first: where a single character or a stem has matched, the pairs have not.
var highlightPaths = []string{"", ".uni", ".en"}

func highlighted() object {
	fields := object{}
	for _, path := range highlightPaths {
		fields["title"+path] = object{"number_of_fragments": 0}
		fields["subtitle"+path] = object{"number_of_fragments": 0}
		body := object{"number_of_fragments": 3, "fragment_size": 120}
		if path == "" {
			body["no_match_size"] = 120
		}
		fields["body"+path] = body
	}
	return fields
}

// foldHighlights keeps of each field the marks of the first path that has any, under the field's own name.
func foldHighlights(found map[string][]string, mark string) map[string][]string {
	if found == nil {
		return nil
	}
	folded := map[string][]string{}
	for _, field := range []string{"title", "subtitle", "body"} {
		for _, path := range highlightPaths {
			lines := found[field+path]
			marked := slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, mark) })
			if len(lines) > 0 && (marked || folded[field] == nil) {
				folded[field] = lines
			}
			if marked {
				break
			}
		}
	}
	return folded
}
