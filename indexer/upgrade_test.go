package indexer_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// TestUnknownFields: what a newer normalizer says of an article can be asked for under extra, and what Elasticsearch would refuse there costs
// the field and not the article.
func TestUnknownFields(t *testing.T) {
	r, _, w := ready(t)
	a := article(1, 1)
	m := message(t, a, 0)
	deep := strings.Repeat(`{"a":`, 30) + "1" + strings.Repeat("}", 30)
	m.Data = fmt.Appendf(nil, `%s,"mood":{"calm":0.9,"words":["静","好"]},"host":"elsewhere","deep":%s,"":1,"a.b":2,"long":%q,"none":null}`,
		m.Data[:len(m.Data)-1], deep, strings.Repeat("长", 9000))
	if got := names(w.Handle(t.Context(), delivered(m))); got[0] != "ok" {
		t.Fatal(got)
	}
	d := r.documents(t)[a.ID]
	got := map[string]string{}
	for name, value := range d.Extra {
		got[name] = string(value[:min(len(value), 60)])
	}
	want := map[string]string{"mood": `{"calm":0.9,"words":["静","好"]}`, "host": `"elsewhere"`, "a.b": "2", "long": `"` + strings.Repeat("长", 19) + "\xe9\x95"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("extra (-want +got):\n%s", diff)
	}
	if d.Host != "haizhou.test" || d.StoryID != a.ID || d.Date == nil || !d.Date.Equal(a.FirstSeen) {
		t.Errorf("derived: %q %q %v", d.Host, d.StoryID, d.Date)
	}
	r.admin(t, "GET", "/"+r.index.Alias()+"/_search", `{"query":{"term":{"extra.mood.words":"静"}}}`)
}

// TestLargeBatch: a batch of large articles goes in parts, in its order, and an end waits for its article, whichever part that was in.
func TestLargeBatch(t *testing.T) {
	r, events, w := ready(t)
	var batch []bus.Outgoing
	var want []string
	bulks := 0
	r.proxy.set(func(q *http.Request) action {
		if strings.HasSuffix(q.URL.Path, "/_bulk") {
			bulks++
		}
		return pass
	})
	for n := range 5 {
		a := article(n, 1)
		a.Body += strings.Repeat("。", 2<<20/3) // 2 MB, and little to analyse
		batch = append(batch, message(t, a, 0))
		want = append(want, "ok")
	}
	batch = append(batch, goneMessage(t, 5, article(0, 1).ID, article(4, 1).ID))
	if diff := cmp.Diff(append(want, "ok"), names(w.Handle(t.Context(), delivered(batch...)))); diff != "" {
		t.Fatal(diff)
	}
	if n := len(events.take()); n != 5 || bulks < 3 {
		t.Errorf("%d events, %d bulk requests", n, bulks)
	}
	docs := r.documents(t)
	for n := range 5 {
		if d := docs[article(n, 1).ID]; (d.GoneAt != nil) != (n == 0 || n == 4) || len(d.Body) < 2<<20-3 {
			t.Errorf("article %d: gone %v, %d bytes", n, d.GoneAt, len(d.Body))
		}
	}
}

// TestUpgrade: a worker that meets the index of an earlier release copies it and goes on.
func TestUpgrade(t *testing.T) {
	r := newRig(t, true)
	index := "/" + r.index.Alias() + "-v1-2026.11"
	r.admin(t, "PUT", index, fmt.Sprintf(`{"aliases":{"%[1]s":{},"%[1]s-write-2026.11":{"is_hidden":true}},"mappings":{"_meta":{"newsmill":{"mapping":1,"revision":1}}}}`, r.index.Alias()))
	old := article(1, 1)
	b, err := json.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	r.admin(t, "POST", index+"/_bulk", fmt.Sprintf("{\"index\":{\"_id\":%q,\"version\":%d,\"version_type\":\"external\"}}\n%s\n", old.ID, old.Version, b))
	r.publish(t, message(t, article(1, 2), 0), message(t, article(2, 1), 0))
	w := r.run(t, r.bus, indexer.Config{})
	eventually(t, "the index is copied", func() bool { return w.Ready() == nil })
	r.settled(t)
	docs := r.documents(t)
	if len(docs) != 2 || docs[article(1, 1).ID].Version != article(1, 2).Version {
		t.Errorf("%d documents", len(docs))
	}
	if n := len(r.events(t, bus.StreamEvents)["news.indexed"]); n != 2 {
		t.Errorf("%d indexed events", n)
	}
	if dead := r.events(t, bus.StreamDead); len(dead) != 0 {
		t.Errorf("dead letters: %v", dead[news.SubjectDead])
	}
}
