package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/telemetry"
	"github.com/newsmill/newsmill/normalizer"
)

type (
	crawlerCmd    struct{}
	normalizerCmd struct{}
	indexerCmd    struct{}
)

// connectTime is how long a command that looks at things waits for a server; workers wait as long as it takes.
const connectTime = 5 * time.Second

// janitorInterval is how often each worker process makes room in the streams and looks for messages that were given up.
const janitorInterval = 30 * time.Second

func (crawlerCmd) Run(ctx context.Context, set *settings, s streams) error {
	return runWorker(ctx, set, s, func(p *process) error {
		w, err := p.newCrawler(set, nil, false)
		if err != nil {
			return err
		}
		p.start("crawler", w.Run)
		return nil
	})
}

func (normalizerCmd) Run(ctx context.Context, set *settings, s streams) error {
	return runWorker(ctx, set, s, func(p *process) error { return p.startNormalizer(set) })
}

func (indexerCmd) Run(ctx context.Context, set *settings, s streams) error {
	return runWorker(ctx, set, s, func(p *process) error {
		client, err := set.openElastic()
		if err != nil {
			return err
		}
		return p.startIndexer(set, client, p.addReadiness("indexer"))
	})
}

// process is one process with workers on one bus. Its parts live until ctx ends: when one of them fails, at stop, or with the parent.
type process struct {
	group   *errgroup.Group
	ctx     context.Context
	cancel  context.CancelFunc
	bus     *bus.Bus
	log     *slog.Logger
	metrics *prometheus.Registry
	checks  []telemetry.Check
}

func newProcess(ctx context.Context, b *bus.Bus, log *slog.Logger) *process {
	p := &process{bus: b, log: log, metrics: prometheus.NewRegistry()}
	p.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	ctx, p.cancel = context.WithCancel(ctx)
	p.group, p.ctx = errgroup.WithContext(ctx)
	p.checks = append(p.checks, telemetry.Check{Name: "nats", Ready: b.Ready})
	return p
}

// stop ends all parts, waits for them, and gives the error of the first that failed.
func (p *process) stop() error {
	p.cancel()
	return p.group.Wait()
}

// start runs f until the process ends. An error of f ends the process.
func (p *process) start(name string, f func(context.Context) error) {
	p.group.Go(func() error {
		if err := f(p.ctx); err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}

func (p *process) startJanitor() {
	p.start("janitor", func(ctx context.Context) error { return p.bus.Janitor(ctx, janitorInterval) })
}

// readiness is what /readyz says of a worker: whatever was set last, or what the worker says itself.
type readiness struct{ check atomic.Pointer[func() error] }

// addReadiness adds a check; until something is set it fails, because the worker has not started.
func (p *process) addReadiness(name string) *readiness {
	r := &readiness{}
	r.set(errors.New("starting"))
	p.checks = append(p.checks, telemetry.Check{Name: name, Ready: func() error { return (*r.check.Load())() }})
	return r
}

func (r *readiness) set(err error) { r.ask(func() error { return err }) }

func (r *readiness) ask(check func() error) { r.check.Store(&check) }

// newCrawler makes the crawler. alone says that the NATS server has just been started with this process, so no other crawler can be at work.
func (p *process) newCrawler(set *settings, resolve map[string]string, alone bool) (*crawler.Worker, error) {
	c := set.Crawler
	table := map[string]string{}
	for _, t := range []map[string]string{resolve, c.Resolve} { // what the operator says wins
		for name, addr := range t {
			table[name] = addr
		}
	}
	w, err := crawler.New(crawler.StoresOf(p.bus), crawler.Config{
		Contact: c.Contact, Product: c.UserAgent, Slots: c.Slots, Delay: c.Delay, Drain: set.General.Drain,
		Fetch: fetch.Config{
			MaxBytes: c.PageBytes, Total: c.FetchTime, Proxy: c.Proxy, Resolve: table, Metrics: fetch.NewMetrics(p.metrics),
		},
		Alone: alone, Log: p.log,
	}, crawler.NewMetrics(p.metrics))
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	p.checks = append(p.checks, telemetry.Check{Name: "crawler", Ready: w.Ready})
	return w, nil
}

func (p *process) startNormalizer(set *settings) error {
	sources := normalizer.NewSources()
	w, err := normalizer.New(normalizer.Config{
		Workers: set.Workers.NormalizerWorkers, Timeout: set.Workers.NormalizerTimeout, Drain: set.General.Drain,
	}, p.bus, p.bus.KV(bus.BucketFirstSeen), sources, normalizer.NewMetrics(p.metrics), p.log)
	if err != nil {
		return err
	}
	ready := p.addReadiness("normalizer")
	p.start("sources", func(ctx context.Context) error {
		sources.Follow(ctx, p.bus.KV(bus.BucketSources), p.log)
		return nil
	})
	p.start("normalizer", func(ctx context.Context) error {
		select { // what the operator said about the sources is known before the first page
		case <-sources.Loaded():
		case <-ctx.Done():
			return nil
		}
		ready.set(nil)
		return w.Run(ctx, p.bus, ready.set)
	})
	return nil
}

func (p *process) startIndexer(set *settings, client *elastic.Client, ready *readiness) error {
	w, err := indexer.New(indexer.Config{Batch: set.Workers.IndexerBatch, Workers: set.Workers.IndexerWorkers, Log: p.log},
		client, p.bus, indexer.NewMetrics(p.metrics))
	if err != nil {
		return err
	}
	ready.ask(w.Ready)
	p.start("indexer", func(ctx context.Context) error { return w.Run(ctx, p.bus) })
	return nil
}

// runWorker is a process with one worker: it waits for NATS, makes sure of the streams, and works until it is told to stop.
func runWorker(ctx context.Context, set *settings, s streams, add func(*process) error) error {
	log, err := set.logger(s)
	if err != nil {
		return err
	}
	url, err := set.natsURL()
	if err != nil {
		return err
	}
	b, err := bus.Open(ctx, set.busConfig(url, nil, log))
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.Ensure(ctx); err != nil {
		return err
	}
	p := newProcess(ctx, b, log)
	if err := add(p); err != nil {
		return err
	}
	p.startJanitor()
	server, err := p.serve(set, set.HTTP.HTTP, nil)
	if err != nil {
		return err
	}
	defer closeServer(server, log)
	return p.group.Wait()
}
