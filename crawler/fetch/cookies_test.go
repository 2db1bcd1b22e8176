package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestCookies: kept for the source that asks and for the host that set them, also on the way of a redirect; for nobody else.
func TestCookies(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/enter" {
			http.SetCookie(w, &http.Cookie{Name: "visit", Value: "1", Path: "/"})
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		page(w, r.Header.Get("Cookie"))
	}))
	t.Cleanup(s.Close)
	f := fetcherOf(t, Config{Resolve: map[string]string{"a.example": s.Listener.Addr().String(), "b.a.example": s.Listener.Addr().String()}}, s)
	for i, c := range []struct{ key, url, want string }{
		{"yunhe", "http://a.example/", ""},
		{"yunhe", "http://a.example/enter", "visit=1"},
		{"yunhe", "http://a.example/x", "visit=1"},
		{"yunhe", "http://b.a.example/x", ""},
		{"other", "http://a.example/x", ""},
		{"", "http://a.example/enter", ""},
		{"", "http://a.example/x", ""},
	} {
		res, err := f.Fetch(t.Context(), Request{URL: address(t, c.url), AllowPrivate: true, Cookies: c.key})
		if err != nil || string(res.Body) != c.want {
			t.Errorf("%d: %s for %q sent %q (%v), want %q", i, c.url, c.key, res.Body, err, c.want)
		}
	}
}

// TestCookiesAreBounded: a host that sets one after the other begins anew.
func TestCookiesAreBounded(t *testing.T) {
	n := 0
	f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		for range 40 {
			n++
			http.SetCookie(w, &http.Cookie{Name: fmt.Sprintf("c%d", n), Value: "x"})
		}
		page(w, fmt.Sprint(len(r.Cookies())))
	})
	for range 20 {
		res, err := f.Fetch(t.Context(), Request{URL: address(t, "http://www.yunhe.example/"), AllowPrivate: true, Cookies: "yunhe"})
		if err != nil {
			t.Fatal(err)
		}
		var sent int
		if _, err := fmt.Sscan(string(res.Body), &sent); err != nil || sent > cookiesKept+40 {
			t.Fatalf("%d cookies were sent (%v)", sent, err)
		}
	}
}

// TestProxyOfASource: a request's own proxy is asked, the others go as they went; "none" goes past the general one.
func TestProxyOfASource(t *testing.T) {
	p := proxy(t)
	direct := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { page(w, "direct") }))
	t.Cleanup(direct.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	f := fetcherOf(t, Config{Proxy: gone.URL}, direct)
	u := address(t, "http://far.example/")
	if res, err := f.Fetch(t.Context(), Request{URL: u, Proxy: p.URL}); err != nil || string(res.Body) != "proxied http://far.example/" {
		t.Errorf("its own proxy: %+v, %v", res, err)
	}
	if _, err := f.Fetch(t.Context(), Request{URL: u}); !errors.Is(err, ErrProxy) {
		t.Errorf("the general one: %v, want ErrProxy", err)
	}
	_, err := f.Fetch(t.Context(), Request{URL: address(t, "http://127.0.0.1:9/"), Proxy: "none"})
	if !errors.Is(err, ErrPrivateAddress) {
		t.Errorf("past the proxy: %v, want the guard's word", err)
	}
}
