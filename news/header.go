package news

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Header is the headers of a message: names as written here (NATS headers are case-sensitive), one value each.
type Header map[string]string

// CloudEvents 1.0 in binary mode over NATS, W3C trace context, and JetStream's deduplication id.
const (
	HeaderCeID          = "ce-id"
	HeaderCeType        = "ce-type"
	HeaderCeSource      = "ce-source"
	HeaderCeTime        = "ce-time"
	HeaderCeSubject     = "ce-subject"
	HeaderCeSpecVersion = "ce-specversion"
	HeaderContentType   = "content-type"
	HeaderTraceparent   = "traceparent"
	HeaderMsgID         = "Nats-Msg-Id"
)

// Headers of RAW, and of what is made of it.
const (
	HeaderURL            = "News-Url"          // the canonical form of the address that was asked for
	HeaderFinalURL       = "News-Final-Url"    // canonical form of the address that answered, after redirects
	HeaderStatus         = "News-Status"       // HTTP status, decimal
	HeaderRawContentType = "News-Content-Type" // Content-Type as served
	HeaderFetchedAt      = "News-Fetched-At"   // RFC 3339, UTC, nanoseconds
	HeaderFirstSeen      = "News-First-Seen"   // RFC 3339, UTC; absent where not known yet
	HeaderEncoding       = "News-Encoding"     // of the payload: zstd
	HeaderRedirects      = "News-Redirects"    // addresses on the way to the final one, separated by a space
	HeaderPublishedHint  = "News-Published"    // the date that a feed gave for the address, RFC 3339
	HeaderTitleHint      = "News-Title"        // the title that a feed gave for the address
)

// Headers of DEAD. The original message's own CloudEvents and Nats-Msg-Id headers are kept behind HeaderDeadOriginal.
const (
	HeaderDeadReason     = "News-Dead-Reason"     // a code of the table of reasons
	HeaderDeadStage      = "News-Dead-Stage"      // crawler, normalizer or indexer
	HeaderDeadError      = "News-Dead-Error"      // the error, for people; at most 8 kB
	HeaderDeadSubject    = "News-Dead-Subject"    // the subject the message had
	HeaderDeadStream     = "News-Dead-Stream"     // the stream it lay in
	HeaderDeadConsumer   = "News-Dead-Consumer"   // the consumer that could not settle it
	HeaderDeadSeq        = "News-Dead-Seq"        // its sequence there
	HeaderDeadDeliveries = "News-Dead-Deliveries" // how often it was delivered
	HeaderDeadAt         = "News-Dead-At"         // RFC 3339
	HeaderDeadRetry      = "News-Dead-Retry"      // how often it has been retried out of DEAD
	HeaderDeadOriginal   = "News-Dead-Original-"  // prefix of the original message's ce-* and Nats-Msg-Id headers
)

// Events by ce-type.
const (
	TypeRaw       = "newsmill.raw.v1"
	TypeArticle   = "newsmill.article.v1"
	TypeIndexed   = "newsmill.indexed.v1"
	TypeDiscarded = "newsmill.discarded.v1"
	TypeDead      = "newsmill.dead.v1"
	TypeGone      = "newsmill.gone.v1"
	TypeAlert     = "newsmill.alert.v1"
)

// Event is what the CloudEvents headers of a message say.
type Event struct {
	ID      string // also the Nats-Msg-Id
	Type    string // one of the Type constants
	Stage   Stage  // written as ce-source /newsmill/<stage>
	Subject string // what it is about: a URL
	Time    time.Time
	Trace   string // traceparent of the message it follows from; empty starts a new trace
}

// Header gives the headers of a message that carries the event with a payload of contentType.
func (e Event) Header(contentType string) Header {
	return Header{
		HeaderCeID:          e.ID,
		HeaderMsgID:         e.ID,
		HeaderCeType:        e.Type,
		HeaderCeSource:      "/newsmill/" + string(e.Stage),
		HeaderCeTime:        FormatTime(e.Time),
		HeaderCeSubject:     EncodeValue(e.Subject),
		HeaderCeSpecVersion: "1.0",
		HeaderContentType:   contentType,
		HeaderTraceparent:   ChildTrace(e.Trace),
	}
}

// FormatTime writes a time as the headers carry it: RFC 3339 in UTC with nanoseconds.
func FormatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// EncodeValue percent-encodes what a header value may not hold (bytes outside 0x20..0x7e) and the percent sign itself.
// DecodeValue is its inverse.
func EncodeValue(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// DecodeValue reads what EncodeValue wrote; a value that is not of its making comes back as it is.
func DecodeValue(s string) string {
	if v, err := url.PathUnescape(s); err == nil {
		return v
	}
	return s
}

// ChildTrace gives a W3C traceparent with a new span below parent; a parent that is absent or broken starts a new trace.
func ChildTrace(parent string) string {
	var span [8]byte
	_, _ = rand.Read(span[:]) // never fails (crypto/rand since Go 1.24)
	if p := strings.Split(parent, "-"); len(p) == 4 && p[0] == "00" && isHex(p[1], 32) && isHex(p[2], 16) && isHex(p[3], 2) {
		return "00-" + p[1] + "-" + hex.EncodeToString(span[:]) + "-" + p[3]
	}
	var trace [16]byte
	_, _ = rand.Read(trace[:])
	return "00-" + hex.EncodeToString(trace[:]) + "-" + hex.EncodeToString(span[:]) + "-01"
}

func isHex(s string, n int) bool {
	if len(s) != n || strings.Trim(s, "0") == "" && n > 2 {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}
