package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	settings `embed:""`

	Run        runCmd        `cmd:"" help:"Everything in one process: NATS, Elasticsearch, the three workers, the console."`
	CrawlerCmd crawlerCmd    `cmd:"" name:"crawler" help:"One crawler: fetches pages and publishes them to NATS."`
	Normalizer normalizerCmd `cmd:"" help:"One normalizer: makes clean articles of pages."`
	Indexer    indexerCmd    `cmd:"" help:"One indexer: writes articles to Elasticsearch."`
	Extract    extractCmd    `cmd:"" help:"Extract the articles of a page: a file, an address, or standard input."`
	Search     searchCmd     `cmd:"" help:"Search the index."`
	IndexCmd   indexCmd      `cmd:"" name:"index" help:"Set up, migrate and clean up the indices."`
	Tail       tailCmd       `cmd:"" help:"Print what happens, as it happens."`
	Status     statusCmd     `cmd:"" help:"Show streams, lag, and how every URL ended."`
	SeedsCmd   seedsCmd      `cmd:"" name:"seeds" help:"Check, apply and list sources."`
	Frontier   frontierCmd   `cmd:"" help:"Look at what is queued, take it out, or queue it again."`
	Dead       deadCmd       `cmd:"" help:"Look at dead letters."`
	Doctor     doctorCmd     `cmd:"" help:"Say what is wrong with this set-up."`
	Demosite   demositeCmd   `cmd:"" help:"Serve the demo site alone."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// execute parses the arguments and runs the command.
func execute(ctx context.Context, args []string, s streams) error {
	var c cli
	exited := -1
	p, err := newParser(&c, s, func(code int) { exited = code })
	if err != nil {
		return err
	}
	k, err := p.Parse(args)
	if exited >= 0 { // --help
		return nil
	}
	if err != nil {
		return &exitError{exitUsage, err}
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return k.Run(&c.settings, s)
}

func newParser(c *cli, s streams, exit func(int)) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("newsmill"),
		kong.Description("newsmill crawls news sites, strips everything that is not the article, and keeps the articles searchable."),
		kong.Writers(s.out, s.err),
		kong.Exit(exit),
		kong.DefaultEnvars("NEWSMILL"),
		kong.Configuration(loadSettingsFile),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Vars{"data": defaultData()},
	)
}

// defaultData is where data lies by default: the user's data folder (XDG base directory specification).
func defaultData() string {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "newsmill")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "share", "newsmill")
	}
	return "newsmill-data"
}
