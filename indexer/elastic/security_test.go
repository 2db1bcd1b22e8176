package elastic_test

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/elastictest"
)

// right is a row of the table in docs/security.md.
type right struct {
	method, path    string
	indexer, reader bool
}

// rights reads the table, for another alias.
func rights(t *testing.T, alias string) []right {
	t.Helper()
	doc, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []right
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+) (/[^`]*)` \\| [^|]+ \\| (yes|no) \\| (yes|no) \\|$").FindAllStringSubmatch(string(doc), -1) {
		list = append(list, right{m[1], strings.ReplaceAll(m[2], "news", alias), m[3] == "yes", m[4] == "yes"})
	}
	if len(list) < 20 {
		t.Fatalf("%d rows in the table of docs/security.md", len(list))
	}
	return list
}

func (r right) fits(q *http.Request) bool {
	if q.Method != r.method {
		return false
	}
	// A star stands for the rest of a name, and is itself part of the names that newsmill asks for.
	ok, _ := path.Match(r.path, q.URL.Path)
	return ok || q.URL.Path == r.path
}

// guard is a TLS proxy before the real Elasticsearch that asks for credentials and knows the rights of two roles.
type guard struct {
	*httptest.Server
	rights  []right
	indexer string // Authorization headers
	reader  string
	asked   atomic.Int64

	mu   sync.Mutex
	used map[int]bool // rows that the indexer needed; guarded by mu
}

func newGuard(t *testing.T, alias, indexer, reader string) *guard {
	t.Helper()
	target, err := url.Parse(elastictest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	forward := &httputil.ReverseProxy{Transport: tr, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Header.Del("Authorization")
	}}
	g := &guard{rights: rights(t, alias), indexer: indexer, reader: reader, used: map[int]bool{}}
	g.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		status, why := g.judge(r)
		if status != http.StatusOK {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"error":{"type":"security_exception","reason":%q},"status":%d}`, why, status)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	g.Config.ErrorLog = log.New(io.Discard, "", 0)
	g.StartTLS()
	t.Cleanup(g.Close)
	return g
}

func (g *guard) judge(r *http.Request) (status int, why string) {
	auth := r.Header.Get("Authorization")
	if auth != g.indexer && auth != g.reader {
		return http.StatusUnauthorized, "missing or wrong credentials"
	}
	for i, right := range g.rights {
		if right.fits(r) && (auth == g.indexer && right.indexer || auth == g.reader && right.reader) {
			if auth == g.indexer {
				g.mu.Lock()
				g.used[i] = true
				g.mu.Unlock()
			}
			return http.StatusOK, ""
		}
	}
	return http.StatusForbidden, "action " + r.Method + " " + r.URL.Path + " is unauthorized"
}

// ca writes the certificates that are to be trusted.
func ca(t *testing.T, guards ...*guard) string {
	t.Helper()
	var all []byte
	for _, g := range guards {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.Certificate().Raw})...)
	}
	name := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(name, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestLeastPrivilege: everything that newsmill does, over TLS with an API key at two nodes of which one goes away, with the rights of
// docs/security.md and no more; a reader reads and cannot do anything else.
func TestLeastPrivilege(t *testing.T) {
	alias := elastictest.Prefix(t) + "news"
	one, two := newGuard(t, alias, "APIKey aW5kZXhlcg==", "Basic cmVhZGVyOnNlY3JldA=="), newGuard(t, alias, "APIKey aW5kZXhlcg==", "Basic cmVhZGVyOnNlY3JldA==")
	trusted := ca(t, one, two)
	connect := func(c elastic.Config) *elastic.Client {
		t.Helper()
		c.URLs, c.CA, c.Alias = []string{one.URL, two.URL}, trusted, alias
		client, err := elastic.New(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		return client
	}
	c := connect(elastic.Config{APIKey: "aW5kZXhlcg=="})
	ctx := t.Context()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}

	// A month of the first release, to be migrated.
	status, answer := call(t, http.MethodPut, "/"+alias+"-v1-2026.10", strings.ReplaceAll(`{"aliases":{"NEWS":{},"NEWS-write-2026.10":{"is_hidden":true}},
		"mappings":{"_meta":{"newsmill":{"mapping":1,"revision":1}}}}`, "NEWS", alias))
	if status != http.StatusOK {
		t.Fatal(answer)
	}
	must("migrate", c.Migrate(ctx, nil))
	_, err := c.Setup(ctx)
	must("setup", err)
	must("month", c.EnsureMonth(ctx, november))
	a := article("http://haizhou.test/1", "海州地铁", "正文")
	put(t, c, a)
	one.Close() // from here on there is one node
	put(t, c, article("http://haizhou.test/2", "云河地铁", "正文"))
	ref := elastic.Ref{Month: november, ID: a.ID}
	_, err = c.Get(ctx, []elastic.Ref{ref}, true)
	must("get", err)
	must("refresh", c.Refresh(ctx))
	r, err := c.Search(ctx, elastic.Query{Text: "地铁", Facets: true})
	must("search", err)
	if r.Total != 2 {
		t.Errorf("%d found", r.Total)
	}
	_, err = c.Count(ctx, elastic.Query{})
	must("count", err)
	_, err = c.Stories(ctx, elastic.StoryQuery{IDs: []string{a.ID}})
	must("stories", err)
	told, err := c.Tell(ctx, []elastic.Ref{ref}, true)
	must("tell", err)
	if v := c.Place(ctx, []elastic.Placing{{Told: told[ref], To: a.ID, Reprints: 1}}); v[0].Outcome != elastic.Written {
		t.Errorf("place: %v", v)
	}
	_, err = c.Health(ctx)
	must("health", err)
	_, err = c.Status(ctx)
	must("status", err)
	_, err = c.States(ctx, []string{a.ID})
	must("states", err)
	must("delete", c.Delete(ctx, []elastic.Ref{ref}))
	_, err = c.SetupProfile(ctx, elastic.ProfileSmartCN)
	must("profile", err)
	expired, err := c.Expired(ctx, "")
	must("expired", err)
	var names []string
	for _, e := range expired {
		names = append(names, e.Name)
	}
	must("expire", c.Expire(ctx, names))
	if one.asked.Load() == 0 || two.asked.Load() == 0 {
		t.Errorf("the nodes were asked %d and %d times", one.asked.Load(), two.asked.Load())
	}
	for i, right := range two.rights {
		if right.indexer && !one.used[i] && !two.used[i] {
			t.Errorf("the indexer never asked for %s %s: docs/security.md gives too much", right.method, right.path)
		}
	}

	reader := connect(elastic.Config{Username: "reader", Password: "secret"})
	if n, err := reader.Count(ctx, elastic.Query{}); err != nil || n == 0 {
		t.Errorf("a reader counts %d, %v", n, err)
	}
	if _, err := reader.Search(ctx, elastic.Query{Text: "地铁"}); err != nil {
		t.Errorf("a reader searches: %v", err)
	}
	if _, err := reader.Setup(ctx); !errors.Is(err, elastic.ErrSetup) {
		t.Errorf("a reader sets up: %v", err)
	}
	if v := reader.Bulk(ctx, []elastic.Op{op(t, a)}, elastic.Limit{}); !errors.Is(v[0].Err, elastic.ErrSetup) {
		t.Errorf("a reader writes: %v", v)
	}
	stranger := connect(elastic.Config{APIKey: "c3RyYW5nZXI="})
	if _, err := stranger.Info(ctx); !errors.Is(err, elastic.ErrSetup) || strings.Contains(fmt.Sprint(err), "c3RyYW5nZXI") {
		t.Errorf("a stranger: %v", err)
	}
}

// TestDocumentedRoles: the JSON of docs/security.md is JSON, names what the table needs, and nothing that is not named after the alias.
func TestDocumentedRoles(t *testing.T) {
	doc, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	type role struct {
		Cluster []string
		Indices []struct{ Names, Privileges []string }
	}
	found := map[string]role{}
	for _, m := range regexp.MustCompile("(?s)```json\nPUT /_security/role/([a-z_]+)\n(.*?)```").FindAllStringSubmatch(string(doc), -1) {
		var r role
		if err := json.Unmarshal([]byte(m[2]), &r); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
		found[m[1]] = r
		for _, i := range r.Indices {
			for _, name := range i.Names {
				if name != "news" && name != "news-v*" && name != "news-write-*" {
					t.Errorf("%s has rights on %s", m[1], name)
				}
			}
		}
	}
	if i := found["newsmill_indexer"]; !slices.Equal(i.Cluster, []string{"monitor", "manage_index_templates"}) || len(i.Indices) != 1 {
		t.Errorf("the indexer's role is %+v", i)
	}
	if r := found["newsmill_reader"]; len(r.Cluster) != 0 || len(r.Indices) != 1 || slices.Contains(r.Indices[0].Privileges, "write") || len(r.Indices[0].Names) != 1 {
		t.Errorf("the reader's role is %+v", r)
	}
}
