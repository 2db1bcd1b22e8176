package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/seeds"
)

type (
	seedsPauseCmd struct {
		IDs []string `arg:"" name:"id" help:"Ids of applied sources."`
	}
	seedsResumeCmd struct {
		IDs []string `arg:"" name:"id" help:"Ids of applied sources."`
	}
	seedsPollNowCmd struct {
		IDs []string `arg:"" name:"id" help:"Ids of applied sources."`
	}
	seedsImportCmd struct {
		File string `arg:"" help:"OPML file."`
	}
	seedsExportCmd struct {
		Paths []string `arg:"" optional:"" help:"Source files or folders of them; the applied sources where there is none."`
	}
)

func (c *seedsPauseCmd) Run(ctx context.Context, set *settings, s streams) error {
	return eachSource(ctx, set, s, c.IDs, func(stores crawler.Stores, id string) error {
		if err := crawler.Pause(ctx, stores, id); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s is paused\n", id)
		return nil
	})
}

func (c *seedsResumeCmd) Run(ctx context.Context, set *settings, s streams) error {
	return eachSource(ctx, set, s, c.IDs, func(stores crawler.Stores, id string) error {
		n, err := crawler.Resume(ctx, stores, id)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s goes on; %d URLs were kept\n", id, n)
		return nil
	})
}

func (c *seedsPollNowCmd) Run(ctx context.Context, set *settings, s streams) error {
	return eachSource(ctx, set, s, c.IDs, func(stores crawler.Stores, id string) error {
		if err := crawler.PollNow(ctx, stores, id); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s is being polled\n", id)
		return nil
	})
}

// eachSource runs f for each id, also after one has failed.
func eachSource(ctx context.Context, set *settings, s streams, ids []string, f func(stores crawler.Stores, id string) error) error {
	b, err := set.openBus(ctx, s)
	if err != nil {
		return err
	}
	defer b.Close()
	stores := crawler.StoresOf(b)
	var errs []error
	for _, id := range ids {
		if !seeds.ValidID(id) {
			errs = append(errs, &exitError{exitUsage, fmt.Errorf("%q is not the id of a source", id)})
			continue
		}
		err := f(stores, id)
		if errors.Is(err, bus.ErrNotFound) {
			err = fmt.Errorf("no source %s is applied; `newsmill seeds list` shows them", id)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c *seedsImportCmd) Run(s streams) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	list, skipped, err := seeds.FromOPML(data)
	for _, line := range skipped {
		fmt.Fprintf(s.err, "left out: %s\n", line)
	}
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("%s: %w", c.File, err)}
	}
	return seeds.WriteYAML(s.out, list)
}

func (c *seedsExportCmd) Run(ctx context.Context, set *settings, s streams) error {
	list, err := c.sources(ctx, set, s)
	if err != nil {
		return err
	}
	n, err := seeds.WriteOPML(s.out, list)
	if err == nil && n < len(list) {
		fmt.Fprintf(s.err, "%d feeds of %d sources; OPML knows feeds alone\n", n, len(list))
	}
	return err
}

func (c *seedsExportCmd) sources(ctx context.Context, set *settings, s streams) ([]seeds.Source, error) {
	if len(c.Paths) > 0 {
		list, err := seeds.Load(c.Paths...)
		if err != nil {
			return nil, &exitError{exitUsage, err}
		}
		return list, nil
	}
	b, err := set.openBus(ctx, s)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return crawler.List(ctx, crawler.StoresOf(b))
}
