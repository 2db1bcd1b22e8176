package discover

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// Feed reads an RSS, Atom or JSON feed at base: its entries in the order of the feed, each address once. The error wraps ErrFeed.
func Feed(body []byte, contentType string, base weburl.URL) ([]Link, error) {
	text, _ := decode(body, contentType, xmlLabel)
	text = bytes.TrimLeft(text, " \t\r\n\x00")
	if m := xmlDeclaration.FindIndex(text); m != nil {
		text = text[m[1]:] // its charset is no longer true
	}
	if d := depth(text); d > maxDepth {
		return nil, fmt.Errorf("%w: elements %d deep", ErrFeed, d)
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFeed, err)
	}
	zone := defaultZone(feed.Language)
	seen := map[string]bool{}
	var links []Link
	for _, item := range feed.Items {
		u, err := itemURL(item, base)
		if err != nil || seen[u.Canonical()] || len(links) >= MaxLinks {
			continue
		}
		seen[u.Canonical()] = true
		links = append(links, Link{URL: u, Text: fold(item.Title), Title: fold(item.Title), Published: published(item, zone)})
	}
	return links, nil
}

// itemURL is the entry's link, or its id where that is an address.
func itemURL(item *gofeed.Item, base weburl.URL) (weburl.URL, error) {
	if link := strings.TrimSpace(item.Link); link != "" {
		return base.Resolve(link)
	}
	for _, link := range item.Links {
		if link = strings.TrimSpace(link); link != "" {
			return base.Resolve(link)
		}
	}
	return weburl.Parse(strings.TrimSpace(item.GUID))
}

// published reads the raw date: gofeed takes a zone-less one for UTC, and CST for the middle of America.
func published(item *gofeed.Item, zone *time.Location) time.Time {
	raw := []string{item.Published}
	if item.DublinCoreExt != nil {
		raw = append(raw, item.DublinCoreExt.Date...)
	}
	for _, s := range append(raw, item.Updated) {
		if t, ok := parseDate(s, zone); ok {
			return t
		}
	}
	return time.Time{}
}
