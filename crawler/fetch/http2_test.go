package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// secure starts a server that speaks HTTP/2 over TLS and counts its connections.
func secure(t *testing.T, h http.HandlerFunc) (s *httptest.Server, opened *atomic.Int64) {
	t.Helper()
	opened = &atomic.Int64{}
	s = httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, opened
}

func TestHTTP2AndReuse(t *testing.T) {
	var proto atomic.Value
	s, opened := secure(t, func(w http.ResponseWriter, r *http.Request) {
		proto.Store(r.Proto)
		page(w, "云河")
	})
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	f := fetcherOf(t, Config{RootCAs: pool, Resolve: map[string]string{"example.com": s.Listener.Addr().String()}}, s) // the name in httptest's certificate
	u := address(t, "https://example.com/")
	for range 20 {
		res, err := f.Fetch(t.Context(), Request{URL: u, AllowPrivate: true})
		if err != nil || string(res.Body) != "云河" {
			t.Fatalf("%+v, %v", res, err)
		}
	}
	if proto.Load() != "HTTP/2.0" || opened.Load() != 1 {
		t.Errorf("%s over %d connections, want HTTP/2.0 over one", proto.Load(), opened.Load())
	}
}

func TestHTTP1Reuse(t *testing.T) {
	opened := &atomic.Int64{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/error" {
			w.WriteHeader(http.StatusNotFound)
		}
		page(w, "云河")
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	f := fetcherOf(t, Config{}, s)
	for i := range 20 {
		path := "/"
		if i%3 == 0 {
			path = "/error"
		}
		if _, err := get(t, f, path); err != nil {
			t.Fatal(err)
		}
	}
	if opened.Load() != 1 {
		t.Errorf("%d connections for 20 requests", opened.Load())
	}
}

func TestFaultsOfNameAndCertificate(t *testing.T) {
	s, _ := secure(t, func(w http.ResponseWriter, _ *http.Request) { page(w, "x") })
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { page(w, "x") }))
	t.Cleanup(plain.Close)
	old := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { page(w, "x") }))
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11} // which is refused
	old.StartTLS()
	t.Cleanup(old.Close)
	f := fetcherOf(t, Config{DialTimeout: 3 * time.Second, Resolve: map[string]string{
		"unknown-authority.example": s.Listener.Addr().String(),
		"no-tls.example":            plain.Listener.Addr().String(),
		"old-tls.example":           old.Listener.Addr().String(),
	}, Resolver: resolverOf(t, nil)}, s)
	for url, want := range map[string]error{
		"https://unknown-authority.example/": ErrTLS,
		"https://no-tls.example/":            ErrTLS,
		"https://old-tls.example/":           ErrTLS,
		"https://no-such-name.example/":      ErrDNS,
	} {
		_, err := f.Fetch(t.Context(), Request{URL: address(t, url), AllowPrivate: true})
		if !errors.Is(err, want) || !errors.Is(err, ErrConnect) {
			t.Errorf("%s: %v, want %v", url, err, want)
		}
	}
}

// FuzzHeaders holds: whatever the headers of an answer say, reading them ends, and no pause is negative or longer than allowed.
func FuzzHeaders(f *testing.F) {
	f.Add("120", "Sun, 22 Nov 2026 06:00:00 GMT", "/a", "text/html; charset=", "gzip, br")
	f.Add("Sun, 22 Nov 2026 07:00:00 GMT", "Sun, 22 Nov 2026 06:00:00 GMT", "http://[::1%25lo]/", "\x00/;", "deflate,,")
	f.Fuzz(func(t *testing.T, after, date, location, contentType, encoding string) {
		h := http.Header{"Retry-After": {after}, "Date": {date}, "Location": {location}, "Content-Type": {contentType}}
		if d := retryAfter(h, time.Unix(0, 0)); d < 0 || d > maxRetryAfter {
			t.Errorf("Retry-After %q at %q is %v", after, date, d)
		}
		at := address(t, "http://www.yunhe.example/x")
		res := &Response{Status: http.StatusFound, Header: h.Clone()}
		if to, ok := redirect(res, at); ok && to.IsZero() {
			t.Errorf("%q leads nowhere", location)
		}
		possibleType(contentType)
		_, _ = decoder([]string{encoding}, http.NoBody)
	})
}
