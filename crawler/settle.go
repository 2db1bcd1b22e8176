package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// When a link to a URL leads to a visit again.
const (
	never    = time.Duration(0) // not while its record in SEEN lives
	tomorrow = 24 * time.Hour   // where the next visit may bring another answer
	atOnce   = time.Nanosecond
)

// fate is what becomes of an entry.
type fate struct {
	page   *bus.Outgoing // to RAW; else reason says how it ended
	reason news.Reason
	detail string           // for people
	queue  []frontier.Entry // what it leads to

	later      bool          // nothing yet: it keeps its place
	rest       time.Duration // of the host, with later
	shelve     bool          // nothing while its source is paused
	settled    bool          // its fate is written down already
	unrecorded bool          // SEEN keeps what it says of the URL

	status             int
	fetched            time.Time // server's clock; zero where nothing was asked
	etag, lastModified string
	hash               string
	final              string // where the page was in the end, if not at its URL
	again              time.Duration
	alias              string // another address of the page, which need not be visited any more
}

func (f fate) outcome() string {
	if f.page != nil {
		return frontier.OutcomePage
	}
	return f.reason.Code
}

// settle writes the fate down, in the order in which a crash at any point loses nothing: what it leads to, where it went, SEEN, and only
// then it leaves URLS. A crash before that repeats some of it, which changes nothing.
func (v *visit) settle(ctx context.Context, f fate) error {
	if !f.settled {
		if err := v.tell(ctx, f); err != nil {
			if f.page != nil && errors.Is(err, bus.ErrTooLarge) {
				f.page, f.reason, f.detail, f.again = nil, news.MessageLarge, err.Error(), tomorrow
				return v.settle(ctx, f)
			}
			return err
		}
	}
	err := v.w.keep(ctx, v.hold, func(ctx context.Context) error { return v.hold.Done(ctx, v.it) })
	if err != nil {
		return err
	}
	if f.settled {
		return nil
	}
	if v.src != nil && v.isNews(f) {
		v.w.arrivals.note(v.src.ID, v.hold.Now())
	}
	v.w.metrics.settled.WithLabelValues(f.outcome()).Inc()
	v.log(ctx, f)
	return nil
}

func (v *visit) log(ctx context.Context, f fate) {
	level := slog.LevelDebug
	if f.page == nil && f.reason.Kind != news.KindDiscovery {
		level = slog.LevelInfo
	}
	v.w.cfg.Log.Log(ctx, level, "settled", "url", v.it.URL, "source", v.it.Source, "outcome", f.outcome(), "detail", f.detail, "status", f.status, "queued", len(f.queue))
}

// tell persists the fate everywhere but in URLS.
func (v *visit) tell(ctx context.Context, f fate) error {
	if err := v.queue(ctx, f.queue); err != nil {
		return err
	}
	if err := v.w.keep(ctx, v.hold, func(ctx context.Context) error { return v.publish(ctx, f) }); err != nil {
		return err
	}
	if err := v.planNext(ctx, f); err != nil {
		return err
	}
	if f.unrecorded {
		return nil
	}
	if f.alias != "" && f.page != nil {
		other := frontier.Visit{URL: f.alias, Source: v.it.Source, Kind: frontier.KindPage, Outcome: news.Discovery.Code, Final: v.it.URL}
		if err := v.w.keep(ctx, v.hold, func(ctx context.Context) error { return v.w.seen.Put(ctx, other) }); err != nil {
			return err
		}
	}
	return v.w.keep(ctx, v.hold, func(ctx context.Context) error { return v.w.seen.Put(ctx, v.record(f)) })
}

func (v *visit) publish(ctx context.Context, f fate) error {
	switch {
	case f.page != nil:
		_, err := v.w.in.Out.Publish(ctx, *f.page)
		return err
	case f.reason.Kind == news.KindDiscovery:
		return nil // its record in SEEN says it
	case f.reason.Kind == news.KindDead:
		return v.w.in.Out.Bury(ctx, bus.Letter{Stage: news.StageCrawler, Source: v.token(), Host: v.hold.Host(), Reason: f.reason,
			Err: errors.New(f.detail), Message: v.it.Message, URL: v.it.URL})
	}
	if v.wentAway(f) {
		m, err := v.gone(f)
		if err != nil {
			return err
		}
		if _, err := v.w.in.Out.Publish(ctx, m); err != nil {
			return err
		}
	}
	m, err := v.discarded(f)
	if err != nil {
		return err
	}
	_, err = v.w.in.Out.Publish(ctx, m)
	return err
}

// token is the source for a subject.
func (v *visit) token() string {
	if news.ValidToken(v.it.Source) {
		return v.it.Source
	}
	return "unknown"
}

// discarded gives the event. Its id is made of the entry's place in URLS: a repeat after a crash is the same event, the next visit another.
func (v *visit) discarded(f fate) (bus.Outgoing, error) {
	at := v.hold.Now().UTC()
	data, err := json.Marshal(news.Discarded{V: news.SchemaVersion, Stage: news.StageCrawler, Reason: f.reason.Code, Detail: f.detail,
		URL: v.it.URL, Source: v.it.Source, Title: v.it.Title, At: at})
	if err != nil {
		return bus.Outgoing{}, fmt.Errorf("discard %s: %w", v.it.URL, err)
	}
	id := news.DiscardedID("url-"+news.URLHash(v.it.URL)+"-"+strconv.FormatUint(v.it.Message.Seq, 10), news.StageCrawler)
	e := news.Event{ID: id, Type: news.TypeDiscarded, Stage: news.StageCrawler, Subject: v.it.URL, Time: at, Trace: v.it.Trace}
	return bus.Outgoing{Subject: news.DiscardedSubject(news.StageCrawler, v.token(), v.hold.Host()), Header: e.Header("application/json"), Data: data}, nil
}

// record is the visit for SEEN.
func (v *visit) record(f fate) frontier.Visit {
	r := frontier.Visit{URL: v.it.URL, Source: v.it.Source, Kind: v.it.Kind, Outcome: f.outcome(), Status: f.status, Fetched: f.fetched,
		ETag: f.etag, LastModified: f.lastModified, Hash: f.hash, Seq: v.it.Message.Seq, Step: max(v.it.Step, v.last.Step), Final: f.final}
	switch {
	case f.page != nil:
		r.Page = true
	case !missing(f):
		r.Page, r.Final = wasPage(v.last), v.last.Final
	}
	if f.reason.Kind == news.KindDead {
		f.again = tomorrow
	}
	if f.again != never {
		at := v.hold.Now().Add(f.again).UTC()
		r.Next = &at
	}
	return r
}
