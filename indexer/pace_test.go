package indexer

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestPace walks through what a busy Elasticsearch does to the pace, and a slow one, and a healthy one again.
func TestPace(t *testing.T) {
	p := &pace{most: 400, workers: 4}
	is := func(what string, documents, requests int) {
		t.Helper()
		if d, r := p.limits(); d != documents || r != requests {
			t.Errorf("%s: %d documents in %d requests, want %d in %d", what, d, r, documents, requests)
		}
	}
	step := func(took time.Duration, busy bool) {
		t.Helper()
		limit, err := p.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p.end(min(limit, 400), took, busy)
	}
	is("at first", 400, 4)
	step(time.Second, true)
	is("busy", 200, 2)
	step(time.Second, true)
	is("still busy", 100, 1)
	step(2*slowBulk, false)
	is("slow", 50, 1)
	for range 10 {
		step(time.Second, false)
	}
	is("better", 124, 2)
	for range 30 {
		step(time.Second, false)
	}
	is("well", 400, 4)
}

// TestPaceWaits: no more requests at the same time than are allowed.
func TestPaceWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pace{most: 10, workers: 2}
		for range 2 {
			if _, err := p.begin(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		third := make(chan error, 1)
		go func() {
			_, err := p.begin(ctx)
			third <- err
		}()
		synctest.Wait()
		p.end(10, 0, true) // one is allowed now, and one is under way
		synctest.Wait()
		select {
		case err := <-third:
			t.Fatalf("a second request although one is allowed: %v", err)
		default:
		}
		p.end(1, 0, false)
		if err := <-third; err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := p.begin(ctx)
			third <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-third; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
