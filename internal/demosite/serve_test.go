package demosite

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"
)

func TestStartRefusesToBeSeen(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "localhost:0", "[::]:0"} {
		if _, err := Start(t.Context(), addr); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestEndOfContextEndsTheServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-s.done
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	_, client := start(t)
	for _, url := range []string{Articles()[0].URL, "http://" + HostChamber + "/", "http://" + HostNews + "/rss.xml"} {
		for _, coding := range []string{"identity", "gzip"} {
			res, _ := get(t, client, url, "Accept-Encoding", coding)
			tag, modified := res.Header.Get("ETag"), res.Header.Get("Last-Modified")
			if tag == "" || modified == "" {
				t.Fatalf("%s %s: no validators: %v", url, coding, res.Header)
			}
			rows := []struct {
				name    string
				headers []string
				want    int
			}{
				{"same tag", []string{"If-None-Match", tag}, 304},
				{"weak form of the tag", []string{"If-None-Match", `"x", W/` + tag}, 304},
				{"another tag", []string{"If-None-Match", `"0000"`}, 200},
				{"not modified since", []string{"If-Modified-Since", modified}, 304},
				{"modified since", []string{"If-Modified-Since", "Mon, 02 Jan 2006 15:04:05 GMT"}, 200},
				{"the tag decides over the date", []string{"If-None-Match", `"0000"`, "If-Modified-Since", modified}, 200},
			}
			for _, row := range rows {
				res, body := get(t, client, url, append(row.headers, "Accept-Encoding", coding)...)
				if res.StatusCode != row.want || (row.want == 304) != (len(body) == 0) {
					t.Errorf("%s %s, %s: %s with %d bytes", url, coding, row.name, res.Status, len(body))
				}
			}
		}
	}
}

func TestGzipWhenAccepted(t *testing.T) {
	_, client := start(t)
	url := Articles()[0].URL
	_, plain := get(t, client, url)
	rows := []struct {
		accept string
		packed bool
	}{{"gzip", true}, {"br, GZIP;q=0.5", true}, {"gzip;q=0", false}, {"gzip; q=0.0", false}, {"deflate", false}}
	for _, row := range rows {
		res, body := get(t, client, url, "Accept-Encoding", row.accept)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != row.packed {
			t.Errorf("%q: packed %v", row.accept, got)
			continue
		}
		if row.packed {
			zr, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(zr); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("%q: another page", row.accept)
		}
	}
}

// FuzzAcceptsGzip holds that no header makes the server pack a page for a client that never named gzip.
func FuzzAcceptsGzip(f *testing.F) {
	for _, seed := range []string{"", "gzip", "gzip;q=0", "br, gzip;q=x", ";;,", "*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := &http.Request{Header: http.Header{"Accept-Encoding": {value}}}
		if acceptsGzip(r) && !strings.Contains(strings.ToLower(value), "gzip") {
			t.Errorf("%q", value)
		}
	})
}

func TestChamberIsUnlabelledGBK(t *testing.T) {
	_, client := start(t)
	url := "http://" + HostChamber + "/show.asp?id=301"
	res, body := get(t, client, url)
	if got := res.Header.Get("Content-Type"); got != "text/html" {
		t.Errorf("Content-Type %q", got)
	}
	if utf8.Valid(body) || !bytes.Contains(body, []byte("charset=gb2312")) || !bytes.Contains(body, []byte("<FONT")) {
		t.Error("the page is not the old GBK table it should be")
	}
	// 喆 is in GBK and not in GB 2312: who believes the label loses the name.
	if !strings.Contains(decode(t, url, body), "陈喆") {
		t.Error("the author's name is lost")
	}
}

func TestTraps(t *testing.T) {
	_, client := start(t)
	rows := []struct {
		name, url  string
		status     int
		typ, holds string
	}{
		{"404", "http://" + HostNews + "/yaowen/202609/t20260930_0901.html", 404, "text/html", "没有找到"},
		{"soft 404", "http://" + HostNews + "/yaowen/202610/t20261008_0917.html", 200, "text/html", "不存在或已被删除"},
		{"soft 404 of a query", "http://" + HostChamber + "/show.asp?id=17", 200, "text/html", "不存在或已被删除"},
		{"login", "http://" + HostNews + "/member/login.html", 200, "text/html", `type="password"`},
		{"about", "http://" + HostNews + "/about/", 200, "text/html", "关于我们"},
		{"pdf", "http://" + HostNews + "/files/price-2026.pdf", 200, "application/pdf", "%PDF-"},
		{"picture", "http://" + HostGov + "/images/photo.png", 200, "image/png", "PNG"},
		{"robots", "http://" + HostNews + "/robots.txt", 200, "text/plain", "Disallow: /internal/"},
		{"a name with a port", "http://" + HostNews + ":80/", 200, "text/html", "云河日报网"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			res, body := get(t, client, row.url)
			if res.StatusCode != row.status || !strings.HasPrefix(res.Header.Get("Content-Type"), row.typ) {
				t.Errorf("%s %s", res.Status, res.Header.Get("Content-Type"))
			}
			if !strings.Contains(decode(t, row.url, body), row.holds) {
				t.Errorf("no %q in %.300q", row.holds, body)
			}
		})
	}
}

func TestRedirectAndTrackingLeadToAnArticle(t *testing.T) {
	_, client := start(t)
	_, home := get(t, client, "http://"+HostNews+"/")
	at := bytes.Index(home, []byte(`"/s/`))
	if at < 0 {
		t.Fatal("no short address on the front page")
	}
	short, _, _ := strings.Cut(string(home[at+1:]), `"`)
	res, _ := get(t, client, "http://"+HostNews+short)
	if res.StatusCode != http.StatusMovedPermanently {
		t.Fatalf("%s: %s", short, res.Status)
	}
	target := "http://" + HostNews + res.Header.Get("Location")
	if !slices.ContainsFunc(Articles(), func(a Article) bool { return a.URL == target }) {
		t.Errorf("%s leads to %s, no article", short, target)
	}
	_, plain := get(t, client, target)
	_, tracked := get(t, client, target+"?from=timeline&utm_source=hotlist")
	if !bytes.Equal(plain, tracked) || !bytes.Contains(plain, []byte(`rel="canonical" href="`+target+`"`)) {
		t.Error("the tracked address is not the same page with its canonical address")
	}
}

func TestUnknownNameAndMethod(t *testing.T) {
	s, client := start(t)
	res, err := client.Post("http://"+HostNews+"/", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", res.Status)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+HostNews+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = s.Addr()
	if res, err = client.Do(req); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("by address: %s", res.Status)
	}
}

func TestFeed(t *testing.T) {
	_, client := start(t)
	_, body := get(t, client, "http://"+HostNews+"/rss.xml")
	feed, err := gofeed.NewParser().ParseString(string(body))
	if err != nil {
		t.Fatal(err)
	}
	byURL := map[string]Article{}
	for _, a := range Articles() {
		byURL[a.URL] = a
	}
	if len(feed.Items) == 0 {
		t.Fatal("no items")
	}
	for _, item := range feed.Items {
		a, ok := byURL[item.Link]
		if !ok || item.Title != a.Title || item.PublishedParsed == nil {
			t.Errorf("item %q %s is no article", item.Title, item.Link)
			continue
		}
		if got := item.PublishedParsed.In(chinaTime()).Format("2006-01-02 15:04"); got != a.Published {
			t.Errorf("%s: %s in the feed, %s on the page", a.URL, got, a.Published)
		}
	}
}

func TestRequestLog(t *testing.T) {
	s, client := start(t)
	before := time.Now()
	get(t, client, "http://"+HostNews+"/robots.txt?x=1", "User-Agent", "testbot/1")
	get(t, client, "http://"+HostGov+"/nowhere", "User-Agent", "testbot/1")
	requests := s.Requests()
	for deadline := time.Now().Add(10 * time.Second); len(requests) < 2 && time.Now().Before(deadline); requests = s.Requests() {
		time.Sleep(time.Millisecond) // a handler may still be on its way out when the client has its answer
	}
	for i := range requests {
		if requests[i].Start.Before(before) || requests[i].End.Before(requests[i].Start) {
			t.Errorf("times of %+v", requests[i])
		}
		requests[i].Start, requests[i].End = time.Time{}, time.Time{}
	}
	want := []Request{
		{Host: HostNews, Path: "/robots.txt?x=1", UserAgent: "testbot/1", Status: 200},
		{Host: HostGov, Path: "/nowhere", UserAgent: "testbot/1", Status: 404},
	}
	if diff := cmp.Diff(want, requests); diff != "" {
		t.Error(diff)
	}
}

func TestRequestLogIsBounded(t *testing.T) {
	var l requestLog
	for i := range maxRequests + 10 {
		l.add(Request{Status: i})
	}
	all := l.all()
	if len(all) != maxRequests || all[0].Status != 10 || all[len(all)-1].Status != maxRequests+9 {
		t.Errorf("%d requests, %d to %d", len(all), all[0].Status, all[len(all)-1].Status)
	}
}

func TestTwoServersAreAlike(t *testing.T) {
	one, err := buildSites()
	if err != nil {
		t.Fatal(err)
	}
	two, err := buildSites()
	if err != nil {
		t.Fatal(err)
	}
	for host, s := range one {
		for key, p := range s.pages {
			if !bytes.Equal(p.body, two[host].pages[key].body) {
				t.Errorf("%s%s differs", host, key)
			}
		}
	}
}
