package crawler

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/seeds"
)

// Config of a Worker. The zero value of each field gives the default named there.
type Config struct {
	// Contact is an address (https://… or mailto:…) where the owner of a site reaches the operator. It stands in the User-Agent. While
	// it is empty, nothing but this machine is asked: every other host ends its URLs as private_address.
	Contact string
	Product string // the product token and version before the contact; default newsmill/1

	Slots         int           // hosts asked at the same time; default 32
	Delay         time.Duration // from the end of one request to a host to the next, where its source says nothing; default 1s
	DelayFactor   float64       // the same as a multiple of what the last request took, up to 30s, where that is longer; default 3, below 0 none
	MaxDelay      time.Duration // the longest Crawl-delay that is kept; default 5m
	Attempts      int           // failed attempts until a URL is a dead letter; default 5
	BackOff       time.Duration // pause of a host after 429, 503 or no answer, doubling, where it sends no Retry-After; default 60s
	FaultBackOff  time.Duration // the same after other server errors (500, 502, 504 …) and broken answers; default 10s
	MaxBackOff    time.Duration // most of both; default 1h
	MaxRetryAfter time.Duration // most of what a Retry-After may ask; default 24h

	Lease     time.Duration // of a host; default the cap on a fetch and 30s
	Sweep     time.Duration // between two looks for hosts without a token; default 1m, give or take half of it
	FullPause time.Duration // between two tries while RAW or EVENTS is full; default 1s
	Drain     time.Duration // how long fetches under way get at the end; default 20s

	// Alone says that no other crawler runs on these stores: hosts that a killed one had leased are freed at the start.
	Alone bool

	Fetch       fetch.Config // UserAgent and LoopbackOnly are set from Contact; Total, the cap on a fetch, is 45s by default
	LogRequests bool         // each request is logged at Info instead of Debug: the audit

	OnDown func(error)  // told when the crawler pauses for something it needs, and with nil when it goes on; may be nil
	Log    *slog.Logger // default slog.Default()
}

// WithDefaults fills the zero values.
func (c Config) WithDefaults() Config {
	for _, d := range []struct {
		at *time.Duration
		is time.Duration
	}{
		{&c.Delay, time.Second}, {&c.MaxDelay, 5 * time.Minute}, {&c.BackOff, time.Minute}, {&c.FaultBackOff, 10 * time.Second},
		{&c.MaxBackOff, time.Hour}, {&c.MaxRetryAfter, 24 * time.Hour}, {&c.Sweep, time.Minute}, {&c.FullPause, time.Second},
		{&c.Drain, 20 * time.Second}, {&c.Fetch.Total, 45 * time.Second},
	} {
		if *d.at == 0 {
			*d.at = d.is
		}
	}
	for _, d := range []struct {
		at *int
		is int
	}{{&c.Slots, 32}, {&c.Attempts, 5}} {
		if *d.at == 0 {
			*d.at = d.is
		}
	}
	if c.DelayFactor == 0 {
		c.DelayFactor = 3
	}
	if c.Product == "" {
		c.Product = "newsmill/1"
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Fetch.UserAgent = c.userAgent()
	c.Fetch.LoopbackOnly = c.Contact == ""
	return c
}

func (c Config) userAgent() string {
	if c.Contact == "" {
		return c.Product
	}
	return c.Product + " (+" + c.Contact + ")"
}

func (c Config) frontier() frontier.Config {
	return frontier.Config{Request: c.Fetch.Total, Lease: c.Lease}
}

// ErrNoContact says that a source cannot be crawled until the operator has set a contact.
var ErrNoContact = errors.New("no contact is set, by which site owners can reach the operator")

// CheckSources tells which sources lie beyond this machine while no contact is set. allow_private is what a source on this machine needs.
func (c Config) CheckSources(list []seeds.Source) error {
	if c.Contact != "" {
		return nil
	}
	var errs []error
	for _, s := range list {
		if !s.AllowPrivate {
			errs = append(errs, fmt.Errorf("source %s: %w", s.ID, ErrNoContact))
		}
	}
	return errors.Join(errs...)
}

// Validate tells every setting that cannot be.
func (c Config) Validate() error {
	c = c.WithDefaults()
	var errs []error
	if c.Contact != "" && !strings.HasPrefix(c.Contact, "https://") && !strings.HasPrefix(c.Contact, "http://") && !strings.HasPrefix(c.Contact, "mailto:") {
		errs = append(errs, fmt.Errorf("contact: %q is not an https, http or mailto address", c.Contact))
	}
	if c.Slots < 1 || c.Slots > 4096 {
		errs = append(errs, fmt.Errorf("slots: %d is outside 1..4096", c.Slots))
	}
	if c.Attempts < 1 {
		errs = append(errs, fmt.Errorf("attempts: %d is below 1", c.Attempts))
	}
	for _, d := range []struct {
		name string
		is   time.Duration
	}{
		{"delay", c.Delay}, {"longest crawl-delay", c.MaxDelay}, {"back-off", c.BackOff}, {"back-off after faults", c.FaultBackOff},
		{"longest back-off", c.MaxBackOff}, {"longest retry-after", c.MaxRetryAfter}, {"sweep", c.Sweep}, {"pause while full", c.FullPause}, {"drain", c.Drain},
	} {
		if d.is < 0 {
			errs = append(errs, fmt.Errorf("%s: %s is negative", d.name, d.is))
		}
	}
	errs = append(errs, c.frontier().Validate(), c.Fetch.Validate())
	return errors.Join(errs...)
}
