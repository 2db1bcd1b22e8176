package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	indexPath  = "/replay-index.html" // the listing of every host
	robotsPath = "/robots.txt"        // never there: everything is allowed
	maxLine    = 64 << 20             // of truth.jsonl: bodies stand in it
)

// page is one saved page with the address it is served under.
type page struct {
	ID, File string // file name in pages/
	Host     string
	Path     string // decoded
	Query    string // raw, without the question mark
	Title    string // of the link in the listing
	Language string // BCP 47; empty where not known
}

// URL is the page's http address.
func (p page) URL() string {
	u := url.URL{Scheme: "http", Host: p.Host, Path: p.Path, RawQuery: p.Query}
	return u.String()
}

// key is the address as the proxy compares it.
func (p page) key() string { return pathKey(p.Host, p.Path) + "?" + p.Query }

// pathKey drops the slash at the end, which crawlers add and take away.
func pathKey(host, path string) string { return host + "/" + strings.Trim(path, "/") }

// truth is what a line of truth.jsonl says of where a page came from; what is null or absent is empty.
type truth struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Domain string `json:"domain"`
	Site   string `json:"site"`
	Title  string `json:"title"`
	Lang   string `json:"lang"`
}

// load reads dir/truth.jsonl and dir/pages/*.html and gives each page an address of its own, in the order of their ids. A page
// without a line is served too, on a host of its own; a line without a page is an error.
func load(dir string) ([]page, error) {
	lines, err := readTruth(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(filepath.Join(dir, "pages"))
	if err != nil {
		return nil, err
	}
	var all []truth
	for _, f := range files {
		id, ok := strings.CutSuffix(f.Name(), ".html")
		if !ok || f.IsDir() {
			continue
		}
		t := lines[id]
		t.ID = id
		delete(lines, id)
		all = append(all, t)
	}
	for id := range lines {
		return nil, fmt.Errorf("truth.jsonl names %q, but there is no pages/%s.html", id, id)
	}
	if len(all) == 0 {
		return nil, errors.New("no pages/*.html in " + dir)
	}
	return address(all), nil
}

func readTruth(name string) (map[string]truth, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := map[string]truth{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		if strings.TrimSpace(s.Text()) == "" {
			continue
		}
		var t truth
		if err := json.Unmarshal(s.Bytes(), &t); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if _, twice := lines[t.ID]; t.ID == "" || twice {
			return nil, fmt.Errorf("%s:%d: id %q is empty or there twice", name, n, t.ID)
		}
		lines[t.ID] = t
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lines, nil
}

// address gives every page its host and path. Where two pages claim one address, or claim one that the proxy needs for itself, the
// page is served as /<id>.html.
func address(all []truth) []page {
	slices.SortFunc(all, func(a, b truth) int { return strings.Compare(a.ID, b.ID) })
	var names hostNames
	taken := map[string]bool{}
	var pages []page
	for _, t := range all {
		p := page{ID: t.ID, File: t.ID + ".html", Title: cmp.Or(t.Title, t.ID), Language: t.Lang}
		p.Host = names.of(t)
		if u, ok := parseURL(t.URL); ok {
			p.Path, p.Query = cmp.Or(u.Path, "/"), u.RawQuery
		}
		if p.Path == "" || p.Path == indexPath || p.Path == robotsPath || taken[p.key()] {
			p.Path, p.Query = "/"+t.ID+".html", ""
		}
		for taken[p.key()] { // another page's own address looks like our fallback
			p.Path = "/replay" + p.Path
		}
		taken[p.key()] = true
		pages = append(pages, p)
	}
	return pages
}

// parseURL reads an http or https address.
func parseURL(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" {
		return nil, false
	}
	return u, true
}
