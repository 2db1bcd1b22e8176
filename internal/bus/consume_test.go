package bus_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
)

func consumerState(t *testing.T, b *bus.Bus, name string) bus.ConsumerInfo {
	t.Helper()
	cs, err := b.Consumers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cs {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no consumer %s", name)
	return bus.ConsumerInfo{}
}

func deadLetters(t *testing.T, b *bus.Bus) []bus.DeadLetter {
	t.Helper()
	var all []bus.DeadLetter
	err := b.Scan(t.Context(), bus.StreamDead, bus.ScanOptions{}, func(m bus.Message) error {
		l, err := bus.ParseDeadLetter(m)
		all = append(all, l)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestVerdicts(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name   string
		answer func(n int) error // to the nth handing out
		times  int               // how often it is handed out
		dead   string            // reason of its dead letter
	}{
		{"done", func(int) error { return nil }, 1, ""},
		{"drop", func(int) error { return bus.Drop(news.Undecodable, boom) }, 1, "undecodable"},
		{"drop below a wrap", func(int) error { return fmt.Errorf("page: %w", bus.Drop(news.Undecodable, boom)) }, 1, "undecodable"},
		{"later, then done", func(n int) error { return unless(n == 3, bus.Later(boom, time.Millisecond)) }, 3, ""},
		{"later for ever", func(int) error { return bus.Later(boom, time.Millisecond) }, 14, "attempts_used"},
		{"fails, then done", func(n int) error { return unless(n == 3, boom) }, 3, ""},
		{"fails for ever", func(int) error { return boom }, 4, "attempts_used"},
		{"down, then done", func(n int) error { return unless(n == 2, bus.Down(boom)) }, 2, ""},
		{"full, then done", func(n int) error { return unless(n == 2, fmt.Errorf("write: %w", bus.ErrFull)) }, 2, ""},
		{"down wins over drop", func(n int) error {
			return unless(n == 2, errors.Join(bus.Drop(news.Rejected, boom), bus.Down(boom)))
		}, 2, ""},
		{"panic", func(int) error { panic("oh") }, 1, "crash"},
	}
	b := bustest.Start(t)
	o := normalizer()
	o.Attempts = 4
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(deadLetters(t, b))
			publish(t, b, i, i+1)
			var n atomic.Int64
			stop := consume(t, b, o, func(_ context.Context, batch []bus.Message) []error {
				return []error{tt.answer(int(n.Add(1)))}
			})
			eventually(t, "settled", func() bool {
				c := consumerState(t, b, bus.ConsumerNormalizer)
				return c.AckPending == 0 && c.AckFloor == uint64(i+1)
			})
			stop()
			if n.Load() != int64(tt.times) {
				t.Errorf("handed out %d times, want %d", n.Load(), tt.times)
			}
			dead := deadLetters(t, b)[before:]
			if tt.dead == "" && len(dead) > 0 || tt.dead != "" && (len(dead) != 1 || dead[0].Reason != tt.dead) {
				t.Errorf("dead letters %+v, want reason %q", dead, tt.dead)
			}
		})
	}
}

func unless(done bool, err error) error {
	if done {
		return nil
	}
	return err
}

func TestDeadLetterKeepsAllAndRetries(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	original := raw(1)
	publish(t, b, 1, 2)
	long := errors.New("坏" + strings.Repeat("页", 9000))
	var fail atomic.Bool
	fail.Store(true)
	var got []bus.Message
	done := make(chan bus.Message, 4)
	consume(t, b, normalizer(), func(_ context.Context, batch []bus.Message) []error {
		if fail.Load() {
			return []error{bus.Drop(news.Undecodable, long)}
		}
		done <- batch[0]
		return []error{nil}
	})
	for round := 1; round <= 2; round++ {
		eventually(t, "dead", func() bool { return len(deadLetters(t, b)) == 1 })
		l := deadLetters(t, b)[0]
		if l.Stage != news.StageNormalizer || l.Source != "yunhai" || l.Host != "paper_example" || l.Stream != bus.StreamRaw ||
			l.Consumer != bus.ConsumerNormalizer || l.Deliveries != 1 || l.Retries != round-1 || l.URL != "https://paper.example/1" {
			t.Errorf("round %d: letter %+v", round, l)
		}
		if !strings.HasPrefix(l.Error, "坏页页") || strings.ContainsRune(l.Error, '\uFFFD') {
			t.Errorf("error %.30q", l.Error)
		}
		if l.Original.Subject != original.Subject || string(l.Original.Data) != "page 1" || l.Original.Header[news.HeaderURL] != original.Header[news.HeaderURL] ||
			l.Original.Header[news.HeaderCeType] != news.TypeRaw {
			t.Errorf("original %+v", l.Original)
		}
		if round == 2 {
			fail.Store(false)
		}
		if _, err := b.Retry(ctx, l.Seq); err != nil {
			t.Fatal(err)
		}
		if round == 1 {
			eventually(t, "dead again", func() bool { d := deadLetters(t, b); return len(d) == 1 && d[0].Retries == 1 })
		}
	}
	got = append(got, <-done)
	if id := got[0].Header[news.HeaderMsgID]; id != news.RetryID(original.Header[news.HeaderMsgID], 2) || got[0].Header[news.HeaderCeID] != id {
		t.Errorf("id %q", id)
	}
	if p, err := news.ParsePage(got[0].Subject, got[0].Header); err != nil || p.URL != "https://paper.example/1" {
		t.Errorf("retried page %+v %v", p, err)
	}
	if left := deadLetters(t, b); len(left) != 0 {
		t.Errorf("left in DEAD: %+v", left)
	}
	if _, err := b.Retry(ctx, 1); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("retry of what is not there: %v", err)
	}
}

func TestBatchesAndCrashAlone(t *testing.T) {
	b := bustest.Start(t)
	publish(t, b, 0, 30)
	o := normalizer()
	o.Batch, o.Wait = 10, 100*time.Millisecond
	var largest atomic.Int64
	var got seen
	consume(t, b, o, func(_ context.Context, batch []bus.Message) []error {
		largest.Store(max(largest.Load(), int64(len(batch))))
		for _, m := range batch {
			if string(m.Data) == "page 7" {
				panic("bad page")
			}
		}
		for _, m := range batch {
			got.add(m)
		}
		return make([]error, len(batch))
	})
	eventually(t, "all but one done", func() bool { return got.distinct() == 29 })
	eventually(t, "one dead", func() bool { d := deadLetters(t, b); return len(d) == 1 && string(d[0].Original.Data) == "page 7" })
	if largest.Load() != 10 {
		t.Errorf("largest batch %d, want 10", largest.Load())
	}
}

// While the loop is paused, it holds its messages for longer than the ack wait, pulls no others, and burns no attempt.
func TestDownHoldsAndBurnsNothing(t *testing.T) {
	b := bustest.StartServer(t).Bus(t, bus.Config{AckWait: 400 * time.Millisecond})
	publish(t, b, 0, 10)
	var down atomic.Bool
	down.Store(true)
	var told []string
	var calls, deliveries atomic.Int64
	o := normalizer()
	o.Workers = 2
	o.OnDown = func(err error) { told = append(told, fmt.Sprint(err)) }
	var got, asked seen
	stop := consume(t, b, o, func(_ context.Context, batch []bus.Message) []error {
		calls.Add(1)
		deliveries.Store(max(deliveries.Load(), int64(batch[0].Deliveries)))
		asked.add(batch[0])
		if down.Load() {
			return []error{bus.Down(errors.New("elasticsearch is away"))}
		}
		got.add(batch[0])
		return []error{nil}
	})
	time.Sleep(1500 * time.Millisecond)
	if n := asked.distinct(); n > 2 {
		t.Errorf("%d messages were taken while down, want at most one a worker", n)
	}
	down.Store(false)
	eventually(t, "all done", func() bool { return got.distinct() == 10 })
	stop()
	if deliveries.Load() != 1 {
		t.Errorf("highest delivery %d, want 1", deliveries.Load())
	}
	if fmt.Sprint(told) != "[down: elasticsearch is away <nil>]" {
		t.Errorf("told %v", told)
	}
}

// A row of dead letters for one reason is a fault of the set-up: the loop pauses instead of burying everything.
func TestRowOfDeadLettersPauses(t *testing.T) {
	b := bustest.Start(t)
	publish(t, b, 0, 80)
	paused := make(chan error, 10)
	o := normalizer()
	o.Batch = 20
	o.OnDown = func(err error) { paused <- err }
	var broken atomic.Bool
	broken.Store(true)
	var got seen
	consume(t, b, o, func(_ context.Context, batch []bus.Message) []error {
		verdicts := make([]error, len(batch))
		for i, m := range batch {
			if broken.Load() {
				verdicts[i] = bus.Drop(news.Rejected, errors.New("mapping is strict"))
			} else {
				got.add(m)
			}
		}
		return verdicts
	})
	if err := <-paused; err == nil || !strings.Contains(err.Error(), "50 dead letters in a row") {
		t.Fatalf("paused for %v", err)
	}
	broken.Store(false)
	eventually(t, "the others done", func() bool { return got.distinct() == 30 })
	if n := len(deadLetters(t, b)); n != 50 {
		t.Errorf("%d dead letters, want 50", n)
	}
}

// When ctx ends, the running handler may finish, its verdict counts, and nothing that was pulled waits for the ack wait.
func TestDrain(t *testing.T) {
	b := bustest.Start(t)
	publish(t, b, 0, 4)
	o := normalizer()
	o.Workers, o.Drain = 2, 300*time.Millisecond
	started := make(chan string, 2)
	ended := make(chan error, 2)
	stop := consume(t, b, o, func(ctx context.Context, batch []bus.Message) []error {
		started <- string(batch[0].Data)
		if string(batch[0].Data) == "page 0" {
			time.Sleep(100 * time.Millisecond) // done within the drain time
			return []error{nil}
		}
		<-ctx.Done()
		ended <- ctx.Err()
		return []error{ctx.Err()}
	})
	<-started
	<-started
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the slow handler ended with %v", err)
	}
	var got seen
	consume(t, b, normalizer(), func(_ context.Context, batch []bus.Message) []error {
		got.add(batch[0])
		return []error{nil}
	})
	begun := time.Now()
	eventually(t, "the other three", func() bool { return got.distinct() == 3 })
	if d := time.Since(begun); d > 10*time.Second {
		t.Errorf("took %s: they waited for the ack wait", d)
	}
	if got.n["page 0"] != 0 {
		t.Error("what was done came again")
	}
}

func TestUnknownConsumer(t *testing.T) {
	b := bustest.Start(t)
	if err := b.Consume(t.Context(), bus.ConsumeOptions{Durable: "nobody"}, nil); err == nil {
		t.Error("no error")
	}
}
