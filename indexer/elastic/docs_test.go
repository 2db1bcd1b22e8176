package elastic_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer/elastic"
)

// recipe is a request of docs/search.md.
type recipe struct{ heading, method, path, body string }

func recipes(t *testing.T) []recipe {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "search.md"))
	if err != nil {
		t.Fatal(err)
	}
	var list []recipe
	heading := ""
	for part := range strings.SplitSeq(string(b), "\n```") {
		code, ok := strings.CutPrefix(part, "json\n")
		if !ok {
			for line := range strings.Lines(part) {
				if h, ok := strings.CutPrefix(line, "## "); ok {
					heading = strings.TrimSpace(h)
				}
			}
			continue
		}
		request, body, _ := strings.Cut(code, "\n")
		method, path, _ := strings.Cut(request, " ")
		list = append(list, recipe{heading, method, path, body})
	}
	return list
}

// TestSearchDocs runs every request of docs/search.md, and looks whether it finds what its text promises.
func TestSearchDocs(t *testing.T) {
	c := ready(t)
	first := article("http://haizhou.test/yh1", "云河大桥今日通车", "云河大桥 <双向六车道> 今日正式通车。")
	reprint := article("http://port.test/yh2", "云河大桥今天通车了", "云河大桥 <双向六车道> 今日正式通车。")
	other := article("http://haizhou.test/yh3", "新的大桥在云河动工", "第二座大桥昨日动工，双向六车道，云河两岸往来更方便，明年正式通车。")
	gone := corpus()[4]
	gone.Title = "云河大桥旧闻"
	for _, d := range []*elastic.Document{&first, &reprint, &other} {
		d.Section, d.NearDuplicateOf, d.StoryID = "要闻", "", d.ID
	}
	reprint.NearDuplicateOf, reprint.StoryID = first.ID, first.ID
	put(t, c, first, reprint, other, gone)

	// The first lines of an answer's hits, or of its aggregations, that each heading promises.
	want := map[string][]string{
		"The default query": {first.ID, reprint.ID, other.ID},
		"Full text, phrases first, with what matched marked": {first.ID, reprint.ID, "<em>云河大桥</em>", "&lt;双向六车道&gt;"},
		"Fresh before stale":               {first.ID, reprint.ID, other.ID},
		"Facets":                           {`"key":"要闻","doc_count":3`, `"key":"林小雨"`},
		"Articles a day":                   {`"key_as_string":"2026-11-03","key":1793635200000,"doc_count":3`},
		"Suggestions while somebody types": {first.ID, reprint.ID},
		"More like this":                   {other.ID},
		"One hit a story":                  {first.ID, other.ID, `"stories":{"value":2}`},
		"Through all pages":                {},
	}
	fill := strings.NewReplacer("/news/", "/"+c.Alias()+"/", `"news"`, `"`+c.Alias()+`"`, "ARTICLE_ID", first.ID, "STORY_ID", first.StoryID)
	var pit, after string
	paged := 0
	for n, r := range recipes(t) {
		body := strings.ReplaceAll(fill.Replace(r.body), "PIT_ID", pit)
		if n == 0 {
			var documented, ours any
			if err := json.Unmarshal([]byte(r.body), &documented); err != nil {
				t.Fatal(err)
			}
			b, _ := json.Marshal(map[string]any{"query": elastic.Query{Text: "云河大桥"}.Body()["query"]})
			_ = json.Unmarshal(b, &ours)
			if diff := cmp.Diff(ours, documented); diff != "" {
				t.Errorf("the default query is not what docs/search.md says (-code +page):\n%s", diff)
			}
		}
		if after != "" {
			body = strings.Replace(body, `[0, "0", 0]`, after, 1)
		}
		answer := must(t, r.method, fill.Replace(r.path), body)
		var a struct {
			PIT  string `json:"pit_id"`
			ID   string `json:"id"`
			Hits struct {
				Hits []struct {
					ID   string          `json:"_id"`
					Sort json.RawMessage `json:"sort"`
				} `json:"hits"`
			} `json:"hits"`
		}
		if err := json.Unmarshal([]byte(answer), &a); err != nil {
			t.Fatal(err)
		}
		if a.ID != "" {
			pit = a.ID
		}
		if a.PIT != "" && len(a.Hits.Hits) > 0 {
			paged += len(a.Hits.Hits)
			pit, after = a.PIT, string(a.Hits.Hits[len(a.Hits.Hits)-1].Sort)
		}
		promised, known := want[r.heading]
		if !known && r.heading != "" {
			t.Errorf("%s: the test does not know what it promises", r.heading)
		}
		for _, p := range promised {
			if !strings.Contains(answer, p) {
				t.Errorf("%s: the answer lacks %s: %s", r.heading, p, answer)
			}
		}
		if strings.Contains(answer, gone.ID) {
			t.Errorf("%s: it finds what is gone", r.heading)
		}
		if r.heading == "One hit a story" && len(a.Hits.Hits) != 2 {
			t.Errorf("%d hits of two stories", len(a.Hits.Hits))
		}
	}
	if paged != 3 {
		t.Errorf("%d articles on all pages", paged)
	}
	for heading := range want {
		found := false
		for _, r := range recipes(t) {
			found = found || r.heading == heading
		}
		if !found {
			t.Errorf("no request under %q", heading)
		}
	}
}
