package bus

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/newsmill/newsmill/news"
)

const (
	retryMost = time.Minute // longest back-off of an ordinary error
	// What is given back at the end is not given to a pull of this process that is about to close as well.
	releaseDelay = 500 * time.Millisecond
	stackMost    = 6 << 10 // of a crash, in its dead letter
	// giveUp is the delivery at which a message is buried instead of handed out once more. The few behind it are left for the
	// case that the process dies, or the server is lost, before the dead letter is stored: past MaxDeliver only an advisory,
	// which may be lost, tells of the message.
	giveUp = MaxDeliver - 5
)

// handle works on a batch until each of its messages is settled. While a verdict is Down it holds the messages and asks again.
func (l *loop) handle(ctx, hctx context.Context, batch []*delivery) {
	todo, err := l.round(hctx, batch)
	if len(todo) == 0 {
		return
	}
	l.pause.begin(err)
	defer l.pause.end(ctx)
	for wait := pauseFirst; len(todo) > 0; wait = min(2*wait, pauseMost) {
		if !l.pause.backoff(ctx, wait) {
			for _, d := range todo {
				l.release(d)
			}
			return
		}
		todo, _ = l.round(hctx, todo)
	}
}

// round asks the handler once and settles; it gives back the messages whose verdict is Down, and why.
func (l *loop) round(hctx context.Context, batch []*delivery) (down []*delivery, cause error) {
	var ask []*delivery
	verdicts := make(map[*delivery]error, len(batch))
	for _, d := range batch {
		if d.msg.Deliveries >= giveUp {
			verdicts[d] = Drop(news.MaxDeliveries, fmt.Errorf("delivered %d times", d.msg.Deliveries))
		} else {
			ask = append(ask, d)
		}
	}
	for i, v := range l.ask(hctx, ask) {
		verdicts[ask[i]] = v
	}
	for _, d := range batch {
		if err := l.settle(hctx, d, verdicts[d]); err != nil {
			down, cause = append(down, d), err
		}
	}
	return down, cause
}

// ask gives one verdict a message. A handler that panics on a batch is asked again about each message alone.
func (l *loop) ask(hctx context.Context, batch []*delivery) []error {
	if len(batch) == 0 {
		return nil
	}
	msgs := make([]Message, len(batch))
	for i, d := range batch {
		msgs[i] = d.msg
		msgs[i].Deliveries = l.attempt(d)
	}
	verdicts, crash := l.call(hctx, msgs)
	switch {
	case crash != nil && len(batch) == 1:
		return []error{Drop(news.Crash, crash)}
	case crash != nil:
		verdicts = nil
		for _, d := range batch {
			verdicts = append(verdicts, l.ask(hctx, []*delivery{d})...)
		}
	case len(verdicts) != len(batch):
		err := fmt.Errorf("the handler answered %d verdicts for %d messages", len(verdicts), len(batch))
		verdicts = make([]error, len(batch))
		for i := range verdicts {
			verdicts[i] = err
		}
	}
	return verdicts
}

func (l *loop) call(hctx context.Context, msgs []Message) (verdicts []error, crash error) {
	defer func() {
		if r := recover(); r != nil {
			stack := debug.Stack()
			crash = fmt.Errorf("panic: %v\n%s", r, stack[:min(len(stack), stackMost)])
		}
	}()
	return l.h.Handle(hctx, msgs), nil
}

// settle carries one verdict out. It returns an error where the message is to be held: the verdict is Down, or the dead letter could
// not be stored.
func (l *loop) settle(hctx context.Context, d *delivery, verdict error) error {
	if verdict == nil {
		l.row.done()
		l.done(d, "+ACK")
		l.log.Debug("done", "subject", d.msg.Subject, "seq", d.msg.Seq)
		return nil
	}
	kind := verdictOf(verdict)
	if hctx.Err() != nil {
		l.release(d) // out of time: whatever it says, it may be for this reason
		return nil
	}
	switch v := kind.(type) {
	case *DownError:
		return verdict
	case *DropError:
		return l.bury(hctx, d, v.Reason, v.Err)
	case *LaterError:
		if d.msg.Deliveries < giveUp-1 {
			l.nak(d, v.Delay, verdict)
			return nil
		}
	default:
		if n := l.attempt(d); n < l.o.Attempts && d.msg.Deliveries < giveUp-1 {
			l.nak(d, l.retryDelay(n), verdict)
			return nil
		}
	}
	return l.bury(hctx, d, news.AttemptsUsed, verdict)
}

// verdictOf finds the outermost verdict in an error's tree. Of joined errors Down counts most, since it loses nothing; a full stream
// is Down as well.
func verdictOf(err error) error {
	switch v := err.(type) {
	case *DownError, *DropError, *LaterError:
		return v
	case interface{ Unwrap() error }:
		if inner := v.Unwrap(); inner != nil {
			return verdictOf(inner)
		}
	case interface{ Unwrap() []error }:
		var found error
		for _, inner := range v.Unwrap() {
			got := verdictOf(inner)
			if _, down := got.(*DownError); down {
				return got
			}
			if found == nil {
				found = got
			}
		}
		return found
	}
	if errors.Is(err, ErrFull) {
		return &DownError{Err: err}
	}
	return nil
}

func (l *loop) retryDelay(attempt int) time.Duration {
	d := l.o.Backoff
	for range attempt - 1 {
		if d = 2 * d; d >= retryMost {
			d = retryMost
			break
		}
	}
	return d + rand.N(d/4+1)
}

// bury makes a dead letter, waits for its confirmation, and terminates the message.
func (l *loop) bury(hctx context.Context, d *delivery, reason news.Reason, cause error) error {
	if l.row.full(reason.Code, time.Now()) {
		return &DownError{Err: fmt.Errorf("%d dead letters in a row for %s, so the fault lies in the set-up: %w", rowMost, reason.Code, cause)}
	}
	m := d.msg
	m.Deliveries = l.attempt(d)
	letter := letterFor(l.o.Stage, m, reason, cause)
	if err := l.b.Bury(hctx, letter); err != nil {
		if hctx.Err() != nil {
			l.release(d)
			return nil
		}
		return err
	}
	l.row.buried(reason.Code, time.Now())
	l.done(d, "+TERM "+reason.Code)
	l.log.Info("dead letter", "reason", reason.Code, "subject", m.Subject, "seq", m.Seq, "url", letter.URL, "error", firstLine(cause))
	return nil
}

func (l *loop) nak(d *delivery, delay time.Duration, why error) {
	l.settled(d, "-NAK {\"delay\": "+strconv.FormatInt(int64(max(delay, 0)), 10)+"}")
	l.log.Debug("later", "subject", d.msg.Subject, "seq", d.msg.Seq, "delay", delay, "error", why)
}

// release gives a message back without a verdict.
func (l *loop) release(d *delivery) {
	l.settled(d, "-NAK {\"delay\": "+strconv.FormatInt(int64(releaseDelay), 10)+"}")
}

// done settles a message for good.
func (l *loop) done(d *delivery, word string) {
	l.settled(d, word)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.burnt, d.msg.Seq)
}

// burntMost bounds the memory of burnt deliveries: those of messages that other processes settled stay behind.
const burntMost = 10_000

func (l *loop) settled(d *delivery, word string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell(d, word)
	delete(l.held, d.msg.Seq)
	if len(l.burnt) > burntMost {
		clear(l.burnt)
	}
}

// tell publishes an answer to a delivery. The caller holds mu.
func (l *loop) tell(d *delivery, word string) {
	if err := l.b.nc.Publish(d.reply, []byte(word)); err != nil {
		l.log.Warn("answer is lost, the message comes again", "seq", d.msg.Seq, "error", err)
	}
}
