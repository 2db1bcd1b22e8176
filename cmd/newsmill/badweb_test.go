package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// goodPage is an article; what stands before and behind it is the row's.
func goodPage(title, before, after string) string {
	return `<html><head><meta charset="utf-8"><title>` + title + `</title></head><body>` + before + `<h1>` + title + `</h1>
<p>2026-11-19 08:00 来源：青杉晚报</p>
<p>青杉镇的老榨油坊本周重新开榨，第一批菜籽油还没装瓶就被镇上的人订走了大半，坊主说明年要再添一口铁锅。</p>
<p>榨油坊停了整整九年，去年冬天几位返乡的年轻人把它租下来，修好了木榨和石碾，又请回了当年的老师傅。</p>
<p>镇里打算把这里办成一处能看能尝的小博物馆，学生可以来上一堂手工课，游客也能带走一瓶自己榨的油。</p>` + after + `</body></html>`
}

// badWeb is a site of everything that must not hurt: each page ends as the reason says, or as an article where it is empty.
func badWeb() (pages map[string]http.HandlerFunc, ends map[string]string) {
	html := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(body))
		}
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 64<<20))
	_ = z.Close()
	pages = map[string]http.HandlerFunc{
		"/empty.html": html(""),
		"/huge.html":  html(strings.Repeat("<p>很长的一页。</p>", 50<<20/24)),
		"/endless.html": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte("<p>没有尽头。</p>"), 1000)); err != nil {
					return
				}
			}
		},
		"/bomb.html": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"/binary.html": html("\x7fELF\x02\x01\x01\x00" + strings.Repeat("\x00\x01\xfe\xff\x02", 4000)),
		"/picture.html": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("\x89PNG"))
		},
		"/nested.html": html(goodPage("一万层标签里的榨油坊", strings.Repeat("<div><font>", 5000), "")),
		"/half.html":   html(goodPage("半个字的榨油坊", "", "<p>榨油坊每天上午九点开门，下午五点打烊。\xe6\xb2</p>")),
		"/loop.html": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/loop.html?n="+fmt.Sprint(len(r.URL.RawQuery)), http.StatusFound)
		},
		"/gone.html": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) },
		"/private": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/", http.StatusFound)
		},
	}
	ends = map[string]string{
		"/empty.html": "empty", "/huge.html": "too_large", "/endless.html": "too_large", "/bomb.html": "too_large",
		"/binary.html": "wrong_type", "/picture.html": "wrong_type", "/nested.html": "", "/half.html": "", "/loop.html": "redirect_loop",
		"/gone.html": "gone", "/private": "redirected out_of_scope",
	}
	return pages, ends
}

// TestBadPagesEndWithTheirReason crawls everything that could crash, fill or fool a worker; each URL is accounted for, and the good go on.
func TestBadPagesEndWithTheirReason(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	pages, ends := badWeb()
	var links strings.Builder
	for path := range pages {
		fmt.Fprintf(&links, `<li><a href="%s">%s 的新闻</a></li>`, path, path)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := pages[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<html><body><ul>" + links.String() + "</ul></body></html>"))
	}))
	defer site.Close()
	sources := filepath.Join(p.dir, "bad.yaml")
	if err := os.WriteFile(sources, []byte(`sources:
  - id: bad
    name: 坏网页
    start: [{url: "http://bad.example/", kind: listing}]
    scope: {hosts: [bad.example]}
    politeness: {delay: 10ms}
    allow_private: true
`), 0o600); err != nil {
		t.Fatal(err)
	}
	n := p.start(t, "run", "--once", "--seeds", sources, "--resolve", "bad.example="+strings.TrimPrefix(site.URL, "http://"))
	n.wait(t)
	out := n.out.String()
	for path, reason := range ends {
		want := "url=http://bad.example" + path + " "
		found := false
		for line := range strings.Lines(out) {
			if strings.Contains(line, want) && matchesReason(line, reason) {
				found = true
			}
		}
		if reason != "" && !found {
			t.Errorf("%s did not end as %s", path, reason)
		}
	}
	if !strings.Contains(out, "searchable: 2\n") || !strings.Contains(out, "dead: 0\n") {
		t.Errorf("want two articles and no dead letter")
	}
	for key, body := range p.indexed(t) {
		if text := strings.Join(body, "\n"); strings.Count(text, "榨油坊") < 2 || strings.ContainsRune(text, '\uFFFD') {
			t.Errorf("%s: %s", key, text)
		}
	}
}

// matchesReason tells whether a log line gives one of the reasons.
func matchesReason(line, reasons string) bool {
	for reason := range strings.FieldsSeq(reasons) {
		if strings.Contains(line, "outcome="+reason+" ") || strings.Contains(line, "reason="+reason+" ") {
			return true
		}
	}
	return false
}
