package elastic_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/elastictest"
)

// earlier stands for an indexer of the first release: it writes by the write alias of the month, and nothing else.
type earlier struct {
	t     *testing.T
	alias string
}

func (e earlier) write(d elastic.Document) bool {
	d.Host, d.Date, d.StoryID, d.Reprints, d.Bands, d.Extra = "", nil, "", 0, nil, nil
	o := op(e.t, d)
	body := fmt.Sprintf("{\"index\":{\"_index\":\"%s-write-%s\",\"_id\":%q,\"version\":%d,\"version_type\":\"external\",\"require_alias\":true}}\n%s\n", e.alias, november, o.ID, o.Version, o.Source)
	status, answer := call(e.t, "POST", "/_bulk", body)
	if strings.Contains(answer, "cluster_block_exception") {
		return false // it pauses, and tries again
	}
	if status != http.StatusOK || !strings.Contains(answer, `"errors":false`) && !strings.Contains(answer, "version_conflict") {
		e.t.Errorf("a write of the earlier release failed: %d %s", status, answer)
	}
	return true
}

// cutter is a way to the cluster that breaks off after some bulk requests, as a killed process does.
func cutter(t *testing.T, after int64) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(elastictest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	var left atomic.Int64
	left.Store(after)
	p := httputil.NewSingleHostReverseProxy(target)
	tr := &http.Transport{}
	p.Transport = tr
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_bulk") && left.Add(-1) < 0 {
			panic(http.ErrAbortHandler)
		}
		p.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { s.Close(); tr.CloseIdleConnections() })
	return s, &left
}

// TestMigrateKilledWhileArticlesFlow: the earlier release keeps writing, readers keep reading, the migration is killed in its middle and run
// again. No query fails or finds less than before, and at the end every document is there in its newest version.
func TestMigrateKilledWhileArticlesFlow(t *testing.T) {
	const docs, more = 1500, 150
	c := open(t)
	old := restore(t, c, 1)
	e := earlier{t, c.Alias()}
	doc := func(n int, version int64) elastic.Document {
		d := article(fmt.Sprintf("http://haizhou.test/flow/%d", n), fmt.Sprintf("海州流水新闻第%d条", n), "海州港今日吞吐量创新高。")
		d.Version += version
		return d
	}
	fill(t, old, docs, doc)

	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer func() { stop(); wg.Wait() }()
	var queries atomic.Int64
	wg.Go(func() { // readers
		for ctx.Err() == nil {
			n, err := c.Count(ctx, elastic.Query{Text: "流水新闻"})
			if err != nil && ctx.Err() == nil || err == nil && n < docs {
				t.Errorf("a reader found %d, %v", n, err)
			}
			queries.Add(1)
			time.Sleep(5 * time.Millisecond)
		}
	})
	written := make(chan struct{})
	wg.Go(func() { // new articles, and new states of old ones
		defer close(written)
		for n := range more {
			for _, d := range []elastic.Document{doc(docs+n, 0), doc(n*3, 1000)} {
				for !e.write(d) && ctx.Err() == nil {
					time.Sleep(20 * time.Millisecond)
				}
			}
		}
	})

	proxy, left := cutter(t, 2)
	killed, kill := context.WithCancel(t.Context())
	victim := open(t, func(o *elastic.Config) { o.Alias, o.URLs = c.Alias(), []string{proxy.URL} })
	wg.Go(func() {
		for left.Load() >= 0 && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		kill()
	})
	if err := victim.Migrate(killed, nil); err == nil {
		t.Fatal("the killed migration came to its end")
	}
	if list, err := c.Indices(t.Context()); err != nil || len(list) != 2 || !list[0].Member || list[1].Member {
		t.Fatalf("after the kill: %+v, %v", list, err)
	}

	var again int64
	if err := c.Migrate(t.Context(), func(p elastic.Progress) { again = max(again, p.Copied) }); err != nil {
		t.Fatal(err)
	}
	<-written
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop()
	wg.Wait()
	if n, err := c.Count(t.Context(), elastic.Query{Text: "流水新闻"}); n != docs+more || err != nil {
		t.Errorf("%d documents, %v; want %d", n, err, docs+more)
	}
	var refs []elastic.Ref
	for n := range docs + more {
		refs = append(refs, elastic.Ref{Month: november, ID: doc(n, 0).ID})
	}
	stored, err := c.Get(t.Context(), refs, false)
	if err != nil {
		t.Fatal(err)
	}
	for n, r := range refs {
		want := doc(n, 0).Version
		if n < more*3 && n%3 == 0 {
			want += 1000
		}
		if s := stored[r]; s.Version != want || s.Index != c.Index(november) {
			t.Fatalf("document %d has version %d in %s, want %d", n, s.Version, s.Index, want)
		}
	}
	if again >= docs {
		t.Errorf("the second run began anew: it copied %d", again)
	}
	t.Logf("%d queries; the second run copied %d of %d", queries.Load(), again, docs+more)
}

// fill writes documents into an index of the first release at once.
func fill(t *testing.T, index string, n int, doc func(int, int64) elastic.Document) {
	t.Helper()
	var b strings.Builder
	for i := range n {
		d := doc(i, 0)
		d.Host, d.Date, d.StoryID, d.Reprints, d.Bands, d.Extra = "", nil, "", 0, nil, nil
		o := op(t, d)
		fmt.Fprintf(&b, "{\"index\":{\"_id\":%q,\"version\":%d,\"version_type\":\"external\"}}\n%s\n", o.ID, o.Version, o.Source)
	}
	if answer := must(t, "POST", "/"+index+"/_bulk?refresh=true", b.String()); !strings.Contains(answer, `"errors":false`) {
		t.Fatalf("%.2000s", answer)
	}
}

// TestRollback: what was written after the migration goes back too, without the fields that the first release does not know, and a second
// migration brings everything again.
func TestRollback(t *testing.T) {
	c := open(t)
	old := restore(t, c, 1)
	if err := c.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	fresh := article("http://haizhou.test/fresh", "新的一条", "今日新增。")
	put(t, c, fresh)
	moves, err := c.Rollback(t.Context(), nil)
	if err != nil || len(moves) != 1 || moves[0].To != old {
		t.Fatalf("%+v, %v", moves, err)
	}
	if _, err := c.Setup(t.Context()); !errors.Is(err, elastic.ErrOlder) {
		t.Errorf("Setup after the rollback: %v", err)
	}
	if got := must(t, "GET", "/"+c.Alias()+"/_doc/"+fresh.ID, ""); !strings.Contains(got, old) || strings.Contains(got, "story_id") {
		t.Errorf("the new article is %s", got)
	}
	later := fresh
	later.Version++
	if !(earlier{t, c.Alias()}).write(later) {
		t.Error("the old index is closed for writing")
	}
	if err := c.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	docs, err := c.Documents(t.Context(), []string{fresh.ID})
	if err != nil || docs[fresh.ID].Version != later.Version || docs[fresh.ID].StoryID == "" {
		t.Errorf("after the second migration: %+v, %v", docs, err)
	}
	if moves, err := c.Plan(t.Context()); len(moves) != 0 || err != nil {
		t.Errorf("still to do: %+v, %v", moves, err)
	}
}

// TestProfile: another analyzer is chosen by Setup, holds for the months to come, and is brought to older months by Migrate; one that the
// cluster lacks is refused by its name.
func TestProfile(t *testing.T) {
	c := ready(t)
	put(t, c, corpus()...)
	for _, p := range []elastic.Profile{elastic.ProfileIK, elastic.ProfileICU} {
		if _, err := c.SetupProfile(t.Context(), p); !errors.Is(err, elastic.ErrAnalyzer) || !strings.Contains(err.Error(), "analysis-"+string(p)) {
			t.Errorf("%s: %v", p, err)
		}
	}
	if _, err := c.SetupProfile(t.Context(), elastic.ProfileSmartCN); err != nil {
		t.Fatal(err)
	}
	other := open(t, func(o *elastic.Config) { o.Alias = c.Alias() }) // another process, that was told nothing
	if err := other.EnsureMonth(t.Context(), "2026.12"); err != nil {
		t.Fatal(err)
	}
	if list, err := c.Indices(t.Context()); err != nil || len(list) != 2 || list[1].Profile != elastic.ProfileSmartCN || !strings.HasSuffix(list[1].Name, "-v2_smartcn-2026.12") {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := c.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	r, err := c.Search(t.Context(), elastic.Query{Text: "地鐵三號線"})
	if err != nil || r.Total != 2 || r.Hits[0].Index != c.Index(november) || !strings.Contains(c.Index(november), "smartcn") {
		t.Errorf("%+v, %v", r, err)
	}
	if moves, err := c.Rollback(t.Context(), nil); err != nil || len(moves) != 1 || c.Profile() != elastic.ProfileCJK {
		t.Errorf("%+v, %v, %s", moves, err, c.Profile())
	}
}
