package elastic_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/newsmill/newsmill/indexer/elastic"
)

func TestSetupTwiceAndMonths(t *testing.T) {
	c := open(t)
	for range 2 {
		info, err := c.Setup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(info.Version, "8.") || info.UUID == "" {
			t.Errorf("info is %+v", info)
		}
	}
	if n, err := c.Count(t.Context(), elastic.Query{}); n != 0 || err != nil {
		t.Errorf("an alias that is not there yet holds %d, %v", n, err)
	}
	if err := c.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	index := c.Index(november)
	settings := must(t, "GET", "/"+index+"/_settings?flat_settings=true", "")
	for _, want := range []string{`"index.refresh_interval":"1s"`, `"index.number_of_replicas":"0"`, `"index.auto_expand_replicas":"0-1"`} {
		if !strings.Contains(settings, want) {
			t.Errorf("settings of the month lack %s: %s", want, settings)
		}
	}
	if got := must(t, "GET", "/_alias/"+c.Alias(), ""); !strings.Contains(got, index) {
		t.Errorf("the alias is on %s", got)
	}
	if h, err := c.Health(t.Context()); err != nil || h.DataNodes < 1 || h.Status == "" {
		t.Errorf("health %+v, %v", h, err)
	}
}

func TestReplicasBySetting(t *testing.T) {
	c := open(t, func(c *elastic.Config) { c.Replicas = -1 })
	if _, err := c.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := must(t, "GET", "/_index_template/"+c.Alias()+"-v2?flat_settings=true", ""); !strings.Contains(got, `"index.number_of_replicas":"0"`) || strings.Contains(got, "auto_expand") {
		t.Errorf("template: %s", got)
	}
}

// TestEnsureMonthRace: several processes meet the first article of a month at the same moment.
func TestEnsureMonthRace(t *testing.T) {
	first := open(t)
	if _, err := first.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		c := open(t, func(c *elastic.Config) { c.Alias = first.Alias() })
		wg.Go(func() { errs[i] = c.EnsureMonth(t.Context(), november) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	put(t, first, article("http://haizhou.test/1", "海州地铁", "正文"))
}

// TestMonthCameBackBare: an index restored without its aliases is taken in again.
func TestMonthCameBackBare(t *testing.T) {
	c := ready(t)
	put(t, c, article("http://haizhou.test/1", "海州地铁", "正文"))
	must(t, "POST", "/_aliases", fmt.Sprintf(`{"actions":[{"remove":{"index":%q,"aliases":["%s","%s-write-%s"]}}]}`, c.Index(november), c.Alias(), c.Alias(), november))
	other := open(t, func(o *elastic.Config) { o.Alias = c.Alias() })
	if err := other.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	if n, err := other.Count(t.Context(), elastic.Query{}); n != 1 || err != nil {
		t.Errorf("found %d, %v", n, err)
	}
}

// TestNeverGuessedFields: when month and template are gone, a write fails instead of creating an index with a guessed mapping, and
// the next EnsureMonth mends both.
func TestNeverGuessedFields(t *testing.T) {
	c := ready(t)
	must(t, "DELETE", "/"+c.Index(november), "")
	must(t, "DELETE", "/_index_template/"+c.Alias()+"-v2", "")
	d := article("http://haizhou.test/1", "海州地铁", "正文")
	if err := c.EnsureMonth(t.Context(), november); err != nil { // still remembered as made
		t.Fatal(err)
	}
	v := c.Bulk(t.Context(), []elastic.Op{op(t, d)}, elastic.Limit{})
	if !errors.Is(v[0].Err, elastic.ErrSetup) {
		t.Fatalf("got %+v", v[0])
	}
	if list, err := c.Indices(t.Context()); len(list) != 0 || err != nil {
		t.Fatalf("the write created %+v, %v", list, err)
	}
	if err := c.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	put(t, c, d)
	bad := op(t, d)
	bad.Version++
	bad.Source = []byte(`{"unheard_of":1}`)
	if v := c.Bulk(t.Context(), []elastic.Op{bad}, elastic.Limit{}); !errors.Is(v[0].Err, elastic.ErrSetup) {
		t.Errorf("an unknown field: %+v", v[0])
	}
}

func TestSetupRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, index, body string // %s is the alias
		want              string
	}{
		{"older mapping", "%s-v1-2025.01", `{"mappings":{"_meta":{"newsmill":{"mapping":1}}}}`, "newsmill index migrate"},
		{"no version at all", "%s-v1-2025.01", `{}`, "something else made it"},
		{"newer mapping", "%s-v3-2025.01", `{"mappings":{"_meta":{"newsmill":{"mapping":3}}}}`, "run the newer newsmill"},
		{"index in place of the alias", "%s", `{}`, "must be an alias"},
		{"foreign index in the alias", "%sx", `{"aliases":{"%s":{}}}`, "take it out of the alias"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t)
			must(t, "PUT", "/"+fmt.Sprintf(tt.index, c.Alias()), strings.ReplaceAll(tt.body, "%s", c.Alias()))
			_, err := c.Setup(t.Context())
			if !errors.Is(err, elastic.ErrMapping) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want something with %q", err, tt.want)
			}
			if status, _ := call(t, "GET", "/_index_template/"+c.Alias()+"-v2", ""); status != http.StatusNotFound {
				t.Error("a template was stored in spite of it")
			}
		})
	}
}

// TestSetupBesideNewer: a newer release of the same mapping version has added a field; this one leaves its template and index alone.
func TestSetupBesideNewer(t *testing.T) {
	c := ready(t)
	must(t, "PUT", "/"+c.Index(november)+"/_mapping", `{"_meta":{"newsmill":{"mapping":2,"revision":99}},"properties":{"added_later":{"type":"keyword"}}}`)
	must(t, "PUT", "/_index_template/"+c.Alias()+"-v2", fmt.Sprintf(`{"index_patterns":["%s-v2-*"],"_meta":{"newsmill":{"mapping":2,"revision":99}}}`, c.Alias()))
	if _, err := c.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := compact(t, must(t, "GET", "/_index_template/"+c.Alias()+"-v2", "")); !strings.Contains(got, `"revision":99`) {
		t.Errorf("the template was overwritten: %s", got)
	}
}

// TestSetupAddsFields: an index of an older revision gets the fields that came since.
func TestSetupAddsFields(t *testing.T) {
	c, other := open(t), ready(t)
	must(t, "PUT", "/"+c.Index(november), fmt.Sprintf(`{"settings":{"analysis":%s},"aliases":{"%s":{}},"mappings":{"dynamic":"strict","_meta":{"newsmill":{"mapping":2,"revision":0}},"properties":{"id":{"type":"keyword"}}}}`,
		analysisOf(t, other.Index(november)), c.Alias()))
	if _, err := c.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	put(t, c, article("http://haizhou.test/1", "海州地铁", "正文"))
	if list, err := c.Indices(t.Context()); err != nil || len(list) != 1 || list[0].Revision != elastic.MappingRevision {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestNotElastic(t *testing.T) {
	for _, tt := range []struct {
		name, header, body string
		want               string
	}{
		{"a web page", "", "<html>", "not JSON"},
		{"something alike", "", `{"version":{"number":"8.1.0"}}`, "names itself"},
		{"another major version", "Elasticsearch", `{"version":{"number":"7.17.0"}}`, "7.17.0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.header != "" {
					w.Header().Set("X-Elastic-Product", tt.header)
				}
				fmt.Fprint(w, tt.body)
			}))
			defer s.Close()
			c, err := elastic.New(elastic.Config{URLs: []string{s.URL}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := c.Setup(t.Context()); !errors.Is(err, elastic.ErrNotElastic) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
