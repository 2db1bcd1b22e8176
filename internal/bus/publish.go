package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/newsmill/newsmill/news"
)

// Publish stores a message: when it returns nil, the message is persisted by the server. It repeats what was not answered, under the
// same Nats-Msg-Id, until ctx ends. It returns ErrFull or ErrTooLarge (at once); after any other error the message may have been kept.
func (b *Bus) Publish(ctx context.Context, m Outgoing) (Ack, error) {
	ack, _, err := b.publish(ctx, m)
	if err != nil {
		return Ack{}, err
	}
	return ack, nil
}

// publish is Publish with the server's conditions; unsure is true where an earlier try went unanswered, so that a refusal may be of
// the message that this very call stored.
func (b *Bus) publish(ctx context.Context, m Outgoing, opts ...jetstream.PublishOpt) (ack Ack, unsure bool, err error) {
	opts = append(opts, jetstream.WithRetryAttempts(0))
	msg := toNATS(m)
	wait, said := 50*time.Millisecond, time.Now()
	for {
		pa, err := b.publishOnce(ctx, msg, opts)
		switch {
		case err == nil:
			return Ack{Stream: pa.Stream, Seq: pa.Sequence, Duplicate: pa.Duplicate}, unsure, nil
		case isFull(err):
			return Ack{}, unsure, fmt.Errorf("bus: publish %s: %w: %w", m.Subject, ErrFull, err)
		case isTooLarge(err):
			return Ack{}, unsure, fmt.Errorf("bus: publish %s: %w (%d bytes): %w", m.Subject, ErrTooLarge, len(m.Data), err)
		case ctx.Err() != nil && errors.Is(err, jetstream.ErrNoStreamResponse):
			return Ack{}, unsure, fmt.Errorf("bus: publish %s: %w: %w: %w", m.Subject, ErrNoStreams, err, ctx.Err())
		case ctx.Err() != nil || !isUnanswered(err):
			return Ack{}, unsure, wrap(ctx, err, "publish %s", m.Subject)
		}
		// No responder, or no connection, means that it went nowhere; only silence leaves it open.
		unsure = unsure || !errors.Is(err, jetstream.ErrNoStreamResponse) && !errors.Is(err, nats.ErrDisconnected)
		if time.Since(said) > 5*time.Second {
			b.log.Warn("publish is not answered, still trying", "subject", m.Subject, "error", err)
			said = said.Add(time.Minute)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, 2*time.Second)
	}
}

func (b *Bus) publishOnce(ctx context.Context, msg *nats.Msg, opts []jetstream.PublishOpt) (*jetstream.PubAck, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if b.nc.IsReconnecting() {
		// The client would buffer it and send it whenever the connection is back, maybe long after the caller gave up.
		return nil, nats.ErrDisconnected
	}
	ctx, cancel := b.limit(ctx, answerTime)
	defer cancel()
	return b.js.PublishMsg(ctx, msg, opts...)
}

func toNATS(m Outgoing) *nats.Msg {
	msg := &nats.Msg{Subject: m.Subject, Data: m.Data, Header: make(nats.Header, len(m.Header))}
	for name, value := range m.Header {
		msg.Header[name] = []string{value} // as written: Header.Set would change the case
	}
	return msg
}

func fromHeader(h nats.Header) news.Header {
	out := make(news.Header, len(h))
	for name, values := range h {
		if len(values) > 0 {
			out[name] = values[0]
		}
	}
	return out
}
