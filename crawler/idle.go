package crawler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// RestingHost is a host with URLs that may not be asked for a while.
type RestingHost struct {
	Host  string // as in a URL
	Until time.Time
	Fails int
	Why   string // the last failure
	URLs  uint64

	Parked bool // it did not answer for so long that it is asked as seldom as can be
}

// State is what a crawl has before it.
type State struct {
	Queued  uint64        // URLs in the frontier
	Due     int           // tokens of hosts and polls of sources that have fired, or fire within 2 s
	Resting []RestingHost // hosts with URLs that may not be asked for more than a minute, sorted by host
	Active  uint64        // queued URLs of the other hosts
}

// Done tells that nothing is left to do now: all that is queued, if anything, waits for a resting host. Ask twice, a second apart: a URL that
// is being queued may be between two stores.
func (s State) Done() bool { return s.Active == 0 && s.Due == 0 }

// restLong is a rest that nobody waits for.
const restLong = time.Minute

// Idle gives the state of the crawl. It compares with the clock of this machine.
func Idle(ctx context.Context, s Stores) (State, error) {
	var st State
	soon := time.Now().Add(2 * time.Second)
	err := s.Polls.Each(ctx, polls, func(m bus.Message, at time.Time, fired bool) error {
		if fired || at.Before(soon) {
			st.Due++
		}
		return nil
	})
	if err != nil {
		return State{}, fmt.Errorf("polls: %w", err)
	}
	f := frontier.New(s.URLs, s.Tokens, s.Hosts, frontier.Config{})
	rests := map[string]time.Time{}
	fired, err := f.Resting(ctx, func(host string, until time.Time) error {
		if until.Before(soon) {
			st.Due++
		} else if time.Until(until) > restLong {
			rests[host] = until
		}
		return nil
	})
	if err != nil {
		return State{}, err
	}
	st.Due += fired
	if st.Queued, err = f.Queued(ctx, ""); err != nil {
		return State{}, fmt.Errorf("queued: %w", err)
	}
	st.Active = st.Queued
	for host, until := range rests {
		r, err := resting(ctx, f, host, until)
		if err != nil {
			return State{}, err
		}
		// Without a failure it only waits for the end of a lease, whose owner may be dead.
		if r.URLs > 0 && r.Why != "" {
			st.Resting = append(st.Resting, r)
			st.Active -= min(st.Active, r.URLs)
		}
	}
	slices.SortFunc(st.Resting, func(a, b RestingHost) int { return strings.Compare(a.Host, b.Host) })
	return st, nil
}

func resting(ctx context.Context, f *frontier.Frontier, token string, until time.Time) (RestingHost, error) {
	r := RestingHost{Host: token, Until: until}
	if host, err := news.ParseHostToken(token); err == nil {
		r.Host = host
	}
	var err error
	if r.URLs, err = f.Queued(ctx, token); err != nil {
		return RestingHost{}, fmt.Errorf("queued for %s: %w", token, err)
	}
	rec, err := f.Look(ctx, token)
	if err != nil && !errors.Is(err, bus.ErrNotFound) {
		return RestingHost{}, err
	}
	r.Fails, r.Why, r.Parked = rec.Fails, rec.Why, rec.Parked
	return r, nil
}
