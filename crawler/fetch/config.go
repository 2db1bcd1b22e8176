package fetch

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Config is the settings of a Fetcher. The zero value of each field but UserAgent is usable.
type Config struct {
	UserAgent      string // required: the crawler's product token first, a contact URL in it
	AcceptLanguage string // empty: "zh-CN,zh;q=0.9,en;q=0.5"

	MaxBytes     int64 // cap on a body, after decompression too; 0 is 10 MiB
	MaxRedirects int   // followed on one host; 0 is 5, below 0 none

	DialTimeout   time.Duration // DNS and TCP; 0 is 10 s
	TLSTimeout    time.Duration // 0 is 10 s
	HeaderTimeout time.Duration // from the request to the headers of the answer; 0 is 20 s
	BodyTimeout   time.Duration // from the headers to the end of the body; 0 is 30 s
	Total         time.Duration // all of a fetch with its redirects; 0 is 60 s

	// Proxy is the address of an HTTP proxy, "" for what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say, or "none". Behind a proxy only
	// literal addresses are checked: what a name resolves to is the proxy's duty.
	Proxy string
	// Resolve maps a host, host:port, or all below a name ("*.example.cn"), to an address ("127.0.0.1") or address and port ("127.0.0.1:8080") to connect to instead of
	// asking DNS. Such hosts are never asked through the proxy. Where an entry leads is checked like any other address.
	Resolve map[string]string
	// Resolver asks DNS; nil is the system's.
	Resolver *net.Resolver
	// RootCAs are the authorities for https; nil is the system's.
	RootCAs *x509.CertPool

	AllowPrivate bool // private addresses for every request, not only for those that say so
	LoopbackOnly bool // nothing but loopback is connected to (ErrLoopbackOnly): until the operator has set a contact

	Metrics *Metrics // nil counts for nobody
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		at *time.Duration
		is time.Duration
	}{
		{&c.DialTimeout, 10 * time.Second},
		{&c.TLSTimeout, 10 * time.Second},
		{&c.HeaderTimeout, 20 * time.Second},
		{&c.BodyTimeout, 30 * time.Second},
		{&c.Total, 60 * time.Second},
	} {
		if *d.at == 0 {
			*d.at = d.is
		}
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 10 << 20
	}
	if c.MaxRedirects == 0 {
		c.MaxRedirects = 5
	}
	if c.AcceptLanguage == "" {
		c.AcceptLanguage = "zh-CN,zh;q=0.9,en;q=0.5"
	}
	return c
}

func (c Config) maxRedirects() int { return max(c.MaxRedirects, 0) }

// Validate tells every setting that cannot be.
func (c Config) Validate() error {
	var errs []error
	if strings.TrimSpace(c.UserAgent) == "" {
		errs = append(errs, errors.New("user agent: is empty"))
	}
	for name, value := range map[string]string{"user agent": c.UserAgent, "accept language": c.AcceptLanguage} {
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			errs = append(errs, fmt.Errorf("%s: %q holds characters that a header may not", name, value))
		}
	}
	if c.MaxBytes < 0 {
		errs = append(errs, fmt.Errorf("max bytes: %d is negative", c.MaxBytes))
	}
	for name, d := range map[string]time.Duration{"dial timeout": c.DialTimeout, "TLS timeout": c.TLSTimeout,
		"header timeout": c.HeaderTimeout, "body timeout": c.BodyTimeout, "total timeout": c.Total} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s: %v is negative", name, d))
		}
	}
	if c.Proxy != "" && c.Proxy != "none" {
		if u, err := url.Parse(c.Proxy); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			errs = append(errs, fmt.Errorf("proxy: %q is not an http or https address", c.Proxy))
		}
	}
	for host, to := range c.Resolve {
		if _, err := parseTarget(to); err != nil || host == "" {
			errs = append(errs, fmt.Errorf("resolve: %q to %q: want a host and an IP address, with or without port", host, to))
		}
	}
	return errors.Join(errs...)
}

// parseTarget reads the address of an entry of Resolve; the port is 0 where it names none.
func parseTarget(s string) (netip.AddrPort, error) {
	if addr, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return netip.AddrPortFrom(addr, 0), nil
	}
	return netip.ParseAddrPort(s)
}
