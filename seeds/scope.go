package seeds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Matcher is a Scope with its patterns compiled. It is safe for concurrent use; the zero value matches nothing.
type Matcher struct {
	hosts       []string
	allow, deny []*regexp.Regexp
}

// Matcher compiles the scope. Whoever asks about more than one link asks the Matcher.
func (s Scope) Matcher() (*Matcher, error) {
	m := &Matcher{hosts: s.Hosts}
	for _, list := range []struct {
		patterns []string
		to       *[]*regexp.Regexp
	}{{s.Allow, &m.allow}, {s.Deny, &m.deny}} {
		for _, p := range list.patterns {
			re, err := regexp.Compile(p)
			if err != nil {
				return nil, fmt.Errorf("scope: %w", err)
			}
			*list.to = append(*list.to, re)
		}
	}
	return m, nil
}

// HasHost tells whether the host (weburl.URL.HostPort) belongs to the source.
func (m *Matcher) HasHost(host string) bool {
	return slices.ContainsFunc(m.hosts, func(h string) bool {
		if below, ok := strings.CutPrefix(h, "*"); ok {
			return strings.HasSuffix(host, below) && len(host) > len(below)
		}
		return h == host
	})
}

// Follows tells whether an address may be asked to find more: host and deny patterns hold, allow patterns do not. It is for start
// pages, the next pages of a listing and where redirects lead.
func (m *Matcher) Follows(host, pathQuery string) bool {
	return m.HasHost(host) && !matchesAny(m.deny, pathQuery)
}

// InScope tells whether a link found on the way is one of the source's articles: host, deny and allow patterns.
func (m *Matcher) InScope(host, pathQuery string) bool {
	return m.Follows(host, pathQuery) && (len(m.allow) == 0 || matchesAny(m.allow, pathQuery))
}

func matchesAny(patterns []*regexp.Regexp, s string) bool {
	return slices.ContainsFunc(patterns, func(re *regexp.Regexp) bool { return re.MatchString(s) })
}

// InScope is Matcher().InScope for a single question; a scope that does not compile matches nothing.
func (s Source) InScope(host, pathQuery string) bool {
	m, err := s.Scope.Matcher()
	return err == nil && m.InScope(host, pathQuery)
}
