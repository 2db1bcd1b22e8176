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
	return parseHost(e)
}
