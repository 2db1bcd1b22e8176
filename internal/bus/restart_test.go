package bus_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

// Two processes consume while the server goes down and comes back; publishing goes on through it.
func TestServerRestart(t *testing.T) {
	s := bustest.StartServer(t)
	cfg := bus.Config{AckWait: time.Second}
	one, two, pub := s.Bus(t, cfg), s.Bus(t, cfg), s.Bus(t, cfg)
	const all = 300
	var got seen
	handler := func(_ context.Context, batch []bus.Message) []error {
		time.Sleep(2 * time.Millisecond)
		verdicts := make([]error, len(batch))
		for i, m := range batch {
			if got.add(m); len(m.Data)%2 == 0 && m.Deliveries == 1 {
				verdicts[i] = bus.Later(errors.New("once more"), time.Millisecond)
			}
		}
		return verdicts
	}
	o := normalizer()
	o.Workers, o.Batch = 2, 5
	stopOne, stopTwo := consume(t, one, o, handler), consume(t, two, o, handler)
	published := make(chan error, 1)
	go func() {
		for n := range all {
			if _, err := pub.Publish(context.Background(), raw(n)); err != nil {
				published <- err
				return
			}
		}
		published <- nil
	}()
	eventually(t, "some done", func() bool { return got.distinct() > 20 })
	s.Stop(t)
	if err := pub.Ready(); err == nil {
		t.Error("ready without a server")
	}
	if _, err := pub.KV(bus.BucketHosts).Get(t.Context(), "a"); !isDown(err) {
		t.Errorf("kv without a server: %v, want a DownError", err)
	}
	s.Start(t)
	if err := <-published; err != nil {
		t.Fatal(err)
	}
	eventually(t, "all done", func() bool { return got.distinct() == all })
	eventually(t, "all settled", func() bool {
		c := consumerState(t, pub, bus.ConsumerNormalizer)
		return c.AckPending == 0 && c.Pending == 0
	})
	stopOne()
	stopTwo()
	st, err := pub.Streams(t.Context())
	if err != nil || st[0].Name != bus.StreamRaw || st[0].Messages != all {
		t.Errorf("RAW %+v %v, want %d messages: repeats of publishes are recognised", st[0], err, all)
	}
	if d := deadLetters(t, pub); len(d) != 0 {
		t.Errorf("dead letters %+v", d)
	}
}

func isDown(err error) bool {
	var down *bus.DownError
	return errors.As(err, &down)
}

// A message that is held over a restart longer than the ack wait is not handed out twice, and its burnt deliveries do not count.
func TestRestartWhileHeld(t *testing.T) {
	s := bustest.StartServer(t)
	b := s.Bus(t, bus.Config{AckWait: 300 * time.Millisecond})
	publish(t, b, 0, 1)
	release, asked := make(chan bool), make(chan int, 10)
	o := normalizer()
	o.Workers, o.Attempts = 3, 2
	var n atomic.Int64
	stop := consume(t, b, o, func(_ context.Context, batch []bus.Message) []error {
		asked <- batch[0].Deliveries
		if n.Add(1) == 1 {
			<-release
			return []error{errors.New("once more")}
		}
		return []error{nil}
	})
	<-asked
	s.Stop(t)
	time.Sleep(400 * time.Millisecond)
	s.Start(t)
	eventually(t, "back", func() bool { return b.Ready() == nil })
	time.Sleep(time.Second)
	if n.Load() != 1 {
		t.Errorf("handed out %d times while held", n.Load())
	}
	close(release)
	if d := <-asked; d != 2 {
		t.Errorf("second attempt is called delivery %d", d)
	}
	stop()
	if d := deadLetters(t, b); len(d) != 0 {
		t.Errorf("dead letters %+v", d)
	}
}

// A stream that somebody deleted is put back, and the loop goes on with what comes.
func TestConsumerAndStreamDeleted(t *testing.T) {
	s := bustest.StartServer(t)
	b := s.Bus(t, bus.Config{})
	var got seen
	consume(t, b, normalizer(), func(_ context.Context, batch []bus.Message) []error {
		got.add(batch[0])
		return []error{nil}
	})
	publish(t, b, 0, 1)
	eventually(t, "first", func() bool { return got.distinct() == 1 })
	deleteStream(t, s, bus.StreamRaw)
	if _, err := b.Publish(t.Context(), raw(1)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "second", func() bool { return got.distinct() == 2 })
}
