package demosite

import (
	"sort"
)

// The names of the four sites. They end in .example (RFC 2606), so that they can never be somebody's real host.
const (
	HostNews    = "news.yunhe.example"
	HostGov     = "www.yunhe-gov.example"
	HostChamber = "shanghui.yunhe.example"
	HostEpaper  = "epaper.yunhe.example"
)

// Article is the truth about one article of the demo web: what a perfect extractor would return.
type Article struct {
	URL     string // canonical address, http, default port
	Ordinal int    // 1 for the first article of its page
	Of      int    // how many articles the page holds

	Title      string
	Subtitle   string   // without the dash that some pages put before it; empty where there is none
	Paragraphs []string // the body, headings and list items included, each a paragraph; no captions, no editor lines

	Published string   // as exact as the page says: "2026-11-20" or "2026-11-20 08:12", Chinese time
	Origin    string   // 来源; empty on the e-paper, whose pages do not name one
	Authors   []string // names only
	Editors   []string
	Section   string // column on the site
	Site      string // what the site calls itself

	Captions    []string // of its pictures; not part of the body
	Attachments []string // titles of the files it offers; not part of the body
	Charset     string   // of the bytes as served: "utf-8" or "gbk"
}

// Articles returns all articles of the demo web, by host in the order of Hosts, then by URL and ordinal. It panics only if the
// embedded texts are broken, which the package's own test rules out.
func Articles() []Article {
	entries := mustLoad()
	out := make([]Article, len(entries))
	for i, e := range entries {
		out[i] = e.Article
	}
	return out
}

// Hosts returns the names of the sites.
func Hosts() []string {
	return []string{HostNews, HostGov, HostChamber, HostEpaper}
}

// Resolve returns the table that sends every name of the demo web to addr ("127.0.0.1:8080"), whatever the port of the URL.
func Resolve(addr string) map[string]string {
	table := make(map[string]string, len(Hosts()))
	for _, h := range Hosts() {
		table[h] = addr
	}
	return table
}

// entry is an article with what only its page needs to know.
type entry struct {
	Article
	host   string
	id     string
	column string // slug of the column, or for the e-paper the number of the page
	path   string // path and query of URL
	Shown  string // Subtitle as the page shows it, with its dash
	style  string // a variant of the markup: "", "br", "div", "span"
	blocks []block
}

// block is a paragraph with its part in the text.
type block struct {
	kind blockKind
	text string
}

type blockKind int

const (
	plainBlock blockKind = iota
	headingBlock
	itemBlock
)

// newestFirst sorts a copy of entries as listings show them: newest first, ties by id so that pages never shuffle.
func newestFirst(entries []*entry) []*entry {
	out := append([]*entry(nil), entries...)
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Published != out[j].Published {
			return out[i].Published > out[j].Published
		}
		return out[i].id > out[j].id
	})
	return out
}
