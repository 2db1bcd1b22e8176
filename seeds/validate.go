package seeds

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/newsmill/newsmill/news"
)

// ErrSource is wrapped by every mistake in a source.
var ErrSource = errors.New("source")

// problem is one mistake: where in the source ("scope.allow[2]") and what.
type problem struct{ path, message string }

// Validate tells everything that is wrong with the source, joined. Defaults must be filled in.
func (s Source) Validate() error {
	var errs []error
	for _, p := range s.problems() {
		errs = append(errs, fmt.Errorf("%w %q: %s: %s", ErrSource, s.ID, p.path, p.message))
	}
	return errors.Join(errs...)
}

var languageTag = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$`)

func (s Source) problems() []problem {
	var out []problem
	add := func(path, format string, args ...any) { out = append(out, problem{path, fmt.Sprintf(format, args...)}) }

	if !ValidID(s.ID) {
		add("id", "%q is not an id: 1 to 64 characters of a-z, 0-9, _ and -", s.ID)
	}
	if strings.TrimSpace(s.Name) == "" {
		add("name", "is empty")
	}
	if s.Language != "" && !languageTag.MatchString(s.Language) {
		add("language", "%q is not a language tag like zh or zh-Hant", s.Language)
	}
	if s.MaxDepth < 1 || s.MaxDepth > 10 {
		add("max_depth", "%d is not between 1 and 10", s.MaxDepth)
	}
	if s.MaxPages < 0 || s.MaxPages > 1000 {
		add("max_pages", "%d is not between 0 and 1000", s.MaxPages)
	}
	minInterval, minDelay := MinInterval, MinDelay
	if s.AllowPrivate {
		minInterval, minDelay = time.Second, 0
	}
	if d := s.Interval.Std(); d < minInterval || d > MaxInterval {
		add("interval", "%v is not between %v and %v", d, minInterval, MaxInterval)
	}
	out = append(out, s.planProblems(minInterval)...)
	if d := s.Politeness.Delay.Std(); d != 0 && (d < minDelay || d > MaxDelay) {
		add("politeness.delay", "%v is not between %v and %v", d, minDelay, MaxDelay)
	}
	if s.Proxy != "" && s.Proxy != "none" {
		if u, err := url.Parse(s.Proxy); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			add("proxy", "%q is not an http or https address, or none", s.Proxy)
		}
	}
	out = append(out, s.Scope.problems()...)
	return append(out, s.startProblems()...)
}

// planProblems tells what is wrong with how often things are asked for.
func (s Source) planProblems(least time.Duration) []problem {
	var out []problem
	add := func(path, format string, args ...any) { out = append(out, problem{path, fmt.Sprintf(format, args...)}) }
	sound := s.Interval.Std() >= least && s.Interval.Std() <= MaxInterval // else that is told already
	if d := s.IntervalMin; sound && (d.Std() < least || d > s.Interval) {
		add("interval_min", "%v is not between %v and interval, %v", d, least, s.Interval)
	}
	if d := s.IntervalMax; sound && (d.Std() > MaxInterval || d < s.Interval) {
		add("interval_max", "%v is not between interval, %v, and %v", d, s.Interval, MaxInterval)
	}
	if d := s.SilentAfter; d != 0 && d < s.Interval {
		add("silent_after", "%v is less than interval, %v", d, s.Interval)
	}
	if len(s.Revisit) > MaxRevisits {
		add("revisit", "%d visits; at most %d", len(s.Revisit), MaxRevisits)
	}
	last := Duration(0)
	for i, d := range s.Revisit {
		switch at := fmt.Sprintf("revisit[%d]", i); {
		case d.Std() < least || d.Std() > MaxRevisit:
			add(at, "%v is not between %v and %v", d, least, MaxRevisit)
		case d <= last:
			add(at, "%v is not later than %v before it", d, last)
		}
		last = d
	}
	for _, budget := range []struct {
		name string
		is   int
	}{
		{"pages_per_hour", s.Politeness.PagesPerHour}, {"pages_per_day", s.Politeness.PagesPerDay},
		{"host_pages_per_hour", s.Politeness.HostPagesPerHour}, {"host_pages_per_day", s.Politeness.HostPagesPerDay},
	} {
		if budget.is < 0 {
			add("politeness."+budget.name, "%d is negative", budget.is)
		}
	}
	return out
}

func (s Scope) problems() []problem {
	var out []problem
	for i, host := range s.Hosts {
		if err := checkScopeHost(host); err != nil {
			out = append(out, problem{fmt.Sprintf("scope.hosts[%d]", i), err.Error()})
		}
	}
	for _, list := range []struct {
		name     string
		patterns []string
	}{{"allow", s.Allow}, {"deny", s.Deny}} {
		for i, p := range list.patterns {
			path := fmt.Sprintf("scope.%s[%d]", list.name, i)
			if p == "" {
				out = append(out, problem{path, "an empty pattern matches everything"})
			} else if _, err := regexp.Compile(p); err != nil {
				out = append(out, problem{path, err.Error()})
			}
		}
	}
	return out
}

func checkScopeHost(host string) error {
	name := strings.TrimPrefix(host, "*.")
	if strings.ContainsAny(host, "/?#@") {
		return fmt.Errorf("%q is not a host; write it without http:// and path", host)
	}
	if _, err := news.HostToken(name); err != nil {
		return fmt.Errorf("%q is not a host (write one with other letters than a-z in punycode, xn--…)", host)
	}
	if name != strings.ToLower(name) || strings.HasSuffix(name, ".") {
		return fmt.Errorf("%q: write %q", host, strings.TrimSuffix(strings.ToLower(host), "."))
	}
	if name != host && !strings.Contains(name, ".") {
		return fmt.Errorf("%q takes in a whole top-level domain", host)
	}
	return nil
}

func (s Source) startProblems() []problem {
	var out []problem
	if len(s.Start) == 0 {
		return []problem{{"start", "has no start page"}}
	}
	scope, err := s.Scope.Matcher()
	if err != nil {
		scope = &Matcher{hosts: s.Scope.Hosts} // the bad pattern is told already
	}
	for i, start := range s.Start {
		at := fmt.Sprintf("start[%d]", i)
		switch start.Kind {
		case KindListing, KindFeed, KindSitemap, KindPage, KindEpaper:
		default:
			out = append(out, problem{at + ".kind", fmt.Sprintf("%q is not a kind of start page: listing, feed, sitemap, epaper or page", start.Kind)})
			continue
		}
		out = append(out, start.dateProblems(at)...)
		sample := start.On(time.Now())
		host, err := startHost(sample)
		if err != nil {
			out = append(out, problem{at + ".url", err.Error()})
			continue
		}
		if !scope.HasHost(host) {
			out = append(out, problem{at + ".url", fmt.Sprintf("its host %s is not in scope.hosts", host)})
		} else if u, _ := url.Parse(sample); !scope.Follows(host, u.RequestURI()) {
			out = append(out, problem{at + ".url", "is denied by scope.deny"})
		}
	}
	return out
}

// startHost gives the host of a start page as scope.hosts have it.
func startHost(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%q is not an http or https address", raw)
	}
	if u.User != nil {
		return "", fmt.Errorf("%q carries a password", raw)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && (u.Scheme != "http" || port != "80") && (u.Scheme != "https" || port != "443") {
		host += ":" + port
	}
	if _, err := news.HostToken(host); err != nil {
		return "", fmt.Errorf("%q: %q is not a host (write one with other letters than a-z in punycode, xn--…)", raw, host)
	}
	return host, nil
}
