package bus

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/newsmill/newsmill/news"
)

// Headers of a scheduled message (ADR-51).
const (
	headerSchedule       = "Nats-Schedule"
	headerScheduleTarget = "Nats-Schedule-Target"
	scheduleAt           = "@at "
)

// Schedules is a stream of scheduled messages.
type Schedules struct {
	b      *Bus
	stream string
}

// Schedules gives a stream of the topology that holds schedules (TOKENS, POLLS).
func (b *Bus) Schedules(stream string) *Schedules { return &Schedules{b: b, stream: stream} }

// At stores under subject the wish that a message with the data appears under target at the given time (1 to 250 ms late; a past time is now).
// It replaces what was stored under subject.
func (s *Schedules) At(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	_, err := s.store(ctx, subject, target, at, data)
	return err
}

// AtIfAbsent is At, but ErrExists where subject has a schedule already.
func (s *Schedules) AtIfAbsent(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	unsure, err := s.store(ctx, subject, target, at, data, jetstream.WithExpectLastSequencePerSubject(0))
	if isConflict(err) {
		if unsure {
			return nil // an answer was lost: it may be ours, and one is there
		}
		return fmt.Errorf("bus: schedule %s: %w", subject, ErrExists)
	}
	return err
}

// The header is written by hand because nats.go's WithScheduleAt cuts the time to whole seconds, and so fires up to 1 s early.
func (s *Schedules) store(ctx context.Context, subject, target string, at time.Time, data []byte, opts ...jetstream.PublishOpt) (unsure bool, err error) {
	m := Outgoing{Subject: subject, Data: data, Header: news.Header{
		headerSchedule:       scheduleAt + at.UTC().Format(time.RFC3339Nano),
		headerScheduleTarget: target,
	}}
	_, unsure, err = s.b.publish(ctx, m, append(opts, jetstream.WithExpectStream(s.stream))...)
	return unsure, err
}

// Get tells for when subject is scheduled, or ErrNotFound.
func (s *Schedules) Get(ctx context.Context, subject string) (time.Time, error) {
	m, err := s.b.Last(ctx, s.stream, subject)
	if err != nil {
		return time.Time{}, err
	}
	at, ok := scheduledFor(m)
	if !ok {
		return time.Time{}, fmt.Errorf("bus: schedule %s: %w", subject, ErrNotFound)
	}
	return at, nil
}

func scheduledFor(m Message) (time.Time, bool) {
	text, ok := strings.CutPrefix(m.Header[headerSchedule], scheduleAt)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}

// Cancel removes the schedule of subject; none is no error.
func (s *Schedules) Cancel(ctx context.Context, subject string) error {
	return s.b.purge(ctx, s.stream, jetstream.WithPurgeSubject(subject))
}

// Each calls f for every stored schedule and every fired message that is not settled (fired, at is when it was due), matching
// filter (empty: all), until f returns an error, which Each returns (ErrStop: no error).
func (s *Schedules) Each(ctx context.Context, filter string, f func(m Message, at time.Time, fired bool) error) error {
	return s.b.scan(ctx, s.stream, ScanOptions{Filter: filter}, func(m Message) error {
		if at, ok := scheduledFor(m); ok {
			return f(m, at, false)
		}
		return f(m, m.Time, true)
	})
}
