package crawler

import (
	"context"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
)

// Output takes what the crawler tells. Publish and Bury return nil only when the message is persisted; after an error it may be, so they are
// repeated with the same id. *bus.Bus is one.
type Output interface {
	Publish(ctx context.Context, m bus.Outgoing) (bus.Ack, error)
	Bury(ctx context.Context, l bus.Letter) error
	MaxPayload() int
}

// Input hands over messages; it acknowledges them only after the handler's verdict. *bus.Bus is one.
type Input interface {
	Consume(ctx context.Context, o bus.ConsumeOptions, h bus.Handler) error
}

// Schedules is the stream of polls. *bus.Schedules is one.
type Schedules interface {
	At(ctx context.Context, subject, target string, at time.Time, data []byte) error
	AtIfAbsent(ctx context.Context, subject, target string, at time.Time, data []byte) error
	Cancel(ctx context.Context, subject string) error
	Each(ctx context.Context, filter string, f func(m bus.Message, at time.Time, fired bool) error) error
}

// SourceStore is the bucket of applied sources. *bus.KV is one.
type SourceStore interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte) (uint64, error)
	Delete(ctx context.Context, key string) error
	Each(ctx context.Context, f func(bus.Entry) error) error
	Watch(ctx context.Context, f func(*bus.Entry) error) error
}

// Stores is everything outside that a crawler reads and writes, the web aside.
type Stores struct {
	In      Input
	Out     Output
	URLs    frontier.URLs
	Tokens  frontier.Tokens
	Polls   Schedules
	Hosts   frontier.Bucket
	Seen    frontier.VisitStore
	Robots  frontier.VisitStore
	Sources SourceStore
	// Progress holds what each source has brought, and the budgets.
	Progress ProgressStore
}

// ProgressStore is a bucket with compare-and-set. *bus.KV is one.
type ProgressStore interface {
	frontier.Bucket
	Put(ctx context.Context, key string, value []byte) (uint64, error)
	Delete(ctx context.Context, key string) error
}

func (s Stores) frontier() *frontier.Frontier {
	return frontier.New(s.URLs, s.Tokens, s.Hosts, frontier.Config{})
}

// StoresOf gives the stores of a bus whose topology is ensured.
func StoresOf(b *bus.Bus) Stores {
	return Stores{
		In: b, Out: b,
		URLs:    b.Set(bus.StreamURLs),
		Tokens:  b.Schedules(bus.StreamTokens),
		Polls:   b.Schedules(bus.StreamPolls),
		Hosts:   b.KV(bus.BucketHosts),
		Seen:    b.KV(bus.BucketSeen),
		Robots:  b.KV(bus.BucketRobots),
		Sources: b.KV(bus.BucketSources), Progress: b.KV(bus.BucketProgress),
	}
}
