package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// planNext keeps the next visit of an article for its time. News begins its source's plan when it comes for the first time; each visit of the plan
// stores the next one, also where the page was missing just then, and a page that is gone for good (410) ends it.
func (v *visit) planNext(ctx context.Context, f fate) error {
	if v.it.Kind != frontier.KindPage || v.src == nil || v.it.Step >= len(v.src.Revisit) {
		return nil
	}
	switch {
	case v.it.Step > 0:
		if f.status == http.StatusGone || f.page == nil && f.reason.Code != news.Unchanged.Code && f.reason.Code != news.NotFound.Code {
			return nil
		}
	case !v.isNews(f):
		return nil
	}
	e := v.it.Entry
	wait := v.src.Revisit[v.it.Step].Std()
	if v.it.Step > 0 {
		wait -= v.src.Revisit[v.it.Step-1].Std()
	}
	e.Step, e.Revisit, e.Fresh, e.Poll, e.Chain, e.Queued = v.it.Step+1, true, false, false, nil, time.Now().UTC()
	e.Trace = news.ChildTrace(v.it.Trace)
	return v.w.keep(ctx, v.hold, func(ctx context.Context) error {
		err := v.w.front.AddLater(ctx, e, v.hold.Now().Add(wait))
		if errors.Is(err, bus.ErrFull) { // a visit more is not worth waiting for room, which only the settling of others makes
			v.w.cfg.Log.Warn("an article is not visited again: URLS is full", "url", e.URL)
			return nil
		}
		return err
	})
}

// isNews tells whether this visit brought an article of the fast lane for the first time.
func (v *visit) isNews(f fate) bool {
	return f.page != nil && v.it.Fresh && !v.it.Poll && !v.it.Revisit && !wasPage(v.last)
}

// superseded tells whether this visit of a plan was made already, by way of another copy of its entry.
func (v *visit) superseded() bool { return v.it.Step > 0 && v.last.Step >= v.it.Step }

// wentAway tells whether an article was there and now the server says that it is not. A refusal (robots.txt, scope, 403) says nothing of the kind.
func (v *visit) wentAway(f fate) bool {
	return v.it.Kind == frontier.KindPage && missing(f) && wasPage(v.last)
}

func missing(f fate) bool {
	return f.page == nil && (f.reason.Code == news.NotFound.Code || f.reason.Code == news.HTTPGone.Code)
}

// gone is the event that what was read at an address is no more. The crawler does not know articles: the event names the one that a
// page with a single article has, and the indexer finds the others by the address.
func (v *visit) gone(f fate) (bus.Outgoing, error) {
	url := v.it.URL
	if v.last.Final != "" {
		url = v.last.Final
	}
	g := news.Gone{V: news.SchemaVersion, URL: url, Source: v.it.Source, IDs: []string{news.ArticleID(url)}, Whole: true,
		Version: news.Version(f.fetched, 0), Reason: f.reason.Code, At: f.fetched.UTC()}
	data, err := json.Marshal(g)
	if err != nil {
		return bus.Outgoing{}, fmt.Errorf("gone %s: %w", url, err)
	}
	e := news.Event{ID: news.GoneID(url, g.Version), Type: news.TypeGone, Stage: news.StageCrawler, Subject: url, Time: g.At, Trace: v.it.Trace}
	return bus.Outgoing{Subject: news.GoneSubject(v.token(), v.hold.Host()), Header: e.Header("application/json"), Data: data}, nil
}

// finalOf is the address at which a page was in the end, where that is another than the one asked for.
func finalOf(asked, final string) string {
	u, err := weburl.Parse(final)
	if err != nil || u.Canonical() == asked {
		return ""
	}
	return u.Canonical()
}
