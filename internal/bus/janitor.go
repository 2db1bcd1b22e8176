package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Over highWater of its MaxBytes a stream is purged of consumed messages down to lowWater, however young they are.
const (
	highWater = 0.70
	lowWater  = 0.60
)

// Janitor makes room until ctx ends: every interval it purges RAW and ARTICLES by sequence below the lowest ack floor of their durables, where
// messages are older than Config.Retention or the stream is over 70 % of its MaxBytes; and it buries messages that were delivered too
// often without a verdict. Any number of processes may run it.
func (b *Bus) Janitor(ctx context.Context, interval time.Duration) error {
	if interval <= 0 {
		return fmt.Errorf("bus: janitor: interval %s", interval)
	}
	failing := false
	for {
		err := b.Tidy(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			b.log.Warn("janitor cannot work", "error", err)
		case err == nil && failing:
			b.log.Info("janitor works again")
		}
		failing = err != nil
		if !sleep(ctx, interval) {
			return nil
		}
	}
}

// Tidy is one round of the janitor. The ack floors are read before the sweep: the server lets a floor pass what it gave up, so
// only what was below it before is sure to have been swept.
func (b *Bus) Tidy(ctx context.Context) error {
	floors := map[string]uint64{}
	for _, stream := range []string{StreamRaw, StreamArticles} {
		floor, err := b.ackFloor(ctx, stream)
		if err != nil {
			return fmt.Errorf("janitor: %w", err)
		}
		floors[stream] = floor
	}
	if err := b.sweep(ctx); err != nil {
		return fmt.Errorf("janitor: %w", err)
	}
	for stream, floor := range floors {
		if err := b.trim(ctx, stream, floor); err != nil {
			return fmt.Errorf("janitor: %w", err)
		}
	}
	return nil
}

// trim makes room in one stream, of messages up to the ack floor only.
func (b *Bus) trim(ctx context.Context, stream string, floor uint64) error {
	info, err := b.streamInfo(ctx, stream)
	if err != nil || info.Messages == 0 {
		return err
	}
	upTo, err := b.firstSince(ctx, stream, time.Now().Add(-b.cfg.Retention), info.LastSeq+1)
	if err != nil {
		return err
	}
	if info.MaxBytes > 0 && float64(info.Bytes) > highWater*float64(info.MaxBytes) {
		// By the mean size of its messages: the next round makes up for what was misjudged.
		tooMuch := float64(info.Bytes) - lowWater*float64(info.MaxBytes)
		count := uint64(tooMuch/float64(info.Bytes)*float64(info.LastSeq-info.FirstSeq+1)) + 1
		upTo = max(upTo, info.FirstSeq+count)
	}
	upTo = min(upTo, floor+1) // WithPurgeSequence keeps this one
	if upTo <= info.FirstSeq {
		return nil
	}
	b.log.Debug("makes room", "stream", stream, "below", upTo, "messages", info.Messages, "bytes", info.Bytes)
	return b.purge(ctx, stream, jetstream.WithPurgeSequence(upTo))
}

// ackFloor is the highest sequence up to which every durable of the stream has settled everything.
func (b *Bus) ackFloor(ctx context.Context, stream string) (uint64, error) {
	floor := ^uint64(0)
	for _, spec := range consumerTable(b.cfg) {
		if spec.stream != stream {
			continue
		}
		c, err := b.consumerInfo(ctx, spec)
		if err != nil {
			return 0, err
		}
		floor = min(floor, c.AckFloor)
	}
	if floor == ^uint64(0) {
		return 0, nil // nobody consumes it: nothing counts as consumed
	}
	return floor, nil
}

// firstSince gives the sequence of the first message stored at or after a time, or none where all are older.
func (b *Bus) firstSince(ctx context.Context, stream string, since time.Time, none uint64) (uint64, error) {
	since = since.UTC()
	page, err := b.directGet(ctx, stream, directRequest{StartTime: &since, NextFor: ">", Batch: 1})
	if err != nil {
		return 0, wrap(ctx, err, "first message of %s", stream)
	}
	if len(page.messages) == 0 {
		return none, nil
	}
	return page.messages[0].Seq, nil
}
