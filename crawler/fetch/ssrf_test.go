package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// inside are addresses that a page of the web must not lead the crawler to, in every spelling that some browser or library takes for one.
// opens says that a source with allow_private may go there.
var inside = []struct {
	name, host string
	opens      bool
}{
	{"loopback", "127.0.0.1", true},
	{"loopback, another", "127.8.9.10", true},
	{"loopback, trailing dot", "127.0.0.1.", true},
	{"loopback, hexadecimal", "0x7f.1", true},
	{"loopback, hexadecimal in one", "0x7f000001", true},
	{"loopback, decimal", "2130706433", true},
	{"loopback, octal", "0177.0.0.1", true},
	{"loopback, octal with many zeros", "00000177.0.0.01", true},
	{"loopback, short", "127.1", true},
	{"loopback, mixed", "0x7f.0.1", true},
	{"loopback, full-width digits", "１２７.０.０.１", true},
	{"loopback, ideographic full stops", "127。0。0。1", true},
	{"loopback, circled digits", "①②⑦.⓪.⓪.①", true},
	{"loopback, escaped", "%31%32%37.0.0.1", true},
	{"loopback, by name", "localhost", true},
	{"loopback, by name with a dot", "localhost.", true},
	{"this host", "0.0.0.0", false},
	{"this host, short", "0", false},
	{"private 10/8", "10.1.2.3", true},
	{"private 172.16/12", "172.31.255.254", true},
	{"private 192.168/16", "192.168.0.1", true},
	{"private, decimal", "3232235521", true},
	{"shared 100.64/10", "100.64.0.1", true},
	{"link-local", "169.254.1.1", false},
	{"metadata", "169.254.169.254", false},
	{"metadata, decimal", "2852039166", false},
	{"metadata, hexadecimal", "0xA9FEA9FE", false},
	{"metadata, octal", "0251.0376.0251.0376", false},
	{"metadata by name", "metadata.example", false},
	{"metadata of Alibaba", "100.100.100.200", false},
	{"metadata of Oracle", "192.0.0.192", false},
	{"Azure's own", "168.63.129.16", false},
	{"benchmarking", "198.18.0.1", false},
	{"documentation", "203.0.113.7", false},
	{"multicast", "224.0.0.1", false},
	{"reserved", "240.0.0.1", false},
	{"broadcast", "255.255.255.255", false},
	{"IPv6 loopback", "[::1]", true},
	{"IPv6 loopback, written out", "[0:0:0:0:0:0:0:1]", true},
	{"IPv6 this host", "[::]", false},
	{"IPv6 link-local", "[fe80::1]", false},
	{"IPv6 link-local with zone", "[fe80::1%25eth0]", false},
	{"IPv6 loopback with zone", "[::1%25lo]", false},
	{"IPv6 unique local", "[fd12:3456::1]", true},
	{"IPv6 metadata of AWS", "[fd00:ec2::254]", false},
	{"IPv6 site-local", "[fec0::1]", false},
	{"IPv6 multicast", "[ff02::1]", false},
	{"IPv6 documentation", "[2001:db8::1]", false},
	{"IPv4-mapped loopback", "[::ffff:127.0.0.1]", true},
	{"IPv4-mapped loopback, in hex", "[::ffff:7f00:1]", true},
	{"IPv4-mapped metadata", "[::ffff:169.254.169.254]", false},
	{"IPv4-compatible loopback", "[::127.0.0.1]", false},
	{"IPv4-translated loopback", "[::ffff:0:127.0.0.1]", false},
	{"NAT64 loopback", "[64:ff9b::7f00:1]", false},
	{"NAT64 metadata", "[64:ff9b::a9fe:a9fe]", false},
	{"NAT64 of a network of its own", "[64:ff9b:1::7f00:1]", false},
	{"6to4 loopback", "[2002:7f00:1::]", false},
	{"6to4 private", "[2002:c0a8:1::]", false},
	{"Teredo", "[2001:0:7f00:1::1]", false},
}

func ssrfFetcher(t *testing.T, extra Config) *Fetcher {
	t.Helper()
	extra.UserAgent, extra.Proxy = agent, "none"
	extra.Resolve = map[string]string{"metadata.example": "169.254.169.254", "localhost": "127.0.0.1"}
	f, err := New(extra)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// TestInsideIsRefused: each of them is refused before a connection is made, or is no address at all.
func TestInsideIsRefused(t *testing.T) {
	f := ssrfFetcher(t, Config{})
	for _, c := range inside {
		t.Run(c.name, func(t *testing.T) {
			u, err := weburl.Parse("http://" + c.host + ":9/")
			if errors.Is(err, weburl.ErrURL) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, https := range []bool{false, true} {
				if https {
					u, err = weburl.Parse(strings.Replace(u.String(), "http://", "https://", 1))
					if err != nil {
						t.Fatal(err)
					}
				}
				if _, err := f.Fetch(t.Context(), Request{URL: u}); !errors.Is(err, ErrPrivateAddress) {
					t.Errorf("%s: %v, want ErrPrivateAddress", u, err)
				}
			}
			if c.opens {
				return
			}
			if _, err := f.Fetch(t.Context(), Request{URL: u, AllowPrivate: true}); !errors.Is(err, ErrPrivateAddress) {
				t.Errorf("%s with allow_private: %v, want ErrPrivateAddress", u, err)
			}
		})
	}
}

// TestRedirectsToInsideAreRefused, of a source that may ask private addresses too, where the fetcher follows across hosts.
func TestRedirectsToInsideAreRefused(t *testing.T) {
	var to atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to.Load().(string))
		w.WriteHeader(http.StatusFound)
	}))
	t.Cleanup(s.Close)
	f := ssrfFetcher(t, Config{})
	start := address(t, s.URL+"/robots.txt")
	for _, c := range inside {
		if c.opens || strings.Contains(c.name, "zone") {
			continue // a Location that is no address is no redirect
		}
		to.Store("http://" + c.host + ":9/")
		if _, err := f.Fetch(t.Context(), Request{URL: start, AllowPrivate: true, CrossHost: true, AnyType: true}); !errors.Is(err, ErrPrivateAddress) {
			t.Errorf("%s: %v, want ErrPrivateAddress", c.name, err)
		}
		res, err := f.Fetch(t.Context(), Request{URL: start, AllowPrivate: true, AnyType: true})
		if err != nil || res.RedirectTo == "" {
			t.Errorf("%s: followed: %+v, %v", c.name, res, err)
		}
	}
}

// TestRebindingIsRefused: the name leads to a public address when somebody looks it up first, and inside when it is connected to.
func TestRebindingIsRefused(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { page(w, "inside") }))
	t.Cleanup(inner.Close)
	var asked atomic.Int64
	resolver := resolverOf(t, func() []netip.Addr {
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("93.184.215.14")}
		}
		return []netip.Addr{netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("127.0.0.1")} // one that is refused, then the other
	})
	first, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example.")
	if err != nil || len(first) != 1 || first[0].Unmap().String() != "93.184.215.14" {
		t.Fatalf("the first look: %v, %v", first, err)
	}
	f := ssrfFetcher(t, Config{Resolver: resolver})
	_, port, err := net.SplitHostPort(inner.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	u := address(t, "http://rebind.example:"+port+"/")
	if _, err := f.Fetch(t.Context(), Request{URL: u}); !errors.Is(err, ErrPrivateAddress) {
		t.Errorf("got %v, want ErrPrivateAddress", err)
	}
	if res, err := f.Fetch(t.Context(), Request{URL: u, AllowPrivate: true}); err != nil || string(res.Body) != "inside" {
		t.Errorf("with allow_private: %+v, %v", res, err)
	}
	if asked.Load() < 3 {
		t.Errorf("DNS was asked %d times", asked.Load())
	}
}

// resolverOf gives a resolver whose server answers A questions as addrs says; nil knows no name.
func resolverOf(t *testing.T, addrs func() []netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = conn.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			if addrs == nil {
				m.RCode = dnsmessage.RCodeNameError
			} else if q.Type == dnsmessage.TypeA {
				for _, a := range addrs() {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: a.As4()}})
				}
			}
			answer, err := m.Pack()
			if err != nil {
				continue
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
