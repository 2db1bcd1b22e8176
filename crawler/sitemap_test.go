package crawler

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/seeds"
)

// xmlPage is an answer with XML, or with what gzip makes of it under a type that says nothing.
func xmlPage(body string, zipped bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if !zipped {
			w.Header().Set("Content-Type", "text/xml; charset=utf-8")
			_, _ = fmt.Fprint(w, body)
			return
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = fmt.Fprint(z, body)
		_ = z.Close()
		w.Header().Set("Content-Type", "application/x-gzip")
		_, _ = w.Write(b.Bytes())
	}
}

func urlset(places ...string) string { return "<urlset>" + strings.Join(places, "") + "</urlset>" }

func place(url string, more ...string) string {
	return "<url><loc>" + url + "</loc>" + strings.Join(more, "") + "</url>"
}

// sitemapWeb has a listing, and behind robots.txt an index with an archive, a news sitemap, and a sitemap out of scope.
func sitemapWeb(w *web) map[string]string {
	const a = "http://a.example"
	now := time.Now()
	w.on(a+"/robots.txt", text("User-agent: *\nDisallow: /secret/\nSitemap: "+a+"/sitemap.xml\nSitemap: http://b.example/sitemap.xml\n"))
	w.on(a+"/", text(`<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body><a href="/p1.html">云河新闻</a></body></html>`))
	w.on(a+"/rss.xml", xmlPage(`<rss version="2.0"><channel><item><title>六</title><link>/p6.html</link></item></channel></rss>`, false))
	w.on(a+"/sitemap.xml", xmlPage("<sitemapindex><sitemap><loc>/archive.xml.gz</loc><lastmod>2020-01-01</lastmod></sitemap>"+
		"<sitemap><loc>/news.xml</loc></sitemap><sitemap><loc>http://b.example/other.xml</loc></sitemap></sitemapindex>", false))
	w.on(a+"/archive.xml.gz", xmlPage(urlset(place("/p1.html"), place("/p2.html", "<lastmod>2020-01-01</lastmod>"), place("/p3.html"), place("/secret/x.html"),
		place("http://b.example/p9.html")), true))
	w.on(a+"/news.xml", xmlPage(urlset(place("/p4.html", "<news:news><news:publication_date>"+now.UTC().Format(time.RFC3339)+"</news:publication_date>"+
		"<news:title>云河大桥通车</news:title></news:news>"), place("/p5.html", "<lastmod>"+now.Add(-40*time.Hour).UTC().Format(time.RFC3339)+"</lastmod>")), false))
	want := map[string]string{a + "/secret/x.html": "robots"}
	for i := 1; i <= 6; i++ {
		url := fmt.Sprintf("%s/p%d.html", a, i)
		w.on(url, article(i))
		want[url] = "page"
	}
	return want
}

func TestSitemapsAndFeedsAreDiscovered(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	want := sitemapWeb(w)
	b := bustest.Start(t)
	s := StoresOf(b)
	one := src("yunhe", "http://a.example/", "a.example")
	one.Discover = true
	apply(t, s, one)
	_, stop := start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	got := whatWasTold(t, b)
	if diff := cmp.Diff(want, got.ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	for _, p := range got.pages {
		if strings.HasSuffix(p.URL, "/p4.html") && (p.Title != "云河大桥通车" || time.Since(p.Published) > time.Hour) {
			t.Errorf("the news sitemap's hints: %q, %s", p.Title, p.Published)
		}
	}
	// The fast lane first: what is new, then the archive.
	var order []string
	for _, a := range w.requests() {
		if strings.Contains(a.url, "/p") {
			order = append(order, strings.TrimPrefix(a.url, "http://a.example/"))
		}
	}
	if i, j := slices.Index(order, "p4.html"), slices.Index(order, "p2.html"); i > j {
		t.Errorf("order %v", order)
	}
	// The second poll reads the sitemaps that may have changed, and asks for no page again.
	before := len(w.requests())
	if err := PollNow(t.Context(), s, "yunhe"); err != nil {
		t.Fatal(err)
	}
	waitIdle(t, s)
	stop()
	var again []string
	for _, a := range w.requests()[before:] {
		again = append(again, strings.TrimPrefix(a.url, "http://a.example"))
	}
	slices.Sort(again)
	if diff := cmp.Diff([]string{"/", "/news.xml", "/rss.xml", "/sitemap.xml"}, again); diff != "" {
		t.Errorf("the second poll (-want +got):\n%s", diff)
	}
}

func TestSitemapsAreLeftAloneUnlessAskedFor(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	sitemapWeb(w)
	s := StoresOf(bustest.Start(t))
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	_, stop := start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	stop()
	if n := len(w.requests()); n != 2 {
		t.Errorf("%d requests; want the listing and its page", n)
	}
}

// TestBigSitemap holds that 50,000 addresses neither fill the queue nor keep a fresh article of the same host waiting for more than two
// requests, and that an address that changes its date is asked for again.
func TestBigSitemap(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a, many = "http://a.example", 50_000
	var places []string
	for i := range many {
		places = append(places, place(fmt.Sprintf("/old/%d.html", i), "<lastmod>2020-01-01</lastmod>"))
	}
	w.on(a+"/sitemap.xml", xmlPage(urlset(places...), false))
	w.on(a+"/*", article(1))
	w.on(a+"/robots.txt", text(""))
	w.on(a+"/news/", list())
	b := bustest.Start(t)
	s := StoresOf(b)
	archive, daily := src("archive", a+"/sitemap.xml", "a.example"), src("daily", a+"/news/", "a.example")
	archive.Start[0].Kind = seeds.KindSitemap
	apply(t, s, archive, daily)
	_, stop := start(t, s, quick(w, "a.example"))
	old := func() (n int) {
		for _, r := range w.requests() {
			if strings.Contains(r.url, "/old/") {
				n++
			}
		}
		return n
	}
	waitFor(t, "the sitemap's pages are being read", func() bool { return old() > 100 })
	urls, err := b.Set("URLS").Count(t.Context(), "newsmill.frontier.url.>")
	if err != nil || urls > sliceMost {
		t.Errorf("%d addresses in the queue, %v; most are to wait in slices", urls, err)
	}
	slow, err := b.Set("URLS").Count(t.Context(), "newsmill.frontier.slow.>")
	if err != nil || slow < many/sliceMost-1 || slow > many/sliceLeast {
		t.Errorf("%d slices, %v", slow, err)
	}
	w.on(a+"/news/", list("/new.html"))
	if err := PollNow(t.Context(), s, "daily"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the fresh article", func() bool { return w.count(a+"/new.html") == 1 })
	stop()
	reqs := w.requests()
	last := func(url string) int {
		for i := len(reqs) - 1; i >= 0; i-- {
			if reqs[i].url == url {
				return i
			}
		}
		return -1
	}
	if n := last(a+"/new.html") - last(a+"/news/"); n > 2 {
		t.Errorf("%d requests from the listing to its article", n)
	}
	if err := frontier.New(s.URLs, s.Tokens, s.Hosts, frontier.Config{}).Purge(t.Context(), "a_example"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.URLs.Count(t.Context(), "newsmill.frontier.>"); n != 0 || err != nil {
		t.Errorf("after the purge %d are left, %v", n, err)
	}
}

func TestSlicesStayWhereTheyWere(t *testing.T) {
	var all []frontier.Ref
	for i := range 20_000 {
		all = append(all, frontier.Ref{URL: fmt.Sprintf("http://a.example/%d/%d.html", i%7, i)})
	}
	names := func(refs []frontier.Ref) map[string]bool {
		out, n := map[string]bool{}, 0
		for _, part := range cut(refs) {
			if n += len(part); len(part) > sliceMost {
				t.Errorf("a slice of %d", len(part))
			}
			out[sliceName("http://a.example/sitemap.xml", part)] = true
		}
		if n != len(refs) {
			t.Errorf("%d of %d are in slices", n, len(refs))
		}
		return out
	}
	was, now := names(all), names(append([]frontier.Ref{{URL: "http://a.example/new.html"}}, all...))
	other := 0
	for name := range now {
		if !was[name] {
			other++
		}
	}
	if other > 2 {
		t.Errorf("one more address at the head makes %d of %d slices new", other, len(now))
	}
}

func TestModifiedPageIsReadAgain(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	sitemap := func(at time.Time) http.HandlerFunc {
		return xmlPage(urlset(place("/p1.html", "<lastmod>"+at.UTC().Format(time.RFC3339)+"</lastmod>"), place("/p2.html", "<lastmod>2020-01-01</lastmod>")), false)
	}
	w.on(a+"/sitemap.xml", sitemap(time.Now().Add(-time.Hour)))
	w.on(a+"/p1.html", article(1))
	w.on(a+"/p2.html", article(2))
	s := StoresOf(bustest.Start(t))
	one := src("yunhe", a+"/sitemap.xml", "a.example")
	one.Start[0].Kind = seeds.KindSitemap
	apply(t, s, one)
	_, stop := start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	w.on(a+"/sitemap.xml", sitemap(time.Now().Add(time.Minute)))
	w.on(a+"/p1.html", article(9))
	if err := PollNow(t.Context(), s, "yunhe"); err != nil {
		t.Fatal(err)
	}
	waitIdle(t, s)
	stop()
	if n, m := w.count(a+"/p1.html"), w.count(a+"/p2.html"); n != 2 || m != 1 {
		t.Errorf("the changed page was asked for %d times, the other %d", n, m)
	}
}
