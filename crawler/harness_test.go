package crawler

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

// The tests wait (for delays, tokens, leases) far more than they work: more of them may run at a time than there are processors.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// web is a real HTTP server that answers for any number of hosts.
type web struct {
	server *httptest.Server

	mu    sync.Mutex
	pages map[string]http.HandlerFunc // by host and path
	log   []asked
}

// asked is one request as the server saw it.
type asked struct {
	url        string
	host       string
	agent      string
	start, end time.Time
}

func newWeb(t testing.TB) *web {
	t.Helper()
	w := &web{pages: map[string]http.HandlerFunc{}}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	return w
}

func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	a := asked{url: "http://" + r.Host + r.URL.RequestURI(), host: r.Host, agent: r.UserAgent(), start: time.Now()}
	w.mu.Lock()
	page := w.pages[r.Host+r.URL.RequestURI()]
	if page == nil {
		page = w.pages[r.Host+"/*"]
	}
	w.mu.Unlock()
	if page == nil {
		page = http.NotFound
	}
	defer func() {
		a.end = time.Now()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.log = append(w.log, a)
	}()
	page(rw, r)
}

func (w *web) on(url string, h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[strings.TrimPrefix(url, "http://")] = h
}

// requests gives what was asked, robots.txt aside.
func (w *web) requests() []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []asked
	for _, a := range w.log {
		if !strings.HasSuffix(a.url, "/robots.txt") {
			out = append(out, a)
		}
	}
	return out
}

func (w *web) count(url string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, a := range w.log {
		if a.url == url {
			n++
		}
	}
	return n
}

func text(body string) http.HandlerFunc { return status(200, body) }

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(code)
		_, _ = fmt.Fprint(w, body)
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// list is a listing page with links.
func list(urls ...string) http.HandlerFunc {
	var b strings.Builder
	for i, u := range urls {
		title := fmt.Sprintf("云河新闻第%d条", i)
		if strings.Contains(u, "list_") {
			title = "下一页"
		}
		fmt.Fprintf(&b, `<li><a href="%s">%s</a></li>`, u, title)
	}
	return text("<html><body><ul>" + b.String() + "</ul></body></html>")
}

func article(n int) http.HandlerFunc {
	return text(fmt.Sprintf("<html><title>云河要闻%d</title><body><p>云河市今天发布第%d号消息。</p></body></html>", n, n))
}

// quick is a config for tests: the delays are short, and the sweep is not there to help.
func quick(w *web, hosts ...string) Config {
	c := Config{Slots: 8, Delay: 10 * time.Millisecond, BackOff: 100 * time.Millisecond, FaultBackOff: 50 * time.Millisecond, Attempts: 2,
		Sweep: time.Hour, FullPause: 100 * time.Millisecond, Drain: 5 * time.Second, Log: quiet(),
		Fetch: fetch.Config{Total: 2 * time.Second, Proxy: "none", Resolve: map[string]string{}}}
	for _, h := range hosts {
		c.Fetch.Resolve[h] = w.server.Listener.Addr().String()
	}
	return c
}

func quiet() *slog.Logger {
	if os.Getenv("CRAWLER_TEST_LOG") != "" {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return bustest.Quiet()
}

func src(id string, start string, hosts ...string) seeds.Source {
	return seeds.Source{ID: id, Name: id, Interval: seeds.Duration(time.Hour), MaxDepth: 1, MaxPages: 3, AllowPrivate: true,
		Start: []seeds.Start{{URL: start, Kind: seeds.KindListing}}, Scope: seeds.Scope{Hosts: hosts}}
}

func apply(t *testing.T, s Stores, list ...seeds.Source) {
	t.Helper()
	if _, err := Apply(t.Context(), s, list, false); err != nil {
		t.Fatal(err)
	}
}

// start runs a worker; the returned function ends it and waits.
func start(t testing.TB, s Stores, c Config) (w *Worker, stop func()) {
	t.Helper()
	w, err := New(s, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return w, stop
}

// contextOf is a context that ends with the returned function, or after the test's own.
func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(stop)
	return ctx, stop
}

// waitFor asks until it is true.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}

// waitIdle waits until the crawl has nothing to do, looked at twice.
func waitIdle(t *testing.T, s Stores) {
	t.Helper()
	quietFor := 0
	waitFor(t, "idle crawl", func() bool {
		st, err := Idle(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if st.Done() {
			quietFor++
		} else {
			quietFor = 0
		}
		return quietFor == 3
	})
}

// told is everything that left the crawler: outcome by URL. A URL in RAW is "page", a discard its reason, a dead letter "dead " and its reason.
type told struct {
	outcomes map[string]map[string]int // by URL, by outcome: distinct event ids
	pages    []news.Page
}

func whatWasTold(t *testing.T, b *bus.Bus) told {
	t.Helper()
	out := told{outcomes: map[string]map[string]int{}}
	note := func(url, outcome string) {
		if out.outcomes[url] == nil {
			out.outcomes[url] = map[string]int{}
		}
		out.outcomes[url][outcome]++
	}
	scan := func(stream string, f func(m bus.Message)) {
		if err := b.Scan(t.Context(), stream, bus.ScanOptions{}, func(m bus.Message) error { f(m); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	scan(bus.StreamRaw, func(m bus.Message) {
		p, err := news.ParsePage(m.Subject, m.Header)
		if err != nil {
			t.Fatal(err)
		}
		if p.Body, err = bus.Decompress(m.Data, 1<<24); err != nil {
			t.Fatal(err)
		}
		out.pages = append(out.pages, p)
		note(p.URL, "page")
	})
	scan(bus.StreamEvents, func(m bus.Message) {
		var d news.Discarded
		if err := json.Unmarshal(m.Data, &d); err != nil {
			t.Fatal(err)
		}
		note(d.URL, d.Reason)
	})
	scan(bus.StreamDead, func(m bus.Message) {
		note(news.DecodeValue(m.Header[news.HeaderCeSubject]), "dead "+m.Header[news.HeaderDeadReason])
	})
	return out
}

// ends is the only outcome of each URL; several are joined.
func (o told) ends() map[string]string {
	ends := map[string]string{}
	for url, m := range o.outcomes {
		for outcome := range maps.Keys(m) {
			if ends[url] != "" {
				ends[url] += "+"
			}
			ends[url] += outcome
		}
	}
	return ends
}

// lastOutcome is what SEEN says of a URL.
func lastOutcome(t *testing.T, s Stores, url string) string {
	t.Helper()
	v, ok, err := frontier.NewSeen(s.Seen).Get(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return ""
	}
	return v.Outcome
}
