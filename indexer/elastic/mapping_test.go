package elastic

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestTemplateGolden freezes the mapping and the settings of new months. A diff here means: raise MappingRevision for an added field, and
// MappingVersion (with a migration) for anything else.
func TestTemplateGolden(t *testing.T) {
	c := &Client{config: Config{}.withDefaults()}
	b, err := c.template()
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	name := filepath.Join("testdata", "template_v1.golden.json")
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the template has changed (-frozen +now):\n%s", diff)
	}
}

// TestMappingCoversDocument: a field of the contract without a place in the mapping would stop the indexer.
func TestMappingCoversDocument(t *testing.T) {
	var m struct {
		Meta       meta           `json:"_meta"`
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(mappingV1, &m); err != nil {
		t.Fatal(err)
	}
	if m.Meta.Newsmill.Mapping != MappingVersion || m.Meta.Newsmill.Revision != MappingRevision {
		t.Errorf("_meta says %+v", m.Meta)
	}
	got := map[string]bool{}
	mapped("", m.Properties, got)
	want := map[string]bool{}
	fields("", reflect.TypeFor[Document](), want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-document +mapping):\n%s", diff)
	}
}

func mapped(prefix string, properties map[string]any, to map[string]bool) {
	for name, p := range properties {
		if inner, ok := p.(map[string]any)["properties"].(map[string]any); ok {
			mapped(prefix+name+".", inner, to)
			continue
		}
		to[prefix+name] = true
	}
}

func fields(prefix string, t reflect.Type, to map[string]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		to[strings.TrimSuffix(prefix, ".")] = true
		return
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			fields(prefix, f.Type, to)
			continue
		}
		fields(prefix+name+".", f.Type, to)
	}
}

func TestIndexNames(t *testing.T) {
	c := &Client{config: Config{Alias: "news"}}
	if got := c.Index(MonthOf(time.Date(2026, 12, 1, 3, 0, 0, 0, time.FixedZone("", 8*3600)))); got != "news-v1-2026.11" {
		t.Errorf("a first-seen time east of Greenwich went to %s", got)
	}
	for _, tt := range []struct {
		name    string
		version int
		month   Month
		ok      bool
	}{
		{"news-v1-2026.11", 1, "2026.11", true},
		{"news-v12-2026.01", 12, "2026.01", true},
		{"news-video-2026", 0, "", false},
		{"other-v1-2026.11", 0, "", false},
		{"x-news-v1-2026.11", 0, "", false},
		{"news", 0, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			version, month, ok := c.parseIndex(tt.name)
			if ok != tt.ok || ok && (version != tt.version || month != tt.month) {
				t.Errorf("got %d %s %v", version, month, ok)
			}
		})
	}
}
