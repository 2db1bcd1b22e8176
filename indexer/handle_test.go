package indexer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// named says a verdict in a word: ok, the code of a dead letter, down, later, or retry.
func named(v error) string {
	var drop *bus.DropError
	var later *bus.LaterError
	var down *bus.DownError
	switch {
	case v == nil:
		return "ok"
	case errors.As(v, &drop):
		return drop.Reason.Code
	case errors.As(v, &later):
		return "later"
	case errors.As(v, &down):
		return "down"
	}
	return "retry"
}

func names(verdicts []error) []string {
	var s []string
	for _, v := range verdicts {
		s = append(s, named(v))
	}
	return s
}

// event is the id of what became of an article, in short.
func indexedID(a news.Article) string {
	return news.IndexedID(news.ArticleEventID(a.ID, a.Version))
}

func supersededID(a news.Article) string {
	return news.DiscardedID(news.ArticleEventID(a.ID, a.Version), news.StageIndexer)
}

func ready(t *testing.T) (*rig, *recorder, *indexer.Worker) {
	t.Helper()
	r := newRig(t, false)
	if _, err := r.index.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	events := &recorder{}
	return r, events, r.worker(t, events, indexer.Config{Patience: 300 * time.Millisecond})
}

func TestHandleVersions(t *testing.T) {
	r, events, w := ready(t)
	first, second, third := article(1, 1), article(1, 2), article(1, 3)
	for _, step := range []struct {
		name  string
		batch []news.Article
		want  []string // events
		holds news.Article
	}{
		{"the first", []news.Article{second}, []string{indexedID(second)}, second},
		{"our own write again", []news.Article{second}, nil, second}, // its event has the same id
		{"older", []news.Article{first}, []string{supersededID(first)}, second},
		{"newer", []news.Article{third}, []string{indexedID(third)}, third},
	} {
		t.Run(step.name, func(t *testing.T) {
			var batch []bus.Outgoing
			for _, a := range step.batch {
				batch = append(batch, message(t, a, 0))
			}
			if got := names(w.Handle(t.Context(), delivered(batch...))); got[0] != "ok" {
				t.Fatal(got)
			}
			if diff := cmp.Diff(step.want, events.take()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if d := r.documents(t)[first.ID]; d.Version != step.holds.Version || d.Body != step.holds.Body {
				t.Errorf("the index holds version %d, %q", d.Version, d.Body)
			}
		})
	}
	// What the events say.
	var indexed news.Indexed
	m := events.all[indexedID(third)]
	if err := json.Unmarshal(m.Data, &indexed); err != nil {
		t.Fatal(err)
	}
	want := news.Indexed{V: 1, ID: third.ID, URL: third.URL, Source: "haizhou", Title: third.Title, Index: r.index.Index("2026.11"), Version: third.Version, IndexedAt: indexed.IndexedAt}
	if diff := cmp.Diff(want, indexed); diff != "" || m.Subject != "news.indexed.haizhou.haizhou_test" {
		t.Errorf("on %s (-want +got):\n%s", m.Subject, diff)
	}
	if got := m.Header[news.HeaderTraceparent]; !strings.HasPrefix(got, trace[:35]) || got == trace {
		t.Errorf("trace %q is not a child of %q", got, trace)
	}
	var set news.Discarded
	m = events.all[supersededID(first)]
	if err := json.Unmarshal(m.Data, &set); err != nil {
		t.Fatal(err)
	}
	if set.Reason != "superseded" || set.Stage != news.StageIndexer || set.ID != first.ID || set.URL != first.URL || m.Subject != "news.discarded.indexer.haizhou.haizhou_test" {
		t.Errorf("on %s: %+v", m.Subject, set)
	}
}

// TestHandleSameArticleInOneBatch: of several states in one batch the newest is written, wherever it stands, and the others are superseded.
func TestHandleSameArticleInOneBatch(t *testing.T) {
	r, events, w := ready(t)
	a, b, c, other := article(1, 1), article(1, 2), article(1, 3), article(2, 1)
	verdicts := w.Handle(t.Context(), delivered(message(t, b, 0), message(t, c, 0), message(t, other, 0), message(t, a, 0), message(t, c, 1)))
	if diff := cmp.Diff([]string{"ok", "ok", "ok", "ok", "ok"}, names(verdicts)); diff != "" {
		t.Fatalf("verdicts (-want +got):\n%s", diff)
	}
	got := map[string]bool{}
	for _, id := range events.take() {
		got[id] = true
	}
	want := map[string]bool{supersededID(a): true, supersededID(b): true, indexedID(c): true, indexedID(other): true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if docs := r.documents(t); len(docs) != 2 || docs[c.ID].Version != c.Version {
		t.Errorf("the index holds %+v", docs)
	}
}

// TestHandleShuffled: three states of ten articles, each three times, in random order and batches: the newest of each is what stays.
func TestHandleShuffled(t *testing.T) {
	r, events, w := ready(t)
	var all []bus.Outgoing
	for n := range 10 {
		for version := range 3 {
			for repeat := range 3 {
				all = append(all, message(t, article(n, version), repeat))
			}
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for len(all) > 0 {
		n := min(len(all), 1+rand.IntN(20))
		for i, v := range w.Handle(t.Context(), delivered(all[:n]...)) {
			if v != nil {
				t.Fatalf("message %d: %v", i, v)
			}
		}
		all = all[n:]
	}
	docs := r.documents(t)
	for n := range 10 {
		newest := article(n, 2)
		if docs[newest.ID].Version != newest.Version {
			t.Errorf("article %d has version %d, want %d", n, docs[newest.ID].Version, newest.Version)
		}
		if _, told := events.all[indexedID(newest)]; !told {
			t.Errorf("article %d: nobody was told of the newest version", n)
		}
	}
	if len(docs) != 10 {
		t.Errorf("%d documents", len(docs))
	}
}

func TestHandleBadMessages(t *testing.T) {
	_, events, w := ready(t)
	change := func(f func(*news.Article)) bus.Outgoing {
		a := article(1, 1)
		f(&a)
		return message(t, a, 0)
	}
	good := message(t, article(2, 1), 0)
	for _, tt := range []struct {
		name string
		m    bus.Outgoing
		want string
	}{
		{"not JSON", bus.Outgoing{Subject: good.Subject, Data: []byte("<html>")}, "bad_message"},
		{"empty", bus.Outgoing{Subject: good.Subject}, "bad_message"},
		{"another contract", bus.Outgoing{Subject: "news.raw.haizhou.haizhou_test", Data: good.Data}, "bad_message"},
		{"no contract", bus.Outgoing{Subject: "news.article.x", Data: good.Data}, "bad_message"},
		{"newer schema", change(func(a *news.Article) { a.V = 2 }), "bad_message"},
		{"no id", change(func(a *news.Article) { a.ID = "" }), "bad_message"},
		{"no version", change(func(a *news.Article) { a.Version = 0 }), "bad_message"},
		{"no url", change(func(a *news.Article) { a.URL = "" }), "bad_message"},
		{"first seen in another age", change(func(a *news.Article) { a.FirstSeen = time.Unix(0, 0) }), "bad_message"},
		{"gone without ids", goneMessage(t, 1), "bad_message"},
		{"gone with a strange id", goneMessage(t, 1, "../x"), "bad_message"},
		{"rejected by Elasticsearch", change(func(a *news.Article) { a.Words = 1 << 40 }), "rejected"},
		{"a field of a newer normalizer", bus.Outgoing{Subject: good.Subject, Data: append([]byte(`{"added_later":1,`), good.Data[1:]...)}, "ok"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			verdicts := w.Handle(t.Context(), delivered(tt.m, good))
			if got := names(verdicts); got[0] != tt.want || got[1] != "ok" {
				t.Errorf("got %v, want %s and ok for its neighbour", verdicts, tt.want)
			}
		})
	}
	if len(events.all) != 1 {
		t.Errorf("%d events, want the good one's", len(events.all))
	}
}

// TestHandleWithoutFirstSeen: such an article stays in the month it is in; a new one counts as first seen when it was fetched.
func TestHandleWithoutFirstSeen(t *testing.T) {
	r, _, w := ready(t)
	september := time.Date(2026, 9, 30, 23, 59, 0, 0, time.UTC)
	old := article(1, 1)
	old.FirstSeen = september
	if v := w.Handle(t.Context(), delivered(message(t, old, 0))); v[0] != nil {
		t.Fatal(v)
	}
	if err := r.index.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, fresh, fresher := article(1, 2), article(2, 1), article(2, 2)
	for _, a := range []*news.Article{&again, &fresh, &fresher} {
		a.FirstSeen = time.Time{}
	}
	fresher.FetchedAt = fresher.FetchedAt.AddDate(0, 1, 0)
	fresher.Version = news.Version(fresher.FetchedAt, 1)
	if v := w.Handle(t.Context(), delivered(message(t, again, 0), message(t, fresh, 0), message(t, fresher, 0))); errors.Join(v...) != nil {
		t.Fatal(v)
	}
	docs := r.documents(t)
	if d := docs[old.ID]; d.Version != again.Version || !d.FirstSeen.Equal(september) {
		t.Errorf("the known one is version %d, first seen %s", d.Version, d.FirstSeen)
	}
	if d := docs[fresh.ID]; d.Version != fresher.Version || !d.FirstSeen.Equal(fresh.FetchedAt) {
		t.Errorf("the new one is version %d, first seen %s", d.Version, d.FirstSeen)
	}
	homes, err := r.index.Homes(t.Context(), []string{old.ID, fresh.ID})
	if err != nil || homes[old.ID].Month != "2026.09" || homes[fresh.ID].Month != "2026.11" || len(docs) != 2 {
		t.Errorf("months %v, %v", homes, err)
	}
}

func TestHandleGone(t *testing.T) {
	r, events, w := ready(t)
	a, b := article(1, 1), article(2, 1)
	handle := func(want string, messages ...bus.Outgoing) {
		t.Helper()
		for _, v := range w.Handle(t.Context(), delivered(messages...)) {
			if named(v) != want {
				t.Fatalf("got %v, want %s", v, want)
			}
		}
	}
	visible := func(want ...news.Article) {
		t.Helper()
		if err := r.index.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		n, err := r.index.Count(t.Context(), elastic.Query{})
		if err != nil || n != len(want) {
			t.Errorf("%d articles are visible, %v; want %d", n, err, len(want))
		}
	}
	// In one batch with its article, as in a replay, and not yet searchable.
	handle("ok", goneMessage(t, 5, a.ID), message(t, a, 0), message(t, b, 0))
	visible(b)
	d := r.documents(t)[a.ID]
	if d.GoneAt == nil || !d.GoneAt.Equal(noon.Add(5*time.Minute)) || d.GoneReason != "not_found" || d.Body != a.Body || d.Version != news.Version(*d.GoneAt, 0) {
		t.Errorf("the tombstone is %+v", d)
	}
	handle("ok", goneMessage(t, 5, a.ID)) // again
	visible(b)
	handle("ok", message(t, article(1, 4), 0)) // fetched before it went
	visible(b)
	if _, told := events.all[supersededID(article(1, 4))]; !told {
		t.Error("an article that a tombstone supersedes was not set aside")
	}
	handle("ok", message(t, article(1, 6), 0)) // back
	visible(article(1, 6), b)
	handle("ok", goneMessage(t, 5, a.ID)) // the old end does not end it
	visible(article(1, 6), b)

	unknown := delivered(goneMessage(t, 7, article(99, 1).ID))
	if v := w.Handle(t.Context(), unknown); named(v[0]) != "later" {
		t.Errorf("the end of an unknown article, first time: %v", v)
	}
	unknown[0].Deliveries = 2
	if v := w.Handle(t.Context(), unknown); v[0] != nil {
		t.Errorf("and second time: %v", v)
	}
	handle("ok", goneMessage(t, 8, a.ID, b.ID))
	visible()
}

// TestHandleDown: what is no document's fault pauses the worker and burns nothing.
func TestHandleDown(t *testing.T) {
	r, events, w := ready(t)
	a := message(t, article(1, 1), 0)
	if v := w.Handle(t.Context(), delivered(a)); v[0] != nil {
		t.Fatal(v)
	}
	events.take()
	for _, tt := range []struct {
		name string
		do   action
	}{{"away", refuse}, {"no rights", forbid}, {"busy for longer than our patience", busy}} {
		t.Run(tt.name, func(t *testing.T) {
			r.proxy.set(always(tt.do))
			batch := delivered(message(t, article(3, 1), 0), a, goneMessage(t, 9, article(1, 1).ID))
			if diff := cmp.Diff([]string{"down", "down", "down"}, names(w.Handle(t.Context(), batch))); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
	// An end waits with its article.
	r.proxy.set(onlyBulk(refuse))
	if diff := cmp.Diff([]string{"down", "down"}, names(w.Handle(t.Context(), delivered(message(t, article(4, 1), 0), goneMessage(t, 9, article(4, 1).ID))))); diff != "" {
		t.Errorf("an article and its end (-want +got):\n%s", diff)
	}
	r.proxy.set(nil)
	if got := events.take(); got != nil {
		t.Errorf("events %v", got)
	}
	if docs := r.documents(t); len(docs) != 1 {
		t.Errorf("the index holds %v", docs)
	}
}

// TestHandleSetupFaults: a real index that must not be written to, and one that somebody deleted.
func TestHandleSetupFaults(t *testing.T) {
	r, _, w := ready(t)
	handle := func(n int, want string) {
		t.Helper()
		if v := w.Handle(t.Context(), delivered(message(t, article(n, 1), 0))); named(v[0]) != want {
			t.Fatalf("got %v, want %s", v[0], want)
		}
	}
	handle(1, "ok")
	index := "/" + r.index.Index("2026.11")
	r.admin(t, "PUT", index+"/_settings", `{"index.blocks.read_only_allow_delete":true}`) // what a full disk does
	handle(2, "down")
	r.admin(t, "PUT", index+"/_settings", `{"index.blocks.read_only_allow_delete":null}`)
	handle(2, "ok")
	r.admin(t, "DELETE", index, "")
	handle(3, "down") // it finds out, and the loop asks again
	handle(3, "ok")
	if docs := r.documents(t); len(docs) != 1 {
		t.Errorf("the new month holds %v", docs)
	}
	r.proxy.set(onlyBulk(large))
	handle(4, "document_too_large")
}

// TestHandleBusy: documents that were refused in passing are sent again, with fewer at once, within the same batch.
func TestHandleBusy(t *testing.T) {
	r := newRig(t, false)
	if _, err := r.index.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	events := &recorder{}
	w := r.worker(t, events, indexer.Config{Batch: 20})
	bulks := 0
	var batch []bus.Outgoing
	for n := range 20 {
		batch = append(batch, message(t, article(n, 1), 0))
	}
	r.proxy.set(countBulks(&bulks, 3))
	for i, v := range w.Handle(t.Context(), delivered(batch...)) {
		if v != nil {
			t.Errorf("message %d: %v", i, v)
		}
	}
	// 20, of which 10 are taken; 10 at once, of which 5 are; 5 at once, of which 3 are; the other 2.
	if bulks != 4 {
		t.Errorf("%d bulk requests", bulks)
	}
	if docs := r.documents(t); len(docs) != 20 || len(events.all) != 20 {
		t.Errorf("%d documents, %d events", len(docs), len(events.all))
	}
}

func TestConfigValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    indexer.Config
		ok   bool
	}{
		{"zero value", indexer.Config{}, true},
		{"all set", indexer.Config{Batch: 500, Wait: time.Second, Workers: 4, Patience: time.Minute}, true},
		{"batch", indexer.Config{Batch: -1}, false},
		{"huge batch", indexer.Config{Batch: 10_000}, false},
		{"wait", indexer.Config{Wait: time.Minute}, false},
		{"workers", indexer.Config{Workers: -1}, false},
		{"patience", indexer.Config{Patience: -1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.c.Validate(); (err == nil) != tt.ok || err != nil && !errors.Is(err, indexer.ErrConfig) {
				t.Error(fmt.Sprint(err))
			}
		})
	}
}
