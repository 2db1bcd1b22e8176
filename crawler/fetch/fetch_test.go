package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/newsmill/newsmill/crawler/weburl"
)

func TestFetch(t *testing.T) {
	var asked http.Header
	f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header
		w.Header().Set("Etag", `"v1"`)
		w.Header().Set("Last-Modified", "Sun, 03 May 2026 00:30:00 GMT")
		w.Header().Set("X-Robots-Tag", "nofollow")
		w.Header().Set("Set-Cookie", "a=b")
		w.Header().Set("Content-Type", "text/html; charset=gbk")
		_, _ = w.Write([]byte("<p>\xd4\xc6"))
	})
	before := time.Now()
	res, err := get(t, f, "/a?b=c")
	if err != nil {
		t.Fatal(err)
	}
	if res.Status != 200 || string(res.Body) != "<p>\xd4\xc6" || res.ContentType != "text/html; charset=gbk" || res.ETag != `"v1"` ||
		res.LastModified != "Sun, 03 May 2026 00:30:00 GMT" || res.NotModified || res.Truncated {
		t.Errorf("got %+v", res)
	}
	if res.FinalURL != "http://www.yunhe.example/a?b=c" || res.Redirects != nil || res.RedirectTo != "" {
		t.Errorf("final %q, redirects %q to %q", res.FinalURL, res.Redirects, res.RedirectTo)
	}
	if res.Header.Get("X-Robots-Tag") != "nofollow" || res.Header.Get("Set-Cookie") != "" {
		t.Errorf("headers %v", res.Header)
	}
	if res.Started.Before(before) || res.Answered.Before(res.Started) || res.Took <= 0 {
		t.Errorf("started %v, answered %v, took %v", res.Started, res.Answered, res.Took)
	}
	for name, want := range map[string]string{"User-Agent": agent, "Cookie": "", "Range": "", "Accept-Encoding": "gzip, deflate, br, zstd",
		"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5", "Accept": acceptPages, "If-None-Match": ""} {
		if got := asked.Get(name); got != want {
			t.Errorf("asked with %s %q, want %q", name, got, want)
		}
	}
}

func TestConditional(t *testing.T) {
	f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/always" || r.Header.Get("If-None-Match") == `"v1"` || r.Header.Get("If-Modified-Since") != "" {
			w.Header().Set("Etag", `"v1"`)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		page(w, "new")
	})
	for _, c := range []struct {
		name, path, etag, modified string
		status                     int
		notModified                bool
	}{
		{"no validators", "/", "", "", 200, false},
		{"etag fits", "/", `"v1"`, "", 304, true},
		{"etag is old", "/", `"v0"`, "", 200, false},
		{"date", "/", "", "Sun, 03 May 2026 00:30:00 GMT", 304, true},
		{"304 that nobody asked for", "/always", "", "", 304, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := f.Fetch(t.Context(), Request{URL: address(t, "http://www.yunhe.example"+c.path), AllowPrivate: true, ETag: c.etag, LastModified: c.modified})
			if err != nil || res.Status != c.status || res.NotModified != c.notModified || res.NotModified && res.ETag != `"v1"` {
				t.Errorf("got %+v, %v", res, err)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	f := site(t, Config{MaxRedirects: 3}, func(w http.ResponseWriter, r *http.Request) {
		var n int
		switch _, err := fmt.Sscanf(r.URL.Path, "/n/%d", &n); {
		case err == nil && n > 0:
			http.Redirect(w, r, fmt.Sprintf("/n/%d", n-1), http.StatusFound)
		case r.URL.Path == "/n/0":
			page(w, "here")
		case r.URL.Path == "/loop":
			http.Redirect(w, r, "/loop2", http.StatusMovedPermanently)
		case r.URL.Path == "/loop2":
			http.Redirect(w, r, "/loop", http.StatusMovedPermanently)
		case r.URL.Path == "/self":
			http.Redirect(w, r, "/self#again", http.StatusFound)
		case r.URL.Path == "/away":
			http.Redirect(w, r, "http://news.yunhe.example/x", http.StatusMovedPermanently)
		case r.URL.Path == "/port":
			http.Redirect(w, r, "http://www.yunhe.example:8080/x", http.StatusSeeOther)
		case r.URL.Path == "/first-away":
			http.Redirect(w, r, "/away", http.StatusTemporaryRedirect)
		case r.URL.Path == "/nowhere":
			w.WriteHeader(http.StatusFound)
		case r.URL.Path == "/app":
			w.Header().Set("Location", "weixin://dl/x")
			w.WriteHeader(http.StatusFound)
		}
	})
	const host = "http://www.yunhe.example"
	for _, c := range []struct {
		name, path string
		status     int
		final, to  string
		between    []string
		hops       hops
		err        error
	}{
		{"none", "/n/0", 200, "/n/0", "", nil, hops{"/n/0"}, nil},
		{"one", "/n/1", 200, "/n/0", "", nil, hops{"/n/1", "/n/0"}, nil},
		{"as many as allowed", "/n/3", 200, "/n/0", "", []string{"/n/2", "/n/1"}, hops{"/n/3", "/n/2", "/n/1", "/n/0"}, nil},
		{"one too many", "/n/4", 0, "", "", nil, hops{"/n/4", "/n/3", "/n/2", "/n/1"}, ErrTooManyRedirects},
		{"loop", "/loop", 0, "", "", nil, hops{"/loop", "/loop2"}, ErrTooManyRedirects},
		{"loop to itself", "/self", 0, "", "", nil, hops{"/self"}, ErrTooManyRedirects},
		{"another host", "/away", 301, "/away", "http://news.yunhe.example/x", nil, hops{"/away"}, nil},
		{"another port", "/port", 303, "/port", "http://www.yunhe.example:8080/x", nil, hops{"/port"}, nil},
		{"another host later", "/first-away", 301, "/away", "http://news.yunhe.example/x", nil, hops{"/first-away", "/away"}, nil},
		{"without Location", "/nowhere", 302, "/nowhere", "", nil, hops{"/nowhere"}, nil},
		{"to an app", "/app", 302, "/app", "", nil, hops{"/app"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked hops
			res, err := f.Fetch(t.Context(), Request{URL: address(t, host+c.path), AllowPrivate: true, BeforeHop: asked.before})
			if diff := cmp.Diff(c.hops, asked); diff != "" {
				t.Errorf("BeforeHop (-want +got):\n%s", diff)
			}
			if c.err != nil {
				if !errors.Is(err, c.err) || res != nil {
					t.Errorf("got %v, %v; want %v", res, err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var between []string
			for _, u := range res.Redirects {
				between = append(between, strings.TrimPrefix(u, host))
			}
			if res.Status != c.status || res.FinalURL != host+c.final || res.RedirectTo != c.to || !cmp.Equal(between, c.between) {
				t.Errorf("got %d at %q to %q by %q", res.Status, res.FinalURL, res.RedirectTo, between)
			}
			if res.Header.Get("Location") != "" {
				t.Error("Location was left in")
			}
		})
	}
}

func TestBeforeHopEnds(t *testing.T) {
	var served atomic.Int32
	f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		http.Redirect(w, r, "/b", http.StatusFound)
	})
	lost := errors.New("the lease ran out")
	_, err := f.Fetch(t.Context(), Request{URL: address(t, "http://www.yunhe.example/a"), AllowPrivate: true,
		BeforeHop: func(_ context.Context, u weburl.URL, _ int) error {
			if u.Path() == "/b" {
				return lost
			}
			return nil
		}})
	if !errors.Is(err, lost) || !strings.Contains(err.Error(), "http://www.yunhe.example/a") {
		t.Errorf("got %v", err)
	}
	if n := served.Load(); n != 1 {
		t.Errorf("%d requests went out, want 1", n)
	}
}

func TestCrossHost(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "www.yunhe.example" {
			http.Redirect(w, r, "http://yunhe.example/robots.txt", http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Content-Type", "application/x-robots")
		_, _ = w.Write([]byte(strings.Repeat("Disallow: /a\n", 100)))
	}))
	t.Cleanup(s.Close)
	to := s.Listener.Addr().String()
	f := fetcherOf(t, Config{Resolve: map[string]string{"www.yunhe.example": to, "yunhe.example": to}}, s)
	res, err := f.Fetch(t.Context(), Request{URL: address(t, "http://www.yunhe.example/robots.txt"), AllowPrivate: true,
		CrossHost: true, AnyType: true, Truncate: true, MaxBytes: 100})
	if err != nil || len(res.Body) != 100 || !res.Truncated || res.FinalURL != "http://yunhe.example/robots.txt" {
		t.Errorf("got %+v, %v", res, err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 3, 0, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value, date string
		want              time.Duration
	}{
		{"absent", "", "", 0},
		{"seconds", "120", "", 2 * time.Minute},
		{"seconds with blanks", " 120 ", "", 2 * time.Minute},
		{"negative", "-5", "", 0},
		{"for ever", "99999999999999", "", maxRetryAfter},
		{"date by our clock", "Sun, 03 May 2026 00:31:00 GMT", "", time.Minute},
		{"date by the server's clock", "Sun, 03 May 2026 01:31:00 GMT", "Sun, 03 May 2026 01:30:00 GMT", time.Minute},
		{"date in the past", "Sun, 03 May 2020 00:31:00 GMT", "", 0},
		{"rubbish", "soon", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{"Retry-After": {c.value}, "Date": {c.date}}
			if got := retryAfter(h, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestHTTPS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page(w, r.Proto+" "+r.Host) }))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	// The certificate of httptest is for example.com.
	resolve := map[string]string{"example.com": s.Listener.Addr().String(), "other.example": s.Listener.Addr().String()}

	f := fetcherOf(t, Config{Resolve: resolve, RootCAs: roots}, s)
	res, err := f.Fetch(t.Context(), Request{URL: address(t, "https://example.com/"), AllowPrivate: true})
	if err != nil || string(res.Body) != "HTTP/2.0 example.com" {
		t.Errorf("got %+v, %v", res, err)
	}
	if _, err := f.Fetch(t.Context(), Request{URL: address(t, "https://other.example/"), AllowPrivate: true}); !errors.Is(err, ErrConnect) {
		t.Errorf("a certificate for another name: got %v, want ErrConnect", err)
	}
	stranger := fetcherOf(t, Config{Resolve: resolve}, s)
	if _, err := stranger.Fetch(t.Context(), Request{URL: address(t, "https://example.com/"), AllowPrivate: true}); !errors.Is(err, ErrConnect) {
		t.Errorf("an authority nobody knows: got %v, want ErrConnect", err)
	}
}

func TestReuse(t *testing.T) {
	remote := map[string]bool{}
	f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		remote[r.RemoteAddr] = true
		page(w, "x")
	})
	for range 5 {
		if _, err := get(t, f, "/"); err != nil {
			t.Fatal(err)
		}
	}
	if len(remote) != 1 {
		t.Errorf("five requests in a row took %d connections", len(remote))
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
		want   string
	}{
		{"no user agent", Config{}, "user agent"},
		{"line break in the user agent", Config{UserAgent: "a\r\nb: c"}, "user agent"},
		{"negative size", Config{UserAgent: "a", MaxBytes: -1}, "max bytes"},
		{"negative time", Config{UserAgent: "a", BodyTimeout: -1}, "body timeout"},
		{"proxy", Config{UserAgent: "a", Proxy: "localhost:3128"}, "proxy"},
		{"resolve to a name", Config{UserAgent: "a", Resolve: map[string]string{"a.example": "b.example"}}, "resolve"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := New(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a word of %q", err, c.want)
			}
		})
	}
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	f := site(t, Config{Metrics: NewMetrics(reg)}, func(w http.ResponseWriter, _ *http.Request) { page(w, "12345") })
	if _, err := get(t, f, "/"); err != nil {
		t.Fatal(err)
	}
	_, _ = f.Fetch(t.Context(), Request{URL: address(t, "http://www.yunhe.example/")}) // private address
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			name := family.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			if m.GetCounter() != nil {
				got[name] = m.GetCounter().GetValue()
			} else {
				got[name] = float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	want := map[string]float64{"newsmill_crawler_fetches_total 2xx": 1, "newsmill_crawler_fetches_total private_address": 1,
		"newsmill_crawler_redirects_total": 0, "newsmill_crawler_fetched_bytes_total": 5, "newsmill_crawler_fetch_seconds": 2,
		"newsmill_crawler_connections_reused_total": 0, "newsmill_crawler_fetch_phase_seconds connect": 1, "newsmill_crawler_fetch_phase_seconds first_byte": 1,
		"newsmill_crawler_fetch_phase_seconds body": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
