package frontier

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// Kind says how what lies behind a URL is to be read.
type Kind string

// The kinds of an entry.
const (
	KindListing Kind = "listing" // an HTML page, for its links
	KindFeed    Kind = "feed"    // RSS, Atom or JSON Feed, for its links
	KindSitemap Kind = "sitemap" // a sitemap, a news sitemap or an index of them, for its addresses
	KindSlice   Kind = "slice"   // a part of a sitemap that was read: addresses that wait in the entry itself, no request
	KindEpaper  Kind = "epaper"  // an issue of an e-paper, or a page of one, for its links
	KindPage    Kind = "page"    // a page that may hold an article: sent to RAW
)

func (k Kind) known() bool {
	switch k {
	case KindListing, KindFeed, KindSitemap, KindSlice, KindEpaper, KindPage:
		return true
	}
	return false
}

// ErrEntry is returned for a message in URLS that is no entry.
var ErrEntry = errors.New("not an entry of the frontier")

// Entry is one URL to be visited: the payload of its message in URLS.
type Entry struct {
	V         int        `json:"v"`
	URL       string     `json:"url"` // canonical
	Source    string     `json:"source"`
	Kind      Kind       `json:"kind"`
	Depth     int        `json:"depth,omitempty"`     // links away from a start page
	Page      int        `json:"page,omitempty"`      // of a listing: 0 the start page, one more for each next page
	Fresh     bool       `json:"fresh,omitempty"`     // the fast lane
	Poll      bool       `json:"poll,omitempty"`      // a start page, due however recently it was visited
	Revisit   bool       `json:"revisit,omitempty"`   // asked for again, due however recently it was visited
	Step      int        `json:"step,omitempty"`      // which visit of its source's plan this is, from 1; 0: none
	Slow      bool       `json:"slow,omitempty"`      // the lane behind all others
	Published *time.Time `json:"published,omitempty"` // the date a feed or a news sitemap gave
	Title     string     `json:"title,omitempty"`     // the title a feed or a news sitemap gave
	Issue     string     `json:"issue,omitempty"`     // of an e-paper: its date, 2026-11-20, for the issue and its pages
	Links     []Ref      `json:"links,omitempty"`     // of a slice
	Referrer  string     `json:"referrer,omitempty"`  // the page that named it
	Chain     []string   `json:"chain,omitempty"`     // addresses that redirected here from other hosts, oldest first
	Trace     string     `json:"trace,omitempty"`     // traceparent of what led here
	Queued    time.Time  `json:"queued"`              // by the clock of the worker that queued it: for people
}

// Ref is an address in a slice.
type Ref struct {
	URL       string     `json:"u"` // canonical
	Title     string     `json:"t,omitempty"`
	Published *time.Time `json:"p,omitempty"`
	Modified  *time.Time `json:"m,omitempty"`
}

const (
	lanes      = "newsmill.frontier."
	laneURL    = lanes + "url."
	laneFresh  = lanes + "fresh."
	laneSlow   = lanes + "slow."
	tokenAt    = lanes + "at."
	tokenDue   = lanes + "due."
	allTokens  = lanes + ">"
	allEntries = lanes + ">"
)

// Host gives the subject token of the entry's host. The error wraps ErrEntry.
func (e Entry) Host() (string, error) {
	host, err := news.HostToken(authority(e.URL))
	if err != nil {
		return "", fmt.Errorf("%w: %q: %w", ErrEntry, e.URL, err)
	}
	return host, nil
}

// authority cuts host and port out of a canonical URL, which the WHATWG serialiser wrote: there is nothing to be lenient about.
func authority(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	return rest
}

// outgoing gives the entry's message. It has no Nats-Msg-Id: the subject is what makes it one of a kind, and the same URL may be
// queued again as soon as it has been removed.
func (e Entry) outgoing(host string) (bus.Outgoing, error) {
	e.V = 1
	data, err := json.Marshal(e)
	if err != nil {
		return bus.Outgoing{}, fmt.Errorf("%w: %q: %w", ErrEntry, e.URL, err)
	}
	lane := laneURL
	switch {
	case e.Fresh:
		lane = laneFresh
	case e.Slow:
		lane = laneSlow
	}
	return bus.Outgoing{Subject: lane + host + "." + news.URLHash(e.URL), Data: data}, nil
}

// Item is an entry as it lies in URLS.
type Item struct {
	Entry
	Message bus.Message
	Err     error // wraps ErrEntry where the message is none
}

func itemOf(m bus.Message) Item {
	it := Item{Message: m}
	if err := json.Unmarshal(m.Data, &it.Entry); err != nil {
		it.Err = fmt.Errorf("%w: %s: %w", ErrEntry, m.Subject, err)
		return it
	}
	host, err := it.Host()
	switch {
	case err != nil:
		it.Err = err
	case it.V != 1:
		it.Err = fmt.Errorf("%w: %s: v is %d, this version reads 1", ErrEntry, m.Subject, it.V)
	case !strings.HasSuffix(m.Subject, "."+host+"."+news.URLHash(it.URL)):
		it.Err = fmt.Errorf("%w: %s: its URL %q belongs elsewhere", ErrEntry, m.Subject, it.URL)
	case !it.Kind.known():
		it.Err = fmt.Errorf("%w: %s: kind %q", ErrEntry, m.Subject, it.Kind)
	case !news.ValidToken(it.Source):
		it.Err = fmt.Errorf("%w: %s: source %q", ErrEntry, m.Subject, it.Source)
	}
	return it
}
