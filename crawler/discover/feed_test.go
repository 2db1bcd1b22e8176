package discover

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// entries writes links of a feed one a line: path, title, date.
func entries(links []Link) string {
	var b strings.Builder
	for _, l := range links {
		date := ""
		if !l.Published.IsZero() {
			date = l.Published.Format(time.RFC3339)
		}
		fmt.Fprintf(&b, "%s|%s|%s\n", strings.TrimPrefix(l.URL.String(), host), l.Title, date)
	}
	return b.String()
}

func TestFeed(t *testing.T) {
	const rss = `<?xml version="1.0" encoding="gb2312"?><rss version="2.0"><channel><title>云河日报</title><language>zh-cn</language>
<item><title><![CDATA[云河大桥开通]]></title><link>http://www.yunhe.example/a.html</link><pubDate>2026-05-03 08:30:00</pubDate></item>
<item><title>第二条</title><link>/b.html?a=1&amp;b=2</link><pubDate>Sun, 03 May 2026 00:30:00 GMT</pubDate></item>
<item><title>又是第一条</title><link>http://www.yunhe.example/a.html?utm_source=rss</link></item>
<item><title>没有链接</title><guid>http://www.yunhe.example/c.html</guid></item>
<item><title>什么也没有</title><guid isPermaLink="false">c-3</guid></item></channel></rss>`
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(rss)
	const want = "/a.html|云河大桥开通|2026-05-03T08:30:00+08:00\n/b.html?a=1&b=2|第二条|2026-05-03T00:30:00Z\n/c.html|没有链接|\n"
	for _, c := range []struct{ name, contentType, body, want string }{
		{"RSS in GBK", "text/xml", gbk, want},
		{"RSS in UTF-8, called gb2312", "text/xml; charset=gb2312", rss, want},
		{"RSS with white space and a mark in front", "", "\xef\xbb\xbf\n\n " + rss, want},
		{"Atom", "application/atom+xml", `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title>甲</title>
<link rel="alternate" href="a.html"/><published>2026-05-03T08:30:00+08:00</published><updated>2026-05-04T08:30:00Z</updated></entry>
<entry><title>乙</title><link href="b.html"/><updated>2026-05-04T08:30:00Z</updated></entry></feed>`,
			"/news/a.html|甲|2026-05-03T08:30:00+08:00\n/news/b.html|乙|2026-05-04T08:30:00Z\n"},
		{"RDF with Dublin Core", "application/rdf+xml", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title></channel><item><title>甲</title><link>/a.html</link><dc:date>2026-05-03</dc:date></item></rdf:RDF>`,
			"/a.html|甲|2026-05-03T00:00:00+08:00\n"},
		{"JSON feed", "application/feed+json", `{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[
{"id":"1","url":"http://www.yunhe.example/a.html","title":"甲","date_published":"2026-05-03T08:30:00+08:00"}]}`,
			"/a.html|甲|2026-05-03T08:30:00+08:00\n"},
		{"a feed in English", "", strings.Replace(rss, "zh-cn", "en-us", 1), strings.Replace(want, "+08:00", "Z", 1)},
		{"control characters", "", strings.Replace(rss, "第二条", "第\x0b二\x00条", 1), strings.Replace(want, "第二条", "第二条", 1)},
		{"no entries", "", `<rss version="2.0"><channel></channel></rss>`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			links, err := Feed([]byte(c.body), c.contentType, address(t, host+"/news/rss.xml"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, entries(links)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	deep := "<rss><channel><item>" + strings.Repeat("<a:b>", 1<<20)
	for name, body := range map[string]string{"nothing": "", "a page": "<html><body>x</body></html>", "text": "云河", "cut off": rss[:300],
		"deep": deep, "openings": strings.Repeat("<", 1<<20), "deep JSON": `{"items":` + strings.Repeat("[", 1<<20), "other JSON": `[1]`} {
		if links, err := Feed([]byte(body), "", address(t, host)); !errors.Is(err, ErrFeed) {
			t.Errorf("%s: got %v, %v; want ErrFeed", name, links, err)
		}
	}
}

func TestParseDate(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"RFC 1123, GMT", "Sun, 03 May 2026 00:30:00 GMT", "2026-05-03T00:30:00Z"},
		{"RFC 1123, offset", "Sun, 03 May 2026 08:30:00 +0800", "2026-05-03T08:30:00+08:00"},
		{"RFC 1123, CST is China's", "Sun, 03 May 2026 08:30:00 CST", "2026-05-03T08:30:00+08:00"},
		{"RFC 1123, no zone", "Sun, 03 May 2026 08:30:00", "2026-05-03T08:30:00+08:00"},
		{"RFC 1123, zone nobody knows", "Sun, 03 May 2026 08:30:00 XYZ", "2026-05-03T08:30:00+08:00"},
		{"RFC 822, two digits of year, no seconds", "3 May 26 08:30 EST", "2026-05-03T08:30:00-05:00"},
		{"RFC 850", "Sunday, 03-May-26 00:30:00 GMT", "2026-05-03T00:30:00Z"},
		{"long month", "03 September 2026 08:30:00 +0000", "2026-09-03T08:30:00Z"},
		{"wrong weekday", "Mon, 03 May 2026 00:30:00 GMT", "2026-05-03T00:30:00Z"},
		{"Java, in Chinese", "星期日, 03 五月 2026 08:30:00 +0800", "2026-05-03T08:30:00+08:00"},
		{"Java, in newer Chinese", "周日, 03 12月 2026 08:30:00 +0800", "2026-12-03T08:30:00+08:00"},
		{"Java's toString", "Sun May 03 08:30:00 CST 2026", "2026-05-03T08:30:00+08:00"},
		{"RFC 3339", "2026-05-03T08:30:00+08:00", "2026-05-03T08:30:00+08:00"},
		{"RFC 3339, Zulu and fractions", "2026-05-03T00:30:00.123Z", "2026-05-03T00:30:00Z"},
		{"ISO without colon", "2026-05-03T08:30:00+0800", "2026-05-03T08:30:00+08:00"},
		{"ISO without zone", "2026-05-03T08:30:00", "2026-05-03T08:30:00+08:00"},
		{"blank instead of T", "2026-05-03 08:30:00", "2026-05-03T08:30:00+08:00"},
		{"minutes only", "2026-05-03 08:30", "2026-05-03T08:30:00+08:00"},
		{"day only", "2026-05-03", "2026-05-03T00:00:00+08:00"},
		{"slashes, short", "2026/5/3 8:05", "2026-05-03T08:05:00+08:00"},
		{"Chinese", "2026年5月3日 8时30分", "2026-05-03T08:30:00+08:00"},
		{"Chinese with seconds", "2026年05月03日08:30:15", "2026-05-03T08:30:15+08:00"},
		{"afternoon", "2026年5月3日 下午3:30", "2026-05-03T15:30:00+08:00"},
		{"pm", "2026-05-03 3:30 PM", "2026-05-03T15:30:00+08:00"},
		{"just after midnight", "2026-05-03 12:30 AM", "2026-05-03T00:30:00+08:00"},
		{"offset in words", "2026-05-03 08:30 GMT+8", "2026-05-03T08:30:00+08:00"},
		{"leap day", "2028-02-29", "2028-02-29T00:00:00+08:00"},
		{"no leap day", "2026-02-29", ""},
		{"month 13", "2026-13-01", ""},
		{"hour 25", "2026-05-03 25:00", "2026-05-03T00:00:00+08:00"},
		{"zero date", "0000-00-00 00:00:00", ""},
		{"epoch", "1970-01-01", ""},
		{"far away", "9999-12-31", ""},
		{"rubbish", "yesterday", ""},
		{"empty", " ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := parseDate(c.in, china)
			text := ""
			if ok {
				text = got.Truncate(time.Second).Format(time.RFC3339)
			}
			if text != c.want {
				t.Errorf("%q: got %q, want %q", c.in, text, c.want)
			}
		})
	}
}

// FuzzFeed holds: any bytes give links that are addresses with dates in our time, or ErrFeed.
func FuzzFeed(f *testing.F) {
	f.Add([]byte(`<rss><channel><item><link>/a</link><pubDate>Sun, 03 May 2026 00:30:00 GMT</pubDate></item></channel></rss>`), "text/xml")
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry xml:base="/x/"><link href="a"/><updated>2026-05-03</updated></entry></feed>`), "")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"url":"/a","date_published":"2026年5月3日"}]}`), "application/json")
	f.Add([]byte(`<?xml version="1.0" encoding="utf-16"?><rdf:RDF><item><dc:date>x</dc:date>`), "")
	base := address(f, host+"/rss.xml")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		links, err := Feed(body, contentType, base)
		if err != nil && (!errors.Is(err, ErrFeed) || links != nil) {
			t.Errorf("%d links and %v", len(links), err)
		}
		check(t, links)
		for _, l := range links {
			if y := l.Published.Year(); !l.Published.IsZero() && (y < 1989 || y > 2101) {
				t.Errorf("published %v", l.Published)
			}
		}
	})
}

func FuzzParseDate(f *testing.F) {
	f.Add("Sun, 03 May 2026 00:30:00 GMT")
	f.Add("2026年5月3日 下午3:30")
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := parseDate(s, china); ok && (at.Year() < 1989 || at.Year() > 2101) {
			t.Errorf("%q is %v", s, at)
		}
	})
}
