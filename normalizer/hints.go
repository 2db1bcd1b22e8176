package normalizer

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// Watcher tells of every key of a bucket, then once nil, then of every change. *bus.KV is one.
type Watcher interface {
	Watch(ctx context.Context, f func(*bus.Entry) error) error
}

// Sources follows the bucket of the applied sources, for what the operator said about them.
type Sources struct {
	mu     sync.RWMutex
	byID   map[string]Hints
	loaded chan struct{}
	once   sync.Once
}

// NewSources gives an empty Sources; Follow fills it.
func NewSources() *Sources { return &Sources{byID: map[string]Hints{}, loaded: make(chan struct{})} }

// Follow keeps up with the bucket until ctx ends. Where the bucket cannot be read it tries again; pages are extracted with what is known.
func (s *Sources) Follow(ctx context.Context, w Watcher, log *slog.Logger) {
	for ctx.Err() == nil {
		err := w.Watch(ctx, func(e *bus.Entry) error {
			s.learn(e, log)
			return nil
		})
		if err != nil && ctx.Err() == nil {
			log.Warn("sources cannot be followed; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (s *Sources) learn(e *bus.Entry, log *slog.Logger) {
	if e == nil {
		s.once.Do(func() { close(s.loaded) })
		return
	}
	var h Hints
	if e.Value != nil {
		if err := json.Unmarshal(e.Value, &h); err != nil {
			log.Warn("source has no readable hints", "source", e.Key, "error", err)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Value == nil {
		delete(s.byID, e.Key)
		return
	}
	s.byID[e.Key] = h
}

// Loaded is closed when what was in the bucket at the start is known.
func (s *Sources) Loaded() <-chan struct{} { return s.loaded }

// Hints gives what is known about a source.
func (s *Sources) Hints(source string) Hints {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byID[source]
}
