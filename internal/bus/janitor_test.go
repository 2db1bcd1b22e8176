package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

func big(n int) bus.Outgoing {
	m := raw(n)
	m.Data = append(bytes.Repeat([]byte("x"), 9000), fmt.Sprint(n)...)
	return m
}

// A full stream pushes back; when its messages are consumed the janitor makes room, and never touches what is not.
func TestFullJanitorGoesOn(t *testing.T) {
	s := bustest.StartServer(t)
	b := s.Bus(t, bus.Config{RawBytes: 100 << 10})
	ctx := t.Context()
	stored := 0
	var err error
	for ; stored < 100; stored++ {
		if _, err = b.Publish(ctx, big(stored)); err != nil {
			break
		}
	}
	if !errors.Is(err, bus.ErrFull) || stored < 5 {
		t.Fatalf("%d stored, then %v", stored, err)
	}
	if err := b.Tidy(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(ctx, big(stored)); !errors.Is(err, bus.ErrFull) {
		t.Fatalf("the janitor made room among what was not consumed: %v", err)
	}
	var held atomic.Uint64
	held.Store(5) // this one stays in hand
	release := make(chan bool)
	var got seen
	o := normalizer()
	o.Workers = 2
	consume(t, b, o, func(_ context.Context, batch []bus.Message) []error {
		if batch[0].Seq == held.Load() {
			<-release
		}
		got.add(batch[0])
		return []error{nil}
	})
	eventually(t, "all but one consumed", func() bool { return got.distinct() == stored-1 })
	eventually(t, "the floor is known", func() bool { return consumerState(t, b, bus.ConsumerNormalizer).AckFloor == 4 })
	if err := b.Tidy(ctx); err != nil {
		t.Fatal(err)
	}
	first := func() uint64 {
		all, err := b.Streams(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return all[0].FirstSeq
	}
	if f := first(); f < 2 || f > 5 {
		t.Errorf("first message is %d, want some below 5 purged and 5 kept", f)
	}
	close(release)
	more := stored + 5
	published := make(chan error, 1)
	go func() {
		for n := stored; n < more; {
			switch _, err := b.Publish(ctx, big(n)); {
			case err == nil:
				n++
			case errors.Is(err, bus.ErrFull):
				if err := b.Tidy(ctx); err != nil {
					published <- err
					return
				}
				time.Sleep(5 * time.Millisecond)
			default:
				published <- err
				return
			}
		}
		published <- nil
	}()
	if err := <-published; err != nil {
		t.Fatal(err)
	}
	eventually(t, "all consumed", func() bool { return got.distinct() == more })
}

func TestJanitorByAge(t *testing.T) {
	b := bustest.StartServer(t).Bus(t, bus.Config{Retention: 300 * time.Millisecond})
	publish(t, b, 0, 5)
	var got seen
	consume(t, b, normalizer(), func(_ context.Context, batch []bus.Message) []error {
		got.add(batch[0])
		return []error{nil}
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Janitor(ctx, 20*time.Millisecond) }()
	eventually(t, "purged", func() bool {
		all, err := b.Streams(t.Context())
		return err == nil && all[0].Messages == 0
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got.distinct() != 5 {
		t.Errorf("%d consumed, want 5", got.distinct())
	}
}

// What JetStream gave up is buried: told by an advisory, or found in a work queue without one.
func TestSweep(t *testing.T) {
	s := bustest.StartServer(t)
	b := s.Bus(t, bus.Config{AckWait: 100 * time.Millisecond})
	ctx := t.Context()
	publish(t, b, 0, 3)
	now := time.Now()
	if err := b.Schedules(bus.StreamTokens).At(ctx, bus.FrontierAt("h"), bus.FrontierDue("h"), now, nil); err != nil {
		t.Fatal(err)
	}
	js := connect(t, s)
	// giveUp answers deliveries until the server makes no more. A Nak of the last one counts once somebody pulls again.
	giveUp := func(stream, consumer string, settle func(jetstream.Msg) error) {
		c, err := js.Consumer(ctx, stream, consumer)
		if err != nil {
			t.Fatal(err)
		}
		for {
			m, err := c.Next(jetstream.FetchMaxWait(1500 * time.Millisecond))
			if errors.Is(err, nats.ErrTimeout) {
				return
			}
			if err = errors.Join(err, settle(m)); err != nil {
				t.Fatal(err)
			}
		}
	}
	giveUp(bus.StreamRaw, bus.ConsumerNormalizer, func(m jetstream.Msg) error {
		if meta, err := m.Metadata(); err == nil && meta.Sequence.Stream == 3 {
			return m.TermWithReason("by hand")
		}
		return m.Nak()
	})
	giveUp(bus.StreamTokens, bus.ConsumerCrawl, jetstream.Msg.Nak)
	st, err := js.Stream(ctx, bus.StreamAdvisories)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Purge(ctx, jetstream.WithPurgeSubject("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.TOKENS.crawler")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(now.Add(bus.MaxDeliver*100*time.Millisecond + 300*time.Millisecond)))
	for range 2 { // the second round finds nothing left
		if err := b.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var letters []string
	for _, l := range deadLetters(t, b) {
		letters = append(letters, fmt.Sprintf("%s %s %d %s", l.Stage, l.Stream, l.StreamSeq, l.Reason))
	}
	want := []string{
		"normalizer RAW 3 max_deliveries", "normalizer RAW 1 max_deliveries", "normalizer RAW 2 max_deliveries", "crawler TOKENS 2 max_deliveries",
	}
	if !sameSet(letters, want) {
		t.Errorf("letters %q, want %q", letters, want)
	}
	if _, err := b.Last(ctx, bus.StreamTokens, bus.FrontierDue("h")); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("the token is still there: %v", err)
	}
}

func sameSet(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
