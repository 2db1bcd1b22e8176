package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/newsmill/newsmill/news"
)

// polite is the run with a delay: four crawlers, of which one is killed and one is frozen for half a minute.
func polite(ctx context.Context, o options) error {
	dir := filepath.Join(o.dir, "polite")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	s := newSite(o.hosts, o.pages, 2000, true)
	web, closeWeb, err := s.serve()
	if err != nil {
		return err
	}
	defer closeWeb()
	nats, err := startNATS(ctx, filepath.Join(dir, "nats"))
	if err != nil {
		return err
	}
	defer nats.stop()
	b, err := open(ctx, nats.url)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := applySources(ctx, b, s); err != nil {
		return err
	}
	const n = 4
	list, err := o.crawlers(n, dir, nats.url, web, "--delay", o.delay.String(), "--slots", "32", "--fetch-time", "15s", "--log-requests", "--drain", "5s")
	defer func() {
		for _, p := range list {
			p.stop()
		}
	}()
	if err != nil {
		return err
	}
	began := time.Now()
	end, err := disturb(ctx, o, s, list, began)
	if err != nil {
		return err
	}
	took := end.Sub(began)
	var peaks []int
	for _, p := range list[1:] {
		_, peak := memory(p.cmd.Process.Pid)
		peaks = append(peaks, peak)
	}
	_, server := memory(nats.cmd.Process.Pid)
	for _, p := range list {
		p.stop()
	}
	all, parked, err := journals(dir, n)
	if err != nil {
		return err
	}
	o.printf("hosts %d, pages a host %d, delay %v, 4 crawlers: one killed -9, one frozen for 30 s", o.hosts, o.pages, o.delay)
	o.printf("requests the web saw %d in %.0f s: %.0f/s; memory of the crawlers %v MB, of the server %d MB", s.asked.Load(), took.Seconds(),
		float64(s.asked.Load())/took.Seconds(), peaks, server)
	return verdict(o, s, all, parked)
}

// disturb kills and freezes, and waits until every article was fetched and nothing was for ten seconds.
func disturb(ctx context.Context, o options, s *site, list []*process, began time.Time) (time.Time, error) {
	killed, frozen, thawed := false, false, false
	last, at := int64(0), time.Now()
	for {
		if err := wait(ctx, 500*time.Millisecond); err != nil {
			return at, err
		}
		passed := time.Since(began)
		switch {
		case !killed && passed > 12*time.Second:
			killed = true
			list[0].kill()
		case !frozen && passed > 16*time.Second:
			frozen = true
			if err := list[1].cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				return at, err
			}
		case frozen && !thawed && passed > 46*time.Second:
			thawed = true
			if err := list[1].cmd.Process.Signal(syscall.SIGCONT); err != nil {
				return at, err
			}
		}
		// Dead hosts and broken pages are asked for again now and then: what counts is articles.
		want, missing, _, _, _ := fetched(s, s.records())
		if n := int64(want - missing); n != last {
			last, at = n, time.Now()
		}
		if thawed && missing == 0 && time.Since(at) > 5*time.Second {
			return at, nil
		}
	}
}

// verdict prints what was found and fails where it was not allowed.
func verdict(o options, s *site, all []request, parked []string) error {
	records := s.records()
	own, least := breaches(all)
	delay := func(host string) time.Duration {
		if s.kindOf(indexOf(host)) == delayed {
			return max(o.delay, 3*time.Second)
		}
		return o.delay
	}
	web, webLeast := webBreaches(records, delay)
	want, missing, twice, forbidden, example := fetched(s, records)
	o.printf("audit lines %d; breaches by the audit %d (least gap %v), by the web %d (least gap %v); most at a time on one host %d",
		len(all), len(own), least.Round(time.Millisecond), len(web), webLeast.Round(time.Millisecond), s.most)
	o.printf("articles %d, not fetched %d, fetched twice %d; requests that robots.txt forbids %d", want, missing, twice, forbidden)
	wrong := slices.DeleteFunc(slices.Clone(parked), func(token string) bool {
		host, err := news.ParseHostToken(token)
		return err == nil && s.kindOf(indexOf(host)) == dead
	})
	o.printf("hosts parked %d, of these wrongly %d", len(parked), len(wrong))
	for _, k := range []kind{plain, slow, delayed, refuses, faulty, endless, closed, dead} {
		hosts, requests, refused := 0, 0, 0
		for i := range s.hosts {
			if s.kindOf(i) == k {
				hosts++
			}
		}
		for _, q := range records {
			if s.kindOf(indexOf(q.host)) == k {
				if requests++; q.status == 429 || q.status >= 500 || q.status == 0 {
					refused++
				}
			}
		}
		o.printf("  %-8s %5d hosts %6d requests, %5d refused or failed", kindNames[k], hosts, requests, refused)
	}
	for _, list := range [][]breach{own, web} {
		for _, b := range list[:min(len(list), 5)] {
			o.printf("  breach: %v", b)
		}
	}
	if len(own)+len(web)+missing+forbidden+len(wrong) > 0 || s.most > 1 || twice*1000 > want {
		return fmt.Errorf("%d breaches, %d not fetched (%s), %d twice, %d forbidden, %d parked wrongly", len(own)+len(web), missing, example, twice, forbidden, len(wrong))
	}
	return nil
}
