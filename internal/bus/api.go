package bus

import (
	"context"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/newsmill/newsmill/news"
)

// Config says how to reach the server and how large the streams may grow. The zero value of a field gives the default named there.
type Config struct {
	URL           string    // nats://host:port, several separated by commas; tls:// for TLS
	InProcess     InProcess // an embedded server instead of URL
	Name          string    // of the connection; default newsmill
	Creds         string    // path of a .creds file
	NKey          string    // path of an nkey seed file
	User          string
	Password      string
	CA            string        // path of a PEM file; default the system's roots
	Cert, Key     string        // paths of PEM files for mutual TLS
	Replicas      int           // of every stream and bucket; default 1
	RawBytes      int64         // most bytes RAW may hold; default 8 GiB
	ArticlesBytes int64         // ARTICLES; default 4 GiB
	EventsBytes   int64         // EVENTS; default 1 GiB
	DeadBytes     int64         // DEAD; default 2 GiB
	Retention     time.Duration // how long consumed messages stay in RAW and ARTICLES for replay; default 168h
	Log           *slog.Logger  // default slog.Default()
}

// InProcess is an embedded server that can be connected to without a socket.
type InProcess interface {
	InProcessConn() (net.Conn, error)
}

// Bus is a connection to JetStream. It is safe for use by several goroutines.
type Bus struct{}

// Open connects, waiting as long as ctx allows for the server to be there (it says so once in the log). It changes nothing on the server.
func Open(ctx context.Context, c Config) (*Bus, error) { panic("unfinished") }

// Ensure creates or upgrades every stream, bucket and consumer of the topology. It is idempotent and may run in several processes
// at once. It refuses with ErrTopology, naming what to do, where the server's would lose data by the change.
func (b *Bus) Ensure(ctx context.Context) error { panic("unfinished") }

// Close drains and closes the connection.
func (b *Bus) Close() error { panic("unfinished") }

// Ready is nil while the server answers, else says what is wrong.
func (b *Bus) Ready() error { panic("unfinished") }

// MaxPayload is the most bytes of a message body that RAW and ARTICLES take: the server's max_payload less 64 kB of room for the
// headers of a dead letter.
func (b *Bus) MaxPayload() int { panic("unfinished") }

// Publish stores a message: when it returns nil, the message is persisted by the server. It repeats what was not answered, under the
// same Nats-Msg-Id, until ctx ends. It returns ErrFull or ErrTooLarge (at once); after any other error the message may have been kept.
func (b *Bus) Publish(ctx context.Context, m Outgoing) (Ack, error) { panic("unfinished") }

// Bury stores a dead letter and returns when it is persisted. It is idempotent by the message's place (news.DeadID). A full DEAD is a DownError.
func (b *Bus) Bury(ctx context.Context, l Letter) error { panic("unfinished") }

// ConsumeOptions of one consume loop.
type ConsumeOptions struct {
	Durable  string        // one of the Consumer names
	Stage    news.Stage    // of the dead letters it makes
	Batch    int           // most messages handed over at once; default 1
	Wait     time.Duration // how long to wait for a batch to fill once it has one message; default 50 ms
	Workers  int           // batches handled at the same time; default 1
	Attempts int           // deliveries until an ordinary error becomes a dead letter; default 5
	Drain    time.Duration // how long running handlers get when ctx ends; default 20 s. Their ctx is cancelled after it.
	OnDown   func(error)   // called when the loop pauses, and with nil when it goes on
}

// Consume pulls messages and hands them to h until ctx ends; then it pulls no more, waits for the running handlers (at most Drain),
// settles what they answered, and returns nil. Messages are acknowledged only after their verdict; InProgress keeps them while a
// handler works or the loop is paused. It never pulls more than Workers batches.
func (b *Bus) Consume(ctx context.Context, o ConsumeOptions, h Handler) error { panic("unfinished") }

// KV is a key-value bucket. Keys are [-/_=.a-zA-Z0-9]+.
type KV struct{}

// Entry is one key's value.
type Entry struct {
	Key      string
	Value    []byte
	Revision uint64
	Time     time.Time // when it was stored, by the server's clock
}

// KV gives one of the buckets of the topology.
func (b *Bus) KV(bucket string) *KV { panic("unfinished") }

// Get reads a key, or ErrNotFound.
func (k *KV) Get(ctx context.Context, key string) (Entry, error) { panic("unfinished") }

// Create writes a key that is not there, or ErrExists.
func (k *KV) Create(ctx context.Context, key string, value []byte) (revision uint64, err error) {
	panic("unfinished")
}

// Update writes a key if its revision is still the given one, or ErrConflict.
func (k *KV) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	panic("unfinished")
}

// Put writes a key whatever it holds.
func (k *KV) Put(ctx context.Context, key string, value []byte) (uint64, error) { panic("unfinished") }

// Delete removes a key; one that is not there is no error.
func (k *KV) Delete(ctx context.Context, key string) error { panic("unfinished") }

// Each calls f for every key that is there now, in no order, until f returns an error, which Each returns.
func (k *KV) Each(ctx context.Context, f func(Entry) error) error { panic("unfinished") }

// Watch calls f for every key that is there, then once with a nil entry, then for every change (a deleted key has a nil Value), until
// ctx ends or f returns an error.
func (k *KV) Watch(ctx context.Context, f func(*Entry) error) error { panic("unfinished") }

// Set is a stream used as a set of subjects: one message a subject, the first one stays.
type Set struct{}

// Set gives a stream of the topology as a set (URLS).
func (b *Bus) Set(stream string) *Set { panic("unfinished") }

// Add stores the message unless its subject is in the set; added tells. ErrFull as with Publish.
func (s *Set) Add(ctx context.Context, m Outgoing) (added bool, err error) { panic("unfinished") }

// First gives the oldest message whose subject matches filter, or ErrNotFound.
func (s *Set) First(ctx context.Context, filter string) (Message, error) { panic("unfinished") }

// Remove takes the message with this sequence out; one that is not there is no error.
func (s *Set) Remove(ctx context.Context, seq uint64) error { panic("unfinished") }

// Purge takes all messages out whose subject matches filter.
func (s *Set) Purge(ctx context.Context, filter string) error { panic("unfinished") }

// Count tells how many subjects match filter.
func (s *Set) Count(ctx context.Context, filter string) (uint64, error) { panic("unfinished") }

// Schedules is a stream of scheduled messages.
type Schedules struct{}

// Schedules gives a stream of the topology that holds schedules (TOKENS, POLLS).
func (b *Bus) Schedules(stream string) *Schedules { panic("unfinished") }

// At stores under subject the wish that a message with the data appears under target at the given time (1 to 250 ms late; a past time is now).
// It replaces what was stored under subject.
func (s *Schedules) At(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	panic("unfinished")
}

// AtIfAbsent is At, but ErrExists where subject has a schedule already.
func (s *Schedules) AtIfAbsent(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	panic("unfinished")
}

// Get tells for when subject is scheduled, or ErrNotFound.
func (s *Schedules) Get(ctx context.Context, subject string) (time.Time, error) { panic("unfinished") }

// Cancel removes the schedule of subject; none is no error.
func (s *Schedules) Cancel(ctx context.Context, subject string) error { panic("unfinished") }

// Each calls f for every stored schedule and every fired message that is not settled (fired), matching filter.
func (s *Schedules) Each(ctx context.Context, filter string, f func(m Message, at time.Time, fired bool) error) error {
	panic("unfinished")
}

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

// Streams gives the state of every stream of the topology.
func (b *Bus) Streams(ctx context.Context) ([]StreamInfo, error) { panic("unfinished") }

// Consumers gives the state of every durable consumer of the topology.
func (b *Bus) Consumers(ctx context.Context) ([]ConsumerInfo, error) { panic("unfinished") }

// ScanOptions of Scan; zero values mean from the first message.
type ScanOptions struct {
	Filter string    // subject filter; default all
	Seq    uint64    // first sequence
	Since  time.Time // first store time
}

// ErrStop ends a Scan, an Each or a Watch early without an error.
var ErrStop = io.EOF

// Scan calls f for every message that is in the stream now, in order, without a durable, until f returns an error (ErrStop: no error).
func (b *Bus) Scan(ctx context.Context, stream string, o ScanOptions, f func(Message) error) error {
	panic("unfinished")
}

// Last gives the newest message of a subject in a stream, or ErrNotFound.
func (b *Bus) Last(ctx context.Context, stream, subject string) (Message, error) { panic("unfinished") }

// Remove deletes a message from a stream; one that is not there is no error.
func (b *Bus) Remove(ctx context.Context, stream string, seq uint64) error { panic("unfinished") }

// Subscribe calls f for every message published under subject from now on (core NATS: what is missed is missed) until ctx ends.
func (b *Bus) Subscribe(ctx context.Context, subject string, f func(Message)) error {
	panic("unfinished")
}

// Janitor makes room until ctx ends: every interval it purges RAW and ARTICLES by sequence below the lowest ack floor of their durables, where
// messages are older than Config.Retention or the stream is over 70 % of its MaxBytes; and it buries messages that were delivered too
// often without a verdict. Any number of processes may run it.
func (b *Bus) Janitor(ctx context.Context, interval time.Duration) error { panic("unfinished") }

// Compress gives src as one zstd frame. Decompress is its inverse, bounded: ErrTooLarge where the content is larger than limit bytes.
func Compress(src []byte) []byte { panic("unfinished") }

// Decompress reads one zstd frame of at most limit bytes of content.
func Decompress(src []byte, limit int) ([]byte, error) { panic("unfinished") }
