package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/seeds"
)

// source is an applied source, ready to be asked.
type source struct {
	seeds.Source
	scope *seeds.Matcher
}

func parseSource(value []byte) (*source, error) {
	var s source
	if err := json.Unmarshal(value, &s.Source); err != nil {
		return nil, err
	}
	s.Source = s.WithDefaults()
	if err := s.Validate(); err != nil {
		return nil, err
	}
	var err error
	s.scope, err = s.Scope.Matcher()
	return &s, err
}

// dress gives a request what its source says about all of them.
func (s *source) dress(r fetch.Request) fetch.Request {
	r.AllowPrivate, r.Proxy = s.AllowPrivate, s.Proxy
	if s.Cookies {
		r.Cookies = s.ID
	}
	return r
}

// delay is the source's pause between two requests to one host.
func (s *source) delay(own time.Duration) time.Duration {
	if d := s.Politeness.Delay.Std(); d > 0 {
		return d
	}
	return own
}

// sourceTable is the applied sources as this crawler knows them; the bucket is the truth.
type sourceTable struct {
	kv SourceStore

	mu     sync.RWMutex
	byID   map[string]*source
	delays map[string]time.Duration // by host, what delay found; emptied when a source changes
}

func newSourceTable(kv SourceStore) *sourceTable {
	return &sourceTable{kv: kv, byID: map[string]*source{}, delays: map[string]time.Duration{}}
}

// watch keeps the table up to date until ctx ends; ready is called when it is whole for the first time. A source that cannot be read
// keeps its former state, and refused is told.
func (t *sourceTable) watch(ctx context.Context, ready func(), refused func(id string, err error)) error {
	there := map[string]bool{} // at the beginning of this watch; nil when that is over
	return t.kv.Watch(ctx, func(e *bus.Entry) error {
		if e == nil {
			t.keepOnly(there)
			there = nil
			ready()
			return nil
		}
		if there != nil && e.Value != nil {
			there[e.Key] = true
		}
		if e.Value == nil {
			t.set(e.Key, nil)
			return nil
		}
		s, err := parseSource(e.Value)
		if err != nil {
			refused(e.Key, err)
			return nil
		}
		t.set(e.Key, s)
		return nil
	})
}

// keepOnly forgets what was removed while nobody watched.
func (t *sourceTable) keepOnly(there map[string]bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.delays)
	maps.DeleteFunc(t.byID, func(id string, _ *source) bool { return !there[id] })
}

func (t *sourceTable) set(id string, s *source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.delays)
	if s == nil {
		delete(t.byID, id)
	} else {
		t.byID[id] = s
	}
}

// get gives an applied source, or false. What the table does not have is looked up: the watch may be behind.
func (t *sourceTable) get(ctx context.Context, id string) (*source, bool, error) {
	t.mu.RLock()
	s := t.byID[id]
	t.mu.RUnlock()
	if s != nil {
		return s, true, nil
	}
	return t.read(ctx, id)
}

// read asks the bucket. A source that cannot be read is one that is not there.
func (t *sourceTable) read(ctx context.Context, id string) (*source, bool, error) {
	e, err := t.kv.Get(ctx, id)
	if errors.Is(err, bus.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("source %s: %w", id, err)
	}
	s, err := parseSource(e.Value)
	if err != nil {
		return nil, false, nil
	}
	return s, true, nil
}

// delay is the pause between two requests to a host: the longest that a source with that host asks for, since they share it.
func (t *sourceTable) delay(u weburl.URL, own time.Duration) time.Duration {
	host := u.HostPort()
	t.mu.RLock()
	d, ok := t.delays[host]
	t.mu.RUnlock()
	if ok {
		return d
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	longest, found := own, false
	for _, s := range t.byID {
		if !s.scope.HasHost(host) {
			continue
		}
		if d := s.delay(own); !found || d > longest {
			longest, found = d, true
		}
	}
	if len(t.delays) >= delaysKept {
		clear(t.delays)
	}
	t.delays[host] = longest
	return longest
}

// delaysKept bounds sourceTable.delays.
const delaysKept = 50_000
