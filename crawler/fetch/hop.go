package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/weburl"
)

const (
	acceptPages = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,text/plain;q=0.8," +
		"application/feed+json;q=0.8,*/*;q=0.1"
	maxErrorBody  = 256 << 10
	maxRetryAfter = 7 * 24 * time.Hour
)

// keptHeaders are the headers that anybody behind the fetcher may read.
var keptHeaders = []string{"Content-Type", "Content-Language", "Etag", "Last-Modified", "Link", "Retry-After", "Server", "X-Robots-Tag"}

// hop sends one request and reads its answer.
func (f *Fetcher) hop(ctx context.Context, r Request, at weburl.URL) (*Response, error) {
	std, err := url.Parse(at.String())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", weburl.ErrURL, err)
	}
	transport, err := f.clients.choose(at, std, r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timed := &phases{m: f.metrics}
	traced := httptrace.WithClientTrace(ctx, timed.trace())
	req := (&http.Request{Method: http.MethodGet, URL: std, Host: std.Host, Header: f.header(r)}).WithContext(traced)
	f.jars.send(r.Cookies, req)
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return nil, failed(ctx, err, timed.gotConn())
	}
	f.jars.keep(r.Cookies, std, answer)
	body := time.Now()
	defer func() { _ = answer.Body.Close() }()

	timer := time.AfterFunc(f.config.BodyTimeout, func() { cancel(fmt.Errorf("%w: %v for the body", ErrTimeout, f.config.BodyTimeout)) })
	defer timer.Stop()
	res := f.response(r, answer)
	if err := f.readBody(r, res, answer); err != nil {
		return nil, failedBody(ctx, err)
	}
	f.metrics.phases.WithLabelValues("body").Observe(time.Since(body).Seconds())
	return res, nil
}

func (f *Fetcher) header(r Request) http.Header {
	h := http.Header{
		"User-Agent":      {f.config.UserAgent},
		"Accept":          {acceptPages},
		"Accept-Language": {f.config.AcceptLanguage},
		"Accept-Encoding": {"gzip, deflate, br, zstd"},
	}
	if r.Accept != "" {
		h.Set("Accept", r.Accept)
	}
	if r.ETag != "" {
		h.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		h.Set("If-Modified-Since", r.LastModified)
	}
	return h
}

func (f *Fetcher) response(r Request, answer *http.Response) *Response {
	now := time.Now()
	res := &Response{
		Status:       answer.StatusCode,
		Answered:     now,
		Header:       http.Header{},
		ContentType:  answer.Header.Get("Content-Type"),
		ETag:         answer.Header.Get("Etag"),
		LastModified: answer.Header.Get("Last-Modified"),
		RetryAfter:   retryAfter(answer.Header, now),
		NotModified:  answer.StatusCode == http.StatusNotModified && (r.ETag != "" || r.LastModified != ""),
	}
	for _, name := range keptHeaders {
		if v := answer.Header.Values(name); len(v) > 0 {
			res.Header[name] = v
		}
	}
	if location := answer.Header.Get("Location"); location != "" {
		res.Header["Location"] = []string{location} // taken out again by redirect
	}
	return res
}

// retryAfter reads Retry-After (RFC 9110 §10.2.3): seconds, or a date that is measured against the server's own clock.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	var d time.Duration
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		d = time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			now = date
		}
		d = at.Sub(now)
	}
	return min(max(d, 0), maxRetryAfter)
}

// redirect tells where an answer leads. A redirect without a usable Location is an answer like any other.
func redirect(res *Response, at weburl.URL) (weburl.URL, bool) {
	location := res.Header.Get("Location")
	res.Header.Del("Location")
	switch res.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return weburl.URL{}, false
	}
	if location == "" {
		return weburl.URL{}, false
	}
	to, err := at.Resolve(location)
	return to, err == nil
}

// failed gives the cause of a request that got no answer.
func failed(ctx context.Context, err error, connected bool) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(err, ErrPrivateAddress), errors.Is(err, ErrLoopbackOnly):
		return err
	case errors.Is(cause, ErrTimeout) && connected:
		return cause
	case connected && isTimeout(err):
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	for _, kind := range []struct {
		err error
		is  bool
	}{{ErrDNS, isDNS(err)}, {ErrTLS, isTLS(err)}} {
		if kind.is {
			return fmt.Errorf("%w: %w: %w", ErrConnect, kind.err, err)
		}
	}
	return fmt.Errorf("%w: %w", ErrConnect, err)
}

func isDNS(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && !errors.Is(err, ErrProxy)
}

func isTLS(err error) bool {
	var (
		record tls.RecordHeaderError
		alert  tls.AlertError
		cert   *tls.CertificateVerificationError
	)
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" { // how crypto/tls reports the other side's alert
		return true
	}
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &cert)
}

// failedBody gives the cause of a body that could not be read.
func failedBody(ctx context.Context, err error) error {
	for _, known := range []error{ErrTooLarge, ErrWrongType, ErrDecode} {
		if errors.Is(err, known) {
			return err
		}
	}
	if cause := context.Cause(ctx); errors.Is(cause, ErrTimeout) {
		return cause
	}
	if isTimeout(err) {
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return fmt.Errorf("%w: %w", ErrTruncated, err)
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
