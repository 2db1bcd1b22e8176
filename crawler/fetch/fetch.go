// Package fetch gets one page over HTTP/1.1 or HTTP/2: within caps on time and size, with redirects that stay on the host, and never
// from a private address unless the source may.
//
// It decides nothing about politeness, robots.txt or scope: the caller's BeforeHop does, and is asked before every request that goes
// out. It keeps cookies only for a request that says whose, never retries, and leaves the charset of the body alone. Only the crawler and commands may import it.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// The causes of a failed fetch; every error of Fetch wraps one of them, the error of BeforeHop, or the caller's context error.
var (
	// ErrConnect: no answer came. DNS, dial or TLS failed, or the connection broke before the answer.
	ErrConnect = errors.New("no answer from the host")
	// ErrDNS: the name of the host is not found, or nobody answers for it. Always together with ErrConnect.
	ErrDNS = errors.New("the name is not found")
	// ErrTLS: the host is there and no safe connection comes about: its certificate, or what it speaks. Always together with ErrConnect.
	ErrTLS = errors.New("no safe connection")
	// ErrProxy: the proxy could not be reached, so nothing is said about the host. Always together with ErrConnect.
	ErrProxy = errors.New("no answer from the proxy")
	// ErrTimeout: connected, but the answer took longer than allowed.
	ErrTimeout = errors.New("took longer than allowed")
	// ErrTruncated: the body ended before its end, or broke off.
	ErrTruncated = errors.New("the answer broke off")
	// ErrDecode: the body is not in the Content-Encoding that the server named.
	ErrDecode = errors.New("not in the content encoding it names")
	// ErrTooLarge: more bytes than allowed, before or after decompression.
	ErrTooLarge = errors.New("larger than allowed")
	// ErrWrongType: no type of content that holds an article, a feed or a sitemap.
	ErrWrongType = errors.New("content type without articles")
	// ErrTooManyRedirects: too many, or a loop.
	ErrTooManyRedirects = errors.New("too many redirects")
	// ErrPrivateAddress: the host is at an address that is not public, and its source does not allow that.
	ErrPrivateAddress = errors.New("not a public address")
	// ErrLoopbackOnly: without a contact in the User-Agent nothing beyond this machine is asked.
	ErrLoopbackOnly = errors.New("no contact is set, so only this machine may be asked")
)

// Request is one page to fetch.
type Request struct {
	URL          weburl.URL
	ETag         string // validators of the last visit; both empty asks unconditionally
	LastModified string
	AllowPrivate bool   // the source allows private addresses
	Proxy        string // as Config.Proxy, for this request; empty is the Config's
	Cookies      string // whose cookies are sent and kept (the source's id); empty: none at all
	Accept       string // the Accept header; empty asks for pages and feeds

	AnyType   bool  // take whatever content type comes (robots.txt)
	MaxBytes  int64 // own cap on the body; 0 is the Config's
	Truncate  bool  // cut the body at MaxBytes instead of ErrTooLarge (robots.txt)
	CrossHost bool  // follow redirects to other hosts too (robots.txt, RFC 9309 §2.3.1.2)

	// BeforeHop is asked before each request that goes out: the first one, and each after a redirect, whose status from is (else 0).
	// It checks lease, robots.txt and scope. An error ends the fetch, which returns it wrapped. nil allows all.
	BeforeHop func(ctx context.Context, u weburl.URL, from int) error
}

// Response is an answer of the host, of whatever status. The body of a 2xx is complete; of other statuses up to 256 KiB are kept,
// as far as they could be read.
type Response struct {
	Status   int
	FinalURL string // the address that answered

	// Redirects are the addresses between the one asked for and FinalURL, both excluded.
	Redirects []string
	// RedirectTo is where a redirect leads that was not followed, because it is another host or port; empty where there is none.
	// Status is that redirect's.
	RedirectTo string

	Header       http.Header // Content-Type, Content-Language, Etag, Last-Modified, Link, Retry-After, Server, X-Robots-Tag only
	ContentType  string      // as served
	ETag         string
	LastModified string
	RetryAfter   time.Duration // 0 where absent, in the past or unreadable; at most 7 days
	NotModified  bool          // the host answered 304 to a conditional request

	Body      []byte // as served, transfer and content encodings removed
	Truncated bool   // the body was cut at the cap (Request.Truncate, or a status other than 2xx)

	Started  time.Time     // when Fetch was called
	Answered time.Time     // when the headers of the last answer were there
	Took     time.Duration // the whole of Fetch
}

// Fetcher fetches pages. It is safe for concurrent use; make one a process, for it keeps connections open.
type Fetcher struct {
	config  Config
	clients clients
	jars    jars
	metrics *Metrics
}

// New gives a Fetcher, or an error that names the setting that cannot be.
func New(c Config) (*Fetcher, error) {
	c = c.withDefaults()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	clients, err := newClients(c)
	if err != nil {
		return nil, err
	}
	m := c.Metrics
	if m == nil {
		m = NewMetrics(nil)
	}
	return &Fetcher{config: c, clients: clients, metrics: m}, nil
}

// Close drops idle connections. Fetches under way go on.
func (f *Fetcher) Close() { f.clients.close() }

// Fetch asks for one page. When it returns no more is read or sent for it. All hops together take at most Config.Total.
func (f *Fetcher) Fetch(ctx context.Context, r Request) (*Response, error) {
	started := time.Now()
	if r.URL.IsZero() {
		return nil, fmt.Errorf("fetch: %w: empty", weburl.ErrURL)
	}
	inner, cancel := context.WithTimeoutCause(ctx, f.config.Total, fmt.Errorf("%w: %v for all of it", ErrTimeout, f.config.Total))
	defer cancel()
	res, err := f.follow(inner, r)
	if err != nil {
		err = fmt.Errorf("fetch %s: %w", r.URL, outer(ctx, err))
	} else {
		res.Started, res.Took = started, time.Since(started)
	}
	f.metrics.observe(res, err, time.Since(started))
	return res, err
}

// outer puts the caller's own end of patience above whatever it made fail inside.
func outer(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
		return cause
	}
	return err
}

// follow asks hop after hop until an answer is no redirect that may be followed.
func (f *Fetcher) follow(ctx context.Context, r Request) (*Response, error) {
	at := r.URL
	seen := map[weburl.URL]bool{at: true}
	var passed []string
	from := 0
	for {
		if r.BeforeHop != nil {
			if err := r.BeforeHop(ctx, at, from); err != nil {
				return nil, err
			}
		}
		res, err := f.hop(ctx, r, at)
		if err != nil {
			return nil, err
		}
		res.FinalURL, res.Redirects = at.String(), passed
		to, ok := redirect(res, at)
		if !ok {
			return res, nil
		}
		if to.HostPort() != at.HostPort() && !r.CrossHost {
			res.RedirectTo = to.String()
			return res, nil
		}
		if seen[to] {
			return nil, fmt.Errorf("%w: back to %s", ErrTooManyRedirects, to)
		}
		if len(seen) > f.config.maxRedirects() {
			return nil, fmt.Errorf("%w: more than %d", ErrTooManyRedirects, f.config.maxRedirects())
		}
		if at != r.URL {
			passed = append(passed, at.String())
		}
		seen[to] = true
		at, from = to, res.Status
		f.metrics.redirects.Inc()
	}
}
