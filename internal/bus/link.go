package bus

import (
	"context"
	"sync"
	"time"
)

// link is the state of the connection as a context that ends when it is lost: what was asked before is not answered any more.
// The client calls lost and back some time after the fact, and in between a new connection may be in use already; so the context
// belongs to one connection, told by the client's count of reconnections.
type link struct {
	mu    sync.Mutex
	count func() uint64 // reconnections so far; nil before the first connection
	gen   uint64        // the count that ctx belongs to
	ended uint64        // connections below this count are lost
	ctx   context.Context
	lose  context.CancelFunc
}

func newLink() *link {
	l := &link{}
	l.renew(0)
	return l
}

// start begins with a connection that was made.
func (l *link) start(count func() uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count = count
	l.renew(count())
	l.ended = l.gen
}

func (l *link) renew(gen uint64) {
	if l.lose != nil {
		l.lose()
	}
	l.gen = gen
	l.ctx, l.lose = context.WithCancel(context.Background())
}

func (l *link) lost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended++; l.gen < l.ended {
		l.lose()
	}
}

func (l *link) back() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == nil {
		return
	}
	if n := l.count(); n != l.gen || l.ctx.Err() != nil {
		l.renew(n)
	}
	l.ended = l.gen
}

func (l *link) current() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count != nil {
		if n := l.count(); n != l.gen {
			l.renew(n)
		}
	}
	return l.ctx
}

// limit bounds one request: by d, and by the life of the connection, so that nobody waits for an answer that cannot come.
func (b *Bus) limit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, d)
	stop := context.AfterFunc(b.up.current(), cancel)
	return ctx, func() { stop(); cancel() }
}
