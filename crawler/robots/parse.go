package robots

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxLine is the longest line that is read; a longer one is no rule anybody wrote by hand.
const maxLine = 16 << 10

// directive is what a line says, whatever the spelling.
type directive int

const (
	unknown directive = iota
	userAgent
	allow
	disallow
	crawlDelay
	sitemap
)

// directives are the names, lower case, with the misspellings that Google's parser takes for meant.
var directives = map[string]directive{
	"user-agent": userAgent, "useragent": userAgent, "user agent": userAgent,
	"allow":    allow,
	"disallow": disallow, "dissallow": disallow, "dissalow": disallow, "disalow": disallow, "diasllow": disallow, "disallaw": disallow,
	"crawl-delay": crawlDelay, "crawldelay": crawlDelay, "crawl delay": crawlDelay,
	"sitemap": sitemap, "site-map": sitemap,
}

// Parse reads a robots.txt. Whatever the bytes are, there is a result: lines that are none are skipped (RFC 9309 §2.2).
func Parse(body []byte) *Robots {
	if len(body) > MaxBytes {
		// The line that the limit cuts would say something else than was written.
		body = body[:MaxBytes]
		body = body[:bytes.LastIndexAny(body, "\r\n")+1]
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	p := parser{robots: &Robots{}}
	for len(body) > 0 {
		end := bytes.IndexAny(body, "\r\n") // CR, LF and CRLF end a line; the empty line in CRLF says nothing
		if end < 0 {
			end = len(body)
		}
		if end <= maxLine {
			p.line(string(body[:end]))
		}
		body = body[min(end+1, len(body)):]
	}
	return p.robots
}

type parser struct {
	robots *Robots
	open   *group // the group whose lines follow
	ruled  bool   // it has a rule, so the next user-agent line begins another
}

func (p *parser) line(s string) {
	s, _, _ = strings.Cut(s, "#")
	s = strings.TrimSpace(strings.TrimLeft(s, "\x00"))
	name, value, ok := strings.Cut(s, ":")
	if !ok {
		// "Disallow /a" with the colon forgotten
		if f := strings.Fields(s); len(f) == 2 {
			name, value = f[0], f[1]
		}
	}
	value = strings.TrimSpace(value)
	switch directives[strings.ToLower(strings.TrimSpace(name))] {
	case userAgent:
		p.agent(value)
	case allow:
		p.rule(true, value)
	case disallow:
		p.rule(false, value)
	case crawlDelay:
		p.delay(value)
	case sitemap:
		if value != "" {
			p.robots.sitemaps = append(p.robots.sitemaps, value)
		}
	}
}

func (p *parser) agent(value string) {
	if p.open == nil || p.ruled {
		p.open, p.ruled = &group{}, false
		p.robots.groups = append(p.robots.groups, p.open)
	}
	token := productToken(value)
	// "*" followed by white space and anything is still "*", as Google reads it.
	if value == "*" || strings.HasPrefix(value, "* ") || strings.HasPrefix(value, "*\t") {
		token = "*"
	}
	if token != "" {
		p.open.agents = append(p.open.agents, token)
	}
}

// rule adds a rule to the open group. One before any user-agent line belongs to nobody; an empty one matches nothing but does end
// the list of agents ("Disallow:" is how a site says that a crawler may go everywhere).
func (p *parser) rule(allow bool, value string) {
	if p.open == nil {
		return
	}
	p.ruled = true
	if value != "" {
		p.open.rules = append(p.open.rules, newRule(allow, value))
	}
}

// delay adds a Crawl-delay, in seconds, fractions allowed. It is no rule of the RFC, so it neither begins nor ends a group.
func (p *parser) delay(value string) {
	seconds, err := strconv.ParseFloat(value, 64)
	if p.open == nil || err != nil || math.IsNaN(seconds) || seconds < 0 {
		return
	}
	seconds = min(seconds, (365 * 24 * time.Hour).Seconds())
	p.open.delay = max(p.open.delay, time.Duration(seconds*float64(time.Second)))
	p.open.hasDelay = true
}
