package frontier

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// Sweep gives a token to every host that has URLs and none, and tells how many there were. They come from a crawler that died between two
// writes, from a token that was given up after too many deliveries, and from what was put into URLS by hand. Any number of crawlers
// may sweep at the same time.
func (f *Frontier) Sweep(ctx context.Context) (mended int, err error) {
	tokens := map[string]bool{}
	err = f.tokens.Each(ctx, allTokens, func(m bus.Message, _ time.Time, _ bool) error {
		tokens[m.Subject[strings.LastIndexByte(m.Subject, '.')+1:]] = true
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("sweep: tokens: %w", err)
	}
	var asleep []string
	err = f.hosts.Each(ctx, func(e bus.Entry) error {
		if !tokens[e.Key] {
			asleep = append(asleep, e.Key)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("sweep: hosts: %w", err)
	}
	for _, host := range asleep {
		n, err := f.Queued(ctx, host)
		if err != nil {
			return mended, fmt.Errorf("sweep: %s: %w", host, err)
		}
		if n == 0 {
			continue
		}
		if err := f.wake(ctx, host, time.Time{}); err != nil {
			return mended, fmt.Errorf("sweep: %w", err)
		}
		mended++
	}
	return mended, nil
}

// Resting calls back for every host whose token is stored for a later time, and tells how many tokens have fired and are not settled: hosts
// that are being asked, or wait for a free worker.
func (f *Frontier) Resting(ctx context.Context, each func(host string, until time.Time) error) (fired int, err error) {
	err = f.tokens.Each(ctx, allTokens, func(m bus.Message, at time.Time, due bool) error {
		if due {
			fired++
			return nil
		}
		return each(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:], at)
	})
	if err != nil {
		return fired, fmt.Errorf("tokens: %w", err)
	}
	return fired, nil
}

// Look reads a host's record (by its subject token) without making one. The error is bus.ErrNotFound where there is none.
func (f *Frontier) Look(ctx context.Context, host string) (HostState, error) {
	e, err := f.hosts.Get(ctx, host)
	if err != nil {
		return HostState{}, fmt.Errorf("host record %s: %w", host, err)
	}
	return parseHost(e), nil
}

// Void ends the leases of all workers that are not this Frontier, and wakes their hosts when pause has passed; a token that was delivered
// and not settled is stored anew. It is for a process that knows to be the only crawler, before it takes its first token, after a
// former one was killed: without it the hosts move on when ack wait and lease have run out.
func (f *Frontier) Void(ctx context.Context, pause time.Duration) (voided int, err error) {
	var fired []string
	err = f.tokens.Each(ctx, allTokens, func(m bus.Message, _ time.Time, due bool) error {
		if due {
			fired = append(fired, strings.TrimPrefix(m.Subject, tokenDue))
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("void leases: %w", err)
	}
	for _, host := range fired {
		if err := f.wake(ctx, host, time.Time{}); err != nil {
			return 0, fmt.Errorf("void leases: %w", err)
		}
	}
	var leased []HostState
	err = f.hosts.Each(ctx, func(e bus.Entry) error {
		if s := parseHost(e); s.Lease > 0 && !f.mine(s.By) {
			leased = append(leased, s)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("void leases: %w", err)
	}
	for _, s := range leased {
		s.Lease, s.Wait = 0, max(s.Wait, s.Delay, pause)
		free, err := f.update(ctx, s)
		if err != nil {
			return voided, fmt.Errorf("void leases: %w", err)
		}
		if err := f.tokens.At(ctx, tokenAt+s.Token, tokenDue+s.Token, free.FreeAt(), nil); err != nil {
			return voided, fmt.Errorf("void leases: token of %s: %w", s.Token, err)
		}
		voided++
	}
	return voided, nil
}
