package crawler

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/discover"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/robots"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

// listing is the end of a visit that brought a listing or a feed: read for its links, which are queued before it counts as visited.
func (v *visit) listing(ctx context.Context, resp *fetch.Response, f fate) (fate, error) {
	if _, noFollow := robots.Directives(v.w.cfg.Product, resp.Header.Values("X-Robots-Tag")...); noFollow {
		f.reason, f.detail, f.again = news.Robots, "X-Robots-Tag forbids following its links", tomorrow
		return f, nil
	}
	links, next, feeds, err := v.links(resp)
	switch {
	case errors.Is(err, discover.ErrNoFollow):
		f.reason, f.detail, f.again = news.Robots, err.Error(), tomorrow
		return f, nil
	case err != nil:
		f.reason, f.detail, f.again = news.WrongType, err.Error(), tomorrow
		return f, nil
	}
	announced, err := v.announced(ctx, feeds)
	if err != nil {
		return fate{}, err
	}
	f, err = v.brought(ctx, links, next, f)
	f.queue = append(announced, f.queue...)
	return f, err
}

// brought queues what a listing or a feed leads to.
func (v *visit) brought(ctx context.Context, links []discover.Link, next []weburl.URL, f fate) (fate, error) {
	var err error
	f.reason = news.Discovery
	if f.queue, err = v.unknown(ctx, links); err != nil {
		return fate{}, err
	}
	// Older pages only where this one brought something: then there may be more that was missed.
	if len(f.queue) == 0 {
		return f, nil
	}
	older, err := v.older(ctx, next)
	if err != nil {
		return fate{}, err
	}
	f.queue = append(older, f.queue...)
	return f, nil
}

// links reads a listing or a feed. A source that calls a feed a listing, or the other way round, is understood.
func (v *visit) links(resp *fetch.Response) (links []discover.Link, next, feeds []weburl.URL, err error) {
	base, err := weburl.Parse(resp.FinalURL)
	if err != nil {
		return nil, nil, nil, err
	}
	xml := strings.Contains(resp.ContentType, "xml") && !strings.Contains(resp.ContentType, "html") || strings.Contains(resp.ContentType, "json")
	if v.it.Kind == frontier.KindFeed || xml {
		links, err = discover.Feed(resp.Body, resp.ContentType, base)
		if err == nil || v.it.Kind == frontier.KindFeed {
			return links, nil, nil, err
		}
	}
	return discover.Links(resp.Body, resp.ContentType, base)
}

// follow queues the links of a page that is not as far from a start page as its source allows.
func (v *visit) follow(ctx context.Context, resp *fetch.Response) error {
	base, err := weburl.Parse(resp.FinalURL)
	if err != nil {
		return err
	}
	links, _, _, err := discover.Links(resp.Body, resp.ContentType, base)
	if err != nil {
		return nil // a page that forbids it, or that is none: an article all the same
	}
	entries, err := v.unknown(ctx, links)
	if err != nil {
		return err
	}
	return v.queue(ctx, entries)
}

// unknown gives entries for the links in scope that lead to something that was not visited, or is due again.
func (v *visit) unknown(ctx context.Context, links []discover.Link) ([]frontier.Entry, error) {
	start := v.startPages()
	var entries []frontier.Entry
	for i, l := range links {
		if err := v.renewNow(ctx, i); err != nil {
			return nil, err
		}
		url := l.URL.Canonical()
		if l.Kind == discover.KindNext || start[url] || !v.src.scope.InScope(l.URL.HostPort(), l.URL.PathQuery()) || v.tooOld(l.Published) {
			continue
		}
		last, known, err := v.w.seen.Get(ctx, url)
		if err != nil {
			return nil, err
		}
		if known && !last.Due(v.hold.Now()) {
			continue
		}
		e := v.child(url, frontier.KindPage)
		e.Depth, e.Fresh, e.Title = v.it.Depth+1, v.it.Page == 0 && v.it.Kind != frontier.KindPage, l.Title
		if v.it.Kind != frontier.KindFeed && v.it.Kind != frontier.KindSitemap {
			e.Title = "" // a tool tip is no headline
		}
		if !l.Published.IsZero() {
			e.Published = &l.Published
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// startPages are the addresses of the source's start pages: they are no news.
func (v *visit) startPages() map[string]bool {
	start := map[string]bool{}
	for _, s := range v.src.Start {
		days := 1
		if s.Kind == seeds.KindEpaper {
			days = s.Days
		}
		for i := range days {
			if u, err := weburl.Parse(s.On(v.hold.Now().AddDate(0, 0, -i))); err == nil {
				start[u.Canonical()] = true
			}
		}
	}
	return start
}

// older gives entries for the next pages of a listing, as many as its source wants at a poll. Pages that were read after this one was
// queued, so in the same poll, are left out: numbered links lead back too.
func (v *visit) older(ctx context.Context, next []weburl.URL) ([]frontier.Entry, error) {
	var entries []frontier.Entry
	page := v.it.Page
	for _, u := range next {
		if page >= v.src.MaxPages {
			break
		}
		if !v.src.scope.Follows(u.HostPort(), u.PathQuery()) {
			continue
		}
		last, known, err := v.w.seen.Get(ctx, u.Canonical())
		if err != nil {
			return nil, err
		}
		if known && last.Stored.After(v.it.Message.Time) {
			continue
		}
		page++
		e := v.child(u.Canonical(), frontier.KindListing)
		e.Depth, e.Page = v.it.Depth, page
		entries = append(entries, e)
	}
	return entries, nil
}

func (v *visit) child(url string, kind frontier.Kind) frontier.Entry {
	return frontier.Entry{URL: url, Source: v.it.Source, Kind: kind, Referrer: v.it.URL, Trace: news.ChildTrace(v.it.Trace), Queued: time.Now().UTC()}
}

// queue adds entries to the frontier, again where that failed: what is there already stays.
func (v *visit) queue(ctx context.Context, entries []frontier.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return v.w.keep(ctx, v.hold, func(ctx context.Context) error {
		n, err := v.hold.Add(ctx, entries...)
		v.w.metrics.queued.Add(float64(n))
		return err
	})
}
