package fetch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
	"golang.org/x/net/http/httpproxy"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// clients are three transports that never share a connection: one that reaches public addresses only, one for sources that may
// ask private ones, and one that dials nothing but the proxy. Were there one pool, a connection opened for a source that may ask a private
// address would serve one that may not, and a page on the proxy's own address would pass as the proxy.
type clients struct {
	public, private, proxied *http.Transport
	others                   *others
	resolve                  map[string]netip.AddrPort
	below                    bool // resolve has entries with a star
	proxy                    func(*url.URL) (*url.URL, error)
	guard, openGuard         guard
}

// guard tells whether an address may be connected to. It runs after DNS, on the very address, so a name that changes its answer
// between check and use gains nothing.
type guard func(netip.Addr) error

// privateV4 and privateV6 are what allow_private opens: loopback, RFC 1918, shared space (RFC 6598), unique local. Link-local stays
// closed, for that is where clouds hand out credentials.
var (
	privateV4 = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10")}
	privateV6 = []netip.Prefix{netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7")}
)

// metadata are the addresses outside link-local at which clouds hand out credentials or run the machine: never for a page, whatever a
// source may. AWS (IPv6), Alibaba, Oracle, Azure.
var metadata = []netip.Addr{netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("192.0.0.192"),
	netip.MustParseAddr("168.63.129.16")}

func newGuard(loopbackOnly bool, options ...ssrf.Option) guard {
	g := ssrf.New(append(options, ssrf.WithAnyPort())...)
	return func(addr netip.Addr) error {
		addr = addr.Unmap()
		if loopbackOnly && !addr.IsLoopback() {
			return fmt.Errorf("%w: %s", ErrLoopbackOnly, addr)
		}
		if err := g.SafeAddr(addr); err != nil || addr.Zone() != "" || slices.Contains(metadata, addr) {
			return fmt.Errorf("%w: %s", ErrPrivateAddress, addr)
		}
		return nil
	}
}

func newClients(c Config) (clients, error) {
	k := clients{
		resolve:   make(map[string]netip.AddrPort, len(c.Resolve)),
		guard:     newGuard(c.LoopbackOnly),
		openGuard: newGuard(c.LoopbackOnly, ssrf.WithAllowedV4Prefixes(privateV4...), ssrf.WithAllowedV6Prefixes(privateV6...)),
	}
	if c.AllowPrivate {
		k.guard = k.openGuard
	}
	for host, to := range c.Resolve {
		target, err := parseTarget(to)
		if err != nil {
			return clients{}, fmt.Errorf("resolve: %q: %w", to, err)
		}
		k.resolve[strings.ToLower(host)] = target
		k.below = k.below || strings.HasPrefix(host, "*.")
	}
	k.proxy = proxyFunc(c.Proxy)
	k.public = k.transport(c, k.guard)
	k.private = k.transport(c, k.openGuard)
	k.proxied = k.through(c, k.proxy)
	k.others = &others{by: map[string]other{}, make: func(setting string) other {
		proxy := proxyFunc(setting)
		return other{proxy, k.through(c, proxy)}
	}}
	return k, nil
}

// through gives a transport that dials nothing but a proxy.
func (k clients) through(c Config, proxy func(*url.URL) (*url.URL, error)) *http.Transport {
	t := k.transport(c, nil)
	dial := t.DialContext
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrProxy, err)
		}
		return conn, nil
	}
	t.Proxy = func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
	return t
}

// others are the proxies of single sources, each with connections of its own.
type others struct {
	make func(setting string) other

	mu sync.Mutex
	by map[string]other
}

type other struct {
	proxy     func(*url.URL) (*url.URL, error)
	transport *http.Transport
}

func (o *others) of(setting string) other {
	o.mu.Lock()
	defer o.mu.Unlock()
	it, ok := o.by[setting]
	if !ok {
		it = o.make(setting)
		o.by[setting] = it
	}
	return it
}

func (o *others) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, it := range o.by {
		it.transport.CloseIdleConnections()
	}
}

func proxyFunc(setting string) func(*url.URL) (*url.URL, error) {
	switch setting {
	case "none":
		return func(*url.URL) (*url.URL, error) { return nil, nil }
	case "":
		return httpproxy.FromEnvironment().ProxyFunc()
	}
	p := httpproxy.Config{HTTPProxy: setting, HTTPSProxy: setting, NoProxy: noProxy()}
	return p.ProxyFunc()
}

func noProxy() string {
	if v := os.Getenv("NO_PROXY"); v != "" {
		return v
	}
	return os.Getenv("no_proxy")
}

// transport gives a transport whose every connection passes the guard; none for the proxy, whose address the operator chose.
func (k clients) transport(c Config, g guard) *http.Transport {
	dialer := &net.Dialer{Timeout: c.DialTimeout, KeepAlive: 30 * time.Second, Resolver: c.Resolver}
	dial := dialer.DialContext
	if g != nil {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			target, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("%w: %s", ErrPrivateAddress, address)
			}
			return g(target.Addr())
		}
		dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, k.target(address))
		}
	}
	return &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    c.TLSTimeout,
		ResponseHeaderTimeout:  c.HeaderTimeout,
		MaxResponseHeaderBytes: 256 << 10,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // decoded here, under a cap
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    2, // one request at a time per host
		IdleConnTimeout:        30 * time.Second,
	}
}

// target is where to connect for host:port: the Resolve entry for both, or for the host, or for all below a parent of it, or the name itself.
func (k clients) target(hostPort string) string {
	hostPort = strings.ToLower(hostPort)
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return hostPort
	}
	to, ok := k.lookup(host, hostPort)
	if !ok {
		return hostPort
	}
	if to.Port() != 0 {
		return to.String()
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return hostPort
	}
	return netip.AddrPortFrom(to.Addr(), uint16(n)).String()
}

func (k clients) lookup(host, hostPort string) (netip.AddrPort, bool) {
	for _, name := range []string{hostPort, host} {
		if to, ok := k.resolve[name]; ok {
			return to, true
		}
	}
	for k.below {
		var ok bool
		if _, host, ok = strings.Cut(host, "."); !ok {
			break
		}
		if to, ok := k.resolve["*."+host]; ok {
			return to, true
		}
	}
	return netip.AddrPort{}, false
}

// choose gives the transport for a request.
func (k clients) choose(u weburl.URL, std *url.URL, r Request) (*http.Transport, error) {
	direct, g := k.public, k.guard
	if r.AllowPrivate {
		direct, g = k.private, k.openGuard
	}
	name := strings.Trim(u.Host(), "[]")
	hostPort := net.JoinHostPort(name, u.Port())
	if k.target(hostPort) != hostPort {
		return direct, nil
	}
	through := other{k.proxy, k.proxied}
	if r.Proxy != "" {
		through = k.others.of(r.Proxy)
	}
	proxy, err := through.proxy(std)
	if err != nil {
		return nil, fmt.Errorf("%w: %w: %w", ErrConnect, ErrProxy, err)
	}
	if proxy == nil {
		return direct, nil
	}
	addr, err := netip.ParseAddr(name)
	if err == nil {
		err = g(addr)
	} else if err = nil; k.loopbackOnly() {
		err = fmt.Errorf("%w: %s through a proxy", ErrLoopbackOnly, u.Host())
	}
	return through.transport, err
}

// loopbackOnly asks the guard instead of keeping the setting twice: a public address passes every other guard.
func (k clients) loopbackOnly() bool {
	return k.openGuard(netip.AddrFrom4([4]byte{1, 1, 1, 1})) != nil
}

func (k clients) close() {
	k.others.close()
	for _, t := range []*http.Transport{k.public, k.private, k.proxied} {
		t.CloseIdleConnections()
	}
}
