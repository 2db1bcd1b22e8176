package crawler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/seeds"
)

// Progress is what a source has brought, and how often it is polled for that: its record in the bucket progress, changed by
// compare-and-set, so that all crawlers agree.
type Progress struct {
	V        int            `json:"v"`
	Base     seeds.Duration `json:"base"`              // the source's interval when Interval was set
	Interval seeds.Duration `json:"interval"`          // between two polls now
	Poll     uint64         `json:"poll,omitempty"`    // sequence of the poll that set it
	Polled   time.Time      `json:"polled,omitzero"`   // when that was
	New      int            `json:"new,omitempty"`     // new articles since then
	Quiet    int            `json:"quiet,omitempty"`   // polls in a row that brought nothing
	Since    time.Time      `json:"since"`             // first record, or when the source was resumed
	LastNew  time.Time      `json:"last_new,omitzero"` // the last new article
	// Longest is the longest pause between two new articles, forgotten by half every 14 days: the source's nights and weekends.
	Longest seeds.Duration `json:"longest,omitempty"`
	Silent  *time.Time     `json:"silent,omitempty"` // when it was found silent
}

// The bounds of SilentAfter, and how many polls without news it takes.
const (
	silentLeast   = 6 * time.Hour
	silentMore    = 14 * 24 * time.Hour
	silentUnknown = 24 * time.Hour
	silentPolls   = 3
	habitAfter    = 7 * 24 * time.Hour
	forgetHalf    = 14 * 24 * time.Hour
)

// SilentAfter is how long nothing new may come from a source before it counts as silent: what the source says (silent_after), or else twice
// its longest recent pause, between 6 hours and 14 days, and in its first week not before 24 hours. It is never less than three polls at its longest interval.
func SilentAfter(s seeds.Source, p Progress) time.Duration {
	if d := s.SilentAfter.Std(); d > 0 {
		return d
	}
	d := silentUnknown
	if p.Longest > 0 {
		d = min(max(2*p.Longest.Std(), silentLeast), silentMore)
	}
	if p.LastNew.Sub(p.Since) < habitAfter {
		d = max(d, silentUnknown)
	}
	return max(d, silentPolls*s.IntervalMax.Std())
}

// silentAt tells whether the source is silent. Polls without news are wanted too: where nobody polled, nothing can come.
func silentAt(s seeds.Source, p Progress, now time.Time) bool {
	if s.Paused || !bringsNews(s) || p.Since.IsZero() || p.Quiet < silentPolls {
		return false
	}
	return now.Sub(later(p.Since, p.LastNew)) > SilentAfter(s, p)
}

// bringsNews is false for a source of single pages, which has nothing new to bring.
func bringsNews(s seeds.Source) bool {
	for _, start := range s.Start {
		if start.Kind != seeds.KindPage {
			return true
		}
	}
	return false
}

// polled reckons with a poll: the interval until the next one is half as long after news, and half as long again after none, within the source's
// bounds. The same poll again (a worker died before it could store the next one) changes nothing.
func (p *Progress) polled(s seeds.Source, seq uint64, now time.Time) {
	if p.Since.IsZero() {
		p.Since = now
	}
	if p.Poll == seq {
		return
	}
	early := now.Sub(p.Polled) < p.Interval.Std()/2 // asked for by hand: too soon to judge
	switch {
	case p.Interval == 0 || p.Base != s.Interval:
		p.Interval, p.Base = s.Interval, s.Interval
	case p.New > 0:
		p.Interval /= 2
	case !early:
		p.Interval += p.Interval / 2
	}
	if p.New > 0 {
		p.Quiet = 0
	} else if !early {
		p.Quiet++
	}
	p.Interval = min(max(p.Interval, s.IntervalMin), s.IntervalMax)
	p.Poll, p.Polled, p.New = seq, now, 0
}

// brought reckons with n new articles, the first and the last of them at these times.
func (p *Progress) brought(n int, first, last time.Time) {
	if gap := first.Sub(p.LastNew); !p.LastNew.IsZero() && gap > 0 {
		kept := float64(p.Longest) * math.Exp2(-float64(gap)/float64(forgetHalf))
		p.Longest = max(seeds.Duration(kept), seeds.Duration(gap))
	}
	if p.Since.IsZero() {
		p.Since = first
	}
	p.LastNew = later(p.LastNew, last)
	p.New += n
	p.Quiet = 0
	p.Silent = nil
}

// ProgressOf reads the records of all sources.
func ProgressOf(ctx context.Context, s Stores) (map[string]Progress, error) {
	all := map[string]Progress{}
	err := s.Progress.Each(ctx, func(e bus.Entry) error {
		if strings.Contains(e.Key, "=") {
			return nil // a budget
		}
		var p Progress
		if json.Unmarshal(e.Value, &p) == nil {
			all[e.Key] = p
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("progress of the sources: %w", err)
	}
	return all, nil
}

// change writes what f makes of a record, again where another was faster; f may be called more than once, and nothing is written where it changes
// nothing. A record that cannot be read begins anew.
func change[T any](ctx context.Context, kv frontier.Bucket, key string, f func(*T)) (T, error) {
	const tries = 10
	var now T
	for try := 1; ; try++ {
		now = *new(T)
		e, err := kv.Get(ctx, key)
		missing := errors.Is(err, bus.ErrNotFound)
		if err != nil && !missing {
			return now, fmt.Errorf("%s: %w", key, err)
		}
		if !missing && json.Unmarshal(e.Value, &now) != nil {
			now = *new(T)
		}
		f(&now)
		value, err := json.Marshal(now)
		if err != nil {
			return now, err
		}
		switch {
		case missing:
			_, err = kv.Create(ctx, key, value)
		case bytes.Equal(value, e.Value):
			return now, nil
		default:
			_, err = kv.Update(ctx, key, value, e.Revision)
		}
		if err == nil {
			return now, nil
		}
		if again := errors.Is(err, bus.ErrConflict) || errors.Is(err, bus.ErrExists); !again || try == tries {
			return now, fmt.Errorf("%s: %w", key, err)
		}
		pause(ctx, jitter(time.Duration(try)*5*time.Millisecond))
	}
}

// arrivals gathers the new articles of the sources, so that a record is written every few seconds and not for each. What a crash takes with it is
// a hint to the interval, no more.
type arrivals struct {
	mu   sync.Mutex
	some map[string]arrival
}

type arrival struct {
	n           int
	first, last time.Time
}

// arrivalsKept is how long an arrival may wait to be written.
const arrivalsKept = 5 * time.Second

func (a *arrivals) note(source string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.some == nil {
		a.some = map[string]arrival{}
	}
	got := a.some[source]
	if got.n == 0 {
		got.first = at
	}
	got.n++
	got.last = later(got.last, at)
	a.some[source] = got
}

// take gives what is to be written: all of a source, or, with "", everything.
func (a *arrivals) take(source string) map[string]arrival {
	a.mu.Lock()
	defer a.mu.Unlock()
	if source != "" {
		got, ok := a.some[source]
		if !ok {
			return nil
		}
		delete(a.some, source)
		return map[string]arrival{source: got}
	}
	all := a.some
	a.some = nil
	return all
}

// writeArrivals writes what arrived. What cannot be written is told and forgotten.
func (w *Worker) writeArrivals(ctx context.Context, source string) {
	for id, got := range w.arrivals.take(source) {
		spoke := false
		_, err := change(ctx, w.in.Progress, id, func(p *Progress) {
			p.V, spoke = 1, p.Silent != nil
			p.brought(got.n, got.first, got.last)
		})
		if err != nil {
			w.cfg.Log.Debug("what a source brought was not noted", "source", id, "articles", got.n, "error", err)
			continue
		}
		if spoke {
			w.cfg.Log.Info("source is silent no more", "source", id)
		}
	}
}

// keepProgress writes arrivals every few seconds until ctx ends, and then what is left.
func (w *Worker) keepProgress(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, arrivalsKept)
		w.writeArrivals(ctx, "")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	w.writeArrivals(ctx, "")
}
