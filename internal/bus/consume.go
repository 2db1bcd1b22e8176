package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/newsmill/newsmill/news"
)

// ConsumeOptions of one consume loop.
type ConsumeOptions struct {
	Durable  string        // one of the Consumer names
	Stage    news.Stage    // of the dead letters it makes; default the consumer's own
	Batch    int           // most messages handed over at once; default 1
	Wait     time.Duration // how long to wait for a batch to fill once it has one message; default 50 ms
	Workers  int           // batches handled at the same time; default 1
	Attempts int           // deliveries until an ordinary error becomes a dead letter; default 5
	Backoff  time.Duration // delay of the first retry of an ordinary error, doubling up to a minute; default 1 s
	Drain    time.Duration // how long running handlers get when ctx ends; default 20 s. Their ctx is cancelled after it.
	OnDown   func(error)   // called when the loop pauses, and with nil when it goes on; never twice at a time
}

func (o ConsumeOptions) withDefaults() ConsumeOptions {
	or(&o.Batch, 1)
	or(&o.Wait, 50*time.Millisecond)
	or(&o.Workers, 1)
	or(&o.Attempts, 5)
	or(&o.Backoff, time.Second)
	or(&o.Drain, 20*time.Second)
	if o.OnDown == nil {
		o.OnDown = func(error) {}
	}
	return o
}

// stragglerTime is how long a handler may go on after its ctx was cancelled before Consume returns without it.
const stragglerTime = 5 * time.Second

// loop is one running Consume.
type loop struct {
	b     *Bus
	o     ConsumeOptions
	spec  consumerSpec
	h     Handler
	log   *slog.Logger
	pause *pause
	row   *row

	mu    sync.Mutex
	held  map[uint64]*delivery // by stream sequence: pulled and not settled
	burnt map[uint64]int       // deliveries of a message that no handler saw
}

// delivery is a message in hand.
type delivery struct {
	msg   Message
	reply string // where its verdict goes
}

// Consume pulls messages and hands them to h until ctx ends; then it pulls no more, waits for the running handlers (at most Drain),
// settles what they answered, and returns nil. Messages are acknowledged only after their verdict; InProgress keeps them while a
// handler works or the loop is paused. It never pulls more than Workers batches.
//
// An acknowledgement is not confirmed: one that is lost brings the message again, and handlers are idempotent.
func (b *Bus) Consume(ctx context.Context, o ConsumeOptions, h Handler) error {
	o = o.withDefaults()
	spec, ok := consumerByName(b.cfg, o.Durable)
	if !ok {
		return fmt.Errorf("bus: no consumer %q in the topology", o.Durable)
	}
	or(&o.Stage, spec.stage)
	log := b.log.With("consumer", o.Durable)
	l := &loop{b: b, o: o, spec: spec, h: h, log: log, pause: newPause(o.OnDown, log), row: &row{}, held: map[uint64]*delivery{}, burnt: map[uint64]int{}}

	// Handlers outlive ctx by Drain.
	hctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	alive := make(chan struct{})
	var keeper, workers sync.WaitGroup
	keeper.Go(func() { l.keepAlive(alive) })
	failed := make(chan error, o.Workers)
	for range o.Workers {
		workers.Go(func() {
			if err := l.work(ctx, hctx); err != nil {
				failed <- err
			}
		})
	}
	err := l.finish(ctx, &workers, failed, cancel)
	close(alive)
	keeper.Wait()
	if ferr := b.nc.FlushTimeout(2 * time.Second); ferr != nil && err == nil {
		log.Warn("the last acknowledgements may be lost, their messages come again", "error", ferr)
	}
	return err
}

// finish waits for ctx to end, or for a worker that cannot go on, and then for the handlers.
func (l *loop) finish(ctx context.Context, workers *sync.WaitGroup, failed <-chan error, cancel context.CancelFunc) error {
	done := make(chan struct{})
	go func() { workers.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		select {
		case <-done:
		case <-time.After(l.o.Drain):
			cancel()
			select {
			case <-done:
			case <-time.After(stragglerTime):
				return fmt.Errorf("bus: consumer %s: a handler did not end within %s of its cancellation; its messages come again", l.o.Durable, stragglerTime)
			}
		}
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// work is one worker: pull a batch, handle it, settle it, again. It returns an error only where the connection was closed for good.
func (l *loop) work(ctx, hctx context.Context) error {
	p, err := newPuller(l.b.nc, l.spec, l.o.Batch)
	if err != nil {
		return fmt.Errorf("bus: consumer %s: %w", l.o.Durable, err)
	}
	defer p.stop(func(m *nats.Msg) {
		if d := l.take(m); d != nil {
			l.release(d)
		}
	})
	wait := time.Duration(0)
	for l.pause.wait(ctx) && sleep(ctx, wait) {
		batch, err := l.pull(ctx, p)
		if len(batch) > 0 {
			l.handle(ctx, hctx, batch)
		}
		wait = 0
		switch {
		case err == nil, ctx.Err() != nil:
		case errors.Is(err, nats.ErrConnectionClosed):
			return fmt.Errorf("bus: consumer %s: %w", l.o.Durable, err)
		case errors.Is(err, errGone):
			l.repair(ctx, err)
		default:
			l.log.Debug("pull ended", "error", err)
			wait = 250 * time.Millisecond
		}
	}
	return nil
}

// pull gives the next batch: it waits long for one message, and then Wait for others.
func (l *loop) pull(ctx context.Context, p *puller) ([]*delivery, error) {
	var batch []*delivery
	keep := func(m *nats.Msg) bool {
		d := l.take(m)
		if d != nil {
			batch = append(batch, d)
		}
		return d != nil
	}
	err := p.pull(ctx, 1, pullWait, keep)
	if err == nil && len(batch) > 0 && l.o.Batch > 1 {
		err = p.pull(ctx, l.o.Batch-1, l.o.Wait, keep)
	}
	return batch, err
}

// take notes a delivery as held. A message that is in hand already (its ack wait ran out while the connection was away) is not given
// out twice: the delivery is burnt, and the verdict goes to the newer reply.
func (l *loop) take(m *nats.Msg) *delivery {
	meta, err := m.Metadata()
	if err != nil {
		l.log.Warn("delivery without its place", "subject", m.Subject, "error", err)
		return nil
	}
	seq := meta.Sequence.Stream
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.held[seq]; d != nil {
		d.reply = m.Reply
		l.burnt[seq]++
		return nil
	}
	d := &delivery{reply: m.Reply, msg: Message{
		Subject: m.Subject, Header: fromHeader(m.Header), Data: m.Data, Stream: meta.Stream, Seq: seq, Time: meta.Timestamp,
		Consumer: meta.Consumer, Deliveries: int(meta.NumDelivered),
	}}
	l.held[seq] = d
	return d
}

// attempt is how often a handler has been asked about the message, this time included.
func (l *loop) attempt(d *delivery) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(d.msg.Deliveries-l.burnt[d.msg.Seq], 1)
}

// keepAlive tells the server, twice an ack wait, that every held message is being worked on.
func (l *loop) keepAlive(done <-chan struct{}) {
	tick := time.NewTicker(l.spec.config.AckWait / 2)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if !l.b.nc.IsConnected() {
			continue // it would be buffered, and sent in a heap later
		}
		l.mu.Lock()
		for _, d := range l.held {
			l.tell(d, "+WPI")
		}
		l.mu.Unlock()
	}
}

// repair pauses the loop while its consumer is missing, and puts the topology back: somebody deleted it, or the server lost its
// store. It waits first: nats-server 2.15.2 tells of the consumer's end while it still deletes the stream, and a stream made anew
// in that moment answers no publish until the server's restart (seen in one of ten tries).
func (l *loop) repair(ctx context.Context, cause error) {
	l.pause.begin(fmt.Errorf("bus: consumer %s: %w", l.o.Durable, cause))
	defer l.pause.end(ctx)
	for wait := 2 * pauseFirst; sleep(ctx, wait); wait = min(2*wait, pauseMost) {
		err := l.b.Ensure(ctx)
		if err == nil {
			_, err = l.b.consumerInfo(ctx, l.spec)
		}
		if err == nil {
			return
		}
		l.log.Debug("consumer cannot be put back yet", "error", err)
	}
}

// sleep waits and is false where ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
