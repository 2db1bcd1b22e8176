package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	newsmill string // path of the binary
	dir      string // for stores and logs; empty: a temporary one, removed at the end
	hosts    int
	pages    int
	delay    time.Duration
	bytes    int
	urls     int
	colly    string
	scrapy   string
	out      io.Writer
}

// limit is the longest that one run may take.
const limit = 4 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench/web:", err)
		}
		stop()
		os.Exit(1)
	}
}

var scenarios = []struct {
	name string
	run  func(context.Context, options) error
}{{"polite", polite}, {"scale", scale}, {"peers", peers}, {"queue", queue}}

func run(ctx context.Context, args []string, out io.Writer) error {
	o := options{out: out}
	f := flag.NewFlagSet("web", flag.ContinueOnError)
	f.SetOutput(out)
	only := f.String("run", "", "polite, scale, peers or queue; empty runs them all")
	serve := f.String("nats-server", "", "be the NATS server on this folder (the program starts itself so)")
	f.StringVar(&o.newsmill, "newsmill", "bin/newsmill", "the binary to measure")
	f.StringVar(&o.dir, "dir", "", "folder for stores and logs, kept; empty takes a temporary one")
	f.IntVar(&o.hosts, "hosts", 1000, "hosts of the polite run")
	f.IntVar(&o.pages, "pages", 20, "pages a host in the polite run")
	f.DurationVar(&o.delay, "delay", 2*time.Second, "delay of the polite run")
	f.IntVar(&o.bytes, "bytes", 40_000, "bytes of a page in the other runs")
	f.IntVar(&o.urls, "urls", 1_000_000, "URLs of the queue run")
	f.StringVar(&o.colly, "colly", "", "the program of peers/colly, built; empty leaves it out")
	f.StringVar(&o.scrapy, "scrapy", "", "a Python with Scrapy; empty leaves it out")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *serve != "" {
		return serveNATS(ctx, *serve, out)
	}
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "newsmill-bench-web-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	var errs []error
	for _, s := range scenarios {
		if *only != "" && *only != s.name {
			continue
		}
		limited, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("took longer than %v", limit))
		fmt.Fprintf(out, "== %s\n", s.name)
		if err := s.run(limited, o); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.name, errors.Join(err, context.Cause(limited))))
			fmt.Fprintln(out, "FAILED:", err)
		}
		cancel()
	}
	return errors.Join(errs...)
}

func (o options) printf(format string, args ...any) { fmt.Fprintf(o.out, format+"\n", args...) }

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
