package main

import (
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// proxy answers requests for the pages of a corpus. It takes both forms of a request: that to a proxy (an absolute address), and
// that of a client which was told that the host's address is ours.
type proxy struct {
	root   *os.Root // the pages folder: a name cannot lead out of it
	listed map[string][]page
	exact  map[string]page   // address -> page
	byPath map[string][]page // address without query: a crawler may drop parameters that it takes for tracking

	mu    sync.Mutex
	asked map[string]bool // ids
}

func newProxy(root *os.Root, pages []page) *proxy {
	p := &proxy{root: root, listed: map[string][]page{}, exact: map[string]page{}, byPath: map[string][]page{}, asked: map[string]bool{}}
	for _, pg := range pages {
		p.listed[pg.Host] = append(p.listed[pg.Host], pg)
		p.exact[pg.key()] = pg
		path := pathKey(pg.Host, pg.Path)
		p.byPath[path] = append(p.byPath[path], pg)
	}
	return p
}

// ServeHTTP answers one request.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		refuseTunnel(w)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	host := hostOf(r)
	pages, ok := p.listed[host]
	if !ok {
		http.Error(w, fmt.Sprintf("replay: no page of the host %q in this corpus", host), http.StatusNotFound)
		return
	}
	if r.URL.Path == indexPath {
		writeIndex(w, host, pages)
		return
	}
	pg, ok := p.find(host, r)
	if !ok || r.URL.Path == robotsPath {
		http.Error(w, "replay: not in this corpus", http.StatusNotFound)
		return
	}
	p.serve(w, r, pg)
}

func hostOf(r *http.Request) string {
	host := r.URL.Host
	if host == "" {
		host = r.Host
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func (p *proxy) find(host string, r *http.Request) (page, bool) {
	if pg, ok := p.exact[page{Host: host, Path: r.URL.Path, Query: r.URL.RawQuery}.key()]; ok {
		return pg, true
	}
	same := p.byPath[pathKey(host, r.URL.Path)]
	if len(same) > 1 {
		asked := r.URL.Query()
		same = slices.DeleteFunc(slices.Clone(same), func(pg page) bool { return !holds(pg, asked) })
	}
	if len(same) != 1 {
		return page{}, false
	}
	return same[0], true
}

// holds tells whether the page's own query has every parameter that was asked for: a crawler may sort them and leave some away.
func holds(pg page, asked url.Values) bool {
	own, err := url.ParseQuery(pg.Query)
	if err != nil {
		return false
	}
	for name, values := range asked {
		if !slices.Equal(own[name], values) {
			return false
		}
	}
	return true
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request, pg page) {
	f, err := p.root.Open(pg.File)
	if err != nil {
		http.Error(w, "replay: "+err.Error(), http.StatusInternalServerError)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		http.Error(w, "replay: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html") // no charset: finding it out is what is to be tried
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	if r.Method == http.MethodHead {
		return
	}
	p.mu.Lock()
	p.asked[pg.ID] = true
	p.mu.Unlock()
	_, _ = io.Copy(w, f) // the client went away: its own matter
}

// missed lists the ids of pages that nobody asked for.
func (p *proxy) missed() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []string
	for _, pages := range p.listed {
		for _, pg := range pages {
			if !p.asked[pg.ID] {
				ids = append(ids, pg.ID)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// refuseTunnel answers CONNECT, which comes where https was asked for. The reason stands in the status line because that is all
// that Go's client shows of it.
func refuseTunnel(w http.ResponseWriter) {
	const why = "https is not replayed: ask for the http address that the listing gives"
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		http.Error(w, why, http.StatusNotImplemented)
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprintf(conn, "HTTP/1.1 501 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n", why, len(why)+1, why)
}

var index = template.Must(template.New("index").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{.Host}}</title></head><body><h1>{{.Host}}</h1>
<ul>
{{range .Pages}}<li><a href="{{.URL}}">{{.Title}}</a></li>
{{end}}</ul>
</body></html>
`))

func writeIndex(w http.ResponseWriter, host string, pages []page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = index.Execute(w, struct {
		Host  string
		Pages []page
	}{host, pages}) // the client went away: its own matter
}
