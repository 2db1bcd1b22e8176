// Package weburl is the address of a web page: parsed as browsers do (WHATWG URL Standard), with the canonical form under which
// newsmill knows a page and the parts that robots.txt, scopes and NATS subjects are matched on.
//
// It fetches nothing and asks no DNS. The crawler and everything below it may import it; it imports news alone.
package weburl

import (
	"errors"
	"fmt"
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"

	"github.com/newsmill/newsmill/news"
)

// ErrURL is returned for what is not an address newsmill would fetch.
var ErrURL = errors.New("not an http or https address")

// MaxLen is the longest address that is taken, in bytes. Longer ones are traps (calendars, relative links that repeat themselves).
const MaxLen = 4096

// URL is an http or https address without fragment and without credentials. It is a value: comparable, a map key, safe to share.
// The zero URL is no address. Escapes are normal already: unreserved characters are not escaped, everything that RFC 3986 does
// not allow is, with upper-case digits. So String is what goes over the wire, byte for byte.
type URL struct {
	scheme, host, port string
	path, query        string // as in String, without "?"
}

// Parse reads an absolute address. The error wraps ErrURL.
func Parse(raw string) (URL, error) {
	if len(raw) > 4*MaxLen {
		return URL{}, fmt.Errorf("%w: longer than %d bytes", ErrURL, MaxLen)
	}
	u, err := whatwg.Parse(raw)
	if err != nil {
		return URL{}, fmt.Errorf("%w: %q: %v", ErrURL, clip(raw), err)
	}
	return from(raw, u)
}

// Resolve reads a reference as it stands in a page at u: absolute, or relative to u. The error wraps ErrURL.
func (u URL) Resolve(ref string) (URL, error) {
	if len(ref) > 4*MaxLen {
		return URL{}, fmt.Errorf("%w: longer than %d bytes", ErrURL, MaxLen)
	}
	r, err := whatwg.ParseRef(u.String(), ref)
	if err != nil {
		return URL{}, fmt.Errorf("%w: %q: %v", ErrURL, clip(ref), err)
	}
	return from(ref, r)
}

func from(raw string, w *whatwg.Url) (URL, error) {
	if s := w.Scheme(); s != "http" && s != "https" {
		return URL{}, fmt.Errorf("%w: %q has the scheme %q", ErrURL, clip(raw), s)
	}
	if w.Username() != "" || w.Password() != "" {
		return URL{}, fmt.Errorf("%w: %q carries credentials", ErrURL, clip(raw))
	}
	u := URL{
		scheme: w.Scheme(),
		host:   strings.TrimSuffix(w.Hostname(), "."),
		port:   w.Port(), // empty where it is the scheme's own
		path:   escape(w.Pathname(), pathByte),
		query:  escape(w.Query(), queryByte),
	}
	if u.path == "" {
		u.path = "/"
	}
	// Every URL has a subject token, so nobody behind this point meets a host without one.
	if strings.HasSuffix(u.host, ".") {
		return URL{}, fmt.Errorf("%w: %q has an empty label", ErrURL, clip(raw))
	}
	if _, err := news.HostToken(u.HostPort()); err != nil {
		return URL{}, fmt.Errorf("%w: %q: %w", ErrURL, clip(raw), err)
	}
	if n := len(u.String()); n > MaxLen {
		return URL{}, fmt.Errorf("%w: longer than %d bytes", ErrURL, MaxLen)
	}
	return u, nil
}

func clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// IsZero tells whether u is no address.
func (u URL) IsZero() bool { return u.host == "" }

// Scheme is "http" or "https".
func (u URL) Scheme() string { return u.scheme }

// Host is the host without port: lower case, punycode, an IPv6 address in brackets.
func (u URL) Host() string { return u.host }

// HostPort is the host, with its port only where that is not the scheme's own: what news.HostToken takes.
func (u URL) HostPort() string {
	if u.port == "" {
		return u.host
	}
	return u.host + ":" + u.port
}

// Port is the port to connect to: never empty.
func (u URL) Port() string {
	switch {
	case u.port != "":
		return u.port
	case u.scheme == "https":
		return "443"
	}
	return "80"
}

// HostToken is HostPort as a subject token; every URL has one.
func (u URL) HostToken() string {
	token, _ := news.HostToken(u.HostPort()) // checked when u was made
	return token
}

// Origin is scheme, host and port: what a robots.txt holds for (RFC 9309 §2.3).
func (u URL) Origin() string { return u.scheme + "://" + u.HostPort() }

// Path is the escaped path; it begins with "/".
func (u URL) Path() string { return u.path }

// Query is the escaped query without its "?".
func (u URL) Query() string { return u.query }

// PathQuery is path and query: what scope patterns and robots.txt rules match.
func (u URL) PathQuery() string {
	if u.query == "" {
		return u.path
	}
	return u.path + "?" + u.query
}

// String is the whole address; an empty query is dropped with its "?".
func (u URL) String() string {
	if u.IsZero() {
		return ""
	}
	return u.Origin() + u.PathQuery()
}

// MarshalText writes String.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (u *URL) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*u = URL{}
		return nil
	}
	v, err := Parse(string(text))
	if err == nil {
		*u = v
	}
	return err
}
