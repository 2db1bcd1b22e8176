package demosite

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

//go:embed articles/*.txt
var articleFiles embed.FS

// errText is the cause of every fault in an article file.
var errText = errors.New("demosite: article text")

func mustLoad() []*entry {
	entries, err := load(articleFiles)
	if err != nil {
		panic(err)
	}
	return entries
}

// load reads every article file. A file is named <site>-<anything>.txt and holds articles that each begin with a line "@@", then
// "key: value" lines, an empty line, and one paragraph a line ("## " marks a heading, "* " an item of a list).
func load(files fs.FS) ([]*entry, error) {
	names, err := fs.Glob(files, "articles/*.txt")
	if err != nil {
		return nil, err
	}
	var all []*entry
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		kind, _, _ := strings.Cut(path.Base(name), "-")
		for i, chunk := range strings.Split("\n"+strings.TrimSpace(string(raw)), "\n@@\n")[1:] {
			e, err := parseEntry(kind, chunk)
			if err != nil {
				return nil, fmt.Errorf("%s, article %d: %w", name, i+1, err)
			}
			all = append(all, e)
		}
	}
	sortEntries(all)
	number(all)
	return all, nil
}

func parseEntry(kind, chunk string) (*entry, error) {
	head, body, ok := strings.Cut(chunk, "\n\n")
	if !ok {
		return nil, fmt.Errorf("%w: no empty line after the head", errText)
	}
	e := &entry{}
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\n"), ": ")
		if !ok || !e.set(key, value) {
			return nil, fmt.Errorf("%w: head line %q", errText, line)
		}
	}
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		e.blocks = append(e.blocks, parseBlock(line))
	}
	for _, b := range e.blocks {
		e.Paragraphs = append(e.Paragraphs, b.text)
	}
	if e.Title == "" || e.id == "" || e.Published == "" || len(e.blocks) < 2 {
		return nil, fmt.Errorf("%w: title, id, date or text is missing", errText)
	}
	return e, e.place(kind)
}

func parseBlock(line string) block {
	if text, ok := strings.CutPrefix(line, "## "); ok {
		return block{headingBlock, text}
	}
	if text, ok := strings.CutPrefix(line, "* "); ok {
		return block{itemBlock, text}
	}
	return block{plainBlock, line}
}

// set takes one head line and says whether it knows the key.
func (e *entry) set(key, value string) bool {
	names := func() []string { return strings.Split(value, "、") }
	switch key {
	case "id":
		e.id = value
	case "title":
		e.Title = value
	case "subtitle":
		e.Shown, e.Subtitle = value, strings.TrimLeft(value, "—")
	case "date":
		e.Published = value
	case "column":
		e.column = value
	case "origin":
		e.Origin = value
	case "authors":
		e.Authors = names()
	case "editors":
		e.Editors = names()
	case "caption":
		e.Captions = append(e.Captions, value)
	case "attachment":
		e.Attachments = append(e.Attachments, value)
	case "style":
		e.style = value
	default:
		return false
	}
	return true
}

// place gives the entry its site, column name and address.
func (e *entry) place(kind string) error {
	day := strings.ReplaceAll(e.Published[:10], "-", "")
	var columns []column
	e.Charset = "utf-8"
	switch kind {
	case "news":
		e.host, e.Site, columns = HostNews, newsName, newsColumns
		e.path = fmt.Sprintf("/%s/%s/t%s_%s.html", e.column, day[:6], day, e.id)
	case "gov":
		e.host, e.Site, columns = HostGov, govName, govColumns
		e.path = fmt.Sprintf("/%s/%s/t%s_%s.html", e.column, day[:6], day, e.id)
	case "chamber":
		e.host, e.Site, columns = HostChamber, chamberName, chamberColumns
		e.path, e.Charset = "/show.asp?id="+e.id, "gbk"
	case "epaper":
		e.host, e.Site, columns = HostEpaper, epaperName, epaperPages
		e.path = issuePath(e.Published) + "content_" + e.id + ".htm"
	default:
		return fmt.Errorf("%w: no site %q", errText, kind)
	}
	e.URL = "http://" + e.host + e.path
	for _, c := range columns {
		if c.Slug == e.column {
			e.Section = c.Name
			return nil
		}
	}
	return fmt.Errorf("%w: no column %q on %s", errText, e.column, e.host)
}

func sortEntries(all []*entry) {
	rank := make(map[string]int)
	for i, h := range Hosts() {
		rank[h] = i
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].host != all[j].host {
			return rank[all[i].host] < rank[all[j].host]
		}
		return all[i].URL < all[j].URL
	})
}

// number counts the articles of each page: entries of one URL stand together, in the order of their file.
func number(all []*entry) {
	of := make(map[string]int)
	for _, e := range all {
		of[e.URL]++
		e.Ordinal = of[e.URL]
	}
	for _, e := range all {
		e.Of = of[e.URL]
	}
}
