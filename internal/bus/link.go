package bus

import (
	"context"
	"sync"
	"time"
)

// link is the state of the connection as a context that ends when it is lost: what was asked before is not answered any more.
type link struct {
	mu   sync.Mutex
	ctx  context.Context
	lose context.CancelFunc
}

func newLink() *link {
	l := &link{}
	l.ctx, l.lose = context.WithCancel(context.Background())
	return l
}

func (l *link) lost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lose()
}

func (l *link) back() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() != nil {
		l.ctx, l.lose = context.WithCancel(context.Background())
	}
}

func (l *link) current() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ctx
}

// limit bounds one request: by d, and by the life of the connection, so that nobody waits for an answer that cannot come.
func (b *Bus) limit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, d)
	stop := context.AfterFunc(b.up.current(), cancel)
	return ctx, func() { stop(); cancel() }
}
