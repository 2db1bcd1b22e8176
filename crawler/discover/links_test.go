package discover

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/newsmill/newsmill/crawler/weburl"
)

const host = "http://www.yunhe.example"

func address(t testing.TB, raw string) weburl.URL {
	t.Helper()
	u, err := weburl.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// lines writes links one a line: path, kind, text, title.
func lines(links []Link) string {
	var b strings.Builder
	for _, l := range links {
		fmt.Fprintf(&b, "%s|%s|%s|%s\n", strings.TrimPrefix(l.URL.String(), host), l.Kind, l.Text, l.Title)
	}
	return b.String()
}

func paths(urls []weburl.URL) string {
	var b strings.Builder
	for _, u := range urls {
		b.WriteString(strings.TrimPrefix(u.String(), host) + "\n")
	}
	return b.String()
}

func TestLinks(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"in order", `<a href="b.html">乙</a><a href="/a.html">甲</a>`, "/news/b.html||乙|\n/a.html||甲|\n"},
		{"white space and elements in the text", "<a href=a.html>\n 云河<b>今日</b><br>\t开桥 </a>", "/news/a.html||云河今日 开桥|\n"},
		{"title", `<a href=a.html title=" 全名 ">短…</a>`, "/news/a.html||短…|全名\n"},
		{"picture first, headline second", `<a href=a.html><img src=x alt=图></a><a href=a.html>云河开桥</a>`, "/news/a.html||云河开桥|\n"},
		{"headline first, picture second", `<a href=a.html>云河开桥</a><a href=a.html><img src=x alt=图></a>`, "/news/a.html||云河开桥|\n"},
		{"picture alone", `<a href=a.html><img src=x alt=图></a>`, "/news/a.html||图|\n"},
		{"same page by its canonical form", `<a href=a.html>短</a><a href="a.html?utm_source=x#c">长一些</a>`, "/news/a.html||长一些|\n"},
		{"fragments, scripts and mail", `<a href="#top">顶</a><a href="">空</a><a>无</a><a href="javascript:void(0)">脚</a><a href="mailto:a@b">信</a>`, ""},
		{"the page itself", `<a href="/news/index.html#a">本页</a><a href="index.html?spm=1">本页</a>`, ""},
		{"nofollow", `<a href=a.html rel="external nofollow">甲</a><a href=b.html rel=external>乙</a>`, "/news/b.html||乙|\n"},
		{"script text is no link text", `<a href=a.html>甲<script>document.write("<a href=c.html>丙</a>")</script><style>a{}</style></a>`, "/news/a.html||甲|\n"},
		{"commented out", `<!-- <a href=a.html>甲</a> --><a href=b.html>乙</a>`, "/news/b.html||乙|\n"},
		{"anchor in an anchor", `<a href=a.html>甲<a href=b.html>乙</a>`, "/news/a.html||甲|\n/news/b.html||乙|\n"},
		{"never closed", `<a href=a.html>甲`, "/news/a.html||甲|\n"},
		{"image map", `<map><area href=a.html alt=第一版><area shape=rect></map>`, "/news/a.html||第一版|\n"},
		{"escaped ampersand", `<a href="a.jsp?x=1&amp;y=2">甲</a>`, "/news/a.jsp?x=1&y=2||甲|\n"},
		{"base", `<base href="/other/"><base href="/third/"><a href=a.html>甲</a>`, "/other/a.html||甲|\n"},
		{"base that is none", `<base href="javascript:"><a href=a.html>甲</a>`, "/news/a.html||甲|\n"},
		{"upper case", `<A HREF="A.HTML">甲</A>`, "/news/A.HTML||甲|\n"},
		{"another host", `<a href="//wanbao.yunhe.example/1">晚报</a>`, "http://wanbao.yunhe.example/1||晚报|\n"},
		{"deeper than the tree builder goes", strings.Repeat("<font>", 600) + `<a href=a.html>甲</a>`, "/news/a.html||甲|\n"},
		{"no page at all", "\x00\xff\xfe<<<a href", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			links, _, _, err := Links([]byte(c.html), "text/html; charset=utf-8", address(t, host+"/news/index.html"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, lines(links)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct{ name, page, html, want string }{
		{"in words", "/news/index.html", `<a href=list_2.html>下一页</a>`, "/news/list_2.html\n"},
		{"in words with arrows", "/news/index.html", `<a href=list_2.html>下一页 &gt;&gt;</a>`, "/news/list_2.html\n"},
		{"traditional", "/news/index.html", `<a href=list_2.html>下一頁</a>`, "/news/list_2.html\n"},
		{"English", "/news/index.html", `<a href=?page=2>Next »</a>`, "/news/index.html?page=2\n"},
		{"arrow", "/news/index.html", `<a href=list_2.html>&gt;</a>`, "/news/list_2.html\n"},
		{"rel", "/news/index.html", `<a rel=next href=list_2.html>更多</a>`, "/news/list_2.html\n"},
		{"rel on a headline", "/news/index.html", `<a rel=next href=t20260504_77.html>云河大桥今日正式开通市民步行过江</a><link rel=next href=/2026/bridge/>`, ""},
		{"a section of that name", "/news/index.html", `<a href=/next>Next</a><a href=/next/>&gt;</a>`, ""},
		{"link element", "/news/index.html", `<link rel=next href=list_2.html>`, "/news/list_2.html\n"},
		{"numbers", "/news/index.html", `<a href=index.html>1</a><a href=index_2.html>2</a><a href=index_3.html>3</a><a href=index_2.html>下一页</a>`,
			"/news/index_2.html\n/news/index_3.html\n"},
		{"numbers that count from 0", "/news/index.html", `<a href=index_1.html>2</a>`, "/news/index_1.html\n"},
		{"numbers in a parameter", "/news/list.jsp?id=5", `<a href="list.jsp?id=5&pageNo=3">3</a><a href="list.jsp?id=5&pageNo=2">[2]</a>`,
			"/news/list.jsp?id=5&pageNo=2\n/news/list.jsp?id=5&pageNo=3\n"},
		{"numbers in the path", "/news/", `<a href=/news/page/2/>2</a>`, "/news/page/2/\n"},
		{"第2页", "/news/", `<a href=2.html>第2页</a>`, "/news/2.html\n"},
		{"a calendar", "/paper/2026-05/03/node_1.htm", `<a href=../../2026-05/12/node_1.htm>12</a>`, ""},
		{"a number that leads elsewhere", "/news/index.html", `<a href=t20260503_5512.html>12</a>`, ""},
		{"the first page", "/news/index_2.html", `<a href=index_1.html>1</a>`, ""},
		{"last page and previous page", "/news/index.html", `<a href=index_9.html>末页</a><a href=x.html>上一页</a><a href=index_9.html>&gt;&gt;</a>`, ""},
		{"another host", "/news/index.html", `<a href=http://x.example/2.html>下一页</a>`, ""},
		{"a headline with the word", "/news/index.html", `<a href=a.html>翻开下一页:云河的春天</a>`, ""},
		{"written by a script", "/news/index.html", `<script>createPageHTML(12, 0, "index", "html");</script>`, "/news/index_1.html\n"},
		{"written by a script, later", "/news/index_3.html", `<script>createPageHTML(12,3,'index','html')</script>`, "/news/index_4.html\n"},
		{"written by a script, last", "/news/index_11.html", `<script>createPageHTML(12,11,"index","html")</script>`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			links, next, _, err := Links([]byte(c.html), "text/html; charset=utf-8", address(t, host+c.page))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, paths(next)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			n := 0
			for _, l := range links {
				if l.Kind == KindNext {
					n++
				}
			}
			if n != len(next) {
				t.Errorf("%d links of kind next, but %d next pages", n, len(next))
			}
		})
	}
}

func TestFeedsOfPage(t *testing.T) {
	const html = `<head><link rel="alternate" type="application/rss+xml" href="/rss.xml"><link rel="alternate" hreflang="en" href="/en/">
<link rel="alternate stylesheet" type="text/css" href="/a.css"><link REL=Alternate TYPE="application/atom+xml; charset=utf-8" HREF="atom.xml"></head>`
	_, _, feeds, err := Links([]byte(html), "text/html", address(t, host+"/news/"))
	if diff := cmp.Diff("/rss.xml\n/news/atom.xml\n", paths(feeds)); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func TestNoFollow(t *testing.T) {
	for _, content := range []string{"nofollow", "noindex, NOFOLLOW", "none"} {
		html := `<meta name="Robots" content="` + content + `"><a href=a.html>甲</a>`
		if links, _, _, err := Links([]byte(html), "text/html", address(t, host)); !errors.Is(err, ErrNoFollow) || links != nil {
			t.Errorf("%s: got %v, %v", content, links, err)
		}
	}
	html := `<meta name=robots content="index,follow"><meta name=description content="none"><a href=a.html>甲</a>`
	if links, _, _, err := Links([]byte(html), "text/html", address(t, host)); err != nil || len(links) != 1 {
		t.Errorf("got %v, %v", links, err)
	}
}

func TestCharsets(t *testing.T) {
	const text = `<a href="s.asp?词=云河">云河日报</a>`
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(text)
	big5, _ := traditionalchinese.Big5.NewEncoder().String(`<a href="s.asp?q=雲河">雲河日報</a>`)
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	const utf8Query, gbkQuery = "/s.asp?%E8%AF%8D=%E4%BA%91%E6%B2%B3", "/s.asp?%B4%CA=%D4%C6%BA%D3"
	for _, c := range []struct{ name, contentType, body, want string }{
		{"UTF-8", "text/html; charset=utf-8", text, utf8Query + "||云河日报|\n"},
		{"UTF-8 unlabelled", "text/html", text, utf8Query + "||云河日报|\n"},
		{"UTF-8 called gbk", "text/html; charset=gbk", text, utf8Query + "||云河日报|\n"},
		{"UTF-8 with its mark", "", "\xef\xbb\xbf" + text, utf8Query + "||云河日报|\n"},
		{"UTF-16 with its mark", "text/html", utf16, utf8Query + "||云河日报|\n"},
		{"GBK by header", "text/html; charset=GBK", gbk, gbkQuery + "||云河日报|\n"},
		{"GBK by meta", "text/html", `<meta http-equiv=Content-Type content="text/html; charset=gb2312">` + gbk, gbkQuery + "||云河日报|\n"},
		{"GBK by meta, header wrong", "text/html; charset=utf-8", `<meta charset="gbk">` + gbk, gbkQuery + "||云河日报|\n"},
		{"GBK far down the head", "text/html", strings.Repeat("<meta name=x>", 200) + `<meta charset="gbk">` + gbk, gbkQuery + "||云河日报|\n"},
		{"GBK unlabelled", "text/html", gbk, gbkQuery + "||云河日报|\n"},
		{"Big5 by meta", "text/html", `<meta charset=big5>` + big5, "/s.asp?q=%B6%B3%AAe||雲河日報|\n"},
		{"GBK page of ASCII only", "text/html; charset=gbk", `<a href="s.asp?q=%D4%C6">x</a>`, "/s.asp?q=%D4%C6||x|\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			links, _, _, err := Links([]byte(c.body), c.contentType, address(t, host))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, lines(links)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestHostilePage bounds what a page of the largest size may cost.
func TestHostilePage(t *testing.T) {
	for name, unit := range map[string]string{"anchors": "<a href=x>", "links": `<a href="%d.html">甲</a>`, "openings": "<", "escapes": "&#x4e91;",
		"bases": "<base href=x>", "queries": `<a href="?云">x`} {
		page := strings.Repeat(unit, 1<<21/len(unit))
		if name == "links" {
			var b strings.Builder
			for i := range 100_000 {
				fmt.Fprintf(&b, unit, i)
			}
			page = b.String()
		}
		start := time.Now()
		links, _, _, err := Links([]byte(page), "text/html; charset=gbk", address(t, host))
		if err != nil || len(links) > MaxLinks {
			t.Errorf("%s: %d links, %v", name, len(links), err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// FuzzLinks holds: any bytes under any type give links whose addresses are addresses and whose texts are text.
func FuzzLinks(f *testing.F) {
	f.Add([]byte(`<base href=/x/><a href="a?b=云#c" title=t>甲<img alt=b></a><link rel=next href=y><meta name=robots content=x>`), "text/html; charset=gbk")
	f.Add([]byte("\xff\xfe<\x00a\x00"), "text/html; charset=utf-16")
	f.Add([]byte(`<meta charset=big5><a href="?\xaa">createPageHTML(9,0,"index","html")`), "")
	base := address(f, host+"/news/index.html")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		links, next, feeds, _ := Links(body, contentType, base)
		check(t, links)
		for _, u := range append(next, feeds...) {
			if _, err := weburl.Parse(u.String()); err != nil {
				t.Error(err)
			}
		}
	})
}

func check(t *testing.T, links []Link) {
	t.Helper()
	seen := map[string]bool{}
	for _, l := range links {
		if _, err := weburl.Parse(l.URL.String()); err != nil || seen[l.URL.Canonical()] {
			t.Errorf("%q stands twice, or is none: %v", l.URL, err)
		}
		seen[l.URL.Canonical()] = true
		for _, s := range []string{l.Text, l.Title} {
			if strings.TrimSpace(s) != s || strings.ContainsAny(s, "\n\t") || len(s) > maxText || !bytes.Equal([]byte(s), bytes.ToValidUTF8([]byte(s), nil)) {
				t.Errorf("%q is no folded text", s)
			}
		}
	}
}

func BenchmarkLinks(b *testing.B) {
	var page strings.Builder
	for i := range 100 {
		fmt.Fprintf(&page, `<li><span>2026-05-03</span><a href="/news/2026/05/%d.html" target=_blank>云河大桥今日开通,市民步行过江 %d</a></li>`+"\n", i, i)
	}
	base := address(b, host+"/news/index.html")
	b.SetBytes(int64(page.Len()))
	for b.Loop() {
		if links, _, _, err := Links([]byte(page.String()), "text/html; charset=utf-8", base); len(links) != 100 || err != nil {
			b.Fatal(len(links), err)
		}
	}
}
