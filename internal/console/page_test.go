package console

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestHostsThatAreAnswered(t *testing.T) {
	k := newConsole(t, Config{Bus: &fakeBus{}, Names: []string{"Mill.Yunhe.example"}})
	for host, want := range map[string]int{
		"127.0.0.1:8222":          200,
		"127.8.8.8":               200,
		"[::1]:8222":              200,
		"[::1]":                   200,
		"localhost:8222":          200,
		"LOCALHOST.":              200,
		"mill.localhost":          200,
		"mill.yunhe.example:80":   200,
		"evil.example":            421,
		"localhost.evil.example":  421,
		"127.0.0.1.evil.example":  421,
		"192.168.1.7:8222":        421,
		"x.mill.yunhe.example:80": 421,
		"":                        421,
	} {
		for _, path := range []string{"/", "/api/status"} {
			r := httptest.NewRequest(http.MethodGet, "http://x"+path, nil)
			r.Host = host
			w := httptest.NewRecorder()
			k.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("Host %q, %s: got %d, want %d", host, path, w.Code, want)
			}
		}
	}
}

func TestNothingIsChanged(t *testing.T) {
	k := newConsole(t, Config{Bus: &fakeBus{}})
	for _, path := range []string{"/", "/api/status", "/api/dead", "/api/search?q=a", "/api/live", "/api/hosts"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			w := httptest.NewRecorder()
			k.ServeHTTP(w, httptest.NewRequest(method, "http://localhost"+path, nil))
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
		}
	}
}

func TestPageIsWhole(t *testing.T) {
	k := newConsole(t, Config{Bus: &fakeBus{}})
	w := get(t, k, "/", nil)
	if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; script-src 'self';") || strings.Contains(got, "unsafe") {
		t.Errorf("policy %q", got)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("<%s %s>: the policy forbids it", s.Nodes[0].Data, a.Key)
			}
			if a.Key == "src" || a.Key == "href" {
				if w := get(t, k, a.Val, nil); !strings.HasPrefix(a.Val, "/") || w.Code != 200 {
					t.Errorf("%s: %d", a.Val, w.Code)
				}
			}
		}
	})
	if inline := doc.Find("script:not([src]), style").Length(); inline != 0 {
		t.Errorf("%d inline scripts and styles: the policy forbids them", inline)
	}
	script, err := os.ReadFile("static/console.js")
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`\$\("(#[a-z-]+[^"]*)"\)`).FindAllStringSubmatch(string(script), -1)
	if len(ids) < 10 {
		t.Errorf("the script names %d elements", len(ids))
	}
	for _, id := range ids {
		if doc.Find(id[1]).Length() != 1 {
			t.Errorf("the script names %s, which the page does not have once", id[1])
		}
	}
	for _, call := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "createContextualFragment", ".style"} {
		if strings.Contains(string(script), call) {
			t.Errorf("the script uses %s", call)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{
		"no bus":    {},
		"wildcard":  {Bus: &fakeBus{}, Names: []string{"*.yunhe.example"}},
		"empty":     {Bus: &fakeBus{}, Names: []string{""}},
		"an origin": {Bus: &fakeBus{}, Names: []string{"http://yunhe.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(c); err == nil {
				t.Error("accepted")
			}
		})
	}
}
