package bus

import (
	"context"
	"fmt"
	"maps"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/newsmill/newsmill/news"
)

// Set is a stream used as a set of subjects: one message a subject, the first one stays.
type Set struct {
	b      *Bus
	stream string
}

// Set gives a stream of the topology as a set (URLS).
func (b *Bus) Set(stream string) *Set { return &Set{b: b, stream: stream} }

// Add stores the message unless its subject is in the set; added tells. ErrFull as with Publish. Where an answer was lost on the
// way, added is true also if the subject was there already. A Nats-Msg-Id is left out: it would keep a removed subject from coming back.
func (s *Set) Add(ctx context.Context, m Outgoing) (added bool, err error) {
	if _, has := m.Header[news.HeaderMsgID]; has {
		m.Header = maps.Clone(m.Header)
		delete(m.Header, news.HeaderMsgID)
	}
	_, unsure, err := s.b.publish(ctx, m, jetstream.WithExpectStream(s.stream))
	if isSubjectFull(err) {
		return unsure, nil
	}
	return err == nil, err
}

// First gives the oldest message whose subject matches filter, or ErrNotFound.
func (s *Set) First(ctx context.Context, filter string) (Message, error) {
	return s.From(ctx, filter, 1)
}

// From gives the oldest message of this sequence or later whose subject matches filter, or ErrNotFound.
func (s *Set) From(ctx context.Context, filter string, seq uint64) (Message, error) {
	st, err := s.b.stream(ctx, s.stream)
	if err != nil {
		return Message{}, wrap(ctx, err, "first of %s", filter)
	}
	limited, cancel := s.b.limit(ctx, answerTime)
	defer cancel()
	m, err := st.GetMsg(limited, seq, jetstream.WithGetMsgSubject(filter))
	if isNoMessage(err) {
		return Message{}, fmt.Errorf("bus: first of %s: %w", filter, ErrNotFound)
	}
	if err != nil {
		return Message{}, wrap(ctx, err, "first of %s", filter)
	}
	return rawMessage(s.stream, m), nil
}

func rawMessage(stream string, m *jetstream.RawStreamMsg) Message {
	return Message{Subject: m.Subject, Header: fromHeader(m.Header), Data: m.Data, Stream: stream, Seq: m.Sequence, Time: m.Time}
}

// Remove takes the message with this sequence out; one that is not there is no error.
func (s *Set) Remove(ctx context.Context, seq uint64) error { return s.b.Remove(ctx, s.stream, seq) }

// Purge takes all messages out whose subject matches filter.
func (s *Set) Purge(ctx context.Context, filter string) error {
	return s.b.purge(ctx, s.stream, jetstream.WithPurgeSubject(filter))
}

// Count tells how many subjects match filter.
func (s *Set) Count(ctx context.Context, filter string) (uint64, error) {
	page, err := s.b.directGet(ctx, s.stream, directRequest{Seq: 1, NextFor: filter, Batch: 1})
	if err != nil {
		return 0, wrap(ctx, err, "count %s", filter)
	}
	return uint64(len(page.messages)) + page.left, nil
}

func (b *Bus) purge(ctx context.Context, stream string, opt jetstream.StreamPurgeOpt) error {
	st, err := b.stream(ctx, stream)
	if err != nil {
		return wrap(ctx, err, "purge %s", stream)
	}
	limited, cancel := b.limit(ctx, 2*answerTime)
	defer cancel()
	return wrap(ctx, st.Purge(limited, opt), "purge %s", stream)
}

// Remove deletes a message from a stream; one that is not there is no error.
func (b *Bus) Remove(ctx context.Context, stream string, seq uint64) error {
	st, err := b.stream(ctx, stream)
	if err != nil {
		return wrap(ctx, err, "remove %d from %s", seq, stream)
	}
	limited, cancel := b.limit(ctx, answerTime)
	defer cancel()
	if err := st.DeleteMsg(limited, seq); err != nil && !isNoMessage(err) {
		return wrap(ctx, err, "remove %d from %s", seq, stream)
	}
	return nil
}
