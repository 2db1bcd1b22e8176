package bustest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
)

// publisher and bucket are interfaces as a worker defines them.
type publisher interface {
	Publish(ctx context.Context, m bus.Outgoing) (bus.Ack, error)
}

type bucket interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte) (uint64, error)
}

// once publishes an event unless the bucket says that it was published: a small worker that is right under every fault, because
// it publishes first, and under the same id each time.
func once(ctx context.Context, out publisher, done bucket) error {
	if _, err := done.Get(ctx, "a"); err == nil {
		return nil
	} else if !errors.Is(err, bus.ErrNotFound) {
		return err
	}
	h := news.Event{ID: "a", Type: news.TypeIndexed, Stage: news.StageIndexer}.Header("application/json")
	if _, err := out.Publish(ctx, bus.Outgoing{Subject: news.IndexedSubject("s", "h"), Header: h}); err != nil {
		return err
	}
	_, err := done.Put(ctx, "a", []byte("done"))
	return err
}

// TestEachFault is the pattern for the fault table of a worker.
func TestEachFault(t *testing.T) {
	bustest.EachFault(t, func(t *testing.T, p *bustest.Plan) {
		b := &bustest.Faulty{Bus: bustest.Start(t), Plan: p}
		for try := 0; ; try++ {
			err := once(t.Context(), b, b.KV(bus.BucketSeen))
			if err == nil {
				break
			}
			if !errors.Is(err, bustest.ErrInjected) || try > 1 {
				t.Fatal(err)
			}
		}
		n := 0
		err := b.Scan(t.Context(), bus.StreamEvents, bus.ScanOptions{}, func(bus.Message) error { n++; return nil })
		if err != nil || n != 1 {
			t.Errorf("%d events (%v), want 1", n, err)
		}
		if _, err := b.KV(bus.BucketSeen).KV.Get(t.Context(), "a"); err != nil {
			t.Errorf("not noted as done: %v", err)
		}
	})
}
