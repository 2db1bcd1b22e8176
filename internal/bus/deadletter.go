package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/newsmill/newsmill/news"
)

// ErrNotDead is returned for a message that is not a dead letter of newsmill.
var ErrNotDead = errors.New("not a dead letter")

// DeadLetter is a message of DEAD, read.
type DeadLetter struct {
	Seq        uint64 // in DEAD
	Stage      news.Stage
	Source     string // token
	Host       string // token
	Reason     string // a code of the table of reasons
	Error      string
	URL        string // what the message was about; may be empty
	At         time.Time
	Retries    int      // how often the message had been retried out of DEAD before
	Deliveries int      // how often it had been delivered
	Consumer   string   // that could not settle it
	Original   Outgoing // as it was: subject, headers, payload
	Stream     string   // where it lay
	StreamSeq  uint64   // its sequence there
	Stored     time.Time
}

// ParseDeadLetter reads a message of DEAD. The error wraps ErrNotDead.
func ParseDeadLetter(m Message) (DeadLetter, error) {
	s, err := news.ParseSubject(m.Subject)
	if err != nil || s.Kind != "dead" {
		return DeadLetter{}, fmt.Errorf("%w: subject %q", ErrNotDead, m.Subject)
	}
	h := m.Header
	l := DeadLetter{
		Seq: m.Seq, Stage: s.Stage, Source: s.Source, Host: s.Host, Reason: h[news.HeaderDeadReason],
		Error: news.DecodeValue(h[news.HeaderDeadError]), URL: news.DecodeValue(h[news.HeaderCeSubject]),
		Consumer: h[news.HeaderDeadConsumer], Stream: h[news.HeaderDeadStream],
		Original: Outgoing{Subject: h[news.HeaderDeadSubject], Header: originalHeader(h), Data: m.Data},
	}
	if l.Original.Subject == "" || l.Stream == "" || l.Reason == "" {
		return DeadLetter{}, fmt.Errorf("%w: seq %d lacks %s, %s or %s", ErrNotDead, m.Seq, news.HeaderDeadSubject, news.HeaderDeadStream, news.HeaderDeadReason)
	}
	if l.StreamSeq, err = strconv.ParseUint(h[news.HeaderDeadSeq], 10, 64); err != nil {
		return DeadLetter{}, fmt.Errorf("%w: seq %d: %s %q", ErrNotDead, m.Seq, news.HeaderDeadSeq, h[news.HeaderDeadSeq])
	}
	for name, to := range map[string]*int{news.HeaderDeadDeliveries: &l.Deliveries, news.HeaderDeadRetry: &l.Retries} {
		if *to, err = strconv.Atoi(h[name]); err != nil && h[name] != "" {
			return DeadLetter{}, fmt.Errorf("%w: seq %d: %s %q", ErrNotDead, m.Seq, name, h[name])
		}
	}
	for name, to := range map[string]*time.Time{news.HeaderDeadAt: &l.At, headerDeadTime: &l.Stored} {
		if *to, err = time.Parse(time.RFC3339Nano, h[name]); err != nil && h[name] != "" {
			return DeadLetter{}, fmt.Errorf("%w: seq %d: %s %q", ErrNotDead, m.Seq, name, h[name])
		}
	}
	return l, nil
}

// originalHeader undoes deadMessage: the ce-* headers and the id of the original come from behind their prefix, all else but the
// dead letter's own headers is as it was. The trace goes on from the dead letter.
func originalHeader(h news.Header) news.Header {
	out := news.Header{}
	for name, value := range h {
		original, wasOriginal := strings.CutPrefix(name, news.HeaderDeadOriginal)
		switch {
		case wasOriginal:
			out[original] = value
		case strings.HasPrefix(name, "ce-"), strings.HasPrefix(name, "Nats-"):
		case strings.HasPrefix(name, "News-Dead-") && name != news.HeaderDeadRetry:
		default:
			out[name] = value
		}
	}
	return out
}

// retryTries bounds how many attempt numbers Retry goes through to find one that the stream does not remember.
const retryTries = 10

// Retry publishes the original of the dead letter with this sequence of DEAD to its old subject, as a new attempt with an id of its
// own, and removes the letter when that is stored. ErrNotFound where there is no such letter. When it fails, or the process dies
// in between, the letter stays and the original may have been published: stages are idempotent.
func (b *Bus) Retry(ctx context.Context, seq uint64) (Ack, error) {
	m, err := b.Message(ctx, StreamDead, seq)
	if err != nil {
		return Ack{}, err
	}
	l, err := ParseDeadLetter(m)
	if err != nil {
		return Ack{}, fmt.Errorf("bus: retry %d: %w", seq, err)
	}
	ack, err := b.publishRetry(ctx, l)
	if err != nil {
		return Ack{}, fmt.Errorf("bus: retry %d: %w", seq, err)
	}
	if err := b.Remove(ctx, StreamDead, seq); err != nil {
		return Ack{}, fmt.Errorf("bus: retry %d: %w", seq, err)
	}
	return ack, nil
}

// publishRetry does not take a duplicate for stored: what the stream remembers under the id may be an attempt that has died since.
func (b *Bus) publishRetry(ctx context.Context, l DeadLetter) (Ack, error) {
	if l.Stream == StreamURLs {
		_, err := b.Set(StreamURLs).Add(ctx, l.Original) // there already: then it is queued
		return Ack{Stream: StreamURLs}, err
	}
	id := l.Original.Header[news.HeaderMsgID]
	for n := l.Retries + 1; n <= l.Retries+retryTries; n++ {
		m := l.Original
		m.Header[news.HeaderDeadRetry] = strconv.Itoa(n)
		if id != "" {
			m.Header[news.HeaderMsgID] = news.RetryID(id, n)
			m.Header[news.HeaderCeID] = m.Header[news.HeaderMsgID]
		}
		ack, err := b.Publish(ctx, m)
		if err != nil || !ack.Duplicate {
			return ack, err
		}
	}
	return Ack{}, fmt.Errorf("%d attempts with new ids were all taken for duplicates of %s", retryTries, id)
}
