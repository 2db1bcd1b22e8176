//go:build fault

package indexer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/localelastic"
	"github.com/newsmill/newsmill/news"
)

// The long ones, run by make fault.

// states reads the version of every article, by id.
func states(t *testing.T, c *elastic.Client, n int) map[string]elastic.Holding {
	t.Helper()
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range n {
		ids = append(ids, article(i, 0).ID)
	}
	found, err := c.States(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestTenThousandThreeTimes: 10,000 articles, each sent three times in its newest state and twice in older ones, all shuffled, through two indexers:
// 10,000 documents, each the newest.
func TestTenThousandThreeTimes(t *testing.T) {
	r := newRig(t, true)
	const n = 10_000
	var all []bus.Outgoing
	for i := range n {
		for repeat := range 3 {
			all = append(all, message(t, article(i, 3), repeat))
		}
		all = append(all, message(t, article(i, 1), 0), message(t, article(i, 2), 0))
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	r.run(t, r.bus, indexer.Config{})
	r.run(t, r.bus, indexer.Config{})
	begun := time.Now()
	r.publish(t, all...)
	long(t, "everything is settled", func() bool { return r.consumerDone(t, bus.ConsumerIndexer) })
	t.Logf("%d messages in %s", len(all), time.Since(begun).Round(time.Second))
	found := states(t, r.index, n)
	if len(found) != n {
		t.Errorf("%d documents", len(found))
	}
	for i := range n {
		if a := article(i, 3); found[a.ID].Version != a.Version {
			t.Errorf("article %d has version %d, want %d", i, found[a.ID].Version, a.Version)
		}
	}
	count, err := r.index.Count(t.Context(), elastic.Query{Gone: true})
	if err != nil || count != n {
		t.Errorf("%d documents in all, %v", count, err)
	}
	if dead := r.events(t, bus.StreamDead); len(dead) != 0 {
		t.Errorf("dead letters: %d", len(dead["news.dead"]))
	}
}

// TestNodeKilled: the node is killed with SIGKILL in the middle of the work and started again on the same data, twice: nothing is lost, nothing is there twice,
// every article is told of, no dead letter.
func TestNodeKilled(t *testing.T) {
	r := newRig(t, true)
	config := localelastic.Config{DataDir: filepath.Join(t.TempDir(), "data"), Heap: "512m", FastStart: true}
	node, err := localelastic.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Stop(context.Background()) }) // it has been stopped where the test went well
	config.Port = node.Port()
	index, err := elastic.New(elastic.Config{URLs: []string{node.URL()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(index.Close)
	r.index = index

	const n = 6000
	for i := range n {
		r.publish(t, message(t, article(i, 1), 0))
	}
	r.run(t, r.bus, indexer.Config{Batch: 50})
	for kill := range 2 {
		long(t, fmt.Sprintf("part %d is settled", kill+1), func() bool { return r.floor(t) > uint64((kill+1)*n/4) })
		if err := syscall.Kill(node.PID(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-node.Done()
		at := r.floor(t)
		time.Sleep(time.Second)
		if node, err = localelastic.Start(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		t.Logf("killed with %d of %d settled", at, n)
	}
	long(t, "everything is settled", func() bool { return r.consumerDone(t, bus.ConsumerIndexer) })
	found := states(t, index, n)
	count, err := index.Count(t.Context(), elastic.Query{Gone: true})
	if err != nil || len(found) != n || count != n {
		t.Errorf("%d articles in %d documents, %v", len(found), count, err)
	}
	told := map[string]int{}
	for _, m := range r.events(t, bus.StreamEvents)["news.indexed"] {
		told[m.Header[news.HeaderMsgID]]++
	}
	for i := range n {
		if told[indexedID(article(i, 1))] != 1 {
			t.Errorf("article %d was told of %d times", i, told[indexedID(article(i, 1))])
		}
	}
	if dead := r.events(t, bus.StreamDead); len(dead) != 0 {
		t.Errorf("dead letters: %d", len(dead["news.dead"]))
	}
	long(t, "the stories are settled", func() bool { return r.consumerDone(t, bus.ConsumerStories) })
	if err := node.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func (r *rig) consumer(t *testing.T, name string) bus.ConsumerInfo {
	t.Helper()
	list, err := r.bus.Consumers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no consumer %s", name)
	return bus.ConsumerInfo{}
}

func (r *rig) consumerDone(t *testing.T, name string) bool {
	c := r.consumer(t, name)
	return c.Pending == 0 && c.AckPending == 0
}

func (r *rig) floor(t *testing.T) uint64 { return r.consumer(t, bus.ConsumerIndexer).AckFloor }

func long(t *testing.T, what string, f func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Minute)
	for !f() {
		if time.Now().After(deadline) {
			t.Fatalf("waited ten minutes until %s", what)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
