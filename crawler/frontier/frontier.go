package frontier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// URLs is the set of what is queued. Add is a no-op where the subject is there; a failed Add or Remove may have been kept, and may be
// repeated. From gives the oldest message of that sequence or later. *bus.Set is one.
type URLs interface {
	Add(ctx context.Context, m bus.Outgoing) (added bool, err error)
	From(ctx context.Context, filter string, seq uint64) (bus.Message, error)
	Remove(ctx context.Context, seq uint64) error
	Purge(ctx context.Context, filter string) error
	Count(ctx context.Context, filter string) (uint64, error)
}

// Tokens is the stream of wake-ups. At replaces, AtIfAbsent answers bus.ErrExists instead. *bus.Schedules is one.
type Tokens interface {
	At(ctx context.Context, subject, target string, at time.Time, data []byte) error
	AtIfAbsent(ctx context.Context, subject, target string, at time.Time, data []byte) error
	Cancel(ctx context.Context, subject string) error
	Each(ctx context.Context, filter string, f func(m bus.Message, at time.Time, fired bool) error) error
}

// Bucket is a key-value bucket with compare-and-set; the time of its entries is the server's. *bus.KV is one.
type Bucket interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Create(ctx context.Context, key string, value []byte) (revision uint64, err error)
	Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	Each(ctx context.Context, f func(bus.Entry) error) error
}

// Config of a Frontier.
type Config struct {
	Request time.Duration // cap on one whole fetch, redirects and waiting for the body included; default 30 s
	Lease   time.Duration // of a host; at least Request + 5 s; default Request + 30 s
}

// Margin is what a lease has to last beyond the cap on a fetch.
const Margin = 5 * time.Second

// WithDefaults fills the zero values.
func (c Config) WithDefaults() Config {
	if c.Request == 0 {
		c.Request = 30 * time.Second
	}
	if c.Lease == 0 {
		c.Lease = c.Request + 30*time.Second
	}
	return c
}

// Validate says what cannot be.
func (c Config) Validate() error {
	c = c.WithDefaults()
	if c.Request < 0 {
		return fmt.Errorf("cap on a fetch is %s", c.Request)
	}
	if c.Lease < c.Request+Margin {
		return fmt.Errorf("lease of a host is %s; it must be at least the cap on a fetch and 5 s more, %s", c.Lease, c.Request+Margin)
	}
	return nil
}

// Frontier is one worker's view of the frontier. It is safe for use by several goroutines.
type Frontier struct {
	urls   URLs
	tokens Tokens
	hosts  Bucket
	cfg    Config
	margin time.Duration // Margin; tests that wait for the end of a lease have less
	id     string        // of this Frontier, in the hosts it leases
	writes atomic.Uint64

	mu    sync.Mutex
	held  map[string]bool      // hosts that a Hold of this Frontier has
	left  map[string]time.Time // when a Hold that could not be released ended its last request
	known map[string]bool      // hosts whose record was seen; records are never deleted
}

// New gives a frontier. The config must be valid.
func New(urls URLs, tokens Tokens, hosts Bucket, c Config) *Frontier {
	return &Frontier{urls: urls, tokens: tokens, hosts: hosts, cfg: c.WithDefaults(), margin: Margin, id: strings.ToLower(rand.Text()[:16]),
		held: map[string]bool{}, left: map[string]time.Time{}, known: map[string]bool{}}
}

func (f *Frontier) sign() string { return f.id + "/" + strconv.FormatUint(f.writes.Add(1), 10) }

func (f *Frontier) mine(by string) bool { return strings.HasPrefix(by, f.id+"/") }

// Add queues entries. When it returns nil, each is persisted and its host has a token; a URL that is queued already stays as it is.
// After an error any of them may have been queued: add them again. The order is hosts, URLS, schedule, so that the sweep, which goes
// by the hosts, finds every URL that lost its way in between.
func (f *Frontier) Add(ctx context.Context, entries ...Entry) (added int, err error) {
	return f.add(ctx, entries, "")
}

// add leaves out the token of the host whose token the caller holds: it will store the next one itself.
func (f *Frontier) add(ctx context.Context, entries []Entry, holding string) (added int, err error) {
	var out []bus.Outgoing
	var order []string
	hosts := map[string]bool{}
	for _, e := range entries {
		host, err := e.Host()
		if err != nil {
			return 0, err
		}
		m, err := e.outgoing(host)
		if err != nil {
			return 0, err
		}
		if out = append(out, m); !hosts[host] {
			hosts[host] = true
			order = append(order, host)
		}
	}
	for _, host := range order {
		if err := f.meet(ctx, host); err != nil {
			return 0, err
		}
	}
	for _, m := range out {
		ok, err := f.urls.Add(ctx, m)
		if err != nil {
			return added, fmt.Errorf("queue %s: %w", m.Subject, err)
		}
		if ok {
			added++
		}
	}
	for _, host := range order {
		if host == holding {
			continue
		}
		if err := f.wake(ctx, host, time.Time{}); err != nil {
			return added, err
		}
	}
	return added, nil
}

// meet makes the host's record, once.
func (f *Frontier) meet(ctx context.Context, host string) error {
	f.mu.Lock()
	known := f.known[host]
	f.mu.Unlock()
	if known {
		return nil
	}
	if err := f.ensureHost(ctx, host); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.known) > 100_000 {
		clear(f.known)
	}
	f.known[host] = true
	return nil
}

// wake stores a token for the host unless it has one. It never replaces: that is for the owner of the host alone.
func (f *Frontier) wake(ctx context.Context, host string, at time.Time) error {
	if at.IsZero() {
		at = time.Unix(0, 0) // long past: the server fires it in its next step
	}
	if err := f.tokens.AtIfAbsent(ctx, tokenAt+host, tokenDue+host, at, nil); err != nil && !errors.Is(err, bus.ErrExists) {
		return fmt.Errorf("token of %s: %w", host, err)
	}
	return nil
}

// inOrder is the lanes as they are served.
var inOrder = [...]string{laneFresh, laneURL, laneSlow}

// first gives the host's next entry that is not to be passed over, or false. passOver may be nil.
func (f *Frontier) first(ctx context.Context, host string, passOver func(Item) bool) (Item, bool, error) {
	for _, lane := range inOrder {
		for from := uint64(1); ; {
			m, err := f.urls.From(ctx, lane+host+".*", from)
			if errors.Is(err, bus.ErrNotFound) {
				break
			}
			if err != nil {
				return Item{}, false, fmt.Errorf("next entry of %s: %w", host, err)
			}
			it := itemOf(m)
			if passOver == nil || !passOver(it) {
				return it, true, nil
			}
			from = m.Seq + 1
		}
	}
	return Item{}, false, nil
}

// Purge takes everything out that is queued for a host (its subject token). What is being fetched goes on; the record stays, so that politeness
// holds. It is the operator's word: nothing tells of the URLs afterwards.
func (f *Frontier) Purge(ctx context.Context, host string) error {
	for _, lane := range inOrder {
		if err := f.urls.Purge(ctx, lane+host+".*"); err != nil {
			return fmt.Errorf("purge %s: %w", host, err)
		}
	}
	for _, kept := range []string{later + "*.*.", shelf + "*."} {
		if err := f.urls.Purge(ctx, kept+host+".*"); err != nil {
			return fmt.Errorf("purge %s: %w", host, err)
		}
	}
	return nil
}

// Queued tells how many URLs wait, of one host (its subject token) or, with "", of all.
func (f *Frontier) Queued(ctx context.Context, host string) (uint64, error) {
	if host == "" {
		return f.urls.Count(ctx, allEntries)
	}
	return f.urls.Count(ctx, lanes+"*."+host+".*")
}
