package crawler

import (
	"fmt"
	"testing"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/seeds"
)

// BenchmarkPages measures pages from the frontier to RAW, with everything in this process: server, web and crawler. Politeness is a
// delay of 1 ms on 100 hosts, so it does not bound the rate.
func BenchmarkPages(b *testing.B) {
	const hosts = 100
	w := newWeb(b)
	page := article(1)
	bus := bustest.Start(b)
	s := StoresOf(bus)
	c := quick(w)
	c.Slots, c.Delay = 64, time.Millisecond
	var list []seeds.Source
	for h := range hosts {
		host := fmt.Sprintf("h%d.example", h)
		w.on("http://"+host+"/*", page)
		c.Fetch.Resolve[host] = w.server.Listener.Addr().String()
		source := src(fmt.Sprintf("s%d", h), "http://"+host+"/", host)
		source.Politeness.Delay = seeds.Duration(time.Millisecond)
		list = append(list, source)
	}
	if _, err := Apply(b.Context(), s, list, false); err != nil {
		b.Fatal(err)
	}
	f := frontier.New(s.URLs, s.Tokens, s.Hosts, frontier.Config{})
	for i := range b.N {
		h := i % hosts
		e := frontier.Entry{URL: fmt.Sprintf("http://h%d.example/p%d.html", h, i), Source: fmt.Sprintf("s%d", h), Kind: frontier.KindPage}
		if _, err := f.Add(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	began := time.Now()
	start(b, s, c)
	for {
		n, err := f.Queued(b.Context(), "")
		if err != nil {
			b.Fatal(err)
		}
		if n == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	infos, err := bus.Streams(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, info := range infos {
		if info.Name == "RAW" && info.Messages != uint64(b.N) {
			b.Fatalf("%d pages in RAW, want %d", info.Messages, b.N)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "pages/s")
}
