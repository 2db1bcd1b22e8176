// Package discover finds the addresses that a listing page or a feed leads to.
//
// It judges nothing: which of the links are articles of the source is the scope's to say. It is pure (no network, no clock) and
// takes any bytes. Only the crawler and commands may import it.
package discover

import (
	"errors"
	"time"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// The causes why a page gives no links.
var (
	// ErrNoFollow: the page itself forbids following its links (meta robots).
	ErrNoFollow = errors.New("the page's robots directive forbids following its links")
	// ErrFeed: not an RSS, Atom or JSON feed, or broken beyond reading.
	ErrFeed = errors.New("not a feed that can be read")
)

// MaxLinks is how many links of one page or feed are taken; what follows is ignored.
const MaxLinks = 5000

// Kind is a guess at what a link leads to.
type Kind string

// The kinds of links.
const (
	KindPage Kind = ""     // anything
	KindNext Kind = "next" // another page of the same listing, or of the same article
)

// Link is one address found.
type Link struct {
	URL       weburl.URL
	Text      string    // the anchor's text, white space folded; the alt text of a picture where there is no text
	Title     string    // the anchor's title attribute, or the title that a feed gives
	Published time.Time // the date that a feed gives; zero where none or unreadable
	Kind      Kind
}
