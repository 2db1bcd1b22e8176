package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/robots"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// robotsLife is how long a robots.txt is good (RFC 9309 §2.4: not longer than 24 hours).
const robotsLife = 24 * time.Hour

// robotsRecord is a robots.txt in the bucket robots, by scheme, host and port.
type robotsRecord struct {
	V      int    `json:"v"`
	Status int    `json:"status"` // of the answer; a body counts with 2xx only
	Body   string `json:"body,omitempty"`
}

// robotsCache is the rules of origins, in memory before the bucket. Only what could be had is kept: a host whose robots.txt cannot be
// reached is asked again after its back-off.
type robotsCache struct {
	kv frontier.VisitStore

	old time.Time // records stored before are too old; for tests

	mu    sync.Mutex
	rules map[string]cachedRules
}

type cachedRules struct {
	rules *robots.Robots
	until time.Time // by the server's clock
}

// robotsKept bounds the cache; a robots.txt is some kilobytes.
const robotsKept = 10_000

func newRobotsCache(kv frontier.VisitStore) *robotsCache {
	return &robotsCache{kv: kv, rules: map[string]cachedRules{}}
}

func (c *robotsCache) get(ctx context.Context, u weburl.URL, now time.Time) (*robots.Robots, bool, error) {
	key := robotsKey(u)
	c.mu.Lock()
	got, ok := c.rules[key]
	c.mu.Unlock()
	if ok && now.Before(got.until) {
		return got.rules, true, nil
	}
	e, err := c.kv.Get(ctx, key)
	if errors.Is(err, bus.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("robots.txt of %s: %w", u.Origin(), err)
	}
	var r robotsRecord
	if json.Unmarshal(e.Value, &r) != nil || !now.Before(e.Time.Add(robotsLife)) || e.Time.Before(c.old) {
		return nil, false, nil
	}
	return c.keep(key, r, e.Time.Add(robotsLife)), true, nil
}

// robotsAgain is how soon a robots.txt is asked for again that could not be had, while its last copy holds.
const robotsAgain = time.Hour

// lastGood gives the copy that is too old, and keeps it for robotsAgain: while robots.txt cannot be had the last copy may be followed (RFC
// 9309 §2.4), here until the bucket forgets it, 48 hours after it was read. false where there is none.
func (c *robotsCache) lastGood(ctx context.Context, u weburl.URL, now time.Time) (*robots.Robots, bool, error) {
	e, err := c.kv.Get(ctx, robotsKey(u))
	if errors.Is(err, bus.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("robots.txt of %s: %w", u.Origin(), err)
	}
	var r robotsRecord
	if json.Unmarshal(e.Value, &r) != nil {
		return nil, false, nil
	}
	return c.keep(robotsKey(u), r, now.Add(robotsAgain)), true, nil
}

func (c *robotsCache) put(ctx context.Context, u weburl.URL, r robotsRecord, now time.Time) (*robots.Robots, error) {
	r.V = 1
	value, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if _, err := c.kv.Put(ctx, robotsKey(u), value); err != nil {
		return nil, fmt.Errorf("robots.txt of %s: %w", u.Origin(), err)
	}
	return c.keep(robotsKey(u), r, now.Add(robotsLife)), nil
}

func (c *robotsCache) keep(key string, r robotsRecord, until time.Time) *robots.Robots {
	rules := &robots.Robots{} // allows all
	if r.Status >= 200 && r.Status < 300 {
		rules = robots.Parse([]byte(r.Body))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rules) >= robotsKept {
		clear(c.rules)
	}
	c.rules[key] = cachedRules{rules, until}
	return rules
}

func robotsKey(u weburl.URL) string { return u.Scheme() + "-" + u.HostToken() }

// rulesFor gives the robots.txt that holds for u, and asks for it where it is not known, under the host's lease and delay like any request.
func (v *visit) rulesFor(ctx context.Context, u weburl.URL) (*robots.Robots, error) {
	rules, ok, err := v.w.robots.get(ctx, u, v.hold.Now())
	if err != nil {
		return nil, err
	}
	if !ok {
		if rules, err = v.askRobots(ctx, u); err != nil {
			return nil, err
		}
	}
	if d, ok := rules.CrawlDelay(v.w.cfg.Product); ok && u.HostToken() == v.hold.Host() {
		v.hold.CrawlDelay(min(d, v.w.cfg.MaxDelay))
	}
	return rules, nil
}

// lastGood goes by the last copy where robots.txt cannot be had, but not where the host does not answer at all: then no page would come either.
func (v *visit) lastGood(ctx context.Context, u weburl.URL, f *failure) (*robots.Robots, error) {
	if f.silent {
		return nil, f
	}
	rules, ok, err := v.w.robots.lastGood(ctx, u, v.hold.Now())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, f
	}
	v.w.cfg.Log.Info("robots.txt cannot be had; its last copy holds", "host", v.hold.Host(), "error", f.Error())
	return rules, nil
}

func (v *visit) askRobots(ctx context.Context, u weburl.URL) (*robots.Robots, error) {
	at, err := weburl.Parse(u.Origin() + "/robots.txt")
	if err != nil {
		return nil, err
	}
	// A redirect to another host is followed here, against the rule for pages: RFC 9309 §2.3.1.2 wants it, and the alternative is to
	// go against rules that the owner wrote down. It is one request a day.
	r := robotsRecord{Status: http.StatusNotFound}
	resp, err := v.ask(ctx, fetch.Request{URL: at, Accept: "text/plain,*/*;q=0.5", AnyType: true, MaxBytes: robots.MaxBytes, Truncate: true, CrossHost: true}, nil)
	switch {
	case err == nil:
		r.Status, r.Body = resp.Status, string(resp.Body)
	case errors.Is(err, fetch.ErrTooManyRedirects), errors.Is(err, fetch.ErrDecode):
		// unavailable (§2.3.1.3)
	default:
		var f *failure
		if !errors.As(err, &f) {
			return nil, err
		}
		f.host = true // no page can be asked for without it
		return v.lastGood(ctx, u, f)
	}
	if _, disallowAll := robots.Policy(r.Status); disallowAll {
		// Unreachable (§2.3.1.4): nothing may be asked for now. That is the host's back-off, not the end of the URL.
		return v.lastGood(ctx, u, &failure{reason: news.HostDown, base: v.w.cfg.BackOff, host: true, retryAfter: resp.RetryAfter,
			err: fmt.Errorf("robots.txt answers %d, so nothing may be asked for now", r.Status)})
	}
	if r.Status < 200 || r.Status > 299 {
		r.Body = ""
	}
	var rules *robots.Robots
	err = v.w.keep(ctx, v.hold, func(ctx context.Context) error {
		var err error
		rules, err = v.w.robots.put(ctx, u, r, v.hold.Now())
		return err
	})
	return rules, err
}
