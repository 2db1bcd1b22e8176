package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ScanOptions of Scan; zero values mean from the first message.
type ScanOptions struct {
	Filter string    // subject filter; default all
	Seq    uint64    // first sequence
	Since  time.Time // first store time
}

// ErrStop ends a Scan, an Each or a Watch early without an error.
var ErrStop = io.EOF

func stopped(err error) error {
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}

// Scan calls f for every message that is in the stream now, in order, without a durable, until f returns an error (ErrStop: no error).
func (b *Bus) Scan(ctx context.Context, stream string, o ScanOptions, f func(Message) error) error {
	return b.scan(ctx, stream, o, f)
}

// A page of a scan ends at whichever comes first.
const (
	scanBatch = 256
	scanBytes = 4 << 20
)

// scan reads with direct gets in batches: these need no consumer, so that they work on every kind of stream and leave nothing behind.
func (b *Bus) scan(ctx context.Context, stream string, o ScanOptions, f func(Message) error) error {
	if o.Filter == "" {
		o.Filter = ">"
	}
	st, err := b.stream(ctx, stream)
	if err != nil {
		return wrap(ctx, err, "scan %s", stream)
	}
	info, err := st.Info(ctx)
	if err != nil {
		return wrap(ctx, err, "scan %s", stream)
	}
	end := info.State.LastSeq
	req := directRequest{Seq: max(o.Seq, 1), NextFor: o.Filter, Batch: scanBatch, MaxBytes: scanBytes}
	if !o.Since.IsZero() {
		since := o.Since.UTC()
		req.StartTime, req.Seq = &since, 0
	}
	for {
		page, err := b.directGet(ctx, stream, req)
		if err != nil {
			return wrap(ctx, err, "scan %s", stream)
		}
		for _, m := range page.messages {
			if m.Seq > end {
				return nil
			}
			if m.Seq < o.Seq {
				continue
			}
			if err := f(m); err != nil {
				return stopped(err)
			}
		}
		if len(page.messages) == 0 || page.left == 0 {
			return nil
		}
		req.Seq, req.StartTime = page.messages[len(page.messages)-1].Seq+1, nil
	}
}

// directRequest is JetStream's direct get (ADR-31): the messages matching NextFor from a sequence or a time on.
type directRequest struct {
	Seq       uint64     `json:"seq,omitempty"`
	NextFor   string     `json:"next_by_subj,omitempty"`
	Batch     int        `json:"batch,omitempty"`
	MaxBytes  int        `json:"max_bytes,omitempty"`
	StartTime *time.Time `json:"start_time,omitempty"`
}

type directPage struct {
	messages []Message
	left     uint64 // how many more match behind these
}

func (b *Bus) directGet(ctx context.Context, stream string, req directRequest) (directPage, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return directPage{}, err
	}
	inbox := b.nc.NewInbox()
	sub, err := b.nc.SubscribeSync(inbox)
	if err != nil {
		return directPage{}, err
	}
	defer func() { _ = sub.Unsubscribe() }() // of a closed connection: nothing left to undo
	if err := b.nc.PublishRequest("$JS.API.DIRECT.GET."+stream, inbox, body); err != nil {
		return directPage{}, err
	}
	var page directPage
	for {
		limited, cancel := b.limit(ctx, answerTime)
		m, err := sub.NextMsgWithContext(limited)
		cancel()
		if err != nil {
			return directPage{}, err
		}
		switch m.Header.Get("Status") {
		case "":
			got, left, err := directMessage(m)
			if err != nil {
				return directPage{}, err
			}
			page.messages, page.left = append(page.messages, got), left
		case "204", "404": // end of batch; nothing found
			return page, nil
		case "503":
			return directPage{}, nats.ErrNoResponders
		default:
			return directPage{}, fmt.Errorf("direct get: %s %s", m.Header.Get("Status"), m.Header.Get("Description"))
		}
	}
}

// directMessage takes the place of a message out of the headers that the server added to it.
func directMessage(m *nats.Msg) (Message, uint64, error) {
	h := fromHeader(m.Header)
	seq, err := strconv.ParseUint(h[jetstream.SequenceHeader], 10, 64)
	if err != nil {
		return Message{}, 0, fmt.Errorf("direct get: sequence %q", h[jetstream.SequenceHeader])
	}
	at, err := time.Parse(time.RFC3339Nano, h[jetstream.TimeStampHeaer])
	if err != nil {
		return Message{}, 0, fmt.Errorf("direct get: time %q", h[jetstream.TimeStampHeaer])
	}
	left, _ := strconv.ParseUint(h["Nats-Num-Pending"], 10, 64) // absent: none left
	out := Message{Subject: h[jetstream.SubjectHeader], Stream: h[jetstream.StreamHeader], Seq: seq, Time: at, Header: h, Data: m.Data}
	for _, name := range []string{jetstream.StreamHeader, jetstream.SubjectHeader, jetstream.SequenceHeader, jetstream.TimeStampHeaer,
		jetstream.LastSequenceHeader, "Nats-Num-Pending"} {
		delete(h, name)
	}
	return out, left, nil
}

// Last gives the newest message of a subject in a stream, or ErrNotFound.
func (b *Bus) Last(ctx context.Context, stream, subject string) (Message, error) {
	st, err := b.stream(ctx, stream)
	if err != nil {
		return Message{}, wrap(ctx, err, "last of %s", subject)
	}
	limited, cancel := b.limit(ctx, answerTime)
	defer cancel()
	m, err := st.GetLastMsgForSubject(limited, subject)
	if isNoMessage(err) {
		return Message{}, fmt.Errorf("bus: last of %s: %w", subject, ErrNotFound)
	}
	if err != nil {
		return Message{}, wrap(ctx, err, "last of %s", subject)
	}
	return rawMessage(stream, m), nil
}

// Message gives the message with this sequence, or ErrNotFound.
func (b *Bus) Message(ctx context.Context, stream string, seq uint64) (Message, error) {
	st, err := b.stream(ctx, stream)
	if err != nil {
		return Message{}, wrap(ctx, err, "message %d of %s", seq, stream)
	}
	limited, cancel := b.limit(ctx, answerTime)
	defer cancel()
	m, err := st.GetMsg(limited, seq)
	if isNoMessage(err) {
		return Message{}, fmt.Errorf("bus: message %d of %s: %w", seq, stream, ErrNotFound)
	}
	if err != nil {
		return Message{}, wrap(ctx, err, "message %d of %s", seq, stream)
	}
	return rawMessage(stream, m), nil
}

// Subscribe calls f for every message published under subject from now on (core NATS: what is missed is missed) until ctx ends.
func (b *Bus) Subscribe(ctx context.Context, subject string, f func(Message)) error {
	sub, err := b.nc.SubscribeSync(subject)
	if err != nil {
		return wrap(ctx, err, "subscribe %s", subject)
	}
	defer func() { _ = sub.Unsubscribe() }() // of a closed connection: nothing left to undo
	for {
		m, err := sub.NextMsgWithContext(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, nats.ErrSlowConsumer):
			continue // reported by the connection's error handler; a slow watcher misses messages
		case err != nil:
			return wrap(ctx, err, "subscribe %s", subject)
		}
		f(Message{Subject: m.Subject, Header: fromHeader(m.Header), Data: m.Data, Time: time.Now()})
	}
}
