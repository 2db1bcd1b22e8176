package news_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	generator "github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/newsmill/newsmill/news"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// schemaOf generates the JSON Schema of a payload. A field may be added later, so unknown ones are allowed.
func schemaOf(t *testing.T, name string, payload any) []byte {
	t.Helper()
	r := &generator.Reflector{DoNotReference: true, AllowAdditionalProperties: true, Anonymous: true}
	s := r.Reflect(payload)
	s.Title = "newsmill " + name
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(raw, '\n')
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is frozen and has changed (-frozen +now); only additions are allowed, then run with -update:\n%s", path, diff)
	}
}

func TestSchemasAreGeneratedFromTheTypes(t *testing.T) {
	for name, payload := range news.Payloads() {
		t.Run(name, func(t *testing.T) {
			golden(t, filepath.Join("schemas", name+".schema.json"), schemaOf(t, name, payload))
		})
	}
}

// examples are one full payload of each kind, frozen as monitors see them.
func examples() map[string]any {
	at := time.Date(2026, 11, 20, 8, 30, 15, 250e6, time.UTC)
	east := time.FixedZone("", 8*3600)
	const url = "http://news.yunhe.example/2026/1120/c12.html"
	id := news.ArticleID(url)
	version := news.Version(at, 7)
	return map[string]any{
		"article": &news.Article{
			V: news.SchemaVersion, ID: id, URL: url + "?from=app", CanonicalURL: url, Source: "yunhe-daily", SiteName: "云河新闻网",
			Title: "云河大桥通车", Subtitle: "两岸车程缩短二十分钟", Summary: "大桥全长两公里。", Body: "云河大桥二十日通车。\n市民上桥观光。",
			Language: "zh-Hans", Section: "要闻", Authors: []string{"林知远"}, Editors: []string{"何安"}, Origin: "云河日报",
			PublishedAt: &news.Date{Time: time.Date(2026, 11, 20, 0, 0, 0, 0, east), Precision: news.PrecisionDay, From: "head-line"},
			ModifiedAt:  &news.Date{Time: time.Date(2026, 11, 20, 9, 5, 0, 0, east), Precision: news.PrecisionMinute, From: "meta"},
			FetchedAt:   at, FirstSeen: at, Keywords: []string{"大桥"},
			Images:      []news.Image{{URL: "http://news.yunhe.example/img/1.jpg", Caption: "通车仪式"}},
			Attachments: []news.Attachment{{URL: "http://news.yunhe.example/a.pdf", Title: "通告"}},
			Page:        news.Position{Ordinal: 1, Of: 1}, Words: 16, ContentHash: news.ContentHash("云河大桥通车", "云河大桥二十日通车。\n市民上桥观光。"),
			Simhash: "00ff00ff00ff00ff", NearDuplicateOf: news.ArticleID("http://other.example/"), Version: version,
			Extractor: news.Extractor{Revision: 7, Method: "blocks", Confidence: 0.97, Memory: "42"},
		},
		"indexed":   &news.Indexed{V: 1, ID: id, URL: url, Source: "yunhe-daily", Title: "云河大桥通车", Index: "news-v1-2026.11", Version: version, IndexedAt: at},
		"discarded": &news.Discarded{V: 1, Stage: news.StageNormalizer, Reason: news.NotArticle.Code, Detail: "a listing", URL: url, Source: "yunhe-daily", ID: id, Version: version, Title: "要闻", At: at},
		"gone":      &news.Gone{V: 1, URL: url, Source: "yunhe-daily", IDs: []string{id}, Version: version, Reason: news.NotFound.Code, At: at},
		"alert":     &news.Alert{V: 1, Watch: "bridges", ID: id, URL: url, Title: "云河大桥通车", At: at},
	}
}

func TestPayloadsAreFrozenAndValid(t *testing.T) {
	for name, payload := range examples() {
		t.Run(name, func(t *testing.T) {
			raw, err := json.MarshalIndent(payload, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+".json"), append(raw, '\n'))

			schema, err := validator.UnmarshalJSON(bytes.NewReader(schemaOf(t, name, news.Payloads()[name])))
			if err != nil {
				t.Fatal(err)
			}
			c := validator.NewCompiler()
			if err := c.AddResource("s.json", schema); err != nil {
				t.Fatal(err)
			}
			compiled, err := c.Compile("s.json")
			if err != nil {
				t.Fatal(err)
			}
			instance, err := validator.UnmarshalJSON(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(instance); err != nil {
				t.Errorf("the payload breaks its own schema: %v", err)
			}
			if err := compiled.Validate(map[string]any{"v": "one"}); err == nil {
				t.Error("the schema accepts nonsense")
			}
		})
	}
}
