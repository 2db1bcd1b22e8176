package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/newsmill/newsmill/seeds"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const lines = `{"id": "bridge", "url": "https://News.Yunhe.example/2026/05/a.html?id=7#top", "title": "云河大桥通车 & <更多>", "lang": "zh"}
{"id": "bridge-copy", "url": "http://news.yunhe.example/2026/05/a.html?id=7", "title": null, "lang": "zh"}
{"id": "front", "url": "http://news.yunhe.example", "lang": "en"}
{"id": "tracked", "url": "http://news.yunhe.example/t.html?utm_source=x"}

{"id": "ferry", "url": null, "domain": "gov.yunhe.example", "site": "ignored"}
{"id": "market", "url": null, "domain": null, "site": "163", "title": "集市"}
{"id": "museum", "site": "云河日报"}
{"id": "market day!", "site": "Daily News!"}
{"id": "post-one", "url": "http://bbs.yunhe.example/read?forum=1&post=1&sid=8"}
{"id": "post-two", "url": "http://bbs.yunhe.example/read?forum=1&post=2&sid=9"}
{"id": "robots", "url": "http://gov.yunhe.example/robots.txt"}
{"id": "lone", "url": null}
{"id": "local", "url": "http://127.0.0.1/x.html"}
`

func corpus(t *testing.T, truth string, pages map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "pages"), 0o755); err != nil {
		t.Fatal(err)
	}
	for id, body := range pages {
		if err := os.WriteFile(filepath.Join(dir, "pages", id+".html"), body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "truth.jsonl"), []byte(truth), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func invented(t *testing.T) map[string][]byte {
	t.Helper()
	pages := map[string][]byte{}
	for _, id := range []string{"bridge-copy", "front", "tracked", "ferry", "market", "museum", "market day!", "post-one", "post-two", "robots", "lone", "local", "unlisted"} {
		pages[id] = []byte("<p>页 " + id)
	}
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte("<title>云河大桥通车</title><p>云河大桥昨日通车。</p>"))
	if err != nil {
		t.Fatal(err)
	}
	pages["bridge"] = append(gbk, 0, 0xff, '\r', '\n')
	return pages
}

// started runs the program, and gives a client that goes through it and what it has printed when it has ended.
func started(t *testing.T, args ...string) (client *http.Client, end func() (stdout, stderr string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	var out, errs bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- run(ctx, args, io.MultiWriter(&out, writer), &errs); writer.Close() }()
	var proxy string
	if _, err := fmt.Fscanf(reader, "proxy: %s\n", &proxy); err != nil {
		t.Fatal(err, errs.String())
	}
	drained := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, reader); close(drained) }()
	address, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(address)}
	end = func() (string, string) {
		cancel()
		transport.CloseIdleConnections()
		if err := <-done; err != nil {
			t.Error(err)
		}
		<-drained
		return out.String(), errs.String()
	}
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}, end
}

func get(t *testing.T, client *http.Client, address string) (*http.Response, []byte) {
	t.Helper()
	r, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}

func TestEveryPageIsReachedFromTheSeeds(t *testing.T) {
	pages := invented(t)
	seedsName := filepath.Join(t.TempDir(), "out.yaml")
	client, end := started(t, "-corpus", corpus(t, lines, pages), "-seeds", seedsName)

	sources, err := seeds.Load(seedsName)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{} // address -> body
	for _, s := range sources {
		r, index := get(t, client, s.Start[0].URL)
		if r.StatusCode != 200 || r.Request.URL.Host != s.Scope.Hosts[0] {
			t.Errorf("%s: %s", s.Start[0].URL, r.Status)
		}
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(index))
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("a").Each(func(_ int, a *goquery.Selection) {
			address := a.AttrOr("href", "")
			r, body := get(t, client, address)
			if r.StatusCode != 200 || r.Request.URL.Host != s.Scope.Hosts[0] || r.Header.Get("Content-Type") != "text/html" {
				t.Errorf("%s: %s %s", address, r.Status, r.Header.Get("Content-Type"))
			}
			got[address] = string(body)
		})
	}
	want := map[string]string{}
	for address, id := range map[string]string{
		"http://news.yunhe.example/2026/05/a.html?id=7":         "bridge",
		"http://news.yunhe.example/bridge-copy.html":            "bridge-copy",
		"http://news.yunhe.example/":                            "front",
		"http://news.yunhe.example/t.html?utm_source=x":         "tracked",
		"http://gov.yunhe.example/ferry.html":                   "ferry",
		"http://gov.yunhe.example/robots.html":                  "robots",
		"http://bbs.yunhe.example/read?forum=1&post=1&sid=8":    "post-one",
		"http://bbs.yunhe.example/read?forum=1&post=2&sid=9":    "post-two",
		"http://163.example/market.html":                        "market",
		"http://xn--9kq620cklcc2j.example/museum.html":          "museum",
		"http://daily-news.replay.example/market%20day%21.html": "market day!",
		"http://page-lone.replay.example/lone.html":             "lone",
		"http://127-0-0-1.replay.example/x.html":                "local",
		"http://page-unlisted.replay.example/unlisted.html":     "unlisted",
	} {
		want[address] = string(pages[id])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	stdout, stderr := end()
	if !strings.Contains(stdout, "seeds: "+seedsName+"\nhosts: 9\npages: 14\nasked for: 14\n") || stderr != "" {
		t.Errorf("%s\n%s", stdout, stderr)
	}
}

func TestProxyAnswers(t *testing.T) {
	client, end := started(t, "-corpus", corpus(t, lines, invented(t)), "-seeds", filepath.Join(t.TempDir(), "out.yaml"))
	for _, row := range []struct {
		name, address string
		status        int
		holds         string
	}{
		{"robots.txt is not there", "http://news.yunhe.example/robots.txt", 404, ""},
		{"robots.txt is not there where a page claims it", "http://gov.yunhe.example/robots.txt", 404, ""},
		{"a path that is no page", "http://news.yunhe.example/none", 404, "not in this corpus"},
		{"a host that is not there", "http://other.example/", 404, "other.example"},
		{"the parameter was taken away", "http://news.yunhe.example/t.html", 200, "tracked"},
		{"parameters in another order, one taken away", "http://bbs.yunhe.example/read?post=2&forum=1", 200, "post-two"},
		{"parameters that fit several pages", "http://bbs.yunhe.example/read?forum=1", 404, ""},
		{"upper case and a port", "http://NEWS.yunhe.example:8080/t.html/", 200, "tracked"},
		{"out of the folder", "http://news.yunhe.example/../../truth.jsonl", 404, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, body := get(t, client, row.address)
			if r.StatusCode != row.status || !strings.Contains(string(body), row.holds) {
				t.Errorf("%s %s", r.Status, body)
			}
		})
	}
	if _, err := client.Get("https://news.yunhe.example/t.html"); err == nil || !strings.Contains(err.Error(), "https is not replayed") {
		t.Errorf("https: %v", err)
	}
	r, err := client.Post("http://news.yunhe.example/t.html", "text/plain", nil)
	if err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %v %v", r, err)
	}
	if err == nil {
		r.Body.Close()
	}
	stdout, stderr := end()
	if !strings.Contains(stdout, "asked for: 2\n") || !strings.Contains(stderr, "not asked for: ferry\n") {
		t.Errorf("%s\n%s", stdout, stderr)
	}
}

func TestBadCorpus(t *testing.T) {
	page := map[string][]byte{"a": []byte("a")}
	for _, row := range []struct {
		name, truth string
		pages       map[string][]byte
		want        string
	}{
		{"no JSON", "{\"id\":\"a\"}\n{\n", page, "truth.jsonl:2: "},
		{"twice", "{\"id\":\"a\"}\n{\"id\":\"a\"}\n", page, `truth.jsonl:2: id "a"`},
		{"a line without a page", "{\"id\":\"b\"}\n", page, "no pages/b.html"},
		{"no page", "", nil, "no pages/*.html"},
	} {
		t.Run(row.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.yaml")
			err := run(t.Context(), []string{"-corpus", corpus(t, row.truth, row.pages), "-seeds", out}, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v", err)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("seeds were written")
			}
		})
	}
	if err := run(t.Context(), []string{"-corpus", "x"}, io.Discard, io.Discard); err == nil {
		t.Error("started without -seeds")
	}
}

func TestHostname(t *testing.T) {
	for name, want := range map[string]string{
		"News.Example.CN.":                "news.example.cn",
		"163":                             "163.example",
		"gov.cn":                          "gov.cn",
		"a_b.example":                     "a_b.example",
		"localhost":                       "localhost.example",
		"foo.163":                         "foo-163.replay.example",
		"10.0.0.1":                        "10-0-0-1.replay.example",
		"::1":                             "1.replay.example",
		"-x-":                             "x.replay.example",
		"a b/c":                           "a-b-c.replay.example",
		"!":                               "",
		"":                                "",
		strings.Repeat("a", 64) + ".test": strings.Repeat("a", 56) + ".replay.example",
	} {
		if got := hostname(name); got != want {
			t.Errorf("hostname(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEachLonePageHasItsHost(t *testing.T) {
	pages := address([]truth{{ID: "a.b"}, {ID: "a-b"}, {ID: "云"}, {ID: "河"}})
	hosts := map[string]bool{}
	for _, p := range pages {
		hosts[p.Host] = true
	}
	if len(hosts) != len(pages) {
		t.Errorf("%+v", pages)
	}
}

func TestSourceIDsAreTokens(t *testing.T) {
	long := strings.Repeat("very-long-name.", 12) + "example"
	a, b := sourceID("a."+long), sourceID("a."+long+"x")
	if a == b || len(a) > 64 || strings.Trim(a, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		t.Errorf("%q %q", a, b)
	}
}
