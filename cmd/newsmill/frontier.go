package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

type frontierCmd struct {
	List    frontierListCmd    `cmd:"" help:"List what is queued, waits for its time, or belongs to a paused source."`
	Purge   frontierPurgeCmd   `cmd:"" help:"Take out what is queued for a host or of a source. Nothing tells of these URLs afterwards."`
	Requeue frontierRequeueCmd `cmd:"" help:"Queue URLs again that ended without a page."`
}

type (
	// selection is what of the frontier a command is about.
	selection struct {
		Host   string `help:"Of this host, as in a URL."`
		Source string `help:"Of this source."`
	}
	frontierListCmd struct {
		selection
		Limit int `default:"100" help:"Lines at most; 0 all."`
	}
	frontierPurgeCmd   struct{ selection }
	frontierRequeueCmd struct {
		selection
		Outcome []string `help:"Those that ended so (a code of the table of reasons, or page), several separated by commas; default all that brought no page."`
	}
)

// parse checks the selection; where one is needed it must say something.
func (c selection) parse(needed bool) (frontier.Selection, error) {
	sel := frontier.Selection{Source: c.Source}
	if needed && c.Host == "" && c.Source == "" {
		return sel, &exitError{exitUsage, errors.New("--host or --source is needed")}
	}
	if c.Source != "" && !seeds.ValidID(c.Source) {
		return sel, &exitError{exitUsage, fmt.Errorf("--source: %q is not the id of a source", c.Source)}
	}
	if c.Host != "" {
		token, err := news.HostToken(c.Host)
		if err != nil {
			return sel, &exitError{exitUsage, fmt.Errorf("--host: %w", err)}
		}
		sel.Host = token
	}
	return sel, nil
}

func openFrontier(ctx context.Context, set *settings, s streams) (*bus.Bus, *frontier.Frontier, error) {
	b, err := set.openBus(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	in := crawler.StoresOf(b)
	return b, frontier.New(in.URLs, in.Tokens, in.Hosts, frontier.Config{}), nil
}

func (c *frontierListCmd) Run(ctx context.Context, set *settings, s streams) error {
	sel, err := c.parse(false)
	if err != nil {
		return err
	}
	b, _, err := openFrontier(ctx, set, s)
	if err != nil {
		return err
	}
	defer b.Close()
	t := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "LANE\tSOURCE\tKIND\tSINCE\tURL")
	n := 0
	err = sel.Each(ctx, b, func(lane string, it frontier.Item) error {
		if n++; c.Limit > 0 && n > c.Limit {
			return bus.ErrStop
		}
		url := it.URL
		if it.Kind == frontier.KindSlice {
			url = fmt.Sprintf("%s (%d addresses)", url, len(it.Links))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", lane, it.Source, it.Kind, it.Message.Time.Local().Format(time.DateTime), url)
		return nil
	})
	if err := errors.Join(err, t.Flush()); err != nil && !errors.Is(err, bus.ErrStop) {
		return err
	}
	if c.Limit > 0 && n > c.Limit {
		fmt.Fprintf(s.err, "more than %d; --limit 0 shows all\n", c.Limit)
	}
	return nil
}

func (c *frontierPurgeCmd) Run(ctx context.Context, set *settings, s streams) error {
	sel, err := c.parse(true)
	if err != nil {
		return err
	}
	b, f, err := openFrontier(ctx, set, s)
	if err != nil {
		return err
	}
	defer b.Close()
	n, err := f.PurgeSelection(ctx, sel, b)
	fmt.Fprintf(s.out, "%d taken out\n", n)
	return err
}

func (c *frontierRequeueCmd) Run(ctx context.Context, set *settings, s streams) error {
	sel, err := c.parse(true)
	if err != nil {
		return err
	}
	b, f, err := openFrontier(ctx, set, s)
	if err != nil {
		return err
	}
	defer b.Close()
	n, err := f.Requeue(ctx, sel, b.KV(bus.BucketSeen), c.wanted)
	fmt.Fprintf(s.out, "%d queued again\n", n)
	return err
}

// broughtPage are the outcomes that nobody wants again by default.
var broughtPage = []string{frontier.OutcomePage, news.Unchanged.Code, news.Discovery.Code, news.Redirected.Code}

func (c *frontierRequeueCmd) wanted(v frontier.Visit) bool {
	if len(c.Outcome) > 0 {
		return slices.Contains(c.Outcome, v.Outcome)
	}
	return !slices.Contains(broughtPage, v.Outcome)
}
