package crawler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// maxChain is how many hosts may hand a URL on to each other.
const maxChain = 5

// answered decides by the answer.
func (v *visit) answered(ctx context.Context, resp *fetch.Response) (fate, error) {
	if err := v.passing(resp); err != nil {
		return fate{}, err
	}
	v.hold.Answered()
	f := fate{status: resp.Status, fetched: v.hold.Now().Add(-time.Since(resp.Answered)), etag: resp.ETag, lastModified: resp.LastModified, again: tomorrow}
	switch s := resp.Status; {
	case resp.NotModified:
		f.etag, f.lastModified, f.hash = v.last.ETag, v.last.LastModified, v.last.Hash
		f.reason, f.detail, f.again = v.unchanged(), "304", never
		return f, nil
	case resp.RedirectTo != "":
		return v.handedOn(ctx, resp, f)
	case s == http.StatusNotFound && v.it.Poll && v.it.Kind == frontier.KindEpaper:
		f.reason, f.detail = news.Discovery, "404: no issue of "+v.it.Issue
		return f, nil
	case s == http.StatusNotFound:
		f.reason = news.NotFound
		return f, nil
	case s == http.StatusGone:
		f.reason = news.HTTPGone
		return f, nil
	case challenged(resp):
		v.hold.Slow()
		f.reason, f.detail = news.Challenge, "status "+strconv.Itoa(s)+" with a script instead of a page"
		return f, nil
	case s != http.StatusOK && s != http.StatusNonAuthoritativeInfo:
		f.reason, f.detail = news.HTTPStatus, "status "+strconv.Itoa(s)
		return f, nil
	case len(bytes.TrimSpace(resp.Body)) == 0:
		f.reason = news.Empty
		return f, nil
	}
	f.again = never
	sum := sha256.Sum256(resp.Body)
	f.hash = hex.EncodeToString(sum[:16])
	switch v.it.Kind {
	case frontier.KindPage:
		return v.page(ctx, resp, f)
	case frontier.KindSitemap:
		return v.sitemap(ctx, resp, f)
	case frontier.KindEpaper:
		return v.epaper(ctx, resp, f)
	}
	return v.listing(ctx, resp, f)
}

// passing gives a *failure for the statuses that another time may mend.
func (v *visit) passing(resp *fetch.Response) error {
	f := &failure{reason: news.FetchFailed, base: v.w.cfg.FaultBackOff, err: fmt.Errorf("status %d", resp.Status)}
	switch s := resp.Status; {
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable:
		f.reason, f.base, f.host = news.HostDown, v.w.cfg.BackOff, true
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly:
	case s >= 500 && !challenged(resp):
	default:
		return nil
	}
	f.retryAfter = resp.RetryAfter
	return f
}

// unchanged is the end of a visit that brought what the last one did.
func (v *visit) unchanged() news.Reason {
	if v.it.Kind == frontier.KindPage {
		return news.Unchanged
	}
	return news.Discovery
}

// page is the end of a visit that brought a page: to RAW, unless the same bytes went there last time.
func (v *visit) page(ctx context.Context, resp *fetch.Response, f fate) (fate, error) {
	if v.last.Hash == f.hash && (v.last.Outcome == frontier.OutcomePage || v.last.Outcome == news.Unchanged.Code) {
		f.reason, f.detail = news.Unchanged, "the same bytes"
		return f, nil
	}
	if u, err := weburl.Parse(resp.FinalURL); err == nil {
		if astray, reason := v.astray(u); astray {
			f.reason, f.detail, f.again = reason, "redirects to "+u.String(), tomorrow
			return f, nil
		}
	}
	h := readHead(resp, v.w.cfg.Product)
	if v.it.Depth >= 1 && v.it.Depth < v.src.MaxDepth && !h.noFollow {
		if err := v.follow(ctx, resp); err != nil {
			return fate{}, err
		}
	}
	if h.noIndex {
		f.reason, f.detail, f.again = news.Robots, "the page says noindex", tomorrow
		return f, nil
	}
	if same, err := v.sameAs(ctx, h.canonical, &f); err != nil || same {
		return f, err
	}
	final := resp.FinalURL
	if u, err := weburl.Parse(final); err == nil {
		final = u.Canonical() // an article's address: tracking parameters are no part of it, wherever they came from
	}
	f.final = finalOf(v.it.URL, final)
	p := news.Page{
		URL: v.it.URL, FinalURL: final, Source: v.it.Source, Status: resp.Status, ContentType: resp.ContentType,
		FetchedAt: f.fetched, Redirects: resp.Redirects, Title: v.it.Title, Trace: v.it.Trace,
	}
	if v.it.Published != nil {
		p.Published = *v.it.Published
	}
	f.page = &bus.Outgoing{Subject: news.RawSubject(p.Source, v.hold.Host()), Header: p.Header("zstd"), Data: bus.Compress(resp.Body)}
	if n, most := len(f.page.Data), v.w.in.Out.MaxPayload(); n > most {
		f.page, f.reason, f.detail, f.again = nil, news.MessageLarge, fmt.Sprintf("%d bytes compressed, the server takes %d", n, most), tomorrow
	}
	return f, nil
}

// sameAs looks at the page's rel=canonical. Where that is the same page in another dress (https, www, mobile, print) and was read already, this
// one is not sent on; where it was not read yet, it need not be.
func (v *visit) sameAs(ctx context.Context, canonical weburl.URL, f *fate) (bool, error) {
	own, err := weburl.Parse(v.it.URL)
	if err != nil || canonical.IsZero() {
		return false, nil
	}
	to := canonical.Canonical()
	if to == v.it.URL || !weburl.SamePage(own, canonical) || !v.src.scope.InScope(canonical.HostPort(), canonical.PathQuery()) {
		return false, nil
	}
	last, known, err := v.w.seen.Get(ctx, to)
	if err != nil {
		return false, err
	}
	read := wasPage(last) || last.Outcome == news.Discovery.Code && last.Final != "" && last.Final != v.it.URL // or another dress of it
	if known && read {
		f.reason, f.detail = news.Unchanged, "the same as "+to+", which was read"
		return true, nil
	}
	if !known {
		f.alias = to
	}
	return false, nil
}

// astray tells whether the redirects of a page led to something else than the page.
func (v *visit) astray(to weburl.URL) (bool, news.Reason) {
	asked, err := weburl.Parse(v.it.URL)
	if err != nil || v.it.Kind != frontier.KindPage {
		return false, news.Reason{}
	}
	reason, astray := ledAstray(asked, to)
	return astray, reason
}

// handedOn is the end of a visit that was answered with another host's address.
func (v *visit) handedOn(ctx context.Context, resp *fetch.Response, f fate) (fate, error) {
	u, err := weburl.Parse(resp.RedirectTo)
	if err != nil {
		f.reason, f.detail = news.HTTPStatus, fmt.Sprintf("status %d to %q", f.status, resp.RedirectTo)
		return f, nil
	}
	if astray, reason := v.astray(u); astray {
		f.reason, f.detail = reason, "redirects to "+u.String()
		return f, nil
	}
	to, err := v.redirected(ctx, u)
	to.status, to.fetched = f.status, f.fetched
	return to, err
}

// redirected is the end of a visit that leads to another host: the target is queued there, with the addresses that led to it, unless it
// was visited already.
func (v *visit) redirected(ctx context.Context, to weburl.URL) (fate, error) {
	target := to.Canonical()
	detail := "to " + target
	if len(v.it.Chain) >= maxChain || target == v.it.URL || slices.Contains(v.it.Chain, target) {
		return fate{reason: news.RedirectLoop, detail: detail, again: tomorrow}, nil
	}
	in := v.src.scope.InScope
	if v.it.Poll || v.it.Kind != frontier.KindPage {
		in = v.src.scope.Follows
	}
	if !in(to.HostPort(), to.PathQuery()) {
		return fate{reason: news.OutOfScope, detail: "redirects " + detail, again: tomorrow}, nil
	}
	last, known, err := v.w.seen.Get(ctx, target)
	if err != nil {
		return fate{}, err
	}
	if known && !last.Due(v.hold.Now()) && !v.it.Poll && !v.it.Revisit {
		return fate{reason: news.Redirected, detail: detail + ", visited already"}, nil
	}
	e := v.it.Entry
	e.URL, e.Referrer, e.Chain = target, v.it.URL, append(slices.Clone(v.it.Chain), v.it.URL)
	e.Trace, e.Queued = news.ChildTrace(v.it.Trace), time.Now().UTC()
	return fate{reason: news.Redirected, detail: detail, queue: []frontier.Entry{e}}, nil
}
