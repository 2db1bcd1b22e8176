package sitememory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// KV holds one record a host token. Create and Update write only what nobody else has written in between (bus.ErrExists,
// bus.ErrConflict). *bus.KV is one.
type KV interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Create(ctx context.Context, key string, value []byte) (revision uint64, err error)
	Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
}

// Config of a store. The zero value works.
type Config struct {
	Every time.Duration // least time between two writes of a host; default 10 s. A host with a full memory is written a sixth as often
	Fresh time.Duration // age at which what is known of a host is read again; default 5 s, and a minute for a host with a full memory
	Hosts int           // hosts kept at hand; default 2,000, some 10 kB each
}

// Validate tells what cannot be.
func (c Config) Validate() error {
	if c.Every < 0 || c.Fresh < 0 || c.Hosts < 0 {
		return errors.New("site memory: times and counts must not be negative")
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Every == 0 {
		c.Every = 10 * time.Second
	}
	if c.Fresh == 0 {
		c.Fresh = 5 * time.Second
	}
	if c.Hosts == 0 {
		c.Hosts = 2000
	}
	return c
}

const (
	mature   = 64              // texts from which on a host's memory changes slowly
	attempts = 5               // compare-and-set tries of one write
	patience = 2 * time.Second // for one read on a page's way
)

// Store gives the memory of each host to the pages that pass, and collects what they teach. It is safe for use by several
// goroutines; several stores share a bucket.
type Store struct {
	kv      KV
	config  Config
	metrics *Metrics
	log     *slog.Logger

	mu    sync.Mutex
	hosts map[string]*host
}

// host is what is at hand of one host. Guarded by Store.mu; what snapshot points to never changes.
type host struct {
	snapshot *Snapshot
	read     time.Time       // when the record was last read or the read failed; zero = never
	written  time.Time       // when the record was last written or the write failed
	used     time.Time       // by a page
	since    time.Time       // when the oldest of pending came
	pending  map[uint64]Page // learned and not yet written
	foreign  bool            // the record has a newer format: leave it alone
}

// New gives a store.
func New(c Config, kv KV, m *Metrics, log *slog.Logger) (*Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Store{kv: kv, config: c.withDefaults(), metrics: m, log: log, hosts: map[string]*host{}}, nil
}

// Snapshot gives what is known of a host; where the bucket cannot be read, what was known before. It is never nil.
func (s *Store) Snapshot(ctx context.Context, token string) *Snapshot {
	now := time.Now()
	s.mu.Lock()
	h := s.host(token, now)
	old, stale := h.snapshot, now.Sub(h.read) >= s.pace(h, s.config.Fresh, 12)
	if stale {
		h.read = now // one page reads, those beside it take what is there
	}
	s.mu.Unlock()
	if !stale {
		return old
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, _, err := s.get(ctx, token)
	if err != nil {
		s.metrics.failed.WithLabelValues("read").Inc()
		s.log.Warn("site memory cannot be read", "host", token, "error", err)
		if !errors.Is(err, ErrFormat) {
			return old
		}
	}
	return s.learned(token, r, errors.Is(err, ErrFormat))
}

// learned keeps what a record says.
func (s *Store) learned(token string, r Record, foreign bool) *Snapshot {
	snapshot := r.Snapshot()
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.host(token, time.Now())
	h.snapshot, h.foreign, h.read = snapshot, foreign, time.Now()
	return snapshot
}

// host gives the entry of a host, making room for it.
func (s *Store) host(token string, now time.Time) *host {
	h := s.hosts[token]
	if h == nil {
		s.evict()
		h = &host{snapshot: &Snapshot{generation: "0"}}
		s.hosts[token] = h
	}
	h.used = now
	return h
}

// evict forgets the host that was used longest ago of a few, where there are too many; those with something to write stay.
func (s *Store) evict() {
	if len(s.hosts) < s.config.Hosts {
		return
	}
	oldest, looked := "", 0
	for token, h := range s.hosts { // Go begins anywhere, so the few are drawn by lot
		if len(h.pending) == 0 && (oldest == "" || h.used.Before(s.hosts[oldest].used)) {
			oldest = token
		}
		if looked++; looked == 16 && oldest != "" {
			break
		}
	}
	delete(s.hosts, oldest)
}

// pace is how often a host is looked after: one whose memory is full less often.
func (s *Store) pace(h *host, every time.Duration, slower int) time.Duration {
	if h.snapshot.Pages() >= mature {
		return every * time.Duration(slower)
	}
	return every
}

// Learn takes what a page taught. It is written by Flush; of a host more than a record holds the newest stay.
func (s *Store) Learn(token string, p Page) {
	p = p.bounded()
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.host(token, now)
	if h.foreign {
		return
	}
	if h.pending == nil {
		h.pending, h.since = map[uint64]Page{}, now
	}
	h.add(p)
}

func (h *host) add(p Page) {
	if old, ok := h.pending[p.URL]; ok && compare(p, old) > 0 {
		return
	}
	h.pending[p.URL] = p
	if len(h.pending) > maxPages {
		oldest := p
		for _, x := range h.pending {
			if compare(x, oldest) > 0 {
				oldest = x
			}
		}
		delete(h.pending, oldest.URL)
	}
}

// Run writes what is due until ctx ends, and then all that is left, for at most drain.
func (s *Store) Run(ctx context.Context, drain time.Duration) {
	tick := time.NewTicker(max(s.config.Every/10, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
			defer cancel()
			s.flush(last, func(*host) bool { return true })
			return
		case now := <-tick.C:
			s.flush(ctx, func(h *host) bool { return s.due(h, now) })
		}
	}
}

// due tells whether a host may and should be written: the first pages of a host at once when they are enough to count, later ones at
// the host's pace.
func (s *Store) due(h *host, now time.Time) bool {
	every := s.pace(h, s.config.Every, 6)
	return now.Sub(h.written) >= every && (now.Sub(h.since) >= every || h.written.IsZero() && len(h.pending) >= 3)
}

// flush writes the hosts that want says, one after the other.
func (s *Store) flush(ctx context.Context, want func(*host) bool) {
	s.mu.Lock()
	var tokens []string
	for token, h := range s.hosts {
		if len(h.pending) > 0 && want(h) {
			tokens = append(tokens, token)
		}
	}
	s.mu.Unlock()
	for _, token := range tokens {
		if ctx.Err() != nil {
			return
		}
		if err := s.write(ctx, token); err != nil {
			s.metrics.failed.WithLabelValues("write").Inc()
			s.log.Warn("site memory is not written yet", "host", token, "error", err)
		}
	}
}

// write merges what was learned of a host into its record. After a failure it is there for the next write; that the failed write may
// have been kept does no harm.
func (s *Store) write(ctx context.Context, token string) error {
	s.mu.Lock()
	h := s.host(token, time.Now())
	pages := make([]Page, 0, len(h.pending))
	for _, p := range h.pending {
		pages = append(pages, p)
	}
	h.pending, h.written = nil, time.Now()
	s.mu.Unlock()

	r, err := s.merge(ctx, token, pages)
	foreign := errors.Is(err, ErrFormat)
	if err == nil || foreign {
		s.learned(token, r, foreign)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h = s.host(token, time.Now())
	if h.pending == nil {
		h.pending, h.since = map[uint64]Page{}, time.Now()
	}
	for _, p := range pages {
		h.add(p)
	}
	return err
}

// merge is one write by compare-and-set: it reads, merges and writes until nobody came between.
func (s *Store) merge(ctx context.Context, token string, pages []Page) (Record, error) {
	var last error
	for range attempts {
		r, stored, err := s.get(ctx, token)
		if err != nil {
			return Record{}, err
		}
		merged := r.Merge(pages)
		data := merged.Marshal()
		if bytes.Equal(data, stored.Value) {
			return merged, nil
		}
		if stored.Revision == 0 {
			_, err = s.kv.Create(ctx, token, data)
		} else {
			_, err = s.kv.Update(ctx, token, data, stored.Revision)
		}
		if err == nil {
			s.metrics.writes.Inc()
			return merged, nil
		}
		if !errors.Is(err, bus.ErrConflict) && !errors.Is(err, bus.ErrExists) {
			return Record{}, err
		}
		last = err
	}
	return Record{}, fmt.Errorf("lost %d times: %w", attempts, last)
}

// get reads a record. One that is not there or cannot be read at all is empty: it is written anew.
func (s *Store) get(ctx context.Context, token string) (Record, bus.Entry, error) {
	e, err := s.kv.Get(ctx, token)
	if errors.Is(err, bus.ErrNotFound) {
		return Record{}, bus.Entry{}, nil
	}
	if err != nil {
		return Record{}, bus.Entry{}, err
	}
	r, err := Unmarshal(e.Value)
	if errors.Is(err, ErrFormat) {
		return Record{}, e, err
	}
	if err != nil {
		s.metrics.failed.WithLabelValues("decode").Inc()
		s.log.Warn("site memory is not readable and begins anew", "host", token, "error", err)
	}
	return r, e, nil
}
