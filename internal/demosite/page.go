package demosite

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// page is one address of a site, ready to be sent.
type page struct {
	status      int // 0 is 200
	contentType string
	body        []byte
	packed      []byte // body in gzip; nil where packing is not worth it
	tag         string // hash of body
	modified    time.Time
	location    string // target of a redirect
}

// site is everything one host serves. Keys of pages are path and query.
type site struct {
	host  string
	pages map[string]*page
}

func newSite(host string) *site {
	return &site{host: host, pages: make(map[string]*page)}
}

// notFound is the key of the page sent with 404; no request can have it.
const notFound = "404"

// lookup finds the page of an address. A query that a page does not know is ignored, as most servers do.
func (s *site) lookup(path, query string) *page {
	if query != "" {
		if p, ok := s.pages[path+"?"+query]; ok {
			return p
		}
	}
	if p, ok := s.pages[path]; ok {
		return p
	}
	return s.pages[notFound]
}

// add puts a page in its place and works out what every answer needs. Two pages of one address are a fault of the builder.
func (s *site) add(key string, p *page) error {
	if _, dup := s.pages[key]; dup {
		return fmt.Errorf("demosite: two pages at %s%s", s.host, key)
	}
	sum := sha256.Sum256(p.body)
	p.tag = hex.EncodeToString(sum[:8])
	if len(p.body) > 512 && strings.HasPrefix(p.contentType, "text/") {
		var buf bytes.Buffer
		zw := gzip.NewWriter(&buf)
		if _, err := zw.Write(p.body); err != nil {
			return err
		}
		if err := zw.Close(); err != nil {
			return err
		}
		p.packed = buf.Bytes()
	}
	s.pages[key] = p
	return nil
}

// write sends the page: conditional requests (RFC 9110 section 13), HEAD and ranges by the standard library, gzip when asked for.
func (p *page) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if p.location != "" {
		h.Set("Location", p.location)
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	h.Set("Content-Type", p.contentType)
	if p.status != 0 && p.status != http.StatusOK {
		w.WriteHeader(p.status)
		if r.Method != http.MethodHead {
			_, _ = w.Write(p.body) // the client has gone: nobody to tell
		}
		return
	}
	body, tag := p.body, p.tag
	if p.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			// The two forms differ in bytes, so their strong tags differ too (RFC 9110 section 8.8.3).
			body, tag = p.packed, tag+"-gz"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", p.modified, bytes.NewReader(body))
}

// acceptsGzip reads Accept-Encoding as far as gzip goes; "gzip;q=0" refuses it.
func acceptsGzip(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(line, ",") {
			name, q, _ := strings.Cut(strings.TrimSpace(coding), ";")
			if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
				continue
			}
			weight, found := strings.CutPrefix(strings.TrimSpace(q), "q=")
			value, err := strconv.ParseFloat(weight, 64)
			return !found || err != nil || value > 0
		}
	}
	return false
}
