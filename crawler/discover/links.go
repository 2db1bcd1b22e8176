package discover

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// maxAnchors is how many anchors are looked at: many may lead to one address, and each costs its parsing.
const maxAnchors = 8 * MaxLinks

// maxText is the longest anchor text that is kept, in bytes; a paragraph inside an anchor is no headline.
const maxText = 600

// Links reads a page at base: its links in document order, each address once (by its canonical form, the first place counts, the
// longest text stays), without those marked nofollow; next are the other pages of the same listing, nearest first, which are among the links
// too; feeds are the feeds that the page announces. contentType is the Content-Type header as served.
//
// It reads tokens, not a tree: pages too deep for the parser (more than 512 open elements) have links like others.
func Links(body []byte, contentType string, base weburl.URL) (links []Link, next, feeds []weburl.URL, err error) {
	text, enc := decode(body, contentType, htmlLabel)
	s := scanner{base: base, page: base, self: base.Canonical(), encoding: enc, at: map[string]int{}}
	s.scan(text)
	if s.nofollow {
		return nil, nil, s.feeds, ErrNoFollow
	}
	s.scripted(text)
	return s.links, s.nextPages(), s.feeds, nil
}

// scanner walks through the tokens of one page.
type scanner struct {
	page     weburl.URL // the page's own address
	self     string     // its canonical form
	base     weburl.URL // what references are relative to
	based    bool       // a base element was seen; the first one counts
	encoding encoding.Encoding

	anchors  int
	links    []Link
	at       map[string]int // canonical address to index in links
	feeds    []weburl.URL
	nofollow bool

	open *anchor
}

// anchor is an a element that is being read.
type anchor struct {
	href, rel, title string
	text             strings.Builder
	alt              string
}

func (s *scanner) scan(text []byte) {
	z := html.NewTokenizer(bytes.NewReader(text))
	skip := atom.Atom(0) // inside script or style, whose text is no anchor text
	for {
		switch z.Next() {
		case html.ErrorToken:
			s.closeAnchor()
			return
		case html.TextToken:
			if skip == 0 && s.open != nil && s.open.text.Len() < maxText {
				s.open.text.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom == atom.Script || t.DataAtom == atom.Style {
				skip = t.DataAtom
			}
			s.start(t)
		case html.EndTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); a {
			case skip:
				skip = 0
			case atom.A:
				s.closeAnchor()
			}
		}
	}
}

func (s *scanner) start(t html.Token) {
	switch t.DataAtom {
	case atom.A:
		s.closeAnchor() // an a inside an a closes the first one, as in the tree builder
		if href, ok := attr(t, "href"); ok {
			rel, _ := attr(t, "rel")
			title, _ := attr(t, "title")
			s.open = &anchor{href: href, rel: rel, title: title}
		}
	case atom.Area:
		if href, ok := attr(t, "href"); ok {
			rel, _ := attr(t, "rel")
			alt, _ := attr(t, "alt")
			s.add(&anchor{href: href, rel: rel, alt: alt})
		}
	case atom.Img:
		if s.open != nil && s.open.alt == "" {
			s.open.alt, _ = attr(t, "alt")
		}
	case atom.Br, atom.P, atom.Div, atom.Li, atom.Span, atom.Td:
		if s.open != nil {
			s.open.text.WriteByte(' ')
		}
	case atom.Base:
		s.setBase(t)
	case atom.Link:
		s.linkElement(t)
	case atom.Meta:
		name, _ := attr(t, "name")
		content, _ := attr(t, "content")
		if strings.EqualFold(strings.TrimSpace(name), "robots") && (hasWord(content, "nofollow") || hasWord(content, "none")) {
			s.nofollow = true
		}
	}
}

func (s *scanner) setBase(t html.Token) {
	href, ok := attr(t, "href")
	if !ok || s.based {
		return
	}
	s.based = true
	if u, err := s.page.Resolve(href); err == nil {
		s.base = u
	}
}

// feedTypes are the types by which a link element announces a feed.
var feedTypes = map[string]bool{"application/rss+xml": true, "application/atom+xml": true, "application/feed+json": true, "application/rdf+xml": true}

func (s *scanner) linkElement(t html.Token) {
	rel, _ := attr(t, "rel")
	href, _ := attr(t, "href")
	kind, _ := attr(t, "type")
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	switch {
	case href == "":
	case hasWord(rel, "next"):
		s.add(&anchor{href: href, rel: rel})
	case hasWord(rel, "alternate") && feedTypes[strings.TrimSpace(kind)]:
		if u, err := s.resolve(href); err == nil && len(s.feeds) < 20 {
			s.feeds = append(s.feeds, u)
		}
	}
}

func (s *scanner) closeAnchor() {
	if s.open != nil {
		s.add(s.open)
		s.open = nil
	}
}

// add takes a link, or adds its text to the one that was there first.
func (s *scanner) add(a *anchor) {
	s.anchors++
	if hasWord(a.rel, "nofollow") || len(s.links) >= MaxLinks || s.anchors > maxAnchors {
		return
	}
	u, err := s.resolve(a.href)
	if err != nil {
		return
	}
	key := u.Canonical()
	if key == s.self {
		return // "#top" and the page itself
	}
	text := fold(a.text.String())
	if text == "" {
		text = fold(a.alt)
	}
	link := Link{URL: u, Text: text, Title: fold(a.title)}
	if s.isNext(a.rel, link) {
		link.Kind = KindNext
	}
	i, ok := s.at[key]
	if !ok {
		s.at[key] = len(s.links)
		s.links = append(s.links, link)
		return
	}
	was := &s.links[i]
	if len(text) > len(was.Text) {
		was.Text = text
	}
	if was.Title == "" {
		was.Title = link.Title
	}
	if link.Kind == KindNext {
		was.Kind = KindNext
	}
}

// resolve reads a reference; text in its query that is not ASCII goes out in the charset of the page (WHATWG URL, "query state").
func (s *scanner) resolve(ref string) (weburl.URL, error) {
	ref = strings.TrimSpace(ref)
	if ref == "" || ref[0] == '#' {
		return weburl.URL{}, weburl.ErrURL
	}
	return s.base.Resolve(encodeQuery(ref, s.encoding))
}

func encodeQuery(ref string, enc encoding.Encoding) string {
	path, query, ok := strings.Cut(ref, "?")
	if !ok || enc == nil || strings.Contains(path, "#") || strings.IndexFunc(query, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return ref
	}
	query, _, _ = strings.Cut(query, "#")
	raw, err := encoding.HTMLEscapeUnsupported(enc.NewEncoder()).String(query)
	if err != nil {
		return ref
	}
	var b strings.Builder
	b.WriteString(path + "?")
	for i := range len(raw) {
		if c := raw[i]; c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func attr(t html.Token, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// hasWord tells whether a list of words, separated by spaces or commas, holds the word.
func hasWord(list, word string) bool {
	for w := range strings.FieldsFuncSeq(list, func(r rune) bool { return unicode.IsSpace(r) || r == ',' }) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// fold trims a text, makes one space of every run of white space, and cuts it at maxText.
func fold(s string) string {
	if len(s) > 4*maxText {
		s = s[:4*maxText]
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}
