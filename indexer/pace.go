package indexer

import (
	"context"
	"sync"
	"time"
)

// slowBulk is the time from which on a bulk request counts as a sign that Elasticsearch has too much to do, answered or not.
const slowBulk = 5 * time.Second

// pace is how many documents go into one bulk request, and how many requests are under way at the same time. Both halve when Elasticsearch says
// that it is busy or answers slowly, and grow again slowly: the rule by which TCP shares a line. The workers of a process share it.
type pace struct {
	most    int // documents
	workers int // requests

	mu      sync.Mutex
	now     int           // 0: most; guarded by mu
	allowed int           // requests, 0: workers; guarded by mu
	active  int           // requests under way; guarded by mu
	quiet   int           // requests that went well since the last step; guarded by mu
	freed   chan struct{} // closed when a waiting request may look again; guarded by mu
}

// begin waits until a request may be sent, or ctx ends, and tells of how many documents. Every begin without an error has an end.
func (p *pace) begin(ctx context.Context) (limit int, err error) {
	p.mu.Lock()
	for p.active >= p.requests() {
		if p.freed == nil {
			p.freed = make(chan struct{})
		}
		freed := p.freed
		p.mu.Unlock()
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-freed:
		}
		p.mu.Lock()
	}
	defer p.mu.Unlock()
	p.active++
	return p.documents(), nil
}

// end closes a begin: a request with that many documents took so long, and was told that Elasticsearch is busy or not.
func (p *pace) end(tried int, took time.Duration, busy bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active--
	switch {
	case busy || took > slowBulk:
		if half := max(1, tried/2); p.now == 0 || half < p.now {
			p.now = half
		}
		p.allowed, p.quiet = max(1, p.requests()/2), 0
	default:
		p.grow()
	}
	if p.freed != nil {
		close(p.freed)
		p.freed = nil
	}
}

// grow adds a tenth of the documents, at least one, and after ten requests that went well one more at the same time.
func (p *pace) grow() {
	if p.now != 0 {
		if p.now += max(1, p.now/10); p.now >= p.most {
			p.now = 0
		}
	}
	if p.allowed == 0 {
		return
	}
	if p.quiet++; p.quiet >= 10 {
		p.quiet = 0
		if p.allowed++; p.allowed >= p.workers {
			p.allowed = 0
		}
	}
}

func (p *pace) documents() int {
	if p.now == 0 {
		return p.most
	}
	return p.now
}

func (p *pace) requests() int {
	if p.allowed == 0 {
		return max(1, p.workers)
	}
	return p.allowed
}

// limits gives both as they are now.
func (p *pace) limits() (documents, requests int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.documents(), p.requests()
}
