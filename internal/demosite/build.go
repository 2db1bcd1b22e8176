package demosite

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

// column is a part of a site: a section, or a page of the e-paper.
type column struct{ Slug, Name string }

// link is one line of a listing.
type link struct{ Href, Text, Date string }

// view is what every template gets; each uses the fields it needs.
type view struct {
	Title     string // of the window
	Heading   string // of a plain page
	Canonical string
	Nav       []column
	Column    column
	A         *entry
	All       []*entry // the articles of a page that holds several
	Body      template.HTML
	Bodies    []template.HTML // of All
	Links     []link
	Groups    []group
	Hot       []link
	Related   []link
	Prev      *link
	Next      *link
	Pager     pager
	Short     string // a short address that redirects to an article
	Date      string // of an e-paper issue, "2026年11月20日 星期五"
}

// group is a headed part of a page of links.
type group struct {
	Name, Href string
	Links      []link
}

// pager says where a page of a listing stands among its neighbours.
type pager struct {
	Number, Of int
	Prev, Next string // hrefs; empty at the ends
}

// builder makes the pages of one site.
type builder struct {
	*site
	templates *template.Template
	entries   []*entry                     // of this site, newest first
	encode    func([]byte) ([]byte, error) // nil leaves UTF-8
	html      string                       // Content-Type of pages
}

// buildSites renders the whole demo web. It needs no clock and no randomness: two servers are alike, byte for byte.
func buildSites() (map[string]*site, error) {
	entries, err := load(articleFiles)
	if err != nil {
		return nil, err
	}
	templates, err := template.New("").Funcs(template.FuncMap{"join": strings.Join}).ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("demosite: %w", err)
	}
	makers := map[string]func(*builder) error{
		HostNews: buildNews, HostGov: buildGov, HostChamber: buildChamber, HostEpaper: buildEpaper,
	}
	sites := make(map[string]*site)
	for _, host := range Hosts() {
		b := &builder{site: newSite(host), templates: templates, html: "text/html; charset=utf-8"}
		for _, e := range newestFirst(entries) {
			if e.host == host {
				b.entries = append(b.entries, e)
			}
		}
		if err := makers[host](b); err != nil {
			return nil, err
		}
		sites[host] = b.site
	}
	return sites, nil
}

// page renders a template to an address.
func (b *builder) page(key, name string, status int, modified time.Time, v view) error {
	var buf bytes.Buffer
	if err := b.templates.ExecuteTemplate(&buf, name, v); err != nil {
		return fmt.Errorf("demosite: %s%s: %w", b.host, key, err)
	}
	body := buf.Bytes()
	if b.encode != nil {
		var err error
		if body, err = b.encode(body); err != nil {
			return fmt.Errorf("demosite: %s%s: %w", b.host, key, err)
		}
	}
	return b.add(key, &page{status: status, contentType: b.html, body: body, modified: modified})
}

// file puts bytes at an address.
func (b *builder) file(key, contentType string, body []byte) error {
	return b.add(key, &page{contentType: contentType, body: body, modified: baseDate()})
}

func (b *builder) redirect(from, to string) error {
	return b.add(from, &page{location: to})
}

// in returns the articles of a column, newest first.
func (b *builder) in(slug string) []*entry {
	var out []*entry
	for _, e := range b.entries {
		if e.column == slug {
			out = append(out, e)
		}
	}
	return out
}

// links makes listing lines; day cuts the date to what listings show.
func links(entries []*entry) []link {
	out := make([]link, 0, len(entries))
	for _, e := range entries {
		out = append(out, link{Href: e.path, Text: e.Title, Date: e.Published[:10]})
	}
	return out
}

// neighbours finds the links of 上一篇 (newer) and 下一篇 (older) in a list.
func neighbours(list []*entry, e *entry) (prev, next *link) {
	for i, x := range list {
		if x != e {
			continue
		}
		if i > 0 {
			prev = &links(list[i-1 : i])[0]
		}
		if i+1 < len(list) {
			next = &links(list[i+1 : i+2])[0]
		}
	}
	return prev, next
}

// listing renders the articles of one column, size a page; href names the n-th page, from 1.
func (b *builder) listing(name string, entries []*entry, size int, href func(n int) string, v view) error {
	of := max(1, (len(entries)+size-1)/size)
	for n := 1; n <= of; n++ {
		part := entries[(n-1)*size : min(n*size, len(entries))]
		v.Links = links(part)
		v.Pager = pager{Number: n, Of: of}
		if n > 1 {
			v.Pager.Prev = href(n - 1)
		}
		if n < of {
			v.Pager.Next = href(n + 1)
		}
		if err := b.page(href(n), name, 0, newest(part), v); err != nil {
			return err
		}
	}
	return nil
}

// baseDate is the day of the demo web: everything on it was published on this day or in the ten days before.
func baseDate() time.Time { return time.Date(2026, 11, 20, 18, 0, 0, 0, chinaTime()) }

func chinaTime() *time.Location { return time.FixedZone("CST", 8*60*60) }

// moment is when an article came out; a day counts as its noon, which shows nowhere but in Last-Modified.
func moment(e *entry) time.Time {
	if t, err := time.ParseInLocation("2006-01-02 15:04", e.Published, chinaTime()); err == nil {
		return t
	}
	t, err := time.ParseInLocation(time.DateOnly, e.Published, chinaTime())
	if err != nil {
		return baseDate()
	}
	return t.Add(12 * time.Hour)
}

func newest(entries []*entry) time.Time {
	if len(entries) == 0 {
		return baseDate()
	}
	latest := moment(entries[0])
	for _, e := range entries[1:] {
		if t := moment(e); t.After(latest) {
			latest = t
		}
	}
	return latest
}

// chineseDate writes a day as pages of the city do: 2026年11月20日.
func chineseDate(published string) string {
	t, err := time.Parse(time.DateOnly, published[:10])
	if err != nil {
		return published
	}
	return fmt.Sprintf("%d年%02d月%02d日", t.Year(), t.Month(), t.Day())
}

// weekday is 星期一 to 星期日.
func weekday(published string) string {
	t, err := time.Parse(time.DateOnly, published[:10])
	if err != nil {
		return ""
	}
	return "星期" + []string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()]
}
