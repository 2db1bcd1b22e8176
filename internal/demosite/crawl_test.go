package demosite

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/goccy/go-yaml"
)

type seedsDocument struct {
	Sources []struct {
		ID, Name, Language, Interval string
		Start                        []struct{ URL, Kind string }
		Scope                        struct{ Hosts, Deny []string }
		Politeness                   struct{ Delay string }
		AllowPrivate                 bool `yaml:"allow_private"`
	}
}

func readSeeds(t *testing.T) seedsDocument {
	t.Helper()
	var s seedsDocument
	if err := yaml.UnmarshalWithOptions(Seeds(), &s, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return s
}

// scope says what a polite crawler may fetch: hosts and deny patterns of the seeds, and what robots.txt leaves.
type scope struct {
	deny   map[string][]*regexp.Regexp // by host
	robots map[string][]string         // by host: disallowed prefixes
}

func (s scope) allows(u *url.URL) bool {
	deny, ok := s.deny[u.Host]
	if !ok || u.Scheme != "http" || strings.HasSuffix(u.Path, ".pdf") {
		return false
	}
	for _, re := range deny {
		if re.MatchString(u.RequestURI()) {
			return false
		}
	}
	return !slices.ContainsFunc(s.robots[u.Host], func(p string) bool { return strings.HasPrefix(u.Path, p) })
}

func readScope(t *testing.T, client *http.Client, s seedsDocument) scope {
	t.Helper()
	sc := scope{deny: map[string][]*regexp.Regexp{}, robots: map[string][]string{}}
	for _, source := range s.Sources {
		for _, host := range source.Scope.Hosts {
			sc.deny[host] = []*regexp.Regexp{}
			for _, d := range source.Scope.Deny {
				sc.deny[host] = append(sc.deny[host], regexp.MustCompile(d))
			}
			_, body := get(t, client, "http://"+host+"/robots.txt")
			for line := range strings.Lines(string(body)) {
				if prefix, ok := strings.CutPrefix(strings.TrimSpace(line), "Disallow: "); ok {
					sc.robots[host] = append(sc.robots[host], prefix)
				}
			}
		}
	}
	return sc
}

// pageLinks fetches an address and returns its links, absolute; a redirect is one link.
func pageLinks(t *testing.T, client *http.Client, address string) (all []*url.URL, next []*url.URL) {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	res, body := get(t, client, address)
	if loc := res.Header.Get("Location"); loc != "" {
		u, err := base.Parse(loc)
		if err != nil {
			t.Fatal(err)
		}
		return []*url.URL{u}, nil
	}
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return nil, nil
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader([]byte(decode(t, address, body))))
	if err != nil {
		t.Fatal(err)
	}
	doc.Find("a[href], area[href]").Each(func(_ int, sel *goquery.Selection) {
		u, err := base.Parse(sel.AttrOr("href", ""))
		if err != nil {
			t.Errorf("%s: %v", address, err)
			return
		}
		u.Fragment = ""
		all = append(all, u)
		if strings.TrimSpace(sel.Text()) == "下一页" {
			next = append(next, u)
		}
	})
	return all, next
}

func articlePages() map[string]bool {
	pages := map[string]bool{}
	for _, a := range Articles() {
		pages[a.URL] = true
	}
	return pages
}

// TestCrawlReachesEveryArticle follows every link a polite crawler may follow.
func TestCrawlReachesEveryArticle(t *testing.T) {
	server, client := start(t)
	s := readSeeds(t)
	sc := readScope(t, client, s)
	var queue []string
	seen := map[string]bool{}
	for _, source := range s.Sources {
		for _, st := range source.Start {
			queue, seen[st.URL] = append(queue, st.URL), true
		}
	}
	refused := map[string]bool{}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		found, _ := pageLinks(t, client, address)
		for _, u := range found {
			if !sc.allows(u) {
				refused[u.Host+u.Path] = true
				continue
			}
			if !seen[u.String()] {
				seen[u.String()] = true
				queue = append(queue, u.String())
			}
		}
	}
	for page := range articlePages() {
		if !seen[page] {
			t.Errorf("%s was not reached", page)
		}
	}
	for _, trap := range []string{HostNews + "/internal/draft_2001.html", HostNews + "/search", HostGov + "/oa/notice.html",
		HostChamber + "/admin/login.asp", HostEpaper + "/manage/preview.htm", HostNews + "/about/", "video.yunhe.example/live/",
		HostNews + "/files/price-2026.pdf"} {
		if !refused[trap] {
			t.Errorf("no page links to %s, which a crawler should refuse", trap)
		}
	}
	for _, r := range server.Requests() {
		if strings.HasPrefix(r.Path, "/internal/") || strings.HasPrefix(r.Path, "/oa/") {
			t.Errorf("%s%s was fetched", r.Host, r.Path)
		}
	}
	if n := len(seen); n > 200 {
		t.Errorf("a crawl takes %d pages: the demo should stay small", n)
	}
	t.Logf("%d addresses", len(seen))
}

// TestListingsAloneReachEveryArticle follows 下一页 from the start pages and takes what they link to, nothing deeper.
func TestListingsAloneReachEveryArticle(t *testing.T) {
	_, client := start(t)
	linked := map[string]bool{}
	listings := 0
	for _, source := range readSeeds(t).Sources {
		for _, st := range source.Start {
			if st.Kind != "listing" {
				continue
			}
			queue, seen := []string{st.URL}, map[string]bool{st.URL: true}
			for len(queue) > 0 {
				found, next := pageLinks(t, client, queue[0])
				queue = queue[1:]
				listings++
				for _, u := range found {
					linked[u.String()] = true
				}
				for _, u := range next {
					if !seen[u.String()] {
						seen[u.String()] = true
						queue = append(queue, u.String())
					}
				}
			}
		}
	}
	for page := range articlePages() {
		if !linked[page] {
			t.Errorf("no listing links to %s", page)
		}
	}
	t.Logf("%d listing pages", listings)
}

func TestSeedsNameEverySite(t *testing.T) {
	var hosts []string
	for _, source := range readSeeds(t).Sources {
		hosts = append(hosts, source.Scope.Hosts...)
		if !source.AllowPrivate || len(source.Start) == 0 || source.Language != "zh-Hans" {
			t.Errorf("source %s: %+v", source.ID, source)
		}
	}
	if !slices.Equal(hosts, Hosts()) {
		t.Errorf("hosts %v, want %v", hosts, Hosts())
	}
	table := Resolve("127.0.0.1:8")
	for _, h := range Hosts() {
		if table[h] != "127.0.0.1:8" {
			t.Errorf("%s resolves to %q", h, table[h])
		}
	}
}
