package extract

import (
	"net/url"
	"strings"
)

// resolve makes an address of the page absolute; empty where it is not one of the web.
func (p *page) resolve(ref string) string {
	base, err := url.Parse(p.in.URL)
	if err != nil {
		return ""
	}
	u, err := base.Parse(ref)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// canonicalURL honours rel=canonical only within the site and only where it names a page: templates that point every article at
// the front page are common.
func (p *page) canonicalURL() string {
	asked := p.in.CanonicalURL
	if p.facts.canonical == "" {
		return asked
	}
	u, err := url.Parse(p.resolve(p.facts.canonical))
	base, err2 := url.Parse(p.in.URL)
	if err != nil || err2 != nil || u.Host == "" || !sameSite(u.Hostname(), base.Hostname()) {
		return asked
	}
	if strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && strings.Trim(base.Path, "/") != "" || isIndexPath(u.Path) && !isIndexPath(base.Path) {
		return asked
	}
	u.Fragment = ""
	return u.String()
}

func isIndexPath(path string) bool {
	path = path[strings.LastIndexByte(path, '/')+1:]
	return path == "" || strings.HasPrefix(path, "index.") || strings.HasPrefix(path, "default.")
}

// sameSite compares hosts by what is registered: the last two labels, three where the second is one under which names are given
// out (com.cn, gov.cn, co.uk). It needs no list of public suffixes to be safe here: at worst two cities' sites under one
// province's domain are taken for one.
func sameSite(a, b string) bool {
	return a == b || registered(a) != "" && registered(a) == registered(b)
}

func registered(host string) string {
	labels := strings.Split(strings.ToLower(host), ".")
	n := len(labels)
	if n < 2 || labels[n-1] == "" || labels[n-1][0] >= '0' && labels[n-1][0] <= '9' {
		return ""
	}
	keep := 2
	switch labels[n-2] {
	case "com", "net", "org", "gov", "edu", "ac", "co", "mil", "or", "ne", "go":
		keep = 3
	}
	if n < keep {
		return ""
	}
	return strings.Join(labels[n-keep:], ".")
}
