package frontier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// Take leases the host of a due token. A nil Hold without an error says that there is nothing to do now: the host is idle, or another has
// it, or it may not be asked yet; its next token is stored where it needs one, and this one may be acknowledged. After an
// error the token must not be acknowledged, and Take may be called with it again.
func (f *Frontier) Take(ctx context.Context, token bus.Message) (*Hold, error) {
	host, ok := strings.CutPrefix(token.Subject, tokenDue)
	if !ok || host == "" {
		return nil, fmt.Errorf("%w: token %q", ErrEntry, token.Subject)
	}
	s, err := f.host(ctx, host)
	if err != nil {
		return nil, err
	}
	if !f.claim(host) {
		return nil, f.wake(ctx, host, s.FreeAt())
	}
	h, err := f.take(ctx, token, s)
	if h == nil {
		f.unclaim(host)
	}
	return h, err
}

func (f *Frontier) take(ctx context.Context, token bus.Message, s HostState) (*Hold, error) {
	// The token's time is the moment it fired, so a past moment: it says "not yet" rather too often than too seldom. A lease of our own
	// that nobody holds was left by a Hold that could not write, and only we may go on with it.
	ours := s.Lease > 0 && f.mine(s.By)
	if !ours && s.FreeAt().After(token.Time) {
		return nil, f.wake(ctx, s.Token, s.FreeAt())
	}
	_, some, err := f.first(ctx, s.Token, nil)
	if err != nil || !some {
		return nil, err
	}
	h := &Hold{f: f, host: s, since: time.Now(), last: f.leftAt(s.Token)}
	err = h.lease(ctx)
	if errors.Is(err, bus.ErrConflict) {
		return nil, f.wake(ctx, s.Token, h.host.FreeAt())
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (f *Frontier) claim(host string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held[host] {
		return false
	}
	f.held[host] = true
	return true
}

func (f *Frontier) unclaim(host string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.held, host)
}

func (f *Frontier) leftAt(host string) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left[host]
}

func (f *Frontier) leave(host string, last time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last.IsZero() {
		delete(f.left, host)
	} else {
		f.left[host] = last
	}
	delete(f.held, host)
}
