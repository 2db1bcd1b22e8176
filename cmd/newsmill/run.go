package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"golang.org/x/term"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/embedded"
	"github.com/newsmill/newsmill/internal/console"
	"github.com/newsmill/newsmill/internal/demosite"
	"github.com/newsmill/newsmill/seeds"
)

type runCmd struct {
	Once bool `help:"Poll each source once, wait until everything that came of it is searchable or set aside, say the counts, and end."`
}

// Run is the whole pipeline in one process. It leaves nothing running behind.
func (c *runCmd) Run(ctx context.Context, set *settings, s streams) (err error) {
	sources, err := c.sources(set)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	out := newScreen(s)
	log, err := out.logger(set)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(set.General.Data, 0o755); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	r := &runner{set: set, out: out, log: log, once: c.Once}
	return r.run(ctx, sources)
}

// sources are the operator's, or the demo site's (nil) where there are none.
func (c *runCmd) sources(set *settings) ([]seeds.Source, error) {
	if len(set.Crawler.Seeds) == 0 {
		return nil, nil
	}
	list, err := seeds.Load(set.Crawler.Seeds...)
	if err != nil {
		return nil, err
	}
	return list, checkContact(set, list)
}

// checkContact says what is missing to crawl sources beyond this machine.
func checkContact(set *settings, list []seeds.Source) error {
	if err := set.crawlerConfig().CheckSources(list); err != nil {
		return fmt.Errorf("--contact: set it to an address where site owners reach you: %w", err)
	}
	return nil
}

// runner keeps what one run has started.
type runner struct {
	set  *settings
	out  *screen
	log  *slog.Logger
	once bool

	nats   *embedded.Server // nil where the operator has a cluster
	search *lateSearch
}

func (r *runner) run(ctx context.Context, sources []seeds.Source) error {
	// The services end after the workers, which need them to settle what they have in work.
	services, stopServices := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServices()

	p := newProcess(ctx, r.log, "crawler", "normalizer", "indexer")
	page := &lateHandler{}
	server, err := p.serve(r.set, page)
	if err != nil {
		return err
	}
	defer closeServer(server, r.log)

	natsURL, inProcess, err := r.startNATS(ctx)
	if err != nil {
		return err
	}
	if r.nats != nil {
		defer r.nats.Close()
	}
	b, err := bus.Open(ctx, r.set.busConfig(natsURL, inProcess, r.log))
	if err != nil {
		return err
	}
	defer b.Close()
	if err := p.join(b); err != nil {
		return err
	}

	var resolve map[string]string
	if sources == nil {
		site, demo, err := r.startDemo(services)
		if err != nil {
			return err
		}
		defer site.Close()
		sources, resolve = demo, demosite.Resolve(site.Addr())
	}

	r.search = &lateSearch{}
	elasticDone := r.startElastic(p, services)
	defer func() { stopServices(); <-elasticDone }()
	if err := r.startWorkers(p, sources, resolve); err != nil {
		return errors.Join(err, p.stop())
	}
	if err := r.startConsole(p, page); err != nil {
		return errors.Join(err, p.stop())
	}
	defer os.Remove(r.set.runningFile()) // one that stays names a process that is gone, which readRunning notices
	r.search.onReady(func(urls []string) { r.announce(server.Addr(), natsURL, urls) })
	return r.wait(ctx, p)
}

// startDemo serves the demo site and gives its sources.
func (r *runner) startDemo(ctx context.Context) (*demosite.Server, []seeds.Source, error) {
	sources, err := seeds.Parse("demo site", demosite.Seeds())
	if err != nil {
		return nil, nil, err
	}
	site, err := demosite.Start(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	r.out.say("no --seeds: crawling the bundled demo site, %d articles of an invented city", len(demosite.Articles()))
	return site, sources, nil
}

// startNATS gives the address of the operator's cluster, or starts a server in this process.
func (r *runner) startNATS(ctx context.Context) (string, bus.InProcess, error) {
	if url := r.set.NATS.Nats; url != "" {
		return url, nil, nil
	}
	host, port, err := listenAddr("nats-listen", r.set.NATS.NatsListen)
	if err != nil {
		return "", nil, err
	}
	if r.nats, err = embedded.Start(ctx, embedded.Config{StoreDir: r.set.dataPath("nats"), Host: host, Port: port, Log: r.log}); err != nil {
		return "", nil, err
	}
	r.out.say("NATS JetStream listens on %s", r.nats.URL())
	return r.nats.URL(), r.nats, nil
}

func (r *runner) startWorkers(p *process, sources []seeds.Source, resolve map[string]string) error {
	w, err := p.newCrawler(r.set, resolve, r.nats != nil)
	if err != nil {
		return err
	}
	stores := crawler.StoresOf(p.bus)
	report, err := crawler.Apply(p.ctx, stores, sources, false)
	if err != nil {
		return err
	}
	r.log.Info("sources applied", "added", len(report.Added), "changed", len(report.Changed), "unchanged", len(report.Unchanged), "left", len(report.Left))
	if r.once {
		for _, id := range report.Unchanged { // the others are polled because they are new
			if err := crawler.PollNow(p.ctx, stores, id); err != nil {
				return err
			}
		}
	}
	p.start("crawler", w.Run)
	p.startJanitor()
	return p.startNormalizer(r.set)
}

func (r *runner) startConsole(p *process, page *lateHandler) error {
	k, err := console.New(console.Config{Bus: p.bus, Hosts: p.bus.KV(bus.BucketHosts), Search: r.search, Names: r.set.HTTP.HTTPNames, Log: r.log})
	if err != nil {
		return &exitError{exitUsage, err}
	}
	p.start("console", k.Run)
	page.set(k)
	return nil
}

// announce says where everything is, to the person and to the other commands.
func (r *runner) announce(http, nats string, elastic []string) {
	if err := r.writeRunning(running{PID: os.Getpid(), NATS: nats, Elasticsearch: elastic, HTTP: http}); err != nil {
		r.log.Warn("the addresses could not be left for the other commands", "error", err)
	}
	r.out.addresses(http, nats, elastic[0]+"/"+r.set.Elasticsearch.Index)
}

func (r *runner) writeRunning(now running) error {
	raw, err := json.Marshal(now)
	if err != nil {
		return err
	}
	temp := r.set.runningFile() + ".new"
	if err := os.WriteFile(temp, append(raw, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(temp, r.set.runningFile())
}

// wait works until ctx ends, a part fails, or, with --once, everything is done.
func (r *runner) wait(ctx context.Context, p *process) error {
	stopProgress := r.out.progress(p.ctx, p.bus, r.search)
	defer stopProgress()
	if !r.once {
		err := p.group.Wait()
		if ctx.Err() != nil {
			stopProgress()
			r.out.say("stopped; the next start goes on from here")
		}
		return err
	}
	o := once{bus: p.bus, stores: crawler.StoresOf(p.bus), search: r.search}
	pending, err := o.wait(p.ctx)
	stopProgress()
	if err != nil {
		if failed := p.stop(); failed != nil {
			return failed // why the others were stopped
		}
		if ctx.Err() != nil {
			r.out.say("stopped before everything was done; the next start goes on from here")
			return &exitError{exitFailed, errors.New("interrupted")}
		}
		return err
	}
	if err := o.summary(p.ctx, r.out.std.out); err != nil {
		return errors.Join(err, p.stop())
	}
	if err := p.stop(); err != nil {
		return err
	}
	return pending.err()
}

// isTerminal tells whether w is one.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
