package crawler

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/discover"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/news"
)

const (
	recentAge    = 72 * time.Hour     // what is younger by its date in a sitemap goes to the fast lane
	recentMost   = 1000               // of one sitemap at a visit, the newest first
	childrenMost = 1000               // of one index at a visit; the next visit takes up the rest
	indexDepth   = 3                  // indexes of indexes
	fewSitemaps  = 5                  // an index with no more is read whole at every poll
	sliceAgain   = 7 * 24 * time.Hour // until a slice that was read and is still there is looked through again
)

// sitemap is the end of a visit that brought a sitemap. What is recent goes to the fast lane. The rest waits in slices, one entry of the
// slow lane for some hundred addresses: the next slice is opened only when the host has nothing else to do, so that a sitemap of 50,000 addresses
// neither fills the queue nor keeps the news waiting.
func (v *visit) sitemap(ctx context.Context, resp *fetch.Response, f fate) (fate, error) {
	base, err := weburl.Parse(resp.FinalURL)
	if err != nil {
		return fate{}, err
	}
	places, index, err := discover.Sitemap(resp.Body, resp.ContentType, base)
	if err != nil {
		if links, asFeed := discover.Feed(resp.Body, resp.ContentType, base); asFeed == nil { // the protocol allows feeds for sitemaps
			return v.brought(ctx, links, nil, f)
		}
		f.reason, f.detail, f.again = news.WrongType, err.Error(), tomorrow
		return f, nil
	}
	f.reason = news.Discovery
	switch {
	case index:
		f.queue, err = v.children(ctx, places)
	case v.last.Hash == f.hash && v.last.Outcome == news.Discovery.Code:
		f.detail = "the same bytes"
	default:
		f.queue, err = v.places(ctx, places)
	}
	return f, err
}

// children gives entries for the sitemaps of an index that have changed, or, where the index does not say, that may have.
func (v *visit) children(ctx context.Context, places []discover.Place) ([]frontier.Entry, error) {
	if v.it.Page >= indexDepth {
		return nil, nil
	}
	few := len(places) <= fewSitemaps
	slices.SortStableFunc(places, func(a, b discover.Place) int { return b.Modified.Compare(a.Modified) })
	var entries []frontier.Entry
	for i, p := range places {
		if err := v.renewNow(ctx, i); err != nil {
			return nil, err
		}
		if !v.src.scope.Follows(p.URL.HostPort(), p.URL.PathQuery()) || v.tooOld(p.Modified) {
			continue
		}
		last, known, err := v.w.seen.Get(ctx, p.URL.Canonical())
		if err != nil {
			return nil, err
		}
		current := few || strings.Contains(strings.ToLower(path.Base(p.URL.Path())), "news")
		if known && !v.changed(last, p.Modified, current) {
			continue
		}
		e := v.child(p.URL.Canonical(), frontier.KindSitemap)
		e.Depth, e.Page, e.Poll = v.it.Depth, v.it.Page+1, true
		e.Fresh = current || v.recent(p.Modified)
		e.Slow = !e.Fresh
		if entries = append(entries, e); len(entries) == childrenMost {
			break
		}
	}
	return entries, nil
}

// changed tells whether a sitemap that was read is worth reading again. A day without a time may mean its last second.
func (v *visit) changed(last frontier.Visit, modified time.Time, current bool) bool {
	switch {
	case last.Stored.After(v.it.Message.Time):
		return false // read since this poll began
	case last.Due(v.hold.Now()):
		return true
	case modified.IsZero() && !current:
		return last.Stored.Before(v.hold.Now().Add(-tomorrow))
	case modified.IsZero():
		return true
	}
	if h, m, s := modified.Clock(); h+m+s == 0 {
		modified = modified.Add(tomorrow)
	}
	return modified.After(last.Fetched)
}

// recent tells whether a date lies in the last days. A date more than a day ahead is a mistake.
func (v *visit) recent(t time.Time) bool {
	now := v.hold.Now()
	return t.After(now.Add(-recentAge)) && t.Before(now.Add(tomorrow))
}

// tooOld tells whether a date is beyond what its source wants.
func (v *visit) tooOld(t time.Time) bool {
	most := v.src.MaxAge.Std()
	return most > 0 && !t.IsZero() && t.Before(v.hold.Now().Add(-most))
}

// renewNow keeps the lease while many addresses are looked at.
func (v *visit) renewNow(ctx context.Context, i int) error {
	if i%200 == 199 {
		return v.hold.Renew(ctx)
	}
	return nil
}

// places gives the entries for the addresses of a sitemap.
func (v *visit) places(ctx context.Context, places []discover.Place) ([]frontier.Entry, error) {
	v.distrust(places)
	var fresh, rest []discover.Place
	for _, p := range places {
		date := later(p.Published, p.Modified)
		switch {
		case !v.src.scope.InScope(p.URL.HostPort(), p.URL.PathQuery()) || v.tooOld(date):
		case v.recent(date) || p.News && date.IsZero():
			fresh = append(fresh, p)
		default:
			rest = append(rest, p)
		}
	}
	slices.SortStableFunc(fresh, func(a, b discover.Place) int {
		return later(b.Published, b.Modified).Compare(later(a.Published, a.Modified))
	})
	if len(fresh) > recentMost {
		fresh, rest = fresh[:recentMost], append(fresh[recentMost:], rest...)
	}
	entries, err := v.unread(ctx, refs(fresh), true)
	if err != nil {
		return nil, err
	}
	waiting, err := v.slicesOf(ctx, refs(rest))
	return append(entries, waiting...), err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// distrust takes the dates of change away where most of them are of the last hour: they are when the sitemap was made.
func (v *visit) distrust(places []discover.Place) {
	const enough = 20
	now, n := v.hold.Now(), 0
	for _, p := range places {
		if p.Modified.After(now.Add(-time.Hour)) {
			n++
		}
	}
	if n < enough || 2*n < len(places) {
		return
	}
	for i := range places {
		places[i].Modified = time.Time{}
	}
}

func refs(places []discover.Place) []frontier.Ref {
	out := make([]frontier.Ref, 0, len(places))
	for _, p := range places {
		r := frontier.Ref{URL: p.URL.Canonical(), Title: p.Title}
		if !p.Published.IsZero() {
			r.Published = &p.Published
		}
		if !p.Modified.IsZero() {
			r.Modified = &p.Modified
		}
		out = append(out, r)
	}
	return out
}

// unread gives entries for the addresses that were not visited, are due, or have changed since.
func (v *visit) unread(ctx context.Context, refs []frontier.Ref, fresh bool) ([]frontier.Entry, error) {
	start := v.startPages()
	var entries []frontier.Entry
	for i, r := range refs {
		if err := v.renewNow(ctx, i); err != nil {
			return nil, err
		}
		u, err := weburl.Parse(r.URL)
		if err != nil || start[r.URL] || !v.src.scope.InScope(u.HostPort(), u.PathQuery()) {
			continue
		}
		last, known, err := v.w.seen.Get(ctx, r.URL)
		if err != nil {
			return nil, err
		}
		revisit := known && wasPage(last) && r.Modified != nil && r.Modified.After(last.Fetched)
		if known && !last.Due(v.hold.Now()) && !revisit {
			continue
		}
		e := v.child(r.URL, frontier.KindPage)
		e.Depth, e.Fresh, e.Revisit, e.Title, e.Published = v.it.Depth+1, fresh, revisit, r.Title, r.Published
		entries = append(entries, e)
	}
	return entries, nil
}

// wasPage tells whether a page was sent on from a URL, and nothing said since that it is gone.
func wasPage(last frontier.Visit) bool {
	return last.Page || last.Outcome == frontier.OutcomePage || last.Outcome == news.Unchanged.Code
}

// slicesOf packs addresses into entries of the slow lane, without the slices that were read lately.
func (v *visit) slicesOf(ctx context.Context, refs []frontier.Ref) ([]frontier.Entry, error) {
	var entries []frontier.Entry
	for i, part := range cut(refs) {
		if err := v.renewNow(ctx, i); err != nil {
			return nil, err
		}
		e := v.child(sliceName(v.it.URL, part), frontier.KindSlice)
		e.Depth, e.Slow, e.Links = v.it.Depth, true, part
		last, known, err := v.w.seen.Get(ctx, e.URL)
		if err != nil {
			return nil, err
		}
		if !known || last.Due(v.hold.Now()) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// The bounds of a slice: opening one is to take less than a second, and its message has to fit into NATS's default of 1 MiB.
const (
	sliceLeast = 32
	sliceMost  = 512
	sliceBytes = 256 << 10
	sliceCut   = 0xff // one address in 256 ends a slice
)

// cut divides addresses at places that the addresses themselves choose: where a sitemap gets one more at its head, all slices but the first
// stay the same, so that they are not read again.
func cut(refs []frontier.Ref) [][]frontier.Ref {
	var parts [][]frontier.Ref
	begin, size := 0, 0
	for i, r := range refs {
		size += len(r.URL) + len(r.Title) + 80
		h := fnv.New32a()
		_, _ = h.Write([]byte(r.URL))
		n := i + 1 - begin
		if i+1 == len(refs) || n >= sliceMost || size >= sliceBytes || n >= sliceLeast && h.Sum32()&sliceCut == 0 {
			parts = append(parts, refs[begin:i+1])
			begin, size = i+1, 0
		}
	}
	return parts
}

// sliceName is the sitemap's address with a fragment, which no canonical address has.
func sliceName(sitemap string, part []frontier.Ref) string {
	var b strings.Builder
	for _, r := range part {
		b.WriteString(r.URL)
		if r.Modified != nil {
			b.WriteString(r.Modified.UTC().Format(time.RFC3339))
		}
		b.WriteByte('\n')
	}
	base, _, _ := strings.Cut(sitemap, "#")
	return base + "#" + news.URLHash(b.String())
}

// slice is the visit of a slice: what is in it goes to the queue. It asks nobody.
func (v *visit) slice(ctx context.Context) (fate, error) {
	entries, err := v.unread(ctx, v.it.Links, false)
	if err != nil {
		return fate{}, err
	}
	return fate{reason: news.Discovery, detail: fmt.Sprintf("%d addresses of a sitemap, %d unknown", len(v.it.Links), len(entries)),
		queue: entries, again: sliceAgain}, nil
}

// announced gives entries for the feeds that a start page announces and the sitemaps that robots.txt names, where the source asks for that.
func (v *visit) announced(ctx context.Context, feeds []weburl.URL) ([]frontier.Entry, error) {
	if !v.src.Discover || !v.it.Poll {
		return nil, nil
	}
	type found struct {
		at   weburl.URL
		kind frontier.Kind
	}
	var all []found
	for _, u := range feeds {
		all = append(all, found{u, frontier.KindFeed})
	}
	for _, s := range v.rules.Sitemaps() {
		if u, err := weburl.Parse(s); err == nil && len(all) < 100 {
			all = append(all, found{u, frontier.KindSitemap})
		}
	}
	start := v.startPages()
	var entries []frontier.Entry
	for _, f := range all {
		url := f.at.Canonical()
		if start[url] || !v.src.scope.Follows(f.at.HostPort(), f.at.PathQuery()) {
			continue
		}
		last, known, err := v.w.seen.Get(ctx, url)
		if err != nil {
			return nil, err
		}
		if known && last.Stored.After(v.it.Message.Time) {
			continue // another start page announced it
		}
		e := v.child(url, f.kind)
		e.Depth, e.Fresh, e.Poll = v.it.Depth, true, true
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b frontier.Entry) int { return cmp.Compare(a.URL, b.URL) })
	return slices.CompactFunc(entries, func(a, b frontier.Entry) bool { return a.URL == b.URL }), nil
}
