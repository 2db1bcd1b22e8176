package fetch

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestGuard(t *testing.T) {
	k, err := newClients(Config{UserAgent: agent, Proxy: "none"})
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	for _, c := range []struct {
		addr          string
		public, opens bool // whether the guard lets it pass, and whether allow_private does
	}{
		{"93.184.215.14", true, true},
		{"2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true},
		{"127.0.0.1", false, true},
		{"127.9.9.9", false, true},
		{"::1", false, true},
		{"::ffff:127.0.0.1", false, true},
		{"10.0.0.1", false, true},
		{"172.16.5.4", false, true},
		{"192.168.1.1", false, true},
		{"100.64.0.1", false, true},
		{"fd00::1", false, true},
		{"169.254.169.254", false, false},
		{"::ffff:169.254.169.254", false, false},
		{"fe80::1", false, false},
		{"0.0.0.0", false, false},
		{"::", false, false},
		{"224.0.0.1", false, false},
		{"255.255.255.255", false, false},
		{"64:ff9b::7f00:1", false, false},
		{"2002:7f00:1::", false, false},
	} {
		addr := netip.MustParseAddr(c.addr)
		for name, g := range map[string]struct {
			guard guard
			want  bool
		}{"public": {k.guard, c.public}, "allow_private": {k.openGuard, c.opens}} {
			if err := g.guard(addr); (err == nil) != g.want || err != nil && !errors.Is(err, ErrPrivateAddress) {
				t.Errorf("%s, %s: %v", c.addr, name, err)
			}
		}
	}
}

func TestPrivateAddress(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page(w, "inside") }))
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(s.Listener.Addr().String(), ":")
	f := fetcherOf(t, Config{Resolve: map[string]string{"inside.example": "127.0.0.1"}}, s)
	for _, host := range []string{"127.0.0.1", "localhost", "2130706433", "inside.example", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		u := address(t, "http://"+host+":"+port+"/")
		if _, err := f.Fetch(t.Context(), Request{URL: u}); !errors.Is(err, ErrPrivateAddress) {
			t.Errorf("%s: got %v, want ErrPrivateAddress", host, err)
		}
	}
	// A connection that one source may have is not lent to another.
	u := address(t, "http://inside.example:"+port+"/")
	for _, c := range []struct{ allowed bool }{{true}, {false}, {true}} {
		res, err := f.Fetch(t.Context(), Request{URL: u, AllowPrivate: c.allowed})
		if c.allowed && (err != nil || string(res.Body) != "inside") || !c.allowed && !errors.Is(err, ErrPrivateAddress) {
			t.Errorf("allowed %v: got %+v, %v", c.allowed, res, err)
		}
	}
	all := fetcherOf(t, Config{AllowPrivate: true, Resolve: map[string]string{"inside.example": "127.0.0.1"}}, s)
	if _, err := all.Fetch(t.Context(), Request{URL: u}); err != nil {
		t.Errorf("with AllowPrivate for all: %v", err)
	}
}

func TestLoopbackOnly(t *testing.T) {
	f := site(t, Config{LoopbackOnly: true, Resolve: map[string]string{"far.example": "93.184.215.14", "near.example": "10.0.0.1"}},
		func(http.ResponseWriter, *http.Request) {})
	for _, host := range []string{"far.example", "near.example"} {
		_, err := f.Fetch(t.Context(), Request{URL: address(t, "http://"+host+"/"), AllowPrivate: true})
		if !errors.Is(err, ErrLoopbackOnly) {
			t.Errorf("%s: got %v, want ErrLoopbackOnly", host, err)
		}
	}
	near := site(t, Config{LoopbackOnly: true}, func(w http.ResponseWriter, r *http.Request) { page(w, "x") })
	if _, err := get(t, near, "/"); err != nil {
		t.Error(err)
	}
}

// proxy answers for every host and says which it was asked for.
func proxy(t *testing.T) *httptest.Server {
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page(w, "proxied "+r.URL.String()) }))
	t.Cleanup(p.Close)
	return p
}

func TestProxy(t *testing.T) {
	p := proxy(t)
	direct := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page(w, "direct "+r.Host) }))
	t.Cleanup(direct.Close)
	f := fetcherOf(t, Config{Proxy: p.URL, Resolve: map[string]string{"near.example": direct.Listener.Addr().String()}}, direct)
	for _, c := range []struct {
		name, url string
		private   bool
		want      string
		err       error
	}{
		{"a name goes through it", "http://www.yunhe.example/a", false, "proxied http://www.yunhe.example/a", nil},
		{"a name of the resolve table does not", "http://near.example/a", true, "direct near.example", nil},
		{"a literal private address is checked", "http://10.0.0.1/", false, "", ErrPrivateAddress},
		{"and allowed where the source says so", "http://10.0.0.1/", true, "proxied http://10.0.0.1/", nil},
		{"the cloud's credentials never", "http://169.254.169.254/", true, "", ErrPrivateAddress},
		{"the proxy is not a page", p.URL + "/", false, "", ErrPrivateAddress},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := f.Fetch(t.Context(), Request{URL: address(t, c.url), AllowPrivate: c.private})
			if c.err != nil {
				if !errors.Is(err, c.err) {
					t.Errorf("got %v, want %v", err, c.err)
				}
			} else if err != nil || string(res.Body) != c.want {
				t.Errorf("got %+v, %v; want %q", res, err, c.want)
			}
		})
	}
	t.Run("none beyond this machine without a contact", func(t *testing.T) {
		f := fetcherOf(t, Config{Proxy: p.URL, LoopbackOnly: true}, direct)
		if _, err := f.Fetch(t.Context(), Request{URL: address(t, "http://far.example/")}); !errors.Is(err, ErrLoopbackOnly) {
			t.Errorf("got %v, want ErrLoopbackOnly", err)
		}
	})
	t.Run("there, but not the host behind it", func(t *testing.T) {
		refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
		t.Cleanup(refuses.Close)
		f := fetcherOf(t, Config{Proxy: refuses.URL}, direct)
		_, err := f.Fetch(t.Context(), Request{URL: address(t, "https://far.example/")})
		if !errors.Is(err, ErrConnect) || errors.Is(err, ErrProxy) {
			t.Errorf("got %v, want ErrConnect alone", err)
		}
	})
	t.Run("that is away", func(t *testing.T) {
		gone := httptest.NewServer(nil)
		gone.Close()
		f := fetcherOf(t, Config{Proxy: gone.URL}, direct)
		_, err := f.Fetch(t.Context(), Request{URL: address(t, "http://far.example/")})
		if !errors.Is(err, ErrProxy) || !errors.Is(err, ErrConnect) {
			t.Errorf("got %v, want ErrProxy and ErrConnect", err)
		}
	})
}

func TestProxyFromEnvironment(t *testing.T) {
	p := proxy(t)
	t.Setenv("HTTP_PROXY", p.URL)
	t.Setenv("NO_PROXY", "near.example")
	f, err := New(Config{UserAgent: agent, DialTimeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	res, err := f.Fetch(t.Context(), Request{URL: address(t, "http://far.example/")})
	if err != nil || string(res.Body) != "proxied http://far.example/" {
		t.Errorf("got %+v, %v", res, err)
	}
	if u, err := f.clients.proxy(&url.URL{Scheme: "http", Host: "near.example"}); u != nil || err != nil {
		t.Errorf("near.example goes to %v (%v)", u, err)
	}
}
