// Package robots reads robots.txt as RFC 9309 says and answers whether a crawler may ask for a path. It also gives the Crawl-delay
// and Sitemap lines, which the RFC leaves to agreements.
//
// It fetches nothing and keeps no clock; what a robots.txt that cannot be had means is Policy's table. Only the crawler needs it; it
// imports the standard library alone. A parser of our own, because the known ones match the product token against the whole
// User-Agent header, or lose Crawl-delay.
package robots

import (
	"slices"
	"strings"
	"time"
)

// MaxBytes is how much of a robots.txt is read (RFC 9309 §2.5 demands 500 KiB at least); what follows is ignored.
const MaxBytes = 500 << 10

// Robots is a parsed robots.txt. The nil and the zero value allow everything. It is safe for concurrent use.
type Robots struct {
	groups   []*group
	sitemaps []string
}

// group is the rules behind one or more user-agent lines.
type group struct {
	agents   []string // product tokens in lower case, or "*"
	rules    []rule
	delay    time.Duration
	hasDelay bool
}

// Policy says what a robots.txt means that was not answered with a 2xx (RFC 9309 §2.3.1). Both are false where the body counts.
//
// Unavailable (4xx, and redirects that lead nowhere): the crawler may ask for anything. Unreachable (5xx, and status 0 for no answer
// at all): nothing, until it can be read. 429 is counted as unreachable, as Google does: a server that asks for patience is not
// one without rules.
func Policy(status int) (allowAll, disallowAll bool) {
	switch {
	case status >= 200 && status < 300:
		return false, false
	case status == 429 || status < 200 || status >= 500:
		return false, true
	}
	return true, false
}

// Allowed tells whether the crawler of that name may ask for pathQuery ("/a/b?c=d", as weburl.URL.PathQuery gives it). agent is a
// product token or a User-Agent that begins with one ("newsmill/1.0 (+…)" is "newsmill"). The longest matching rule decides, allow
// wins a tie, and no matching rule allows. /robots.txt itself is always allowed (§2.2.2).
func (r *Robots) Allowed(agent, pathQuery string) bool {
	if pathQuery == "" {
		pathQuery = "/"
	}
	path := normalPath(pathQuery)
	if path == "/robots.txt" {
		return true
	}
	allowed, longest := true, -1
	for _, g := range r.groupsOf(agent) {
		for _, rule := range g.rules {
			n := len(rule.pattern)
			if n < longest || n == longest && !rule.allow {
				continue
			}
			if rule.matches(path) {
				allowed, longest = rule.allow, n
			}
		}
	}
	return allowed
}

// CrawlDelay is the pause between two requests that the agent's groups ask for, the longest where they disagree. It may be absurd
// (a day): the caller bounds it.
func (r *Robots) CrawlDelay(agent string) (time.Duration, bool) {
	var delay time.Duration
	found := false
	for _, g := range r.groupsOf(agent) {
		if g.hasDelay {
			delay, found = max(delay, g.delay), true
		}
	}
	return delay, found
}

// Sitemaps are the values of the Sitemap lines, in order, as written; they belong to no group.
func (r *Robots) Sitemaps() []string {
	if r == nil {
		return nil
	}
	return slices.Clone(r.sitemaps)
}

// groupsOf gives all groups that name the agent (they count as one, §2.2.1), or else all groups for "*".
func (r *Robots) groupsOf(agent string) []*group {
	if r == nil {
		return nil
	}
	if token := productToken(agent); token != "" {
		if named := r.named(token); len(named) > 0 {
			return named
		}
	}
	return r.named("*")
}

func (r *Robots) named(token string) []*group {
	var found []*group
	for _, g := range r.groups {
		if slices.Contains(g.agents, token) {
			found = append(found, g)
		}
	}
	return found
}

// productToken is the leading product token of §2.2.1 (letters, "_" and "-") in lower case.
func productToken(s string) string {
	end := 0
	for end < len(s) {
		c := s[end] | 0x20
		if (c < 'a' || c > 'z') && s[end] != '_' && s[end] != '-' {
			break
		}
		end++
	}
	return strings.ToLower(s[:end])
}
