package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/newsmill/newsmill/news"
)

// advisory is what JetStream tells of a message that a consumer will not get again.
type advisory struct {
	Stream     string `json:"stream"`
	Consumer   string `json:"consumer"`
	StreamSeq  uint64 `json:"stream_seq"`
	Deliveries int    `json:"deliveries"`
	Reason     string `json:"reason"` // of a Term
}

// sweep buries what JetStream gave up: messages delivered MaxDeliver times without a verdict, and those that somebody terminated.
// The consume loop buries long before; this is the net below it.
func (b *Bus) sweep(ctx context.Context) error {
	if err := b.sweepAdvisories(ctx); err != nil {
		return err
	}
	for _, spec := range consumerTable(b.cfg) {
		if spec.stream == StreamTokens || spec.stream == StreamPolls {
			if err := b.sweepQueue(ctx, spec); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepAdvisories works through the captured advisories, oldest first; one is removed when its message is buried or gone.
func (b *Bus) sweepAdvisories(ctx context.Context) error {
	return b.scan(ctx, StreamAdvisories, ScanOptions{}, func(m Message) error {
		var a advisory
		if err := json.Unmarshal(m.Data, &a); err != nil {
			b.log.Warn("advisory cannot be read", "seq", m.Seq, "error", err)
			return b.Remove(ctx, StreamAdvisories, m.Seq)
		}
		spec, ok := consumerByName(b.cfg, a.Consumer)
		terminated := strings.HasPrefix(m.Subject, advisoryPrefix+"MSG_TERMINATED.")
		if _, ours := news.ReasonByCode(a.Reason); ok && spec.stream == a.Stream && !(terminated && ours) {
			why := fmt.Errorf("delivered %d times without a verdict", a.Deliveries)
			if terminated {
				why = fmt.Errorf("terminated by another program: %q", a.Reason)
			}
			if err := b.buryGivenUp(ctx, spec, a.StreamSeq, a.Deliveries, why); err != nil {
				return err
			}
		}
		return b.Remove(ctx, StreamAdvisories, m.Seq)
	})
}

func (b *Bus) buryGivenUp(ctx context.Context, spec consumerSpec, seq uint64, deliveries int, why error) error {
	m, err := b.Message(ctx, spec.stream, seq)
	if errors.Is(err, ErrNotFound) {
		return nil // settled after all (late), or purged
	}
	if err != nil {
		return err
	}
	m.Consumer, m.Deliveries = spec.config.Durable, deliveries
	letter := letterFor(spec.stage, m, news.MaxDeliveries, why)
	if err := b.Bury(ctx, letter); err != nil {
		return err
	}
	b.log.Info("dead letter", "reason", letter.Reason.Code, "subject", m.Subject, "seq", m.Seq, "error", why)
	if spec.stream == StreamTokens || spec.stream == StreamPolls {
		return b.Remove(ctx, spec.stream, seq) // what is settled does not stay in a work queue
	}
	return nil
}

// sweepQueue finds given-up messages of a work queue of which no advisory came: they lie below what was delivered while nothing is in
// hand. In the other streams settled messages stay, so that there only advisories can tell.
func (b *Bus) sweepQueue(ctx context.Context, spec consumerSpec) error {
	c, err := b.consumerInfo(ctx, spec)
	if err != nil || c.AckPending > 0 {
		return err // with something in hand it cannot be told from what was given up; the next round may
	}
	grace := MaxDeliver * b.cfg.AckWait
	return b.scan(ctx, spec.stream, ScanOptions{Filter: spec.config.FilterSubject}, func(m Message) error {
		if m.Seq > c.Delivered {
			return ErrStop
		}
		if time.Since(m.Time) < grace {
			return nil
		}
		return b.buryGivenUp(ctx, spec, m.Seq, MaxDeliver, errors.New("given up by the server without a word"))
	})
}
