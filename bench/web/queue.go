package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

// queueHosts are the hosts over which the queue run spreads its URLs.
const queueHosts = 20_000

// queue is the run with a long queue: memory, how soon the first fetch comes after a restart, how long taking the next URL takes.
func queue(ctx context.Context, o options) error {
	dir := filepath.Join(o.dir, "queue")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	s := newSite(queueHosts, o.urls/queueHosts, 2000, false)
	s.noLog = true
	web, closeWeb, err := s.serve()
	if err != nil {
		return err
	}
	defer closeWeb()
	store := filepath.Join(dir, "nats")
	nats, err := startNATS(ctx, store)
	if err != nil {
		return err
	}
	defer func() { nats.stop() }()
	b, err := open(ctx, nats.url)
	if err != nil {
		return err
	}
	if err := fill(ctx, o, b, s); err != nil {
		b.Close()
		return err
	}
	err = takeNext(ctx, o, b)
	b.Close()
	if err != nil {
		return err
	}
	now, _ := memory(nats.cmd.Process.Pid)
	o.printf("server with the queue: %d MB", now)

	stopping := time.Now()
	nats.stop()
	o.printf("server stopped in %.1f s", time.Since(stopping).Seconds())
	restart := time.Now()
	if nats, err = startNATS(ctx, store); err != nil {
		return err
	}
	up := time.Now()
	list, err := o.crawlers(1, dir, nats.url, web, "--delay", "2s", "--slots", "64", "--log-level", "warn")
	defer func() {
		for _, p := range list {
			p.stop()
		}
	}()
	if err != nil {
		return err
	}
	for {
		if at, ok := s.first(); ok {
			o.printf("after a restart: server up in %.1f s, first fetch %.1f s after that", up.Sub(restart).Seconds(), at.Sub(up).Seconds())
			break
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	before := s.asked.Load()
	const watch = 20 * time.Second
	if err := wait(ctx, watch); err != nil {
		return err
	}
	rate := float64(s.asked.Load()-before) / watch.Seconds()
	crawlerNow, crawlerPeak := memory(list[0].cmd.Process.Pid)
	serverNow, serverPeak := memory(nats.cmd.Process.Pid)
	o.printf("crawling it, delay 2 s, 64 slots: %.0f fetches/s; crawler %d MB (peak %d), server %d MB (peak %d)", rate, crawlerNow, crawlerPeak, serverNow, serverPeak)
	return nil
}

// fill queues the URLs as the crawler would.
func fill(ctx context.Context, o options, b *bus.Bus, s *site) error {
	stores := crawler.StoresOf(b)
	all := seeds.Source{ID: "all", Name: "all", Interval: seeds.Duration(24 * time.Hour), AllowPrivate: true,
		Start: []seeds.Start{{URL: "http://" + hostName(0) + articlePath(0), Kind: seeds.KindPage}}, Scope: seeds.Scope{Hosts: []string{"*" + suffix}}}
	if _, err := crawler.Apply(ctx, stores, []seeds.Source{all.WithDefaults()}, false); err != nil {
		return err
	}
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for i := range queueHosts {
		g.Go(func() error {
			f := frontier.New(stores.URLs, stores.Tokens, stores.Hosts, frontier.Config{})
			entries := make([]frontier.Entry, s.pages)
			for p := range entries {
				entries[p] = frontier.Entry{URL: "http://" + hostName(i) + articlePath(p), Source: "all", Kind: frontier.KindPage, Queued: time.Now()}
			}
			_, err := f.Add(ctx, entries...)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	took := time.Since(began)
	o.printf("%d URLs on %d hosts queued in %.0f s: %.0f/s", queueHosts*s.pages, queueHosts, took.Seconds(), float64(queueHosts*s.pages)/took.Seconds())
	return nil
}

// takeNext asks for the next URL of hosts as a crawler does, over TCP.
func takeNext(ctx context.Context, o options, b *bus.Bus) error {
	urls := b.Set(bus.StreamURLs)
	times := make([]time.Duration, 10_000)
	for i := range times {
		token, err := news.HostToken(hostName(rand.IntN(queueHosts)))
		if err != nil {
			return err
		}
		began := time.Now()
		if _, err := urls.From(ctx, "newsmill.frontier.url."+token+".*", 1); err != nil {
			return fmt.Errorf("next of %s: %w", token, err)
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	o.printf("the next URL of a host: p50 %v, p99 %v, most %v", times[len(times)/2].Round(time.Microsecond), times[len(times)*99/100].Round(time.Microsecond),
		times[len(times)-1].Round(time.Microsecond))
	return nil
}
