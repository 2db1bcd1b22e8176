package indexer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// TakeDown is what the operator took down: an address with all its articles, or a source. It is remembered so that a later visit, a replay or
// a rebuild does not bring it back.
type TakeDown struct {
	URL    string    `json:"url,omitempty"` // canonical
	Source string    `json:"source,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Key is where it lies in the bucket.
func (t TakeDown) Key() string {
	if t.URL != "" {
		return "url." + news.URLHash(t.URL)
	}
	return "source." + t.Source
}

// String names what was taken down.
func (t TakeDown) String() string {
	if t.URL != "" {
		return t.URL
	}
	return "source " + t.Source
}

// Watcher tells what is in a bucket and what changes there. *bus.KV is one.
type Watcher interface {
	Watch(ctx context.Context, f func(*bus.Entry) error) error
}

// TakenDown knows everything that was taken down. It is safe for use by several goroutines.
type TakenDown struct {
	mu     sync.RWMutex
	keys   map[string]bool // guarded by mu
	once   sync.Once
	loaded chan struct{}
}

// NewTakenDown knows nothing yet.
func NewTakenDown() *TakenDown {
	return &TakenDown{keys: map[string]bool{}, loaded: make(chan struct{})}
}

// Follow keeps up with the bucket until ctx ends. Where it cannot be read it tries again.
func (t *TakenDown) Follow(ctx context.Context, w Watcher, log *slog.Logger) {
	for ctx.Err() == nil {
		err := w.Watch(ctx, func(e *bus.Entry) error {
			t.learn(e)
			return nil
		})
		if err != nil && ctx.Err() == nil {
			log.Warn("what was taken down cannot be followed; trying again", "error", err)
		}
		_ = sleep(ctx, time.Second) // if it ends, the loop does
	}
}

func (t *TakenDown) learn(e *bus.Entry) {
	if e == nil {
		t.once.Do(func() { close(t.loaded) })
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Value == nil {
		delete(t.keys, e.Key)
		return
	}
	t.keys[e.Key] = true
}

// Loaded is closed when what was in the bucket at the start is known.
func (t *TakenDown) Loaded() <-chan struct{} { return t.loaded }

// Has tells whether an article belongs to what was taken down.
func (t *TakenDown) Has(a news.Article) bool {
	if t == nil {
		return false
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.keys) > 0 &&
		(t.keys["source."+a.Source] || t.keys["url."+news.URLHash(a.CanonicalURL)] || t.keys["url."+news.URLHash(a.URL)])
}

// setAside tells that an article is not indexed because it was taken down.
func (w *Worker) setAside(ctx context.Context, e *entry) error {
	out, err := e.takenDown(time.Now())
	if err == nil {
		_, err = w.events.Publish(ctx, out)
	}
	if err != nil {
		w.metrics.Articles.WithLabelValues("down").Inc()
		return bus.Down(fmt.Errorf("publishing that an article was taken down: %w", err))
	}
	w.metrics.Articles.WithLabelValues("taken_down").Inc()
	return nil
}

// Store remembers values by key. *bus.KV is one.
type Store interface {
	Put(ctx context.Context, key string, value []byte) (uint64, error)
	Delete(ctx context.Context, key string) error
	Each(ctx context.Context, f func(bus.Entry) error) error
}

// settleTime is how long an article may be on its way past an indexer that has just learned of a take-down.
const settleTime = 3 * time.Second

// Remove takes down: it remembers, then deletes what there is, and looks once more for what was on its way. It gives the number of articles deleted,
// also beside an error. Their reprints get another first.
func Remove(ctx context.Context, index *elastic.Client, s Store, t TakeDown, log *slog.Logger) (int, error) {
	if (t.URL == "") == (t.Source == "") {
		return 0, errors.New("want an address or a source")
	}
	value, err := json.Marshal(t)
	if err != nil {
		return 0, err
	}
	if _, err := s.Put(ctx, t.Key(), value); err != nil {
		return 0, err
	}
	n, err := deleteAll(ctx, index, t, log)
	if err != nil {
		return n, err
	}
	if err := sleep(ctx, settleTime); err != nil {
		return n, err
	}
	more, err := deleteAll(ctx, index, t, log)
	return n + more, err
}

func deleteAll(ctx context.Context, index *elastic.Client, t TakeDown, log *slog.Logger) (int, error) {
	stories := NewStories(index, nil, log)
	for n := 0; ; {
		if err := index.Refresh(ctx); err != nil {
			return n, err
		}
		refs, _, err := index.Find(ctx, t.belonging())
		if err != nil || len(refs) == 0 {
			return n, err
		}
		if err := index.Delete(ctx, refs); err != nil {
			return n, err
		}
		n += len(refs)
		if err := index.Refresh(ctx); err != nil {
			return n, err
		}
		if _, err := stories.Settle(ctx, refs); err != nil {
			return n, err
		}
	}
}

func (t TakeDown) belonging() elastic.Belonging {
	if t.URL != "" {
		return elastic.Belonging{URLs: []string{t.URL}}
	}
	return elastic.Belonging{Source: t.Source}
}

// Count tells how many articles of the index belong to it.
func (t TakeDown) Count(ctx context.Context, index *elastic.Client) (int, error) {
	_, n, err := index.Find(ctx, t.belonging())
	return n, err
}

// TakeDowns lists what was taken down.
func TakeDowns(ctx context.Context, s Store) ([]TakeDown, error) {
	var list []TakeDown
	err := s.Each(ctx, func(e bus.Entry) error {
		var t TakeDown
		if err := json.Unmarshal(e.Value, &t); err != nil {
			return fmt.Errorf("take-down %s: %w", e.Key, err)
		}
		if t.Key() != e.Key {
			return fmt.Errorf("take-down %s: says %s", strings.TrimSpace(e.Key), t)
		}
		list = append(list, t)
		return nil
	})
	return list, err
}
