package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Error codes of JetStream's API (nats-server, server/errors.json) that decide what we answer.
const (
	codeInsufficient   = jetstream.ErrorCode(10023) // insufficient resources
	codeAccountLimit   = jetstream.ErrorCode(10002) // resource limits exceeded for account
	codeNoMessage      = jetstream.ErrorCode(10037) // no message found
	codeNoSequence     = jetstream.ErrorCode(10043) // sequence not found
	codeStorage        = jetstream.ErrorCode(10047) // insufficient storage resources available
	codeMessageLarge   = jetstream.ErrorCode(10054) // message size exceeds maximum allowed
	codeNameInUse      = jetstream.ErrorCode(10058) // stream name already in use with a different configuration
	codeStreamNotFound = jetstream.ErrorCode(10059)
	codeWrongLast      = jetstream.ErrorCode(10071) // wrong last sequence (compare-and-set lost)
	codeStore          = jetstream.ErrorCode(10077) // store failed: the description says why
	codeWrongLastR3    = jetstream.ErrorCode(10164) // the same as 10071 on a replicated stream
)

func hasCode(err error, codes ...jetstream.ErrorCode) bool {
	var e *jetstream.APIError
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.ErrorCode == c {
			return true
		}
	}
	return false
}

// A full subject answers with the same code as a full stream.
func isSubjectFull(err error) bool {
	return hasCode(err, codeStore) && strings.Contains(err.Error(), "per subject")
}

func isFull(err error) bool {
	return hasCode(err, codeStore, codeInsufficient, codeAccountLimit, codeStorage) && !isSubjectFull(err)
}

func isTooLarge(err error) bool {
	return errors.Is(err, nats.ErrMaxPayload) || hasCode(err, codeMessageLarge)
}

func isConflict(err error) bool { return hasCode(err, codeWrongLast, codeWrongLastR3) }

// A message that has gone answers in several ways, by stream and by call.
func isNoMessage(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrKeyNotFound) || hasCode(err, codeNoMessage, codeNoSequence) {
		return true
	}
	// nats.go passes the reason of a failed delete on as text only.
	text := err.Error()
	return errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) && (strings.Contains(text, "no message found") || strings.Contains(text, "not found") || strings.Contains(text, "deleted message"))
}

func isNoStream(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound) ||
		errors.Is(err, jetstream.ErrConsumerNotFound) || hasCode(err, codeStreamNotFound)
}

// isUnanswered is true where the server was not reached or did not answer: the request may have been carried out all the same. The
// caller looks at its own ctx first.
func isUnanswered(err error) bool {
	return errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) ||
		errors.Is(err, nats.ErrConnectionReconnecting) || errors.Is(err, nats.ErrDisconnected) || errors.Is(err, nats.ErrReconnectBufExceeded) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || // by limit
		hasCode(err, 10008, 10041) // JetStream is temporarily unavailable, no leader
}

// wrap gives an error of the server its place and, where the whole server is away, the verdict Down, so that a handler may pass it
// on as it is. ctx is the caller's: its own end is not the server's.
func wrap(ctx context.Context, err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("bus: "+doing+": %w", append(args, err)...)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", err, ctx.Err())
	case isNoStream(err):
		return &DownError{Err: fmt.Errorf("%w: %w", ErrNoStreams, err)}
	case isUnanswered(err) || errors.Is(err, nats.ErrConnectionClosed):
		return &DownError{Err: err}
	}
	return err
}
