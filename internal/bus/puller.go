package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// pullWait is how long a request for the first message of a batch stays open at the server.
const pullWait = 15 * time.Second

// errGone is answered by a pull whose consumer, stream or JetStream is not there.
var errGone = errors.New("consumer is not there")

// puller asks a durable consumer for messages, one request at a time and never for more than it was told. It speaks the pull
// protocol (ADR-13) itself because nats.go's Fetch drops on its way out what the server sent in the same moment, which then is
// away for an ack wait and has lost a delivery; stop gives those back.
type puller struct {
	nc      *nats.Conn
	subject string // of the pull requests
	inbox   string
	sub     *nats.Subscription
	in      chan *nats.Msg
	asked   int // requests so far; each has its own reply subject, so that a late status is not taken for a new one's
}

// heartbeat is how often the server gives a sign of life on a long request: a server that was killed, with the connection being to
// another one, says nothing of the requests it held.
const heartbeat = 2 * time.Second

type pullRequest struct {
	Batch     int           `json:"batch"`
	Expires   time.Duration `json:"expires"`
	Heartbeat time.Duration `json:"idle_heartbeat,omitempty"`
}

func newPuller(nc *nats.Conn, spec consumerSpec, batch int) (*puller, error) {
	p := &puller{
		nc: nc, subject: "$JS.API.CONSUMER.MSG.NEXT." + spec.stream + "." + spec.config.Durable,
		inbox: nc.NewInbox(), in: make(chan *nats.Msg, 2*batch+16),
	}
	var err error
	p.sub, err = nc.ChanSubscribe(p.inbox+".*", p.in)
	return p, err
}

// pull hands up to want messages to keep (which tells whether the message counts) within expires. It returns nil early where the
// connection was renewed, because the server has forgotten the request then.
func (p *puller) pull(ctx context.Context, want int, expires time.Duration, keep func(*nats.Msg) bool) error {
	p.asked++
	reply := p.inbox + "." + strconv.Itoa(p.asked)
	req, patience := pullRequest{Batch: want, Expires: expires}, expires+answerTime
	if expires > 2*heartbeat {
		req.Heartbeat, patience = heartbeat, 3*heartbeat
	}
	body, err := json.Marshal(req)
	if err != nil {
		return err
	}
	reconnects := p.nc.Stats().Reconnects
	if err := p.nc.PublishRequest(p.subject, reply, body); err != nil {
		return fmt.Errorf("pull: %w", err)
	}
	silence := time.NewTimer(patience)
	defer silence.Stop()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for got := 0; got < want; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-silence.C:
			return nil
		case <-tick.C:
			if p.nc.IsClosed() {
				return nats.ErrConnectionClosed
			}
			if p.nc.Stats().Reconnects != reconnects {
				return nil
			}
		case m := <-p.in:
			silence.Reset(patience)
			if status := pullStatus(m); status == "" {
				if keep(m) {
					got++
				}
			} else if m.Subject == reply && status != "100" { // 100: heartbeat
				return pullEnd(m, status)
			}
		}
	}
	return nil
}

// pullStatus is empty for a message of the stream.
func pullStatus(m *nats.Msg) string {
	if len(m.Data) > 0 || m.Header == nil {
		return ""
	}
	return m.Header.Get("Status")
}

// pullEnd reads why the server ended a request.
func pullEnd(m *nats.Msg, status string) error {
	why := m.Header.Get("Description")
	switch status {
	case "404", "408": // no messages; expired
		return nil
	case "503": // no responders
		return fmt.Errorf("%w: nobody answers for it", errGone)
	case "409":
		if strings.Contains(strings.ToLower(why), "consumer deleted") {
			return fmt.Errorf("%w: %s", errGone, why)
		}
		if strings.Contains(strings.ToLower(why), "batch completed") {
			return nil
		}
	}
	return fmt.Errorf("pull: %s %s", status, why) // leadership change, server shutdown, too many waiting
}

// stop pulls no more and hands what the server had sent already to back.
func (p *puller) stop(back func(*nats.Msg)) {
	closed := make(chan struct{})
	p.sub.SetClosedHandler(func(string) { close(closed) })
	if err := p.sub.Drain(); err != nil {
		_ = p.sub.Unsubscribe() // of a closed connection: nothing to give back
	}
	timeout := time.After(2 * time.Second)
	for open := true; open; {
		select {
		case m := <-p.in:
			if pullStatus(m) == "" {
				back(m)
			}
			continue
		case <-closed:
		case <-timeout:
		}
		open = false
	}
	for {
		select {
		case m := <-p.in:
			if pullStatus(m) == "" {
				back(m)
			}
		default:
			return
		}
	}
}
