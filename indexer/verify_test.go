package indexer_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
)

// follow gives what was taken down on the rig's bus, kept up to date until the test ends.
func (r *rig) follow(t *testing.T) *indexer.TakenDown {
	t.Helper()
	down := indexer.NewTakenDown()
	done := make(chan struct{})
	go func() {
		defer close(done)
		down.Follow(t.Context(), r.bus.KV(bus.BucketTakenDown), bustest.Quiet())
	}()
	t.Cleanup(func() { <-done }) // the test's context has ended by then
	<-down.Loaded()
	return down
}

func (r *rig) verify(t *testing.T, down *indexer.TakenDown) indexer.Report {
	t.Helper()
	report, err := indexer.Verify(t.Context(), r.bus, r.index, down)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestVerifyAndRebuild: an index that lost documents, has old ones, and shows one that is gone, is found out and mended from ARTICLES.
func TestVerifyAndRebuild(t *testing.T) {
	r := newRig(t, true)
	bad := article(9, 1)
	bad.Words = 1 << 40
	var all []bus.Outgoing
	for n := range 9 {
		all = append(all, message(t, article(n, 1), 0))
	}
	r.publish(t, append(all, message(t, article(2, 2), 0), message(t, article(2, 1), 1), message(t, bad, 0),
		goneMessage(t, 60, article(3, 1).ID), goneMessage(t, 0, article(4, 1).ID))...)
	r.run(t, r.bus, indexer.Config{})
	r.allSettled(t)
	down := r.follow(t)
	if diff := cmp.Diff(indexer.Report{Articles: 10, Found: 9, Dead: 1}, r.verify(t, down)); diff != "" {
		t.Fatalf("a sound index (-want +got):\n%s", diff)
	}

	// A snapshot of yesterday came back.
	r.admin(t, "DELETE", "/"+r.index.Index("2026.11"), "")
	yesterday, err := elastic.New(elastic.Config{URLs: []string{r.proxy.URL}, Alias: r.index.Alias()})
	if err != nil {
		t.Fatal(err)
	}
	defer yesterday.Close()
	if err := yesterday.EnsureMonth(t.Context(), "2026.11"); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 2, 3, 4, 5, 6, 7, 8} {
		src, err := json.Marshal(elastic.NewDocument(article(n, 1)))
		if err != nil {
			t.Fatal(err)
		}
		op := elastic.Op{Month: "2026.11", ID: article(n, 1).ID, Version: article(n, 1).Version, Source: src}
		if v := yesterday.Bulk(t.Context(), []elastic.Op{op}, elastic.Limit{}); v[0].Outcome != elastic.Written {
			t.Fatal(v)
		}
	}
	end := news.Version(noon.Add(time.Hour), 0)
	want := indexer.Report{Articles: 10, Found: 6, Dead: 1, Missing: []indexer.Lack{
		{ID: article(1, 1).ID, URL: article(1, 1).URL, Want: article(1, 1).Version},
	}, Older: []indexer.Lack{
		{ID: article(3, 1).ID, URL: article(3, 1).URL, Want: end, Have: article(3, 1).Version, Gone: true},
		{ID: article(2, 1).ID, URL: article(2, 1).URL, Want: article(2, 2).Version, Have: article(2, 1).Version},
	}}
	got := r.verify(t, down)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(indexer.Lack{})); diff != "" {
		t.Fatalf("a broken index (-want +got):\n%s", diff)
	}
	w := r.worker(t, r.bus, indexer.Config{TakenDown: down})
	done, err := w.Rebuild(t.Context(), r.bus, got, nil)
	if err != nil || done.Refused != 0 {
		t.Fatal(done, err)
	}
	if diff := cmp.Diff(indexer.Report{Articles: 10, Found: 9, Dead: 1}, r.verify(t, down)); diff != "" {
		t.Errorf("after the rebuild (-want +got):\n%s", diff)
	}

	// The whole month.
	r.admin(t, "DELETE", "/"+r.index.Index("2026.11"), "")
	got = r.verify(t, down)
	if len(got.Missing) != 9 || got.Found != 0 {
		t.Errorf("without its month: %+v", got)
	}
	if _, err := w.Rebuild(t.Context(), r.bus, got, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(indexer.Report{Articles: 10, Found: 9, Dead: 1}, r.verify(t, down)); diff != "" {
		t.Errorf("after the month was written anew (-want +got):\n%s", diff)
	}
}

// TestTakeDown: what was taken down is deleted, stays out when it comes again, and its reprints get another first.
func TestTakeDown(t *testing.T) {
	r := newRig(t, true)
	down := r.follow(t)
	r.run(t, r.bus, indexer.Config{TakenDown: down})
	x := body(0)
	other := told(2, 1, 50, x)
	other.Source = "yunhe"
	r.publish(t, message(t, told(0, 1, 10, x), 0), message(t, told(1, 1, 30, x), 0), message(t, other, 0), message(t, article(3, 1), 0))
	r.allSettled(t)
	if diff := cmp.Diff([]place{{0, 2}, {0, 0}, {0, 0}, {3, 0}}, r.places(t, 4)); diff != "" {
		t.Fatalf("before (-want +got):\n%s", diff)
	}
	store := r.bus.KV(bus.BucketTakenDown)
	url := indexer.TakeDown{URL: article(0, 1).CanonicalURL, Reason: "a court's order", At: noon}
	if n, err := indexer.Remove(t.Context(), r.index, store, url, bustest.Quiet()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if diff := cmp.Diff([]place{{-2, 0}, {1, 1}, {1, 0}, {3, 0}}, r.places(t, 4)); diff != "" {
		t.Errorf("after the first was taken down (-want +got):\n%s", diff)
	}
	r.publish(t, message(t, told(0, 2, 10, x), 0), message(t, told(0, 1, 10, x), 1))
	r.allSettled(t)
	if got := r.places(t, 1); got[0].Story != -2 {
		t.Error("a later visit brought it back")
	}
	var set news.Discarded
	list := r.events(t, bus.StreamEvents)["news.discarded"]
	if len(list) != 2 || json.Unmarshal(list[0].Data, &set) != nil || set.Reason != "taken_down" || set.ID != article(0, 1).ID {
		t.Errorf("%d discarded, the first %+v", len(list), set)
	}
	if diff := cmp.Diff(indexer.Report{Articles: 4, Found: 3, TakenDown: 1}, r.verify(t, down)); diff != "" {
		t.Errorf("verify (-want +got):\n%s", diff)
	}

	source := indexer.TakeDown{Source: "haizhou", At: noon}
	if n, err := source.Count(t.Context(), r.index); err != nil || n != 2 {
		t.Error(n, err)
	}
	if n, err := indexer.Remove(t.Context(), r.index, store, source, bustest.Quiet()); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if diff := cmp.Diff([]place{{-2, 0}, {-2, 0}, {2, 0}, {-2, 0}}, r.places(t, 4)); diff != "" {
		t.Errorf("after its source was taken down (-want +got):\n%s", diff)
	}
	known, err := indexer.TakeDowns(t.Context(), store)
	if diff := cmp.Diff([]indexer.TakeDown{url, source}, known); diff != "" || err != nil {
		t.Errorf("remembered (-want +got):\n%s %v", diff, err)
	}
	if err := store.Delete(t.Context(), url.Key()); err != nil {
		t.Fatal(err)
	}
	if err := store.Delete(t.Context(), source.Key()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is forgotten", func() bool { return !down.Has(article(0, 1)) && !down.Has(article(1, 1)) })
	r.publish(t, message(t, told(0, 3, 10, x), 0))
	r.allSettled(t)
	if got := r.places(t, 1); got[0].Story != 0 {
		t.Errorf("after the take-down was forgotten: %+v", got)
	}
	if _, err := indexer.Remove(t.Context(), r.index, store, indexer.TakeDown{}, bustest.Quiet()); err == nil || errors.Is(err, elastic.ErrRejected) {
		t.Errorf("nothing named: %v", err)
	}
}
