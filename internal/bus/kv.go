package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// markerLife is how long the mark of a deleted key is kept, so that watchers that were away learn of it.
const markerLife = time.Hour

// KV is a key-value bucket. Keys are [-/_=.a-zA-Z0-9]+. Every call asks the server once: one that goes unanswered may have been
// carried out, and is a DownError.
type KV struct {
	b    *Bus
	name string
}

// Entry is one key's value.
type Entry struct {
	Key      string
	Value    []byte
	Revision uint64
	Time     time.Time // when it was stored, by the server's clock
}

// KV gives one of the buckets of the topology.
func (b *Bus) KV(bucket string) *KV { return &KV{b: b, name: bucket} }

// do runs one request on the bucket with a time limit.
func (k *KV) do(ctx context.Context, what, key string, f func(context.Context, jetstream.KeyValue) error) error {
	kv, err := k.b.bucket(ctx, k.name)
	if err == nil {
		limited, cancel := k.b.limit(ctx, answerTime)
		defer cancel()
		err = f(limited, kv)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrKeyNotFound), errors.Is(err, jetstream.ErrKeyDeleted):
		return fmt.Errorf("bus: %s %s/%s: %w", what, k.name, key, ErrNotFound)
	case what == "create" && (errors.Is(err, jetstream.ErrKeyExists) || isConflict(err)):
		return fmt.Errorf("bus: %s %s/%s: %w", what, k.name, key, ErrExists)
	case isConflict(err):
		return fmt.Errorf("bus: %s %s/%s: %w", what, k.name, key, ErrConflict)
	case isFull(err):
		return fmt.Errorf("bus: %s %s/%s: %w: %w", what, k.name, key, ErrFull, err)
	case isTooLarge(err):
		return fmt.Errorf("bus: %s %s/%s: %w: %w", what, k.name, key, ErrTooLarge, err)
	}
	return wrap(ctx, err, "%s %s/%s", what, k.name, key)
}

// Get reads a key, or ErrNotFound.
func (k *KV) Get(ctx context.Context, key string) (Entry, error) {
	var e Entry
	err := k.do(ctx, "get", key, func(ctx context.Context, kv jetstream.KeyValue) error {
		got, err := kv.Get(ctx, key)
		if err == nil {
			e = entryOf(got)
		}
		return err
	})
	return e, err
}

func entryOf(e jetstream.KeyValueEntry) Entry {
	return Entry{Key: e.Key(), Value: e.Value(), Revision: e.Revision(), Time: e.Created()}
}

// Create writes a key that is not there, or ErrExists.
func (k *KV) Create(ctx context.Context, key string, value []byte) (revision uint64, err error) {
	err = k.do(ctx, "create", key, func(ctx context.Context, kv jetstream.KeyValue) error {
		var err error
		revision, err = kv.Create(ctx, key, value)
		return err
	})
	return revision, err
}

// Update writes a key if its revision is still the given one, or ErrConflict.
func (k *KV) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	err := k.do(ctx, "update", key, func(ctx context.Context, kv jetstream.KeyValue) error {
		var err error
		revision, err = kv.Update(ctx, key, value, revision)
		return err
	})
	if err != nil {
		return 0, err
	}
	return revision, nil
}

// Put writes a key whatever it holds.
func (k *KV) Put(ctx context.Context, key string, value []byte) (uint64, error) {
	var revision uint64
	err := k.do(ctx, "put", key, func(ctx context.Context, kv jetstream.KeyValue) error {
		var err error
		revision, err = kv.Put(ctx, key, value)
		return err
	})
	return revision, err
}

// Delete removes a key; one that is not there is no error.
func (k *KV) Delete(ctx context.Context, key string) error {
	err := k.do(ctx, "delete", key, func(ctx context.Context, kv jetstream.KeyValue) error {
		return kv.Purge(ctx, key, jetstream.PurgeTTL(markerLife))
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Each calls f for every key that is there now, in no order, until f returns an error, which Each returns (ErrStop: no error).
func (k *KV) Each(ctx context.Context, f func(Entry) error) error {
	prefix := "$KV." + k.name + "."
	return k.b.scan(ctx, bucketStream(k.name), ScanOptions{}, func(m Message) error {
		if m.Header["KV-Operation"] != "" || m.Header["Nats-Marker-Reason"] != "" {
			return nil // deleted
		}
		return f(Entry{Key: strings.TrimPrefix(m.Subject, prefix), Value: m.Data, Revision: m.Seq, Time: m.Time})
	})
}
