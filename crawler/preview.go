package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/newsmill/newsmill/crawler/discover"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/robots"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/seeds"
)

// Found is what a start page would bring, by one look at it.
type Found struct {
	Source  string
	Start   seeds.Start
	URL     string // what was asked for: of an e-paper the issue of a day
	Robots  string // allowed, forbidden, or why robots.txt could not be read
	Delay   time.Duration
	Status  int      // 0 where the page was not asked for
	Entries int      // links, feed entries or addresses in all
	InScope int      // of them, those that the scope takes
	Sample  []string // some of these
	Next    int      // next pages of a listing
	Feeds   []string // feeds that it announces
	Maps    []string // sitemaps that robots.txt names
	Err     error    // why there is nothing
}

// Useful tells whether the start page would bring something.
func (f Found) Useful() bool { return f.Err == nil && f.InScope > 0 }

// sampleMost is how many addresses a Found shows.
const sampleMost = 3

// Preview asks the start pages of sources, each once and after their robots.txt, one request at a time with the delay that source and robots.txt
// ask for, and tells what each would bring. It writes nothing anywhere. each is called with every result as it comes.
func Preview(ctx context.Context, c Config, list []seeds.Source, now time.Time, each func(Found)) error {
	if err := errors.Join(c.Validate(), c.CheckSources(list)); err != nil {
		return err
	}
	c = c.WithDefaults()
	f, err := fetch.New(c.Fetch)
	if err != nil {
		return err
	}
	defer f.Close()
	p := &preview{cfg: c, fetch: f, rules: map[string]previewRules{}, last: map[string]time.Time{}}
	for _, s := range list {
		s = s.WithDefaults()
		m, err := s.Scope.Matcher()
		if err != nil {
			return err
		}
		src := &source{Source: s, scope: m}
		for _, start := range s.Start {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			found := Found{Source: s.ID, Start: start}
			found.Err = p.look(ctx, src, start, now, &found)
			each(found)
		}
	}
	return nil
}

type preview struct {
	cfg   Config
	fetch Fetcher
	rules map[string]previewRules // by origin
	last  map[string]time.Time    // by host, the end of the last request
}

type previewRules struct {
	rules *robots.Robots
	err   error
}

// errNothing says that a page was read and leads nowhere.
var errNothing = errors.New("nothing in scope")

func (p *preview) look(ctx context.Context, src *source, start seeds.Start, now time.Time, found *Found) error {
	u, err := weburl.Parse(start.On(now))
	if err != nil {
		return err
	}
	found.URL, found.Robots = u.Canonical(), "allowed"
	rules, err := p.rulesFor(ctx, src, u)
	if err != nil {
		found.Robots = err.Error()
		return fmt.Errorf("robots.txt: %w", err)
	}
	found.Delay = max(src.delay(p.cfg.Delay), robotsDelay(rules, p.cfg))
	found.Maps = rules.Sitemaps()
	if !rules.Allowed(p.cfg.Product, u.PathQuery()) {
		found.Robots = "forbidden"
		return errRobots
	}
	resp, err := p.ask(ctx, src, request(u, start.Kind), found.Delay)
	if err != nil {
		return err
	}
	found.Status = resp.Status
	if resp.RedirectTo != "" {
		return fmt.Errorf("leads to another host, %s: put that into the file", resp.RedirectTo)
	}
	if resp.Status != http.StatusOK {
		return fmt.Errorf("status %d", resp.Status)
	}
	if err := p.read(src, start, resp, now, found); err != nil {
		return err
	}
	if found.InScope == 0 {
		return errNothing
	}
	return nil
}

func request(u weburl.URL, kind string) fetch.Request {
	r := fetch.Request{URL: u}
	if kind == seeds.KindSitemap {
		r.AnyType, r.MaxBytes = true, discover.MaxSitemap
	}
	return r
}

func robotsDelay(r *robots.Robots, c Config) time.Duration {
	d, _ := r.CrawlDelay(c.Product)
	return min(d, c.MaxDelay)
}

// read finds the addresses of a page and holds them against the scope.
func (p *preview) read(src *source, start seeds.Start, resp *fetch.Response, now time.Time, found *Found) error {
	base, err := weburl.Parse(resp.FinalURL)
	if err != nil {
		return err
	}
	in := func(u weburl.URL) bool { return src.scope.InScope(u.HostPort(), u.PathQuery()) }
	note := func(u weburl.URL, takes bool) {
		found.Entries++
		if !takes {
			return
		}
		if found.InScope++; len(found.Sample) < sampleMost {
			found.Sample = append(found.Sample, u.Canonical())
		}
	}
	switch start.Kind {
	case seeds.KindPage:
		note(base, in(base))
		return nil
	case seeds.KindSitemap:
		places, index, err := discover.Sitemap(resp.Body, resp.ContentType, base)
		for _, pl := range places {
			note(pl.URL, index && src.scope.Follows(pl.URL.HostPort(), pl.URL.PathQuery()) || !index && in(pl.URL))
		}
		return err
	case seeds.KindFeed:
		links, err := discover.Feed(resp.Body, resp.ContentType, base)
		for _, l := range links {
			note(l.URL, in(l.URL))
		}
		return err
	}
	links, next, feeds, err := discover.Links(resp.Body, resp.ContentType, base)
	for _, l := range links {
		takes := in(l.URL) && l.Kind != discover.KindNext
		if start.Kind == seeds.KindEpaper {
			takes = src.partOf(l, now.In(seeds.China)) != partNone
		}
		note(l.URL, takes)
	}
	found.Next = len(next)
	for _, f := range feeds {
		found.Feeds = append(found.Feeds, f.Canonical())
	}
	return err
}

func (p *preview) rulesFor(ctx context.Context, src *source, u weburl.URL) (*robots.Robots, error) {
	if got, ok := p.rules[u.Origin()]; ok {
		return got.rules, got.err
	}
	got := previewRules{rules: &robots.Robots{}}
	at, err := weburl.Parse(u.Origin() + "/robots.txt")
	if err != nil {
		return nil, err
	}
	resp, err := p.ask(ctx, src, fetch.Request{URL: at, AnyType: true, MaxBytes: robots.MaxBytes, Truncate: true, CrossHost: true}, src.delay(p.cfg.Delay))
	switch {
	case err != nil && !errors.Is(err, fetch.ErrTooManyRedirects):
		got.err = err
	case err == nil:
		if _, none := robots.Policy(resp.Status); none {
			got.err = fmt.Errorf("status %d, so nothing may be asked for now", resp.Status)
		} else if resp.Status >= 200 && resp.Status < 300 {
			got.rules = robots.Parse(resp.Body)
		}
	}
	p.rules[u.Origin()] = got
	return got.rules, got.err
}

// ask sends one request when the host may have one.
func (p *preview) ask(ctx context.Context, src *source, r fetch.Request, delay time.Duration) (*fetch.Response, error) {
	host := r.URL.HostPort()
	if last, ok := p.last[host]; ok {
		pause(ctx, delay-time.Since(last))
	}
	hops := 0
	r = src.dress(r)
	r.BeforeHop = func(ctx context.Context, u weburl.URL, _ int) error {
		if hops++; hops > 1 && u.HostPort() == host {
			pause(ctx, min(delay, maxInline))
		}
		return ctx.Err()
	}
	resp, err := p.fetch.Fetch(ctx, r)
	p.last[host] = time.Now()
	return resp, err
}
