package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/internal/bus"
)

// once waits for the end of a run --once.
type once struct {
	bus    *bus.Bus
	stores crawler.Stores
	search *lateSearch
}

// backing is the hosts that still have URLs and back off for more than a minute.
type backing []crawler.RestingHost

func (b backing) err() error {
	if len(b) == 0 {
		return nil
	}
	var lines []string
	for _, h := range b {
		lines = append(lines, fmt.Sprintf("  %s: %d URLs, to be asked again at %s (%s)", h.Host, h.URLs, h.Until.Local().Format(time.TimeOnly), h.Why))
	}
	return &exitError{exitPending, fmt.Errorf("hosts back off, and will be asked again at the next run:\n%s", strings.Join(lines, "\n"))}
}

// wait returns when, twice 1 s apart, no URL waits (but for hosts that back off for long), no token or poll is due, and no durable consumer
// has anything that is not settled.
func (o once) wait(ctx context.Context) (backing, error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for quiet := 0; ; {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
		if _, err := o.search.client(); err != nil {
			continue // the index comes later than the rest
		}
		idle, hosts, err := o.idle(ctx)
		if err != nil {
			return nil, err
		}
		if !idle {
			quiet = 0
			continue
		}
		if quiet++; quiet == 2 {
			return hosts, nil
		}
	}
}

func (o once) idle(ctx context.Context) (bool, backing, error) {
	state, err := crawler.Idle(ctx, o.stores)
	if err != nil || !state.Done() {
		return false, nil, err
	}
	consumers, err := o.bus.Consumers(ctx)
	if err != nil {
		return false, nil, err
	}
	for _, c := range consumers {
		if c.Pending > 0 || c.AckPending > 0 {
			return false, nil, nil
		}
	}
	return true, state.Resting, nil
}

// summary says how everything ended; the counts are the last lines.
func (o once) summary(ctx context.Context, w io.Writer) error {
	a, err := account(ctx, o.bus)
	if err != nil {
		return err
	}
	client, err := o.search.client()
	if err != nil {
		return err
	}
	if err := client.Refresh(ctx); err != nil {
		return err
	}
	found, err := o.search.Count(ctx)
	if err != nil {
		return err
	}
	printReasons(w, a)
	_, err = fmt.Fprintf(w, "fetched: %d\narticles: %d\ndiscarded: %d\ndead: %d\nsearchable: %d\n",
		a.Fetched, a.Articles, a.DiscardedTotal(), a.DeadTotal(), found)
	return err
}
