package elastic

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestTemplateGolden freezes the mapping and the settings of new months. A diff here means: raise MappingRevision for an added field, and
// MappingVersion (with a migration) for anything else. mapping_v2.json is the same mapping for those who write queries.
func TestTemplateGolden(t *testing.T) {
	c := &Client{config: Config{}.withDefaults()}
	for _, p := range Profiles {
		t.Run(string(p), func(t *testing.T) {
			b, err := c.template(p)
			if err != nil {
				t.Fatal(err)
			}
			var v map[string]any
			if err := json.Unmarshal(b, &v); err != nil {
				t.Fatal(err)
			}
			rules := v["template"].(object)["settings"].(object)["analysis"].(object)["char_filter"].(object)["newsmill_fold"].(object)
			rules["mappings"] = fmt.Sprintf("%d rules, SHA-256 %x", len(foldRules()), sha256.Sum256([]byte(rules["mappings"].(string))))
			golden(t, filepath.Join("testdata", "template_v2_"+string(p)+".golden.json"), v)
		})
	}
	golden(t, "mapping_v2.json", mapping(ProfileCJK))
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
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
		t.Errorf("%s has changed (-frozen +now):\n%s", name, diff)
	}
}

// TestMappingCoversDocument: a field of the contract without a place in the mapping would stop the indexer.
func TestMappingCoversDocument(t *testing.T) {
	b, err := json.Marshal(mapping(ProfileCJK))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Meta       meta           `json:"_meta"`
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(b, &m); err != nil {
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

// TestFoldTable: each rule is one character to another that no rule changes further, and each character has one rule.
func TestFoldTable(t *testing.T) {
	rules := map[string]string{}
	for _, r := range foldRules() {
		from, to, ok := strings.Cut(r, "=>")
		if !ok || utf8.RuneCountInString(from) != 1 || utf8.RuneCountInString(to) != 1 || rules[from] != "" {
			t.Errorf("rule %q", r)
		}
		rules[from] = to
	}
	for from, to := range rules {
		if rules[to] != "" {
			t.Errorf("%s folds to %s, which folds to %s", from, to, rules[to])
		}
	}
	for trad, simple := range map[string]string{"臺灣發展": "台湾发展", "雲河大橋": "云河大桥", "瞭解藉口": "了解借口", "乾隆": "干隆", "看著": "看着"} {
		got := strings.Map(func(r rune) rune {
			if to, ok := rules[string(r)]; ok {
				r, _ = utf8.DecodeRuneInString(to)
			}
			return r
		}, trad)
		if got != simple {
			t.Errorf("%s folds to %s, want %s", trad, got, simple)
		}
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
	if got := c.Index(MonthOf(time.Date(2026, 12, 1, 3, 0, 0, 0, time.FixedZone("", 8*3600)))); got != "news-v2-2026.11" {
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
		{"news-v2_smartcn-2026.01", 2, "2026.01", true},
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
