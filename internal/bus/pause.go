package bus

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A paused loop asks its handler again after pauseFirst, doubling up to pauseMost.
const (
	pauseFirst = 500 * time.Millisecond
	pauseMost  = 15 * time.Second
)

// pause is the state "down" of a consume loop, shared by its workers: while one of them is down, none pulls.
type pause struct {
	onDown func(error)
	log    *slog.Logger

	telling sync.Mutex // held while downs changes and onDown is called, so that calls come one at a time and in order
	mu      sync.Mutex
	downs   int           // workers that are down
	changed chan struct{} // closed whenever one of them goes on
}

func newPause(onDown func(error), log *slog.Logger) *pause {
	return &pause{onDown: onDown, log: log, changed: make(chan struct{})}
}

// begin notes that the calling worker is down; each begin wants one end. It is told once for all workers.
func (p *pause) begin(err error) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	p.downs++
	first := p.downs == 1
	p.mu.Unlock()
	if first {
		p.log.Warn("paused", "error", err)
		p.onDown(err)
	}
}

// end notes that the calling worker is down no more, and wakes those that are: what was away may be back for them too. Nothing is
// told where ctx ended, since then the worker only gave up.
func (p *pause) end(ctx context.Context) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	p.downs--
	last := p.downs == 0
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
	if last && ctx.Err() == nil {
		p.log.Info("goes on")
		p.onDown(nil)
	}
}

func (p *pause) state() (downs int, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.downs, p.changed
}

// wait returns true when no worker is down, false when ctx ended.
func (p *pause) wait(ctx context.Context) bool {
	for ctx.Err() == nil {
		downs, changed := p.state()
		if downs == 0 {
			return true
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
	return false
}

// backoff waits, at most until another worker goes on. It is false when ctx ended.
func (p *pause) backoff(ctx context.Context, d time.Duration) bool {
	_, changed := p.state()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-changed:
	case <-t.C:
	}
	return ctx.Err() == nil
}

// A run of dead letters for one reason is a fault of the set-up (principle: never 50,000 dead letters): after rowMost the loop
// pauses, and lets one more through every rowProbe, so that a row of messages that are really bad does not stop it for ever.
const (
	rowMost  = 50
	rowProbe = time.Minute
)

// row counts dead letters for one reason with no success between them.
type row struct {
	mu     sync.Mutex
	code   string
	n      int
	passed time.Time // when it was full, or let the last one through
}

// full is true where a dead letter for this reason must not be made now.
func (r *row) full(code string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.code != code || r.n < rowMost {
		return false
	}
	if r.passed.IsZero() {
		r.passed = now
	}
	return now.Sub(r.passed) < rowProbe
}

// buried notes a dead letter.
func (r *row) buried(code string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.code != code {
		r.code, r.n, r.passed = code, 0, time.Time{}
	}
	r.n++
	if r.n >= rowMost {
		r.passed = now
	}
}

// done notes a success.
func (r *row) done() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.code, r.n, r.passed = "", 0, time.Time{}
}
