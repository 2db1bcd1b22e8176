package elastic_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer/elastic"
)

// asked is a line of queries.tsv.
type asked struct{ kind, text, about string }

func queries(t *testing.T) []asked {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "queries", "queries.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var list []asked
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) != 3 {
			t.Fatalf("line %q", line)
		}
		list = append(list, asked{f[0], f[1], f[2]})
	}
	return list
}

// grade judges a document: 2 where all is so, 1 where a place is only mentioned in passing, 0 else.
func (q asked) grade(m made) int {
	grade := 2
	for term := range strings.SplitSeq(q.about, ",") {
		field, value, _ := strings.Cut(term, "=")
		var has []string
		switch field {
		case "event":
			has = []string{m.event}
		case "place":
			has = []string{m.place}
			if value == m.passing && m.place != value && q.about == term {
				has, grade = []string{value}, 1
			}
		case "mention":
			has = []string{m.person, m.second}
		case "day":
			has = []string{strconv.Itoa(m.day)}
		}
		if !slices.ContainsFunc(strings.Split(value, "|"), func(v string) bool { return slices.Contains(has, v) }) {
			return 0
		}
	}
	return grade
}

// plain is how the other ways ask: the query of the first release, on fields of one analyzer.
func plain(field string) func(string) map[string]any {
	return func(text string) map[string]any {
		fields := []string{"title." + field + "^3", "body." + field}
		return map[string]any{"query": map[string]any{"bool": map[string]any{
			"must":   []any{map[string]any{"multi_match": map[string]any{"query": text, "fields": fields, "type": "cross_fields", "minimum_should_match": "2<75%", "tie_breaker": 0.3}}},
			"should": []any{map[string]any{"multi_match": map[string]any{"query": text, "fields": fields, "type": "phrase", "slop": 1, "boost": 2}}},
		}}}
	}
}

// score is what a way reaches.
type score struct{ recall, mrr float64 }

func rank(q asked, docs map[string]made, hits []string) score {
	relevant, found, first := 0, 0, 0.0
	best := 0
	for _, m := range docs {
		g := q.grade(m)
		if g > 0 {
			relevant++
		}
		best = max(best, g)
	}
	for i, id := range hits {
		g := q.grade(docs[id])
		if g > 0 {
			found++
		}
		if g == best && first == 0 {
			first = 1 / float64(i+1)
		}
	}
	if relevant == 0 {
		return score{-1, -1}
	}
	return score{float64(found) / float64(min(10, relevant)), first}
}

// TestSearchQuality measures the documented query on our mapping against the analyzers cjk, standard and smartcn alone with the query of
// the first release, on one corpus in one run, and freezes the ranks.
func TestSearchQuality(t *testing.T) {
	c := ready(t)
	docs := map[string]made{}
	var all []elastic.Document
	for _, m := range region() {
		docs[m.ID] = m
		all = append(all, m.Document)
	}
	put(t, c, all...)
	other := "/" + c.Alias() + "x"
	sub := `{"type":"text","index":false,"fields":{"cjk":{"type":"text","analyzer":"cjk"},"standard":{"type":"text","analyzer":"standard"},"smartcn":{"type":"text","analyzer":"smartcn"}}}`
	must(t, "PUT", other, fmt.Sprintf(`{"mappings":{"properties":{"title":%s,"body":%s}}}`, sub, sub))
	var bulk strings.Builder
	for _, d := range all {
		b, err := json.Marshal(map[string]string{"title": d.Title, "body": d.Body})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&bulk, "{\"index\":{\"_id\":%q}}\n%s\n", d.ID, b)
	}
	must(t, "POST", other+"/_bulk?refresh=true", bulk.String())

	ways := []struct {
		name, index string
		ask         func(string) map[string]any
	}{
		{"newsmill", "/" + c.Alias(), func(text string) map[string]any {
			return map[string]any{"query": elastic.Query{Text: text}.Body()["query"]}
		}},
		{"cjk", other, plain("cjk")}, {"smartcn", other, plain("smartcn")}, {"standard", other, plain("standard")},
	}
	sums := make([]score, len(ways))
	var out strings.Builder
	list := queries(t)
	fmt.Fprintf(&out, "# %d queries, %d documents; recall@10 and MRR of: newsmill, cjk, smartcn, standard\n", len(list), len(all))
	for _, q := range list {
		fmt.Fprintf(&out, "%-16s %-24s", q.kind, q.text)
		for i, w := range ways {
			body := w.ask(q.text)
			body["size"], body["_source"], body["sort"] = 10, false, []any{"_score", map[string]any{"_doc": "asc"}}
			s := rank(q, docs, ids(t, w.index, body))
			if s.recall < 0 {
				t.Fatalf("query %q is about nothing", q.text)
			}
			sums[i].recall += s.recall / float64(len(list))
			sums[i].mrr += s.mrr / float64(len(list))
			fmt.Fprintf(&out, "  %.2f %.2f", s.recall, s.mrr)
		}
		out.WriteByte('\n')
	}
	for i, w := range ways {
		fmt.Fprintf(&out, "%-16s recall@10 %.3f  MRR %.3f\n", w.name, sums[i].recall, sums[i].mrr)
		if i > 0 && w.name != "smartcn" && (sums[i].recall >= sums[0].recall || sums[i].mrr >= sums[0].mrr) {
			t.Errorf("%s alone is not behind: %+v, newsmill %+v", w.name, sums[i], sums[0])
		}
	}
	file := filepath.Join("..", "testdata", "queries", "ranks.txt")
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("ranks have moved (-frozen +now):\n%s", diff)
	}
}

// ids asks and gives the ids in their order.
func ids(t *testing.T, index string, body map[string]any) []string {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				ID string `json:"_id"`
			} `json:"hits"`
		} `json:"hits"`
	}
	if err := json.Unmarshal([]byte(must(t, "POST", index+"/_search", string(b))), &answer); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, h := range answer.Hits.Hits {
		list = append(list, h.ID)
	}
	return list
}
