package discover

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func placesText(places []Place) string {
	var b strings.Builder
	date := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	for _, p := range places {
		fmt.Fprintf(&b, "%s|%s|%v|%s|%s\n", strings.TrimPrefix(p.URL.String(), host), date(p.Modified), p.News, p.Title, date(p.Published))
	}
	return b.String()
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func TestSitemap(t *testing.T) {
	const plain = `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> http://www.yunhe.example/a.html?x=1&amp;y=2 </loc><lastmod>2026-05-03</lastmod></url>
<url><lastmod>2026-05-03T08:30:00+08:00</lastmod><loc>http://www.yunhe.example/b.html</loc><changefreq>daily</changefreq></url>
<url><loc>http://www.yunhe.example/b.html</loc></url><url><lastmod>2026-05-03</lastmod></url></urlset>`
	const want = "/a.html?x=1&y=2|2026-05-03T00:00:00+08:00|false||\n/b.html|2026-05-03T08:30:00+08:00|false||\n"
	for _, c := range []struct {
		name, body, want string
		index            bool
	}{
		{"plain", plain, want, false},
		{"gzipped", zipped(plain), want, false},
		{"gzipped and cut off", zipped(plain + strings.Repeat("<!-- -->", 4000))[:250], want, false},
		{"broken behind the second address", strings.Split(plain, "<url><loc>http://www.yunhe.example/b.html</loc></url>")[0] + "<url <<<", want, false},
		{"a prefix for everything", strings.NewReplacer("<urlset xmlns", "<s:urlset xmlns:s", "</urlset", "</s:urlset", "<url>", "<s:url>", "</url>", "</s:url>",
			"<loc>", "<s:loc>", "</loc>", "</s:loc>", "<lastmod>", "<s:lastmod>", "</lastmod>", "</s:lastmod>").Replace(plain), want, false},
		{"pictures have addresses too", `<urlset><url><loc>/a.html</loc><image:image><image:loc>/a.jpg</image:loc><image:title>图</image:title></image:image></url></urlset>`,
			"/a.html||false||\n", false},
		{"news", `<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/a.html</loc><n:news><n:publication><n:name>云河日报</n:name>
<n:language>zh</n:language></n:publication><n:publication_date>2026-05-03 08:30</n:publication_date><n:title><![CDATA[云河大桥 &
通车]]></n:title></n:news></url></urlset>`, "/a.html||true|云河大桥 & 通车|2026-05-03T08:30:00+08:00\n", false},
		{"control characters", "<urlset><url><loc>/a\x0b.html</loc></url>\x00</urlset>", "/a.html||false||\n", false},
		{"index", `<sitemapindex><sitemap><loc>/sitemap-1.xml.gz</loc><lastmod>2026-05-03</lastmod></sitemap></sitemapindex>`,
			"/sitemap-1.xml.gz|2026-05-03T00:00:00+08:00|false||\n", true},
		{"text", "\ufeffhttp://www.yunhe.example/a.html\r\nhttp://www.yunhe.example/b.html\n\nnot an address\n", "/a.html||false||\n/b.html||false||\n", false},
		{"no address yet", "<urlset></urlset>", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			places, index, err := Sitemap([]byte(c.body), "", address(t, host+"/sitemap.xml"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, placesText(places)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if index != c.index {
				t.Errorf("index %v", index)
			}
		})
	}
	for name, body := range map[string]string{
		"html": "<html><body>404</body></html>", "feed": `<rss version="2.0"><channel/></rss>`, "text": "nothing here", "empty": "", "broken gzip": "\x1f\x8bxx",
	} {
		if places, _, err := Sitemap([]byte(body), "", address(t, host+"/")); !errors.Is(err, ErrSitemap) || places != nil {
			t.Errorf("%s: %v, %v", name, places, err)
		}
	}
}

func TestSitemapIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("<urlset>")
	for i := range MaxPlaces + 10 {
		fmt.Fprintf(&b, "<url><loc>/a%d.html</loc></url>", i)
	}
	places, _, err := Sitemap([]byte(b.String()), "", address(t, host+"/"))
	if err != nil || len(places) != MaxPlaces {
		t.Errorf("%d places, %v", len(places), err)
	}
	bomb := zipped("<urlset>" + strings.Repeat(" ", MaxSitemap) + "<url><loc>/a.html</loc></url></urlset>")
	if text, err := gunzip([]byte(bomb)); len(text) != MaxSitemap || err != nil {
		t.Errorf("%d bytes unpacked, %v", len(text), err)
	}
	deep := "<urlset>" + strings.Repeat("<a>", 1<<20)
	if _, _, err := Sitemap([]byte(deep), "", address(t, host+"/")); err != nil {
		t.Error(err)
	}
}

// FuzzSitemap holds: any bytes give addresses, each once, or ErrSitemap and nothing.
func FuzzSitemap(f *testing.F) {
	f.Add([]byte("<urlset><url><loc>/a.html</loc><n:news><n:title>a</n:title></n:news></url></urlset>"))
	f.Add([]byte("http://www.yunhe.example/a.html\n"))
	f.Add([]byte(zipped("<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>")))
	f.Fuzz(func(t *testing.T, body []byte) {
		places, index, err := Sitemap(body, "", address(t, host+"/sitemap.xml"))
		if err != nil && (!errors.Is(err, ErrSitemap) || places != nil || index) {
			t.Fatalf("%d places and %v", len(places), err)
		}
		seen := map[string]bool{}
		for _, p := range places {
			if seen[p.URL.String()] {
				t.Fatalf("%s is there twice", p.URL)
			}
			seen[p.URL.String()] = true
			if y := p.Modified.Year(); !p.Modified.IsZero() && (y < 1989 || y > 2101) {
				t.Fatalf("modified %s", p.Modified)
			}
		}
	})
}
