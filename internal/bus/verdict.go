package bus

import (
	"errors"
	"fmt"
	"time"

	"github.com/newsmill/newsmill/news"
)

// A handler answers for each message of a batch with a verdict: nil acknowledges it, Drop makes it a dead letter and terminates it,
// Later asks for it again after a delay, Down pauses the consumer without burning an attempt; any other error is retried with
// back-off until the attempts of the consumer are used up, and then is a dead letter. Verdicts are found below wraps; of joined errors
// Down counts most; ErrFull alone is Down. What the bus's own calls answer while the server is away is a DownError already, so that
// a handler may return it as it is.

// DropError is the verdict that a person should look: dead letter, wait for its PubAck, then Term.
type DropError struct {
	Reason news.Reason // of kind dead
	Err    error
}

func (e *DropError) Error() string { return e.Reason.Code + ": " + e.Err.Error() }
func (e *DropError) Unwrap() error { return e.Err }

// Drop gives the verdict "dead letter" for a failure that trying again does not mend.
func Drop(reason news.Reason, err error) error {
	if err == nil {
		err = errors.New(reason.Means)
	}
	return &DropError{Reason: reason, Err: err}
}

// LaterError is the verdict that this message, and only it, should come again after Delay.
type LaterError struct {
	Err   error
	Delay time.Duration
}

func (e *LaterError) Error() string { return fmt.Sprintf("again in %s: %v", e.Delay, e.Err) }
func (e *LaterError) Unwrap() error { return e.Err }

// Later gives the verdict "again after d". It counts as a delivery: an ordinary error after it finds fewer attempts left, and a message
// that is put off more than a dozen times (MaxDeliver less a reserve) is a dead letter (attempts_used).
func Later(err error, d time.Duration) error { return &LaterError{Err: err, Delay: d} }

// DownError is the verdict that something every message needs is away (Elasticsearch, NATS, a full stream, a fault of the set-up).
type DownError struct{ Err error }

func (e *DownError) Error() string { return "down: " + e.Err.Error() }
func (e *DownError) Unwrap() error { return e.Err }

// Down gives the verdict "pause": the loop keeps the message alive, pulls nothing more, and hands the same messages to the handler
// again until it answers otherwise. It burns no attempts.
func Down(err error) error { return &DownError{Err: err} }

// The errors that callers tell apart. Everything else a call returns may or may not have been kept by the server: every write of
// newsmill is idempotent for that reason.
var (
	ErrFull      = errors.New("stream is full")                          // nothing was stored; room comes when what is in it has been consumed
	ErrTooLarge  = errors.New("message is larger than the server takes") // nothing was stored, and never will be
	ErrNotFound  = errors.New("not found")
	ErrExists    = errors.New("exists already")
	ErrConflict  = errors.New("changed by another") // compare-and-set lost
	ErrTopology  = errors.New("streams on the server do not fit this version of newsmill")
	ErrNoStreams = errors.New("streams are not there")
)
