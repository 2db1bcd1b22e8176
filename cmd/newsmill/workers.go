package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
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
	return runWorker(ctx, set, s, "crawler", func(p *process) error {
		w, err := p.newCrawler(set, nil, false)
		if err != nil {
			return err
		}
		p.start("crawler", w.Run)
		return nil
	})
}

func (normalizerCmd) Run(ctx context.Context, set *settings, s streams) error {
	return runWorker(ctx, set, s, "normalizer", func(p *process) error { return p.startNormalizer(set) })
}

func (indexerCmd) Run(ctx context.Context, set *settings, s streams) error {
	return runWorker(ctx, set, s, "indexer", func(p *process) error {
		client, err := set.openElastic()
		if err != nil {
			return err
		}
		return p.startIndexer(set, client)
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
	ready   map[string]*readiness // by what has to be ready: nats and the stages of this process
}

// newProcess makes a process in which nothing runs yet. What stages names, and NATS, is not ready until it says so.
func newProcess(ctx context.Context, log *slog.Logger, stages ...string) *process {
	p := &process{log: log, metrics: prometheus.NewRegistry(), ready: map[string]*readiness{}}
	p.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	ctx, p.cancel = context.WithCancel(ctx)
	p.group, p.ctx = errgroup.WithContext(ctx)
	for _, name := range append(stages, "nats") {
		p.ready[name] = &readiness{}
		p.ready[name].set(errors.New("starting"))
	}
	return p
}

// join takes a connection that is open and makes sure of the streams.
func (p *process) join(b *bus.Bus) error {
	p.bus = b
	p.ready["nats"].ask(b.Ready)
	return b.Ensure(p.ctx)
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

// readiness is what /readyz says of one thing: what was set last, or what the thing says itself.
type readiness struct{ check atomic.Pointer[func() error] }

func (r *readiness) set(err error) { r.ask(func() error { return err }) }

func (r *readiness) ask(check func() error) { r.check.Store(&check) }

func (p *process) checks() []telemetry.Check {
	var checks []telemetry.Check
	for _, name := range slices.Sorted(maps.Keys(p.ready)) {
		r := p.ready[name]
		checks = append(checks, telemetry.Check{Name: name, Ready: func() error { return (*r.check.Load())() }})
	}
	return checks
}

// crawlerConfig gives the crawler's settings, without what only a process knows.
func (set *settings) crawlerConfig() crawler.Config {
	c := set.Crawler
	factor := c.DelayFactor
	if factor == 0 {
		factor = -1 // none: the zero value would be the default
	}
	return crawler.Config{
		Contact: c.Contact, Product: c.UserAgent, Slots: c.Slots, Delay: c.Delay, DelayFactor: factor, LogRequests: c.LogRequests, Drain: set.General.Drain,
		Fetch: fetch.Config{MaxBytes: c.PageBytes, Total: c.FetchTime, Proxy: c.Proxy, Resolve: c.Resolve},
	}
}

// fetchCAs gives the system's certificate authorities and those of the setting; nil, the system's alone, where there is none.
func (set *settings) fetchCAs() (*x509.CertPool, error) {
	file := set.Crawler.FetchCa
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("fetch-ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("fetch-ca: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("fetch-ca: %s holds no certificate", file)
	}
	return pool, nil
}

// newCrawler makes the crawler. resolve holds addresses that the operator's --resolve may overrule; alone says that the NATS server has
// just been started with this process, so no other crawler can be at work.
func (p *process) newCrawler(set *settings, resolve map[string]string, alone bool) (*crawler.Worker, error) {
	var err error
	c := set.crawlerConfig()
	c.Alone, c.Log, c.Fetch.Metrics = alone, p.log, fetch.NewMetrics(p.metrics)
	table := maps.Clone(resolve)
	if table == nil {
		table = map[string]string{}
	}
	maps.Copy(table, c.Fetch.Resolve)
	c.Fetch.Resolve = table
	if c.Fetch.RootCAs, err = set.fetchCAs(); err != nil {
		return nil, &exitError{exitUsage, err}
	}
	w, err := crawler.New(crawler.StoresOf(p.bus), c, crawler.NewMetrics(p.metrics))
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	p.ready["crawler"].ask(w.Ready)
	return w, nil
}

func (p *process) startNormalizer(set *settings) error {
	sources := normalizer.NewSources()
	w, err := normalizer.New(normalizer.Config{
		Workers: set.Workers.NormalizerWorkers, Timeout: set.Workers.NormalizerTimeout, Drain: set.General.Drain,
		NoMemory: !set.Workers.SiteMemory,
	}, p.bus, p.bus.KV(bus.BucketFirstSeen), sources, normalizer.NewMetrics(p.metrics), p.log)
	if err != nil {
		return err
	}
	ready := p.ready["normalizer"]
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

func (p *process) startIndexer(set *settings, client *elastic.Client) error {
	down := indexer.NewTakenDown()
	p.start("taken down", func(ctx context.Context) error {
		down.Follow(ctx, p.bus.KV(bus.BucketTakenDown), p.log)
		return nil
	})
	w, err := indexer.New(indexer.Config{Batch: set.Workers.IndexerBatch, Workers: set.Workers.IndexerWorkers, TakenDown: down, Log: p.log},
		client, p.bus, indexer.NewMetrics(p.metrics))
	if err != nil {
		return err
	}
	probe := &readiness{}
	probe.set(nil)
	p.ready["indexer"].ask(func() error {
		if err := w.Ready(); err != nil {
			return err
		}
		return (*probe.check.Load())()
	})
	p.start("elasticsearch probe", func(ctx context.Context) error {
		watchElastic(ctx, client, probe)
		return nil
	})
	p.start("indexer", func(ctx context.Context) error { return w.Run(ctx, p.bus) })
	return nil
}

// probeInterval is how soon an idle indexer notices that Elasticsearch is away.
const probeInterval = 5 * time.Second

// watchElastic asks Elasticsearch for its health until ctx ends: an indexer that has nothing to write would not notice that it is away.
func watchElastic(ctx context.Context, client *elastic.Client, r *readiness) {
	tick := time.NewTicker(probeInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limited, cancel := context.WithTimeout(ctx, probeInterval)
		_, err := client.Health(limited)
		cancel()
		r.set(err)
	}
}

// runWorker is a process with one worker: it waits for NATS, makes sure of the streams, and works until it is told to stop.
func runWorker(ctx context.Context, set *settings, s streams, stage string, add func(*process) error) error {
	log, err := set.logger(s)
	if err != nil {
		return err
	}
	url, err := set.natsURL()
	if err != nil {
		return err
	}
	p := newProcess(ctx, log, stage)
	server, err := p.serve(set, http.NotFoundHandler())
	if err != nil {
		return err
	}
	defer closeServer(server, log)
	b, err := bus.Open(ctx, set.busConfig(url, nil, log))
	if err != nil {
		return err
	}
	defer b.Close()
	if err := p.join(b); err != nil {
		return err
	}
	if err := add(p); err != nil {
		return errors.Join(err, p.stop())
	}
	p.startJanitor()
	return p.group.Wait()
}
