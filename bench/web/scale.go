package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// fast is what the runs without politeness share: 200 hosts, which no delay bounds, so that the program and the machine do.
const (
	fastHosts = 200
	fastPages = 40
	fastSlots = 32
)

var fastArgs = []string{"--delay", "1ms", "--delay-factor", "0", "--slots", fmt.Sprint(fastSlots), "--log-level", "warn"}

// measured is one run without politeness.
type measured struct {
	pages      int
	took       time.Duration
	peaks      []int // MB, of each crawler
	serverPeak int   // MB, of the NATS server; 0 where there is none
}

func (m measured) String() string {
	s := fmt.Sprintf("%6d pages in %5.1f s: %5.0f pages/s; memory %v MB", m.pages, m.took.Seconds(), float64(m.pages)/m.took.Seconds(), m.peaks)
	if m.serverPeak > 0 {
		s += fmt.Sprintf(", NATS server %d MB", m.serverPeak)
	}
	return s
}

// scale is the rate of one, two and four crawlers where no delay bounds it.
func scale(ctx context.Context, o options) error {
	for _, n := range []int{1, 2, 4} {
		m, err := ours(ctx, o, n, fmt.Sprintf("scale%d", n), 2000)
		if err != nil {
			return err
		}
		o.printf("%d crawlers, %d slots each, pages of 2 kB: %v", n, fastSlots, m)
	}
	return nil
}

// ours crawls the fast web with n crawlers.
func ours(ctx context.Context, o options, n int, name string, bytes int) (measured, error) {
	dir := filepath.Join(o.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return measured{}, err
	}
	s := newSite(fastHosts, fastPages, bytes, false)
	s.noLog = true
	web, closeWeb, err := s.serve()
	if err != nil {
		return measured{}, err
	}
	defer closeWeb()
	nats, err := startNATS(ctx, filepath.Join(dir, "nats"))
	if err != nil {
		return measured{}, err
	}
	defer nats.stop()
	b, err := open(ctx, nats.url)
	if err != nil {
		return measured{}, err
	}
	defer b.Close()
	if err := applySources(ctx, b, s); err != nil {
		return measured{}, err
	}
	list, err := o.crawlers(n, dir, nats.url, web, fastArgs...)
	defer func() {
		for _, p := range list {
			p.stop()
		}
	}()
	if err != nil {
		return measured{}, err
	}
	want := fastHosts * fastPages
	end, err := filled(ctx, b, want)
	if err != nil {
		return measured{}, err
	}
	start, _ := s.first()
	m := measured{pages: want, took: end.Sub(start)}
	for _, p := range list {
		_, peak := memory(p.cmd.Process.Pid)
		m.peaks = append(m.peaks, peak)
	}
	_, m.serverPeak = memory(nats.cmd.Process.Pid)
	return m, nil
}

// filled waits until RAW holds so many pages: confirmed by the server, so what was crawled is kept.
func filled(ctx context.Context, b *bus.Bus, want int) (time.Time, error) {
	raw := b.Set(bus.StreamRaw)
	for {
		n, err := raw.Count(ctx, "news.raw.>")
		if err != nil {
			return time.Time{}, err
		}
		if n >= uint64(want) {
			return time.Now(), nil
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return time.Time{}, fmt.Errorf("%d of %d pages: %w", n, want, err)
		}
	}
}
