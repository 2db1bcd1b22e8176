package demosite

import (
	"sync"
	"time"
)

// Request is one request as the server saw it: enough to judge a crawler's politeness.
type Request struct {
	Host      string // from the Host header, without port
	Path      string // path and query
	UserAgent string
	Status    int
	Start     time.Time // before the answer is looked up
	End       time.Time // after the last byte was handed to the connection
}

// maxRequests bounds the log, so that a demo left running does not grow for ever.
const maxRequests = 1 << 16

// requestLog keeps the newest requests in a ring.
type requestLog struct {
	mu   sync.Mutex
	ring []Request // guarded by mu
	next int       // guarded by mu; where the oldest stands once the ring is full
}

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < maxRequests {
		l.ring = append(l.ring, r)
		return
	}
	l.ring[l.next] = r
	l.next = (l.next + 1) % maxRequests
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Request, 0, len(l.ring))
	out = append(out, l.ring[l.next:]...)
	return append(out, l.ring[:l.next]...)
}
