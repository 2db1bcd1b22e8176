package demosite

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"go.uber.org/goleak"
	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves the demo web and gives a client that reaches it by name and follows no redirect.
func start(t *testing.T) (*Server, *http.Client) {
	t.Helper()
	s, err := Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	table := Resolve(s.Addr())
	transport := &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			var d net.Dialer
			return d.DialContext(ctx, network, table[host])
		},
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// get fetches an address with extra headers given as pairs, and returns the answer and its bytes.
func get(t *testing.T, c *http.Client, url string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// decode gives the page as UTF-8, by what the demo knows of its sites.
func decode(t *testing.T, url string, body []byte) string {
	t.Helper()
	if strings.HasPrefix(url, "http://"+HostChamber+"/") {
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		return string(text)
	}
	return string(body)
}

// texts returns every text node of a page, trimmed, with how often it stands there; scripts and the head are left out.
func texts(t *testing.T, page string) map[string]int {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]int)
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			found[strings.TrimSpace(n.Data)]++
		}
	}
	return found
}

func TestArticlesAreDistinctAndComplete(t *testing.T) {
	articles := Articles()
	pages, titles, paragraphs := map[string]int{}, map[string]string{}, map[string]string{}
	for _, a := range articles {
		pages[a.URL]++
		if at, dup := titles[a.Title]; dup {
			t.Errorf("title %q at %s and %s", a.Title, at, a.URL)
		}
		titles[a.Title] = a.URL
		if a.Section == "" || a.Site == "" || (a.Origin == "") != (a.Site == epaperName) || a.Ordinal < 1 || a.Of < a.Ordinal {
			t.Errorf("%s: something is missing: %+v", a.URL, a)
		}
		if n := len(a.Paragraphs); n < 3 || n > 14 {
			t.Errorf("%s: %d paragraphs", a.URL, n)
		}
		if a.Published < "2026-11-10" || a.Published > "2026-11-20 18:00" {
			t.Errorf("%s: published %s", a.URL, a.Published)
		}
		for _, p := range a.Paragraphs {
			if at, dup := paragraphs[p]; dup {
				t.Errorf("paragraph %q at %s and %s", p, at, a.URL)
			}
			paragraphs[p] = a.URL
			if n := utf8.RuneCountInString(p); n > 170 || n < 4 || p != strings.TrimSpace(p) {
				t.Errorf("%s: paragraph of %d characters: %q", a.URL, n, p)
			}
		}
	}
	if len(articles) != 72 || len(pages) != 70 {
		t.Errorf("%d articles on %d pages, want 72 on 70", len(articles), len(pages))
	}
	several := 0
	for url, n := range pages {
		if n > 1 {
			several++
			if n != 3 || !strings.HasPrefix(url, "http://"+HostEpaper) {
				t.Errorf("%d articles at %s", n, url)
			}
		}
	}
	if several != 1 {
		t.Errorf("%d pages hold several articles, want 1", several)
	}
}

// TestSentencesDoNotRepeat holds the texts to being written one by one: a sentence that came again would look like boilerplate.
func TestSentencesDoNotRepeat(t *testing.T) {
	seen := map[string]string{}
	for _, a := range Articles() {
		for _, p := range a.Paragraphs {
			for s := range strings.FieldsFuncSeq(p, func(r rune) bool { return strings.ContainsRune("。！？；", r) }) {
				if at, dup := seen[s]; dup && utf8.RuneCountInString(s) > 6 {
					t.Errorf("sentence %q at %s and %s", s, at, a.URL)
				}
				seen[s] = a.URL
			}
		}
	}
}

func TestBodiesHoldNoBoilerplate(t *testing.T) {
	for _, a := range Articles() {
		for _, p := range a.Paragraphs {
			for _, word := range []string{"ICP备", "公网安备", "版权所有", "责任编辑", "上一篇", "下一篇", "扫一扫", "分享到", "友情链接", "相关阅读", "　"} {
				if strings.Contains(p, word) {
					t.Errorf("%s: %q in %q", a.URL, word, p)
				}
			}
			for _, r := range p {
				if r >= 0xFF10 && r <= 0xFF5A && (r <= 0xFF19 || r >= 0xFF21 && r <= 0xFF3A || r >= 0xFF41) {
					t.Errorf("%s: full-width %q in %q, which a normalizer folds", a.URL, r, p)
				}
			}
		}
	}
}

func TestEveryPageCarriesItsTrueText(t *testing.T) {
	_, client := start(t)
	pages := map[string]map[string]int{}
	for _, a := range Articles() {
		found, ok := pages[a.URL]
		if !ok {
			res, body := get(t, client, a.URL)
			if res.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s", a.URL, res.Status)
			}
			found = texts(t, decode(t, a.URL, body))
			pages[a.URL] = found
		}
		for _, p := range a.Paragraphs {
			if found[p] != 1 {
				t.Errorf("%s: the page holds this paragraph %d times: %q", a.URL, found[p], p)
			}
		}
		for _, c := range append([]string{a.Title}, a.Captions...) {
			if found[c] == 0 {
				t.Errorf("%s: the page does not hold %q", a.URL, c)
			}
		}
	}
}

func TestBrokenTextIsAnError(t *testing.T) {
	good := "@@\nid: 1\ntitle: 题\ncolumn: yaowen\ndate: 2026-11-20\n\n一\n二\n"
	rows := []struct{ name, file, text, want string }{
		{"good", "articles/news-1.txt", good, ""},
		{"unknown key", "articles/news-1.txt", strings.Replace(good, "id:", "no:", 1), "head line"},
		{"no body", "articles/news-1.txt", "@@\nid: 1\n", "no empty line"},
		{"no title", "articles/news-1.txt", strings.Replace(good, "title: 题\n", "", 1), "missing"},
		{"no such column", "articles/news-1.txt", strings.Replace(good, "yaowen", "nowhere", 1), "no column"},
		{"no such site", "articles/blog-1.txt", good, "no site"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := load(fstest.MapFS{row.file: {Data: []byte(row.text)}})
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}
