package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/telemetry"
)

// screen is what run tells a person: lines on standard error, on a terminal with a progress line below them.
type screen struct {
	std      streams
	terminal bool

	mu   sync.Mutex
	line string // the progress line that stands there
}

func newScreen(s streams) *screen { return &screen{std: s, terminal: isTerminal(s.err)} }

// logger logs above the progress line. By itself it is quiet on a terminal, where the progress line says what goes on.
func (o *screen) logger(set *settings) (*slog.Logger, error) {
	level := set.General.LogLevel
	if level == "auto" {
		level = "info"
		if o.terminal {
			level = "warn"
		}
	}
	return telemetry.NewLogger(o, level, set.General.LogFormat)
}

// Write prints lines above the progress line.
func (o *screen) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clear()
	n, err := o.std.err.Write(p)
	o.draw()
	return n, err
}

func (o *screen) say(format string, args ...any) {
	fmt.Fprintf(o, "newsmill: "+format+"\n", args...)
}

func (o *screen) clear() {
	if o.line != "" {
		fmt.Fprint(o.std.err, "\r\x1b[K")
	}
}

func (o *screen) draw() {
	if o.line != "" {
		fmt.Fprint(o.std.err, o.line)
	}
}

func (o *screen) set(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clear()
	o.line = line
	o.draw()
}

// progress keeps the progress line until the function it returns is called; that may be called twice.
func (o *screen) progress(ctx context.Context, b *bus.Bus, search *lateSearch) func() {
	if !o.terminal {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				o.set("")
				return
			case <-tick.C:
				o.set(progressLine(ctx, b, search))
			}
		}
	}()
	return func() { cancel(); <-done }
}

func progressLine(ctx context.Context, b *bus.Bus, search *lateSearch) string {
	streams, err := b.Streams(ctx)
	if err != nil {
		return "NATS: " + err.Error()
	}
	n := map[string]uint64{}
	for _, s := range streams {
		n[s.Name] = s.Messages
	}
	found := "Elasticsearch is starting"
	if count, err := search.Count(ctx); err == nil {
		found = fmt.Sprintf("%d searchable", count)
	}
	return fmt.Sprintf("%d URLs waiting | %d pages | %d articles | %s | %d dead ",
		n[bus.StreamURLs], n[bus.StreamRaw], n[bus.StreamArticles], found, n[bus.StreamDead])
}

// addresses says where to go on.
func (o *screen) addresses(http, nats, search string) {
	var b strings.Builder
	if http != "" {
		fmt.Fprintf(&b, "  console         http://%s/\n", http)
	}
	fmt.Fprintf(&b, "  Elasticsearch   %s/_search\n", search)
	fmt.Fprintf(&b, "  NATS            %s   (newsmill tail)\n", nats)
	fmt.Fprintf(&b, "  search          newsmill search 云河\n")
	o.say("everything runs\n%s", strings.TrimRight(b.String(), "\n"))
}
