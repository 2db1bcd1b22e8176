package main

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/newsmill/newsmill/news"
)

const madeUp = ".replay.example" // RFC 2606: never a real host

// hostNames gives hosts to pages; its zero value is ready.
type hostNames struct {
	lone map[string]bool // hosts made for one page
}

// of gives the host of a page: that of its url, else domain, else site, else one of its own.
func (h *hostNames) of(t truth) string {
	if u, ok := parseURL(t.URL); ok {
		if host := hostname(u.Hostname()); host != "" {
			return host // its port is dropped: one host, one listing
		}
	}
	for _, name := range []string{t.Domain, t.Site} {
		if host := hostname(name); host != "" {
			return host
		}
	}
	return h.alone(t.ID)
}

// alone makes a host for one page.
func (h *hostNames) alone(id string) string {
	label := cut("page-" + cleanLabel(id))
	for n := 2; h.lone[label]; n++ {
		label = cut("page-"+cleanLabel(id)) + "-" + strconv.Itoa(n)
	}
	if h.lone == nil {
		h.lone = map[string]bool{}
	}
	h.lone[label] = true
	return label + madeUp
}

// hostname makes a host of what a corpus calls a domain or a site: "News.Example.cn" stays (lower case), "163" becomes
// "163.example", an internationalised name its punycode, and what can be none of them is cleaned: "Daily News!" becomes
// "daily-news.replay.example". Empty where nothing is left of it.
func hostname(name string) string {
	name = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
	if name == "" {
		return ""
	}
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	if !strings.Contains(name, ".") && usable(name+".example") {
		return name + ".example"
	}
	if strings.Contains(name, ".") && usable(name) {
		return name
	}
	if label := cut(cleanLabel(name)); label != "" {
		return label + madeUp
	}
	return ""
}

// usable tells whether a crawler can ask a proxy for the host: a name and no address (a literal address that is not public is
// refused before any proxy), whose last label is no number (WHATWG URL: that would be an IPv4 address), and that fits into a subject.
func usable(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if len(label) > 63 {
			return false
		}
	}
	_, err := news.HostToken(host)
	return err == nil && !strings.Contains(host, ":")
}

// cleanLabel keeps [a-z0-9], with one hyphen for every run of anything else between them.
func cleanLabel(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}

// cut keeps a label below the 63 bytes of RFC 1035, with room for a number.
func cut(label string) string {
	return strings.Trim(label[:min(len(label), 56)], "-")
}
