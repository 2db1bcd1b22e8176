// Package seeds is the list of sources: where the crawler begins, how far it may go, how often it comes back. Sources are written by
// people in YAML files and checked strictly; a file with any mistake gives no source at all, and every mistake with its line.
//
// It opens the files it is told to and nothing else. Everybody may import it; it imports package news and a YAML parser.
package seeds

import (
	"time"

	"github.com/newsmill/newsmill/news"
)

// The bounds of a source's settings. A source with allow_private is on the operator's own machines, so the lower bounds do not hold.
const (
	MinInterval     = time.Minute
	MaxInterval     = 31 * 24 * time.Hour
	MinDelay        = 250 * time.Millisecond
	MaxDelay        = time.Hour
	DefaultInterval = 15 * time.Minute
	DefaultMaxDepth = 1
	DefaultMaxPages = 5
	DefaultDays     = 2
	MaxDays         = 400
	MaxRevisits     = 10
	MaxRevisit      = 80 * 24 * time.Hour // what the crawler remembers of a visit lives 90 days
)

// Source is one publisher, or one part of a publisher. Its JSON form is what the crawler keeps in its bucket of sources.
type Source struct {
	ID       string   `json:"id"`                 // a subject token: [a-z0-9_-], at most 64
	Name     string   `json:"name"`               // for people
	Language string   `json:"language,omitempty"` // BCP 47; a hint, the text decides
	Interval Duration `json:"interval"`           // how often the start pages are asked, to begin with
	// IntervalMin and IntervalMax bound what the crawler makes of Interval: a poll that brought nothing makes it half as long again, one that
	// brought news halves it. Defaults: half of Interval, and four times Interval.
	IntervalMin Duration `json:"interval_min"`
	IntervalMax Duration `json:"interval_max"`
	Start       []Start  `json:"start"`
	Scope       Scope    `json:"scope"`

	// MaxDepth is how many links a page may be away from a start page, which has depth 0; at least 1. Next pages of a listing do not
	// count.
	MaxDepth int `json:"max_depth"`
	// MaxPages is how many next pages of a listing are followed at a poll; 0 none.
	MaxPages int `json:"max_pages"`
	// Discover adds the feeds that the start pages announce and the sitemaps that robots.txt names to what is read at a poll. It is off by
	// default, because a sitemap brings in all that a site ever published.
	Discover bool `json:"discover,omitempty"`
	// MaxAge leaves out what a feed or a sitemap says to be older; 0 takes everything.
	MaxAge Duration `json:"max_age,omitempty"`
	// Revisit is when an article is asked for again, counted from the first time, to notice corrections and take-downs; default 1h, 1d, 7d, and an
	// empty list never. It holds for news, not for what an archive brought.
	Revisit []Duration `json:"revisit"`
	// SilentAfter is how long nothing new may come until the source counts as silent; 0 goes by its own habit (crawler.SilentAfter).
	SilentAfter Duration `json:"silent_after,omitempty"`

	Politeness   Politeness `json:"politeness"`
	Cookies      bool       `json:"cookies,omitempty"`       // keep the cookies that its hosts set, each for its own
	Proxy        string     `json:"proxy,omitempty"`         // an HTTP proxy for this source, or "none"; empty is the crawler's own
	AllowPrivate bool       `json:"allow_private,omitempty"` // loopback and private networks may be asked
	Hints        Hints      `json:"hints"`
	// Paused is set by the crawler's commands (crawler.Pause), never by a file.
	Paused bool `json:"paused,omitempty"`
	// Verified is false for a source that nobody has seen work, nil where nothing is said.
	Verified *bool `json:"verified,omitempty"`
}

// The kinds of start pages.
const (
	KindListing = "listing" // a page whose links are news
	KindFeed    = "feed"    // RSS, Atom or JSON feed
	KindSitemap = "sitemap" // a sitemap, a news sitemap, or an index of them
	KindEpaper  = "epaper"  // the first page of an issue of an e-paper; its address holds the date as {yyyy}, {mm}, {dd}
	KindPage    = "page"    // an article itself
)

// Start is one page where a source begins.
type Start struct {
	URL  string `json:"url"`
	Kind string `json:"kind"` // one of the Kind constants
	// Days is how many issues of an e-paper are asked for at a poll, today's included.
	Days int `json:"days,omitempty"`
}

// Scope is what belongs to the source. Hosts are as weburl.URL.HostPort gives them, or "*.example.cn" for everything below
// example.cn. Allow and Deny are RE2 patterns found anywhere in path and query; deny wins, and no allow pattern allows all.
type Scope struct {
	Hosts []string `json:"hosts"`
	Allow []string `json:"allow,omitempty"`
	Deny  []string `json:"deny,omitempty"`
}

// Politeness is what the source asks beyond robots.txt.
type Politeness struct {
	Delay Duration `json:"delay,omitempty"` // between two requests to one host; 0 is the crawler's own
	// Budgets: how many pages and start pages are asked for; 0 is no bound. What is beyond waits for the next hour or day (UTC). A fifth is
	// kept for news, so that a backlog does not use up the budget.
	PagesPerHour     int `json:"pages_per_hour,omitempty"` // of the source
	PagesPerDay      int `json:"pages_per_day,omitempty"`
	HostPagesPerHour int `json:"host_pages_per_hour,omitempty"` // of each of its hosts, shared with other sources of that host
	HostPagesPerDay  int `json:"host_pages_per_day,omitempty"`
}

// Hints are CSS selectors for sites where the general way does not do.
type Hints struct {
	Title  string `json:"title,omitempty"`
	Body   string `json:"body,omitempty"`
	Date   string `json:"date,omitempty"`
	Author string `json:"author,omitempty"`
	Remove string `json:"remove,omitempty"`
}

// WithDefaults fills what was left out.
func (s Source) WithDefaults() Source {
	if s.Interval == 0 {
		s.Interval = Duration(DefaultInterval)
	}
	least := Duration(MinInterval)
	if s.AllowPrivate {
		least = Duration(time.Second)
	}
	if s.IntervalMin == 0 {
		s.IntervalMin = min(max(s.Interval/2, least), s.Interval)
	}
	if s.IntervalMax == 0 {
		s.IntervalMax = max(min(4*s.Interval, Duration(MaxInterval)), s.Interval)
	}
	if s.Revisit == nil {
		s.Revisit = DefaultRevisit()
	}
	if s.MaxDepth == 0 {
		s.MaxDepth = DefaultMaxDepth
	}
	starts := make([]Start, len(s.Start))
	for i, start := range s.Start {
		if start.Kind == "" {
			start.Kind = KindListing
		}
		if start.Kind == KindEpaper && start.Days == 0 {
			start.Days = DefaultDays
		}
		starts[i] = start
	}
	s.Start = starts
	if len(s.Scope.Hosts) == 0 {
		s.Scope.Hosts = s.startHosts()
	}
	return s
}

// startHosts are the hosts of the start pages, each once: the scope of a source that names none.
func (s Source) startHosts() []string {
	var hosts []string
	seen := map[string]bool{}
	for _, start := range s.Start {
		if host, err := startHost(start.On(time.Now())); err == nil && !seen[host] {
			seen[host] = true
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// DefaultRevisit is the plan of a source that names none.
func DefaultRevisit() []Duration {
	const hour = Duration(time.Hour)
	return []Duration{hour, 24 * hour, 7 * 24 * hour}
}

// ValidID tells whether id can name a source.
func ValidID(id string) bool { return news.ValidToken(id) }
