package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/seeds"
)

type seedsCmd struct {
	Check seedsCheckCmd `cmd:"" help:"Check source files; nothing is applied."`
	Apply seedsApplyCmd `cmd:"" help:"Check source files and make them the sources of the running crawlers."`
	List  seedsListCmd  `cmd:"" help:"List the applied sources: how often they are polled, what came last, which are paused or silent."`

	Pause   seedsPauseCmd   `cmd:"" help:"Ask for nothing of a source until it is resumed; what is queued of it is kept."`
	Resume  seedsResumeCmd  `cmd:"" help:"Take a pause back."`
	PollNow seedsPollNowCmd `cmd:"" help:"Poll a source at once."`
	Import  seedsImportCmd  `cmd:"" help:"Make a source file of an OPML file's feeds."`
	Export  seedsExportCmd  `cmd:"" help:"Write the feeds of the applied sources, or of files, as OPML."`
}

type (
	seedsCheckCmd struct {
		Paths []string `arg:"" help:"Source files or folders of them."`
		Live  bool     `help:"Ask each start page once as well, and say what it would find."`
	}
	seedsApplyCmd struct {
		Paths []string `arg:"" help:"Source files or folders of them."`
		Prune bool     `help:"Remove the applied sources that are not in the files."`
	}
	seedsListCmd struct{}
)

func (c *seedsCheckCmd) Run(ctx context.Context, set *settings, s streams) error {
	list, err := seeds.Load(c.Paths...)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	fmt.Fprintf(s.out, "%d sources, no mistakes\n", len(list))
	if !c.Live {
		return nil
	}
	return checkLive(ctx, set, s, list)
}

// checkLive asks the start pages, and is an error where one brings nothing.
func checkLive(ctx context.Context, set *settings, s streams, list []seeds.Source) error {
	useless, all := 0, 0
	config := set.crawlerConfig()
	if err := config.CheckSources(list); err != nil {
		return &exitError{exitUsage, err}
	}
	err := crawler.Preview(ctx, config, list, time.Now(), func(f crawler.Found) {
		if all++; !f.Useful() {
			useless++
		}
		printFound(s.out, f)
	})
	if err != nil {
		return err
	}
	if useless > 0 {
		return fmt.Errorf("%d of %d start pages bring nothing", useless, all)
	}
	return nil
}

func printFound(w io.Writer, f crawler.Found) {
	verdict := "ok"
	if !f.Useful() {
		verdict = "NOTHING: " + f.Err.Error()
	}
	fmt.Fprintf(w, "\n%s  %s %s\n  %s\n", f.Source, f.Start.Kind, f.URL, verdict)
	if f.Status != 0 {
		fmt.Fprintf(w, "  status %d, robots.txt: %s, one request in %s\n  %d addresses, %d in scope, %d next pages\n", f.Status, f.Robots, f.Delay, f.Entries, f.InScope, f.Next)
	}
	for _, lines := range []struct {
		what string
		all  []string
	}{{"for example", f.Sample}, {"announces the feed", f.Feeds}, {"robots.txt names the sitemap", f.Maps}} {
		for _, l := range lines.all {
			fmt.Fprintf(w, "  %s %s\n", lines.what, l)
		}
	}
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
	stores := crawler.StoresOf(b)
	list, err := crawler.List(ctx, stores)
	if err != nil {
		return err
	}
	progress, err := crawler.ProgressOf(ctx, stores)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tEVERY\tLAST NEW\tSTATE\tSTART")
	for _, src := range list {
		for i, start := range src.Start {
			if i == 0 {
				p := progress[src.ID]
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s %s\n", src.ID, src.Name, every(src, p), lastNew(p), stateOf(src, p), start.Kind, start.URL)
			} else {
				fmt.Fprintf(t, "\t\t\t\t\t%s %s\n", start.Kind, start.URL)
			}
		}
	}
	return t.Flush()
}

// every is how often a source is polled now.
func every(s seeds.Source, p crawler.Progress) time.Duration {
	if p.Interval > 0 {
		return p.Interval.Std().Round(time.Second)
	}
	return s.Interval.Std()
}

func lastNew(p crawler.Progress) string {
	if p.LastNew.IsZero() {
		return "-"
	}
	return p.LastNew.Local().Format(time.DateTime)
}

func stateOf(s seeds.Source, p crawler.Progress) string {
	switch {
	case s.Paused:
		return "paused"
	case p.Silent != nil:
		return "SILENT"
	}
	return "ok"
}
