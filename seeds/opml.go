package seeds

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// ErrOPML says that a document is no OPML with feeds in it.
var ErrOPML = errors.New("not an OPML file with feeds")

// outline is an element of OPML 2.0 (opml.org/spec2.opml): a folder, or a feed where it has an xmlUrl.
type outline struct {
	Text     string    `xml:"text,attr"`
	Title    string    `xml:"title,attr,omitempty"`
	Type     string    `xml:"type,attr,omitempty"`
	XMLURL   string    `xml:"xmlUrl,attr,omitempty"`
	HTMLURL  string    `xml:"htmlUrl,attr,omitempty"`
	Language string    `xml:"language,attr,omitempty"`
	Outlines []outline `xml:"outline"`
}

type opml struct {
	XMLName  xml.Name  `xml:"opml"`
	Version  string    `xml:"version,attr"`
	Title    string    `xml:"head>title"`
	Outlines []outline `xml:"body>outline"`
}

// opmlDepth bounds folders in folders.
const opmlDepth = 50

// FromOPML makes a source of each feed of an OPML file: its entries on the feed's host and that of its page. skipped tells what could not be
// one. The error wraps ErrOPML.
func FromOPML(data []byte) (list []Source, skipped []string, err error) {
	if bytes.Count(data, []byte("<outline")) > 100_000 {
		return nil, nil, fmt.Errorf("%w: more than 100,000 entries", ErrOPML)
	}
	var doc opml
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	if err := d.Decode(&doc); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrOPML, err)
	}
	taken, feeds := map[string]bool{}, map[string]bool{}
	var walk func(all []outline, depth int)
	walk = func(all []outline, depth int) {
		for _, o := range all {
			if depth < opmlDepth {
				walk(o.Outlines, depth+1)
			}
			address := strings.TrimSpace(o.XMLURL)
			if address == "" || feeds[address] {
				continue
			}
			feeds[address] = true
			s, err := o.source(address, taken)
			if err != nil {
				skipped = append(skipped, fmt.Sprintf("%s: %v", address, err))
				continue
			}
			taken[s.ID] = true
			list = append(list, s)
		}
	}
	walk(doc.Outlines, 0)
	if len(list) == 0 {
		return nil, skipped, fmt.Errorf("%w: none found", ErrOPML)
	}
	return list, skipped, nil
}

func (o outline) source(address string, taken map[string]bool) (Source, error) {
	host, err := startHost(address)
	if err != nil {
		return Source{}, err
	}
	s := Source{Name: strings.Join(strings.Fields(firstOf(o.Title, o.Text, host)), " "), MaxPages: DefaultMaxPages,
		Start: []Start{{URL: address, Kind: KindFeed}}, Scope: Scope{Hosts: []string{host}}}
	if page, err := startHost(strings.TrimSpace(o.HTMLURL)); err == nil && page != host {
		s.Scope.Hosts = append(s.Scope.Hosts, page)
	}
	if languageTag.MatchString(o.Language) {
		s.Language = o.Language
	}
	s.ID = freeID(address, host, taken)
	s = s.WithDefaults()
	return s, s.Validate()
}

func firstOf(all ...string) string {
	for _, s := range all {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

var notID = regexp.MustCompile(`[^a-z0-9]+`)

// freeID makes an id of the host, and of the path where the host has one already.
func freeID(address, host string, taken map[string]bool) string {
	id := strings.Trim(notID.ReplaceAllString(strings.TrimPrefix(host, "www."), "-"), "-")
	if u, err := url.Parse(address); err == nil && taken[id] {
		id = strings.Trim(notID.ReplaceAllString(id+"-"+strings.ToLower(u.Path), "-"), "-")
	}
	id = strings.Trim(id[:min(len(id), 56)], "-")
	for n, base := 2, id; taken[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// WriteOPML writes the feeds of the sources as OPML 2.0, and tells how many there were.
func WriteOPML(w io.Writer, list []Source) (feeds int, err error) {
	doc := opml{Version: "2.0", Title: "newsmill"}
	for _, s := range list {
		for _, start := range s.Start {
			if start.Kind != KindFeed {
				continue
			}
			page := ""
			if u, err := url.Parse(start.URL); err == nil {
				page = u.Scheme + "://" + u.Host + "/"
			}
			doc.Outlines = append(doc.Outlines, outline{Text: s.Name, Title: s.Name, Type: "rss", XMLURL: start.URL, HTMLURL: page, Language: s.Language})
			feeds++
		}
	}
	out, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return 0, err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return feeds, err
}

// WriteYAML writes sources as FromOPML makes them, as a file of sources.
func WriteYAML(w io.Writer, list []Source) error {
	var b strings.Builder
	b.WriteString("sources:\n")
	for i, s := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "  - id: %s\n    name: %s\n", s.ID, quoted(s.Name))
		if s.Language != "" {
			fmt.Fprintf(&b, "    language: %s\n", s.Language)
		}
		fmt.Fprintf(&b, "    interval: %s\n    start:\n", s.Interval)
		for _, start := range s.Start {
			fmt.Fprintf(&b, "      - {url: %s, kind: %s}\n", quoted(start.URL), start.Kind)
		}
		hosts := make([]string, len(s.Scope.Hosts))
		for j, h := range s.Scope.Hosts {
			hosts[j] = quoted(h)
		}
		fmt.Fprintf(&b, "    scope: {hosts: [%s]}\n    verified: false\n", strings.Join(hosts, ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quoted is a YAML string in single quotes: no escapes but the quote itself.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
