package bus

import (
	"context"
	"time"
)

// StreamInfo is the state of a stream.
type StreamInfo struct {
	Name                string
	Messages, Bytes     uint64
	MaxBytes            int64
	FirstSeq, LastSeq   uint64
	FirstTime, LastTime time.Time
	Subjects            uint64
}

// ConsumerInfo is the state of a durable consumer.
type ConsumerInfo struct {
	Name, Stream string
	Pending      uint64 // not delivered yet
	AckPending   uint64 // delivered, not settled
	Redelivered  uint64
	AckFloor     uint64 // everything up to this stream sequence is settled
	Delivered    uint64 // highest stream sequence delivered
}

// Streams gives the state of every stream of the topology, the streams that keep the buckets (KV_<bucket>) included.
func (b *Bus) Streams(ctx context.Context) ([]StreamInfo, error) {
	var all []StreamInfo
	for _, c := range append(streamTable(b.cfg), bucketTable(b.cfg)...) {
		s, err := b.streamInfo(ctx, c.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (b *Bus) streamInfo(ctx context.Context, name string) (StreamInfo, error) {
	limited, cancel := b.limit(ctx, answerTime)
	defer cancel()
	s, err := b.js.Stream(limited, name)
	if err != nil {
		return StreamInfo{}, wrap(ctx, err, "state of stream %s", name)
	}
	i := s.CachedInfo()
	return StreamInfo{
		Name: name, Messages: i.State.Msgs, Bytes: i.State.Bytes, MaxBytes: i.Config.MaxBytes, Subjects: i.State.NumSubjects,
		FirstSeq: i.State.FirstSeq, LastSeq: i.State.LastSeq, FirstTime: i.State.FirstTime, LastTime: i.State.LastTime,
	}, nil
}

// Consumers gives the state of every durable consumer of the topology.
func (b *Bus) Consumers(ctx context.Context) ([]ConsumerInfo, error) {
	var all []ConsumerInfo
	for _, c := range consumerTable(b.cfg) {
		i, err := b.consumerInfo(ctx, c)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

func (b *Bus) consumerInfo(ctx context.Context, c consumerSpec) (ConsumerInfo, error) {
	limited, cancel := b.limit(ctx, answerTime)
	defer cancel()
	got, err := b.js.Consumer(limited, c.stream, c.config.Durable)
	if err != nil {
		return ConsumerInfo{}, wrap(ctx, err, "state of consumer %s", c.config.Durable)
	}
	i := got.CachedInfo()
	return ConsumerInfo{
		Name: c.config.Durable, Stream: c.stream, Pending: i.NumPending, AckPending: uint64(i.NumAckPending),
		Redelivered: uint64(i.NumRedelivered), AckFloor: i.AckFloor.Stream, Delivered: i.Delivered.Stream,
	}, nil
}
