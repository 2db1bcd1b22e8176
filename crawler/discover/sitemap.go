package discover

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// The bounds of a sitemap (sitemaps.org: 50,000 addresses and 50 MiB uncompressed); what is beyond them is ignored.
const (
	MaxSitemap = 50 << 20
	MaxPlaces  = 50_000
)

// ErrSitemap says that a document is neither a sitemap nor an index of sitemaps.
var ErrSitemap = errors.New("not a sitemap that can be read")

// Place is one entry of a sitemap, or, in an index, one sitemap.
type Place struct {
	URL      weburl.URL
	Modified time.Time // lastmod; zero where none or unreadable

	// What a news sitemap adds (the schema google.com/schemas/sitemap-news/0.9).
	News      bool
	Title     string
	Published time.Time
}

// Sitemap reads a sitemap, a news sitemap, an index of them, or a plain text list of addresses; each may be gzipped. Places come in the order of
// the document, each address once. A document that breaks off gives what stood before that. The error wraps ErrSitemap.
func Sitemap(body []byte, contentType string, base weburl.URL) (places []Place, index bool, err error) {
	if body, err = gunzip(body); err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrSitemap, err)
	}
	text, _ := decode(body, contentType, xmlLabel)
	text = bytes.TrimLeft(withoutControls(text), " \t\r\n")
	if m := xmlDeclaration.FindIndex(text); m != nil {
		text = bytes.TrimLeft(text[m[1]:], " \t\r\n") // its charset is no longer true
	}
	r := sitemapReader{base: base, seen: map[weburl.URL]bool{}}
	if !bytes.HasPrefix(text, []byte("<")) {
		r.lines(text)
	} else {
		err = r.xml(text)
	}
	switch {
	case len(r.places) > 0, err == nil && r.rooted:
		return r.places, r.index, nil
	case err == nil:
		err = errors.New("no address in it")
	}
	return nil, false, fmt.Errorf("%w: %w", ErrSitemap, err)
}

// gunzip opens what begins like gzip. A stream that is cut off or too long gives what came before that.
func gunzip(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, MaxSitemap))
	if len(out) == 0 {
		return nil, err
	}
	return out, nil
}

// withoutControls takes out the characters that XML forbids and content systems leave in titles.
func withoutControls(text []byte) []byte {
	bad := func(c byte) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' }
	for i, c := range text {
		if !bad(c) {
			continue
		}
		out := bytes.Clone(text[:i])
		for _, c := range text[i:] {
			if !bad(c) {
				out = append(out, c)
			}
		}
		return out
	}
	return text
}

// sitemapReader gathers places. It goes by raw tokens, one at a time: no nesting can exhaust it, and undeclared prefixes, common in sitemaps
// made by hand, do not matter.
type sitemapReader struct {
	base   weburl.URL
	places []Place
	seen   map[weburl.URL]bool
	index  bool
	rooted bool   // the root element of a sitemap was seen
	prefix string // of the root element: image:loc is not loc

	in     bool // inside url or sitemap
	news   bool // inside news:news
	now    Place
	loc    string
	field  *strings.Builder // where text goes; nil: nowhere
	buffer strings.Builder
}

func (r *sitemapReader) xml(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	for len(r.places) < MaxPlaces {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := r.start(t.Name); err != nil {
				return err
			}
		case xml.EndElement:
			r.end(t.Name)
		case xml.CharData:
			if r.field != nil && r.field.Len() < 2*weburl.MaxLen {
				r.field.Write(t)
			}
		}
	}
	return nil
}

func (r *sitemapReader) start(name xml.Name) error {
	local := strings.ToLower(name.Local)
	if !r.rooted {
		switch local {
		case "urlset":
		case "sitemapindex":
			r.index = true
		default:
			return fmt.Errorf("its root element is %.40q", name.Local)
		}
		r.rooted, r.prefix = true, name.Space
		return nil
	}
	r.field = nil
	switch own := name.Space == r.prefix; {
	case own && (local == "url" || local == "sitemap"):
		r.in, r.news, r.now, r.loc = true, false, Place{}, ""
	case !r.in:
	case local == "news" && !own:
		r.news, r.now.News = true, true
	case own && (local == "loc" || local == "lastmod"), r.news && (local == "title" || local == "publication_date"):
		r.buffer.Reset()
		r.field = &r.buffer
	}
	return nil
}

func (r *sitemapReader) end(name xml.Name) {
	local, own := strings.ToLower(name.Local), name.Space == r.prefix
	value := ""
	if r.field != nil {
		value = strings.TrimSpace(r.field.String())
		r.field = nil
	}
	switch {
	case !r.in:
	case own && (local == "url" || local == "sitemap"):
		r.add()
		r.in = false
	case local == "news":
		r.news = false
	case value == "":
	case own && local == "loc":
		r.loc = value
	case own && local == "lastmod":
		r.now.Modified = when(value)
	case local == "title":
		r.now.Title = fold(value)
	case local == "publication_date":
		r.now.Published = when(value)
	}
}

// when reads a W3C date, fast where it is one.
func when(s string) time.Time {
	if t, err := time.Parse(time.RFC3339, s); err == nil && t.Year() >= 1990 && t.Year() <= 2100 {
		return t
	}
	t, _ := parseDate(s, china)
	return t
}

func (r *sitemapReader) add() {
	u, err := r.base.Resolve(r.loc)
	if r.loc == "" || err != nil || r.seen[u] {
		return
	}
	r.seen[u] = true
	r.now.URL = u
	r.places = append(r.places, r.now)
}

// lines reads a text sitemap: an absolute address a line.
func (r *sitemapReader) lines(text []byte) {
	for line := range bytes.Lines(text) {
		if len(r.places) >= MaxPlaces {
			return
		}
		s := strings.TrimSpace(string(line[:min(len(line), 4*weburl.MaxLen)]))
		if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
			continue
		}
		r.in, r.now, r.loc = true, Place{}, s
		r.add()
	}
}
