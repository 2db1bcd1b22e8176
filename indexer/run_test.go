package indexer_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// countBulks answers the first n bulk requests by half, and counts all.
func countBulks(count *int, n int) func(*http.Request) action {
	return func(r *http.Request) action {
		if !strings.HasSuffix(r.URL.Path, "/_bulk") {
			return pass
		}
		*count++
		if *count <= n {
			return half
		}
		return pass
	}
}

// TestOneBadOfThousand: the 999 are searchable, and the one is a dead letter that says what Elasticsearch said.
func TestOneBadOfThousand(t *testing.T) {
	r := newRig(t, true)
	for n := range 1000 {
		a := article(n, 1)
		if n == 7 {
			a.Words = 1 << 40
		}
		r.publish(t, message(t, a, 0))
	}
	r.run(t, r.bus, indexer.Config{Batch: 1000, Workers: 1})
	r.settled(t)
	docs := r.documents(t)
	if _, there := docs[article(7, 1).ID]; there || len(docs) != 999 {
		t.Errorf("%d documents", len(docs))
	}
	if n := len(r.events(t, bus.StreamEvents)["news.indexed"]); n != 999 {
		t.Errorf("%d indexed events", n)
	}
	dead := r.events(t, bus.StreamDead)["news.dead"]
	if len(dead) != 1 {
		t.Fatalf("%d dead letters", len(dead))
	}
	h := dead[0].Header
	if h[news.HeaderDeadReason] != "rejected" || !strings.Contains(h[news.HeaderDeadError], "document_parsing_exception") || !strings.Contains(h[news.HeaderDeadError], "words") {
		t.Errorf("the dead letter says %q", h)
	}
	var a news.Article
	if err := json.Unmarshal(dead[0].Data, &a); err != nil || a.ID != article(7, 1).ID {
		t.Errorf("the dead letter holds %.80s, %v", dead[0].Data, err)
	}
}

// TestBusyForSome: of every bulk request Elasticsearch refuses 30 of 100 documents in passing. All become searchable, and no message is
// delivered twice for it.
func TestBusyForSome(t *testing.T) {
	r := newRig(t, true)
	r.proxy.set(onlyBulk(some))
	const n = 200
	for i := range n {
		r.publish(t, message(t, article(i, 1), 0))
	}
	r.run(t, r.bus, indexer.Config{Patience: time.Minute})
	r.settled(t)
	if docs := r.documents(t); len(docs) != n {
		t.Errorf("%d documents", len(docs))
	}
	if n := len(r.events(t, bus.StreamDead)["news.dead"]); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	list, err := r.bus.Consumers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Name == bus.ConsumerIndexer && c.Redelivered != 0 {
			t.Errorf("%d messages were delivered again", c.Redelivered)
		}
	}
}

// TestShuffledOverTheBus: three states of each article, in random order, through two workers at once.
func TestShuffledOverTheBus(t *testing.T) {
	r := newRig(t, true)
	var all []bus.Outgoing
	for n := range 15 {
		for version := range 3 {
			all = append(all, message(t, article(n, version), 0), message(t, article(n, version), 1))
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	r.run(t, r.bus, indexer.Config{Batch: 7, Workers: 2})
	r.run(t, r.bus, indexer.Config{Batch: 5})
	r.publish(t, all...)
	r.settled(t)
	docs := r.documents(t)
	for n := range 15 {
		if a := article(n, 2); docs[a.ID].Version != a.Version {
			t.Errorf("article %d has version %d, want %d", n, docs[a.ID].Version, a.Version)
		}
	}
	events := r.events(t, bus.StreamEvents)
	told := map[string]bool{}
	for _, m := range append(events["news.indexed"], events["news.discarded"]...) {
		told[m.Header[news.HeaderMsgID]] = true
	}
	for n := range 15 {
		for version := range 3 {
			if a := article(n, version); !told[indexedID(a)] && !told[supersededID(a)] {
				t.Errorf("article %d, state %d: nobody knows what became of it", n, version)
			}
		}
	}
	if dead := r.events(t, bus.StreamDead); len(dead) != 0 || len(docs) != 15 {
		t.Errorf("%d documents, dead letters %v", len(docs), dead)
	}
}

// TestElasticsearchAway: at the start it is waited for; in the middle the worker pauses, loses nothing, and goes on.
func TestElasticsearchAway(t *testing.T) {
	r := newRig(t, true)
	r.proxy.set(always(refuse))
	r.publish(t, message(t, article(1, 1), 0))
	w := r.run(t, r.bus, indexer.Config{})
	eventually(t, "the worker says why it is not ready", func() bool { return errors.Is(w.Ready(), elastic.ErrUnavailable) })
	r.proxy.set(nil)
	r.settled(t)
	if err := w.Ready(); err != nil {
		t.Errorf("not ready: %v", err)
	}
	r.proxy.set(always(refuse))
	for n := range 30 {
		r.publish(t, message(t, article(n, 2), 0))
	}
	eventually(t, "the worker pauses", func() bool { return errors.Is(w.Ready(), elastic.ErrUnavailable) })
	if n := len(r.events(t, bus.StreamDead)); n != 0 {
		t.Errorf("%d dead letters while Elasticsearch was away", n)
	}
	r.proxy.set(nil)
	r.settled(t)
	eventually(t, "the worker is ready", func() bool { return w.Ready() == nil })
	if docs, events := r.documents(t), r.events(t, bus.StreamEvents)["news.indexed"]; len(docs) != 30 || len(events) != 31 {
		t.Errorf("%d documents, %d events", len(docs), len(events))
	}
	if dead := r.events(t, bus.StreamDead); len(dead) != 0 {
		t.Errorf("dead letters: %v", dead)
	}
}

// TestRunRefuses: an index of a newer mapping version stops the worker before it writes.
func TestRunRefuses(t *testing.T) {
	r := newRig(t, false)
	r.admin(t, "PUT", "/"+r.index.Alias()+"-v9-2025.01", `{"mappings":{"_meta":{"newsmill":{"mapping":9}}}}`)
	w := r.worker(t, &recorder{}, indexer.Config{})
	if err := w.Run(t.Context(), never{t}); !errors.Is(err, elastic.ErrMapping) || !strings.Contains(err.Error(), "run the newer newsmill") {
		t.Errorf("Run: %v", err)
	}
	if w.Ready() == nil {
		t.Error("it says that it is ready")
	}
}

// never is a Consumer that must not be asked.
type never struct{ t *testing.T }

func (n never) Consume(context.Context, bus.ConsumeOptions, bus.Handler) error {
	n.t.Error("it consumes")
	return nil
}

// faulty is a bus whose first publish under a subject fails: it is not kept, or kept and reported failed.
type faulty struct {
	bus    *bus.Bus
	prefix string
	kept   bool

	mu   sync.Mutex
	done bool
}

func (f *faulty) Publish(ctx context.Context, m bus.Outgoing) (bus.Ack, error) {
	f.mu.Lock()
	hit := !f.done && strings.HasPrefix(m.Subject, f.prefix)
	f.done = f.done || hit
	f.mu.Unlock()
	if hit && !f.kept {
		return bus.Ack{}, errors.New("the wire broke before")
	}
	ack, err := f.bus.Publish(ctx, m)
	if hit {
		return bus.Ack{}, errors.New("the wire broke after")
	}
	return ack, err
}

// TestFaultTable: every write of the indexer fails once, not kept and kept; the end is the same: each article once in its newest state,
// each event once, no dead letter.
func TestFaultTable(t *testing.T) {
	for _, tt := range []struct {
		name         string
		do           action
		method, path string // of the request to Elasticsearch that fails
		prefix       string // of the event that fails instead
		kept         bool
	}{
		{name: "template, not kept", do: refuse, method: "PUT", path: "/_index_template/"},
		{name: "template, kept", do: swallow, method: "PUT", path: "/_index_template/"},
		{name: "month, not kept", do: refuse, method: "PUT", path: "-v2-2026.11"},
		{name: "month, kept", do: swallow, method: "PUT", path: "-v2-2026.11"},
		{name: "bulk, not kept", do: refuse, method: "POST", path: "/_bulk"},
		{name: "bulk, kept", do: swallow, method: "POST", path: "/_bulk"},
		{name: "bulk, half kept", do: half, method: "POST", path: "/_bulk"},
		{name: "reading versions", do: refuse, method: "POST", path: "/_mget"},
		{name: "indexed, not kept", prefix: news.SubjectIndexed},
		{name: "indexed, kept", prefix: news.SubjectIndexed, kept: true},
		{name: "discarded, not kept", prefix: news.SubjectDiscarded},
		{name: "discarded, kept", prefix: news.SubjectDiscarded, kept: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, true)
			var events indexer.Publisher = r.bus
			if tt.prefix != "" {
				events = &faulty{bus: r.bus, prefix: tt.prefix, kept: tt.kept}
			} else {
				r.proxy.set(once(tt.do, tt.method, tt.path))
			}
			older, newer, other, gone := article(1, 1), article(1, 2), article(2, 1), article(3, 1)
			r.publish(t, message(t, newer, 0), message(t, older, 0), message(t, other, 0), message(t, gone, 0), goneMessage(t, 5, gone.ID))
			r.run(t, events, indexer.Config{Workers: 1}) // two may take the older state and the newer one each, and write both in turn
			r.settled(t)

			docs := r.documents(t)
			versions := map[string]int64{}
			for id, d := range docs {
				versions[id] = d.Version
			}
			end := news.Version(noon.Add(5*time.Minute), 0)
			if diff := cmp.Diff(map[string]int64{newer.ID: newer.Version, other.ID: other.Version, gone.ID: end}, versions); diff != "" {
				t.Errorf("versions (-want +got):\n%s", diff)
			}
			if docs[gone.ID].GoneAt == nil {
				t.Error("the article that is gone is visible")
			}
			told := map[string]int{}
			for _, list := range r.events(t, bus.StreamEvents) {
				for _, m := range list {
					told[m.Header[news.HeaderMsgID]]++
				}
			}
			want := map[string]int{indexedID(newer): 1, indexedID(other): 1, indexedID(gone): 1, supersededID(older): 1}
			if diff := cmp.Diff(want, told); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if dead := r.events(t, bus.StreamDead); len(dead) != 0 {
				t.Errorf("dead letters: %v", dead)
			}
		})
	}
}
