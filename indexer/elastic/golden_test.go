package elastic_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer/elastic"
)

// TestIndexWrittenByV1: an index as the first release wrote it (mapping, settings, aliases and documents, kept in testdata/index-v1) is
// refused by its name, migrated, and then read, searched and written to as if it had been ours. The fixture is what lies on people's disks.
func TestIndexWrittenByV1(t *testing.T) {
	c := open(t)
	old := restore(t, c, 1)
	if _, err := c.Setup(t.Context()); !errors.Is(err, elastic.ErrMapping) || !errors.Is(err, elastic.ErrOlder) || !strings.Contains(err.Error(), elastic.MigrateCommand) {
		t.Fatalf("Setup: %v", err)
	}
	moves, err := c.Plan(t.Context())
	if err != nil || len(moves) != 1 || moves[0].From != old || moves[0].Docs != 5 {
		t.Fatalf("plan %+v, %v", moves, err)
	}
	if err := c.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	takesOver(t, c)
	must(t, "GET", "/"+old+"/_count", "") // kept, under its name
}

// TestIndexWrittenByV2 is the same for an index of this version as it was first released. The fixture is not rewritten when the mapping
// grows. To make it anew, delete the folder and run with -update.
func TestIndexWrittenByV2(t *testing.T) {
	dir := filepath.Join("testdata", "index-v2")
	if _, err := os.Stat(dir); os.IsNotExist(err) && flag.Lookup("update").Value.String() == "true" {
		dump(t, dir)
	}
	c := open(t)
	restore(t, c, 2)
	takesOver(t, c)
}

// takesOver checks that the fixture's index is the client's.
func takesOver(t *testing.T, c *elastic.Client) {
	t.Helper()
	if _, err := c.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	r, err := c.Search(t.Context(), elastic.Query{Text: "地鐵三號線", Facets: true})
	if err != nil || r.Total != 2 || r.Hits[0].Title != "海州地铁三号线今日开通" || len(r.Facets["section"]) != 2 {
		t.Fatalf("search: %+v, %v", r, err)
	}
	want, got := corpus()[0], r.Hits[0].Document
	want.Reprints, want.Bands, want.Extra = got.Reprints, got.Bands, got.Extra // not of the first release
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a document reads otherwise (-then +now):\n%s", diff)
	}
	if n, err := c.Count(t.Context(), elastic.Query{}); n != 4 || err != nil {
		t.Errorf("%d articles are visible, %v", n, err)
	}
	old, newer, fresh := op(t, corpus()[0]), corpus()[1], article("http://haizhou.test/fresh", "新的一条", "今日新增。")
	newer.Version, newer.Body = newer.Version+1000, "大桥已恢复通行。"
	v := c.Bulk(t.Context(), []elastic.Op{old, op(t, newer), op(t, fresh)}, elastic.Limit{})
	if v[0].Outcome != elastic.Conflict || v[1].Outcome != elastic.Written || v[2].Outcome != elastic.Written || v[2].Index != c.Index(november) {
		t.Fatalf("writing: %+v", v)
	}
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Search(t.Context(), elastic.Query{Text: "恢复通行"}); err != nil || r.Total != 1 || r.Hits[0].ID != newer.ID {
		t.Errorf("the new state of an old article: %+v, %v", r, err)
	}
}

type dumped struct {
	ID      string          `json:"_id"`
	Version int64           `json:"_version"`
	Source  json.RawMessage `json:"_source"`
}

// dump writes the fixture: what this version puts on the disk of a cluster.
func dump(t *testing.T, dir string) {
	t.Helper()
	c := ready(t)
	put(t, c, corpus()...)
	var index map[string]struct {
		Aliases  json.RawMessage `json:"aliases"`
		Mappings json.RawMessage `json:"mappings"`
	}
	if err := json.Unmarshal([]byte(must(t, "GET", "/"+c.Index(november), "")), &index); err != nil {
		t.Fatal(err)
	}
	var hits struct {
		Hits struct {
			Hits []dumped `json:"hits"`
		} `json:"hits"`
	}
	if err := json.Unmarshal([]byte(must(t, "GET", "/"+c.Alias()+"/_search?version=true&size=100", "")), &hits); err != nil {
		t.Fatal(err)
	}
	var docs bytes.Buffer
	for _, h := range hits.Hits.Hits {
		b, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		docs.Write(append(b, '\n'))
	}
	i := index[c.Index(november)]
	body := fmt.Sprintf(`{"settings":{"index.number_of_shards":1,"index.refresh_interval":"1s","index.auto_expand_replicas":"0-1","analysis":%s},"aliases":%s,"mappings":%s}`,
		analysisOf(t, c.Index(november)), strings.ReplaceAll(string(i.Aliases), c.Alias(), "news"), i.Mappings)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"index.json": []byte(compact(t, body) + "\n"), "documents.ndjson": docs.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// restore makes the index of a version's fixture under the client's alias, by hand, and gives its name.
func restore(t *testing.T, c *elastic.Client, version int) string {
	t.Helper()
	dir := filepath.Join("testdata", fmt.Sprintf("index-v%d", version))
	body, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s-v%d-%s", c.Alias(), version, november)
	index := "/" + name
	aliases := strings.NewReplacer(`"news"`, `"`+c.Alias()+`"`, `"news-write-`, `"`+c.Alias()+`-write-`)
	must(t, "PUT", index, aliases.Replace(string(body)))
	docs, err := os.ReadFile(filepath.Join(dir, "documents.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(docs)) {
		var d dumped
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		must(t, "PUT", fmt.Sprintf("%s/_doc/%s?version=%d&version_type=external", index, d.ID, d.Version), string(d.Source))
	}
	must(t, "POST", index+"/_refresh", "")
	return name
}

// TestSearchable: what a bulk request has stored is found within the refresh interval, without anybody asking for a refresh.
func TestSearchable(t *testing.T) {
	c := ready(t)
	d := article("http://haizhou.test/soon", "即将可见", "正文")
	if v := c.Bulk(t.Context(), []elastic.Op{op(t, d)}, elastic.Limit{}); v[0].Outcome != elastic.Written {
		t.Fatal(v)
	}
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		n, err := c.Count(t.Context(), elastic.Query{Text: "即将可见"})
		if err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			return
		}
		if time.Since(start) > 30*time.Second { // one, on a machine that has time
			t.Fatal("never found")
		}
	}
}
