package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bus is a connection to JetStream. It is safe for use by several goroutines.
type Bus struct {
	cfg Config
	log *slog.Logger
	nc  *nats.Conn
	js  jetstream.JetStream
	up  *link

	mu      sync.Mutex
	streams map[string]jetstream.Stream   // handles, bound at first use
	buckets map[string]jetstream.KeyValue // handles, bound at first use
}

// payloadRoom is what a dead letter's headers may need above the payload of the message it keeps.
const payloadRoom = 64 << 10

// answerTime is how long one request may go without an answer before it counts as unanswered.
const answerTime = 5 * time.Second

// Open connects, waiting as long as ctx allows for the server to be there (it says so once in the log). It changes nothing on the server.
func Open(ctx context.Context, c Config) (*Bus, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("bus: configuration: %w", err)
	}
	c = c.withDefaults()
	up := newLink()
	opts, err := c.options(up)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	nc, err := nats.Connect(c.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("bus: connect to %s: %w", c.where(), err)
	}
	if err := waitConnected(ctx, nc, c); err != nil {
		nc.Close()
		return nil, err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("bus: %w", err)
	}
	up.start(func() uint64 { return nc.Stats().Reconnects })
	return &Bus{cfg: c, log: c.Log, nc: nc, js: js, up: up, streams: map[string]jetstream.Stream{}, buckets: map[string]jetstream.KeyValue{}}, nil
}

// where is the server for people: the URL without what may stand in it as user and password.
func (c Config) where() string {
	if c.InProcess != nil {
		return "the server in this process"
	}
	var all []string
	for _, one := range strings.Split(c.URL, ",") {
		scheme, rest, found := strings.Cut(strings.TrimSpace(one), "://")
		if !found {
			scheme, rest = "nats", scheme
		}
		all = append(all, scheme+"://"+rest[strings.LastIndexByte(rest, '@')+1:])
	}
	return strings.Join(all, ",")
}

func (c Config) options(up *link) ([]nats.Option, error) {
	log := c.Log
	opts := []nats.Option{
		nats.Name(c.Name),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.IgnoreAuthErrorAbort(), // credentials may be put right while we wait; Open itself reports them at once
		nats.ReconnectWait(500 * time.Millisecond),
		nats.Timeout(answerTime),
		// A forbidden publish shows as a timeout for the caller; the cause only here.
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("nats", "error", err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			up.lost()
			if err != nil {
				log.Warn("nats connection lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			up.back()
			log.Info("nats connection is back")
		}),
	}
	if c.InProcess != nil {
		opts = append(opts, nats.InProcessServer(c.InProcess))
	}
	if c.User != "" {
		opts = append(opts, nats.UserInfo(c.User, c.Password))
	}
	if c.Creds != "" {
		opts = append(opts, nats.UserCredentials(c.Creds))
	}
	if c.NKey != "" {
		o, err := nats.NkeyOptionFromSeed(c.NKey)
		if err != nil {
			return nil, fmt.Errorf("nkey file: %w", err)
		}
		opts = append(opts, o)
	}
	if c.CA != "" {
		opts = append(opts, nats.RootCAs(c.CA))
	}
	if c.Cert != "" {
		opts = append(opts, nats.ClientCert(c.Cert, c.Key))
	}
	return opts, nil
}

func waitConnected(ctx context.Context, nc *nats.Conn, c Config) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	said := false
	for !nc.IsConnected() {
		last := nc.LastError()
		if errors.Is(last, nats.ErrAuthorization) || errors.Is(last, nats.ErrAuthExpired) || errors.Is(last, nats.ErrAuthRevoked) {
			return fmt.Errorf("bus: %s refuses the credentials: %w", c.where(), last)
		}
		if nc.IsClosed() {
			return fmt.Errorf("bus: connect to %s: %w", c.where(), errors.Join(last, nats.ErrConnectionClosed))
		}
		if !said && last != nil {
			said = true
			c.Log.Warn("waiting for nats", "url", c.where(), "error", last)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("bus: no nats server at %s: %w", c.where(), errors.Join(ctx.Err(), last))
		case <-tick.C:
		}
	}
	return nil
}

// Close drains and closes the connection.
func (b *Bus) Close() error {
	if b.nc.IsClosed() {
		return nil
	}
	err := b.nc.FlushTimeout(2 * time.Second) // what was published without an answer: acknowledgements
	b.nc.Close()
	if err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return fmt.Errorf("bus: close: %w", err)
	}
	return nil
}

// Ready is nil while the server answers, else says what is wrong.
func (b *Bus) Ready() error {
	if s := b.nc.Status(); s != nats.CONNECTED {
		return fmt.Errorf("bus: nats is %s: %w", s, errors.Join(nats.ErrDisconnected, b.nc.LastError()))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if _, err := b.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("bus: jetstream does not answer: %w", err)
	}
	return nil
}

// MaxPayload is the most bytes of a message body that RAW and ARTICLES take: the server's max_payload less 64 kB of room for the
// headers of a dead letter.
func (b *Bus) MaxPayload() int { return max(int(b.nc.MaxPayload())-payloadRoom, 0) }

// stream gives the handle of a stream; the first use asks the server.
func (b *Bus) stream(ctx context.Context, name string) (jetstream.Stream, error) {
	b.mu.Lock()
	s := b.streams[name]
	b.mu.Unlock()
	if s != nil {
		return s, nil
	}
	ctx, cancel := b.limit(ctx, answerTime)
	defer cancel()
	s, err := b.js.Stream(ctx, name)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams[name] = s
	return s, nil
}

// bucket gives the handle of a bucket; the first use asks the server.
func (b *Bus) bucket(ctx context.Context, name string) (jetstream.KeyValue, error) {
	b.mu.Lock()
	kv := b.buckets[name]
	b.mu.Unlock()
	if kv != nil {
		return kv, nil
	}
	ctx, cancel := b.limit(ctx, answerTime)
	defer cancel()
	kv, err := b.js.KeyValue(ctx, name)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buckets[name] = kv
	return kv, nil
}
