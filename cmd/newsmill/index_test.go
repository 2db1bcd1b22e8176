package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/newsmill/newsmill/internal/elastictest"
)

// TestIndexScripts runs the index commands on a cluster that holds a month of the first release.
func TestIndexScripts(t *testing.T) {
	base, alias := elastictest.URL(t), elastictest.Prefix(t)+"news"
	request(t, http.MethodPut, base+"/"+alias+"-v1-2026.11", strings.ReplaceAll(`{
		"aliases": {"NEWS": {}, "NEWS-write-2026.11": {"is_hidden": true}},
		"mappings": {"_meta": {"newsmill": {"mapping": 1, "revision": 1}}}}`, "NEWS", alias))
	request(t, http.MethodPost, base+"/"+alias+"/_bulk?refresh=true", `{"index":{"_id":"0123456789abcdef0123456789abcdef","version":5,"version_type":"external"}}
{"id":"0123456789abcdef0123456789abcdef","title":"云河大桥通车","body":"今日通车。","first_seen":"2026-11-03T04:00:00Z","version":5}
{"index":{"_id":"0123456789abcdef0123456789abcdff","version":5,"version_type":"external"}}
{"id":"0123456789abcdef0123456789abcdff","title":"云河今日有雨","body":"局部大雨。","first_seen":"2026-11-03T04:00:00Z","version":5}
`)
	testscript.Run(t, testscript.Params{Dir: "testdata/index", UpdateScripts: *update, Setup: func(e *testscript.Env) error {
		e.Setenv("NEWSMILL_ELASTICSEARCH", base)
		e.Setenv("NEWSMILL_INDEX", alias)
		e.Setenv("XDG_DATA_HOME", e.WorkDir)
		return nil
	}})
}

func request(t *testing.T, method, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s", method, url, res.Status)
	}
}
