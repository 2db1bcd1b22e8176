package crawler

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/robots"
	"github.com/newsmill/newsmill/crawler/weburl"
)

// maxHead is how far into a page its head is looked for.
const maxHead = 128 << 10

// head is what a page says of itself to crawlers, in its header fields and its head. It is read as bytes: what it looks for is ASCII in every
// charset that pages are in.
type head struct {
	noIndex, noFollow bool
	canonical         weburl.URL // zero where there is none
}

func readHead(resp *fetch.Response, agent string) head {
	var h head
	h.noIndex, h.noFollow = robots.Directives(agent, resp.Header.Values("X-Robots-Tag")...)
	base, err := weburl.Parse(resp.FinalURL)
	if err != nil {
		return h
	}
	h.canonical = linked(resp.Header.Values("Link"), base)
	z := html.NewTokenizer(bytes.NewReader(resp.Body[:min(len(resp.Body), maxHead)]))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return h
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch string(name) {
			case "body":
				return h
			case "meta", "link":
				h.element(string(name), attributes(z, more), base, agent)
			}
		}
	}
}

func (h *head) element(name string, a map[string]string, base weburl.URL, agent string) {
	if name == "link" {
		if h.canonical.IsZero() && strings.EqualFold(strings.TrimSpace(a["rel"]), "canonical") {
			h.canonical, _ = base.Resolve(a["href"])
		}
		return
	}
	who := strings.ToLower(strings.TrimSpace(a["name"]))
	product, _, _ := strings.Cut(strings.ToLower(agent), "/")
	if who != "robots" && who != product {
		return
	}
	index, follow := robots.Directives(agent, a["content"])
	h.noIndex, h.noFollow = h.noIndex || index, h.noFollow || follow
}

func attributes(z *html.Tokenizer, more bool) map[string]string {
	a := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if _, twice := a[string(key)]; !twice {
			a[string(key)] = string(value)
		}
	}
	return a
}

// linked reads rel=canonical of Link headers (RFC 8288, RFC 6596), as far as it is written plainly.
func linked(values []string, base weburl.URL) weburl.URL {
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			target, rest, ok := strings.Cut(strings.TrimSpace(part), ">")
			target, open := strings.CutPrefix(target, "<")
			rest = strings.ReplaceAll(strings.ToLower(rest), " ", "")
			if ok && open && (strings.Contains(rest, `rel="canonical"`) || strings.HasSuffix(rest, "rel=canonical") || strings.Contains(rest, "rel=canonical;")) {
				if u, err := base.Resolve(target); err == nil {
					return u
				}
			}
		}
	}
	return weburl.URL{}
}
