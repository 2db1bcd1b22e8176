package bus

import (
	"context"
	"time"

	"github.com/newsmill/newsmill/news"
)

// Message is one stored message, as delivered by a consumer or read from a stream.
type Message struct {
	Subject    string
	Header     news.Header
	Data       []byte
	Stream     string
	Seq        uint64    // in the stream
	Time       time.Time // when the server stored it, by the server's clock
	Consumer   string    // empty where it was read without one
	Deliveries int       // 1 at the first delivery; 0 where it was read without a consumer
}

// Outgoing is a message to publish. Its header should hold a Nats-Msg-Id (news.Event.Header sets it) so that a repeat is recognised.
type Outgoing struct {
	Subject string
	Header  news.Header
	Data    []byte
}

// Ack says where a published message is stored.
type Ack struct {
	Stream    string
	Seq       uint64
	Duplicate bool // the stream held a message with this id already, within its window
}

// Handler works on a batch of messages and answers with one verdict each, in their order (see Drop, Later, Down). It may be called
// from several goroutines at once. A panic in it is a dead letter (crash) for the batch's messages, tried one by one.
type Handler interface {
	Handle(ctx context.Context, batch []Message) []error
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(ctx context.Context, batch []Message) []error

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, batch []Message) []error { return f(ctx, batch) }

// Letter is what becomes a dead letter: the whole message that could not go on, and why.
type Letter struct {
	Stage   news.Stage
	Source  string // token; "unknown" where it cannot be told
	Host    string // token; "unknown" where it cannot be told
	Reason  news.Reason
	Err     error
	Message Message
	URL     string // ce-subject
}
