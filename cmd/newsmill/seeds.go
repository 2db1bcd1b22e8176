package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/seeds"
)

type seedsCmd struct {
	Check seedsCheckCmd `cmd:"" help:"Check source files; nothing is applied."`
	Apply seedsApplyCmd `cmd:"" help:"Check source files and make them the sources of the running crawlers."`
	List  seedsListCmd  `cmd:"" help:"List the applied sources."`
}

type (
	seedsCheckCmd struct {
		Paths []string `arg:"" help:"Source files or folders of them."`
	}
	seedsApplyCmd struct {
		Paths []string `arg:"" help:"Source files or folders of them."`
		Prune bool     `help:"Remove the applied sources that are not in the files."`
	}
	seedsListCmd struct{}
)

func (c *seedsCheckCmd) Run(s streams) error {
	list, err := seeds.Load(c.Paths...)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	fmt.Fprintf(s.out, "%d sources, no mistakes\n", len(list))
	return nil
}

func (c *seedsApplyCmd) Run(ctx context.Context, set *settings, s streams) error {
	list, err := seeds.Load(c.Paths...)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	b, err := set.openBus(ctx, s)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := crawler.Apply(ctx, crawler.StoresOf(b), list, c.Prune)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d added, %d changed, %d unchanged, %d removed\n", len(r.Added), len(r.Changed), len(r.Unchanged), len(r.Removed))
	for _, id := range r.Left {
		fmt.Fprintf(s.out, "left alone: %s (not in the files; --prune removes it)\n", id)
	}
	return nil
}

func (c *seedsListCmd) Run(ctx context.Context, set *settings, s streams) error {
	b, err := set.openBus(ctx, s)
	if err != nil {
		return err
	}
	defer b.Close()
	list, err := crawler.List(ctx, crawler.StoresOf(b))
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tEVERY\tSTART")
	for _, src := range list {
		for i, start := range src.Start {
			if i == 0 {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s %s\n", src.ID, src.Name, src.Interval.Std(), start.Kind, start.URL)
			} else {
				fmt.Fprintf(t, "\t\t\t%s %s\n", start.Kind, start.URL)
			}
		}
	}
	return t.Flush()
}
