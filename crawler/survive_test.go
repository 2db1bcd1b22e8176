package crawler

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/demosite"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

// TestFullRawMakesTheCrawlerWait fills RAW: the crawler says that it waits, loses nothing, fetches nothing twice, and goes on when the
// janitor has made room.
func TestFullRawMakesTheCrawlerWait(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const pages = 20
	var links []string
	for i := range pages {
		links = append(links, fmt.Sprintf("/p%d.html", i))
		w.on("http://a.example"+links[i], text("<p>"+rand.Text()+noise(10_000)+"</p>"))
	}
	w.on("http://a.example/", list(links...))
	b := bustest.StartServer(t).Bus(t, bus.Config{RawBytes: 64 << 10})
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	var mu sync.Mutex
	var ups, downs int
	c := quick(w, "a.example")
	c.OnDown = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			ups++
		} else {
			downs++
		}
	}
	worker, _ := start(t, s, c)
	waitFor(t, "a crawler that waits for room", func() bool { return errors.Is(worker.Ready(), bus.ErrFull) })
	asked := len(w.requests())
	time.Sleep(300 * time.Millisecond)
	if now := len(w.requests()); now != asked {
		t.Errorf("%d requests while there was no room", now-asked)
	}

	got := map[string]int{}
	ctx, cancel := context.WithCancel(t.Context())
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	parts.Go(func() { _ = b.Janitor(ctx, 50*time.Millisecond) })
	parts.Go(func() {
		_ = b.Consume(ctx, bus.ConsumeOptions{Durable: bus.ConsumerNormalizer, Stage: news.StageNormalizer}, single(func(_ context.Context, m bus.Message) error {
			mu.Lock()
			defer mu.Unlock()
			got[news.DecodeValue(m.Header[news.HeaderURL])]++
			return nil
		}))
	})
	waitFor(t, "every page", func() bool { mu.Lock(); defer mu.Unlock(); return len(got) == pages })
	waitIdle(t, s)
	if err := worker.Ready(); err != nil {
		t.Errorf("still not ready: %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	for url, n := range got {
		if n != 1 || w.count(url) != 1 {
			t.Errorf("%s: %d times in RAW, %d times asked for", url, n, w.count(url))
		}
	}
	if downs == 0 || ups == 0 {
		t.Errorf("told %d times that it waits, %d times that it goes on", downs, ups)
	}
}

// noise is text that does not compress.
func noise(n int) string {
	var s string
	for len(s) < n {
		s += rand.Text()
	}
	return s
}

// startMortal runs a worker on a connection of its own and returns what kills it: from one moment to the next nothing it writes reaches
// the server, and neither does any word on the tokens it holds.
func startMortal(t *testing.T, server *bustest.Server, bc bus.Config, c Config) (kill func()) {
	t.Helper()
	b := server.Bus(t, bc)
	f := &fault{}
	w, err := New(f.over(StoresOf(b)), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.Run(ctx) // ends with whatever a closed connection makes of it
	}()
	kill = sync.OnceFunc(func() {
		f.dead.Store(true)
		_ = b.Close()
		cancel()
		<-done
	})
	t.Cleanup(kill)
	return kill
}

// TestKilledCrawler kills a crawler in the middle of its requests; another one goes on with all of it.
func TestKilledCrawler(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		ackWait, lease time.Duration
		alone          bool
	}{
		"another crawler waits for ack wait and lease": {ackWait: time.Second, lease: 6 * time.Second},
		"a lone crawler need not wait":                 {ackWait: time.Hour, lease: time.Hour, alone: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t)
			var names []string
			want := map[string]string{}
			var sources []seeds.Source
			slow := make(chan struct{})
			for h := range 3 {
				host := fmt.Sprintf("h%d.example", h)
				names = append(names, host)
				var links []string
				for i := range 5 {
					links = append(links, fmt.Sprintf("/p%d.html", i))
					w.on("http://"+host+links[i], article(i+10*h))
					want["http://"+host+links[i]] = "page"
				}
				w.on("http://"+host+links[2], func(rw http.ResponseWriter, r *http.Request) {
					select {
					case <-slow:
					case <-r.Context().Done():
					}
					article(2+10*h)(rw, r)
				})
				w.on("http://"+host+"/", list(links...))
				sources = append(sources, src(fmt.Sprintf("s%d", h), "http://"+host+"/", host))
			}
			server := bustest.StartServer(t)
			b := server.Bus(t, bus.Config{AckWait: row.ackWait})
			s := StoresOf(b)
			apply(t, s, sources...)
			c := quick(w, names...)
			c.Fetch.Total, c.Lease, c.Drain = time.Second, row.lease, 10*time.Millisecond
			c.Attempts = 5

			kill := startMortal(t, server, bus.Config{AckWait: row.ackWait}, c)
			waitFor(t, "requests under way", func() bool { return len(w.requests()) >= 3*2 })
			kill()
			close(slow)

			c.Alone = row.alone
			start(t, s, c)
			waitFor(t, "every page", func() bool { return len(whatWasTold(t, b).outcomes) == len(want) })
			waitIdle(t, s)
			if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
				t.Errorf("ends (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCrawlOfTheDemoSites crawls the demo web with its own seeds.
func TestCrawlOfTheDemoSites(t *testing.T) {
	t.Parallel()
	site, err := demosite.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	list, err := seeds.Parse("demo.yaml", demosite.Seeds())
	if err != nil {
		t.Fatal(err)
	}
	b := bustest.Start(t)
	s := StoresOf(b)
	for i := range list {
		list[i].Politeness.Delay = seeds.Duration(20 * time.Millisecond)
	}
	apply(t, s, list...)
	c := quick(newWeb(t))
	c.Fetch.Resolve = demosite.Resolve(site.Addr())
	start(t, s, c)
	waitIdle(t, s)
	told := whatWasTold(t, b)
	for _, a := range demosite.Articles() {
		if told.ends()[a.URL] != "page" {
			t.Errorf("%s (%s) ended as %q", a.URL, a.Title, told.ends()[a.URL])
		}
	}
	for url, end := range told.ends() {
		if len(told.outcomes[url]) != 1 {
			t.Errorf("%s has several ends: %s", url, end)
		}
	}
	t.Logf("%d requests, %d pages, %d URLs", len(site.Requests()), len(told.pages), len(told.outcomes))
}

// TestHostsThatComplain holds the back-off against hosts that do not answer, or ask for patience.
func TestHostsThatComplain(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	var mu sync.Mutex
	var asked []time.Time
	once := func(code int, header ...string) http.HandlerFunc {
		n := 0
		return func(rw http.ResponseWriter, r *http.Request) {
			mu.Lock()
			n++
			asked = append(asked, time.Now())
			first := n == 1
			mu.Unlock()
			if !first {
				article(1)(rw, r)
				return
			}
			if len(header) == 2 {
				rw.Header().Set(header[0], header[1])
			}
			rw.WriteHeader(code)
		}
	}
	w.on("http://busy.example/", list("/p1.html"))
	w.on("http://busy.example/p1.html", once(429, "Retry-After", "1"))
	w.on("http://rules.example/robots.txt", once(503))
	w.on("http://rules.example/", list("/p1.html"))
	w.on("http://rules.example/p1.html", article(2))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("busy", "http://busy.example/", "busy.example"), src("rules", "http://rules.example/", "rules.example"),
		src("down", "http://down.example/", "down.example"))
	c := quick(w, "busy.example", "rules.example")
	c.Fetch.Resolve["down.example"] = newMute(t, w).Addr().String()
	start(t, s, c)
	waitFor(t, "the dead letter", func() bool { return whatWasTold(t, b).ends()["http://down.example/"] != "" })
	waitIdle(t, s)
	want := map[string]string{"http://busy.example/p1.html": "page", "http://rules.example/p1.html": "page", "http://down.example/": "dead host_down"}
	if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	var busy []moment
	for _, a := range w.requests() {
		if a.url == "http://busy.example/p1.html" {
			busy = append(busy, moment{a.start})
		}
	}
	if len(busy) != 2 || busy[1].at.Sub(busy[0].at) < time.Second {
		t.Errorf("a host that asked for a second of patience was asked at %v", busy)
	}
}

type moment struct{ at time.Time }

// mute is a host that hangs up on everybody, until it speaks.
type mute struct {
	net.Listener
	speaks atomic.Bool
}

func newMute(t *testing.T, h http.Handler) *mute {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mute{Listener: l}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(m) }()
	t.Cleanup(func() { _ = server.Close(); <-served })
	return m
}

func (m *mute) Accept() (net.Conn, error) {
	for {
		c, err := m.Listener.Accept()
		if err != nil || m.speaks.Load() {
			return c, err
		}
		_ = c.Close()
	}
}

// TestRestingHostsAreListed: a host that stays away for more than a minute does not keep a crawl from being done, and is named.
func TestRestingHostsAreListed(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/", list("/p1.html"))
	w.on("http://a.example/p1.html", article(1))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("a", "http://a.example/", "a.example"), src("down", "http://down.example/", "down.example"))
	c := quick(w, "a.example")
	c.BackOff = 10 * time.Minute
	c.Fetch.Resolve["down.example"] = newMute(t, w).Addr().String()
	start(t, s, c)
	waitIdle(t, s)
	st, err := Idle(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Resting) != 1 || st.Resting[0].Host != "down.example" || st.Resting[0].Fails != 1 || st.Resting[0].URLs != 1 || st.Queued != 1 {
		t.Errorf("state %+v", st)
	}
	if got := slices.Sorted(maps.Keys(whatWasTold(t, b).outcomes)); !slices.Equal(got, []string{"http://a.example/p1.html"}) {
		t.Errorf("told of %v", got)
	}
}

func TestNothingBeyondThisMachineWithoutContact(t *testing.T) {
	t.Parallel()
	b := bustest.Start(t)
	s := StoresOf(b)
	source := src("far", "http://198.51.100.7/", "198.51.100.7") // TEST-NET-2: nobody is there
	source.AllowPrivate = false
	if err := (Config{}).CheckSources([]seeds.Source{source}); !errors.Is(err, ErrNoContact) {
		t.Errorf("CheckSources: %v", err)
	}
	if err := (Config{Contact: "https://news.example/bot"}).CheckSources([]seeds.Source{source}); err != nil {
		t.Errorf("CheckSources with a contact: %v", err)
	}
	apply(t, s, source)
	c := Config{Log: quiet(), Fetch: fetch.Config{Proxy: "none"}}
	start(t, s, c)
	waitFor(t, "the discard", func() bool { return len(whatWasTold(t, b).outcomes) > 0 })
	if diff := cmp.Diff(map[string]string{"http://198.51.100.7/": "private_address"}, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
}

// TestSilenceIsNoFaultOfTheURLs: when no host at all answers, the crawler pauses and says so instead of burying URL after URL; when the
// network is back it goes on.
func TestSilenceIsNoFaultOfTheURLs(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	network := newMute(t, w)
	address := network.Addr().String()
	const hosts = 70
	c := quick(w)
	c.Attempts, c.BackOff = 1, 200*time.Millisecond
	var sources []seeds.Source
	for i := range hosts {
		host := fmt.Sprintf("h%d.example", i)
		c.Fetch.Resolve[host] = address
		w.on("http://"+host+"/", list())
		sources = append(sources, src(fmt.Sprintf("s%d", i), "http://"+host+"/", host))
	}
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, sources...)
	worker, _ := start(t, s, c)
	waitFor(t, "a crawler that says that nobody answers", func() bool { return errors.Is(worker.Ready(), fetch.ErrConnect) })
	network.speaks.Store(true)
	waitIdle(t, s)
	dead := len(whatWasTold(t, b).outcomes)
	if dead == 0 || dead > silentMost {
		t.Errorf("%d dead letters, want some, and at most %d", dead, silentMost)
	}
	found := 0
	for i := range hosts {
		if lastOutcome(t, s, fmt.Sprintf("http://h%d.example/", i)) == news.Discovery.Code {
			found++
		}
	}
	if found+dead != hosts {
		t.Errorf("%d hosts were read and %d given up, of %d", found, dead, hosts)
	}
	if err := worker.Ready(); err != nil {
		t.Errorf("still not ready: %v", err)
	}
}
