package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/newsmill/newsmill/news"
)

// unknown stands in a dead letter's subject for a source or host that cannot be told.
const unknown = "unknown"

const errorMost = 8 << 10 // bytes of a dead letter's error header

// Bury stores a dead letter and returns when it is persisted. It is idempotent by the message's place (news.DeadID). A full DEAD is a DownError.
func (b *Bus) Bury(ctx context.Context, l Letter) error {
	m := deadMessage(l, time.Now())
	ack, err := b.Publish(ctx, m)
	if err == nil && ack.Duplicate {
		err = b.buryAgain(ctx, m, ack.Seq)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrFull), errors.Is(err, ErrTooLarge):
		return &DownError{Err: fmt.Errorf("dead letter of %s %d: %w", l.Message.Stream, l.Message.Seq, err)}
	}
	return err
}

// buryAgain looks whether the letter that lies in DEAD under the same id is of the same message: the id is its place, and a stream
// that was deleted and made anew counts its places from one again.
func (b *Bus) buryAgain(ctx context.Context, m Outgoing, seq uint64) error {
	there, err := b.Message(ctx, StreamDead, seq)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err == nil && there.Header[news.HeaderDeadSubject] == m.Header[news.HeaderDeadSubject] &&
		there.Header[headerDeadTime] == m.Header[headerDeadTime] {
		return nil
	}
	m.Header[news.HeaderMsgID] += "/" + m.Header[headerDeadTime]
	m.Header[news.HeaderCeID] = m.Header[news.HeaderMsgID]
	_, err = b.Publish(ctx, m)
	return err
}

// headerDeadTime is when the original was stored, by the server's clock (RFC 3339).
const headerDeadTime = "News-Dead-Time"

// letterFor fills in what can be told from the message itself.
func letterFor(stage news.Stage, m Message, reason news.Reason, err error) Letter {
	l := Letter{Stage: stage, Reason: reason, Err: err, Message: m, URL: news.DecodeValue(m.Header[news.HeaderCeSubject])}
	if s, err := news.ParseSubject(m.Subject); err == nil {
		l.Source, l.Host = s.Source, s.Host
		return l
	}
	t := strings.Split(m.Subject, ".")
	switch {
	case strings.HasPrefix(m.Subject, subjectTokenDue+".") || strings.HasPrefix(m.Subject, subjectURL+".") || strings.HasPrefix(m.Subject, subjectFresh+"."):
		l.Host = t[3]
	case strings.HasPrefix(m.Subject, subjectPollDue+"."):
		l.Source = t[3]
	}
	return l
}

// deadMessage is the message that a letter becomes: the original payload, the original headers except those that would mean
// something for DEAD itself (these behind a prefix), and who, when, where, why and how often.
func deadMessage(l Letter, now time.Time) Outgoing {
	m := l.Message
	h := news.Event{
		ID: news.DeadID(m.Stream, m.Consumer, m.Seq), Type: news.TypeDead, Stage: l.Stage, Subject: l.URL, Time: now,
		Trace: m.Header[news.HeaderTraceparent],
	}.Header(m.Header[news.HeaderContentType])
	if h[news.HeaderContentType] == "" {
		delete(h, news.HeaderContentType)
	}
	for name, value := range m.Header {
		switch {
		case strings.HasPrefix(name, "ce-"), name == news.HeaderMsgID:
			h[news.HeaderDeadOriginal+name] = value
		case strings.HasPrefix(name, "Nats-"), name == news.HeaderTraceparent, name == news.HeaderContentType:
		default:
			h[name] = value
		}
	}
	why := ""
	if l.Err != nil {
		why = l.Err.Error()
	}
	h[news.HeaderDeadReason] = l.Reason.Code
	h[news.HeaderDeadStage] = string(l.Stage)
	h[news.HeaderDeadError] = encodeBounded(why, errorMost)
	h[news.HeaderDeadSubject] = m.Subject
	h[news.HeaderDeadStream] = m.Stream
	h[news.HeaderDeadConsumer] = m.Consumer
	h[news.HeaderDeadSeq] = strconv.FormatUint(m.Seq, 10)
	h[news.HeaderDeadDeliveries] = strconv.Itoa(m.Deliveries)
	h[news.HeaderDeadAt] = news.FormatTime(now)
	h[headerDeadTime] = news.FormatTime(m.Time)
	return Outgoing{Subject: news.DeadSubject(l.Stage, token(l.Source), token(l.Host)), Header: h, Data: m.Data}
}

// token keeps a subject whole whatever the caller knew.
func token(s string) string {
	if s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return unknown
	}
	return s
}

// encodeBounded percent-encodes as much of s as gives at most n bytes.
func encodeBounded(s string, n int) string {
	s = s[:min(len(s), n)]
	for {
		e := news.EncodeValue(s)
		if len(e) <= n {
			return e
		}
		s = s[:max(len(s)-(len(e)-n+2)/3, 0)]
		for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
			s = s[:len(s)-1] // rather a character less than half of one
		}
		if r, _ := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && len(s) > 0 {
			s = s[:len(s)-1]
		}
	}
}

func firstLine(err error) string {
	if err == nil {
		return ""
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
