package demosite

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"
)

const newsName = "云河日报"

var newsColumns = []column{
	{"yaowen", "要闻"}, {"minsheng", "民生"}, {"jingji", "经济"}, {"kejiao", "科教"}, {"wenti", "文体"}, {"sannong", "三农"},
}

const newsRobots = `User-agent: *
Disallow: /internal/
Disallow: /search
`

// buildNews makes the newspaper's portal: HTML5, a feed, listings with pages, and most of the traps.
func buildNews(b *builder) error {
	for _, e := range b.entries {
		if err := b.newsArticle(e); err != nil {
			return err
		}
	}
	home := b.newsView("云河日报网_云河市新闻门户")
	home.Links = links(b.entries[:min(12, len(b.entries))])
	for _, c := range newsColumns {
		entries := b.in(c.Slug)
		home.Groups = append(home.Groups, group{Name: c.Name, Href: "/" + c.Slug + "/", Links: links(entries[:min(3, len(entries))])})
		href := func(n int) string {
			if n == 1 {
				return "/" + c.Slug + "/"
			}
			return fmt.Sprintf("/%s/index_%d.html", c.Slug, n)
		}
		v := b.newsView(c.Name + "_云河日报网")
		v.Column = c
		if err := b.listing("news-list", entries, 4, href, v); err != nil {
			return err
		}
	}
	if err := b.page("/", "news-home", 0, newest(b.entries), home); err != nil {
		return err
	}
	return b.newsRest()
}

// newsView is what every page of the portal shows around its own matter.
func (b *builder) newsView(title string) view {
	return view{
		Title: title, Nav: newsColumns, Short: "/s/" + b.entries[1].id,
		Hot: links(b.entries[min(3, len(b.entries)):min(11, len(b.entries))]),
	}
}

func (b *builder) newsArticle(e *entry) error {
	style := e.style
	if style == "" {
		style = "full"
	}
	v := b.newsView(e.Title + "_" + e.Section + "_云河日报网")
	v.Canonical, v.A, v.Column = e.URL, e, column{e.column, e.Section}
	v.Body = markup(e, style, func(caption string) string {
		return `<figure><img src="/images/photo.png" alt="" width="600"><figcaption>` + caption + "</figcaption></figure>\n"
	})
	column := b.in(e.column)
	v.Prev, v.Next = neighbours(column, e)
	for i := 0; i < len(column) && len(v.Related) < 4; i++ {
		if column[i] != e {
			v.Related = append(v.Related, links(column[i : i+1])[0])
		}
	}
	return b.page(e.path, "news-article", 0, moment(e), v)
}

// newsRest adds what is no article: the feed, robots.txt, and the addresses that a crawler must see through.
func (b *builder) newsRest() error {
	feed, err := newsFeed(b.entries[:min(20, len(b.entries))])
	if err != nil {
		return err
	}
	plain := func(key, name string, status int, title string) error {
		v := b.newsView(title + "_云河日报网")
		v.Heading = title
		return b.page(key, name, status, baseDate(), v)
	}
	for _, err := range []error{
		b.file("/rss.xml", "application/rss+xml; charset=utf-8", feed),
		b.file("/robots.txt", "text/plain; charset=utf-8", []byte(newsRobots)),
		b.file("/images/photo.png", "image/png", pixel()),
		b.file("/files/price-2026.pdf", "application/pdf", emptyPDF()),
		b.redirect("/s/"+b.entries[1].id, b.entries[1].path),
		plain("/about/", "news-about", 0, "关于我们"),
		plain("/member/login.html", "news-login", 0, "用户登录"),
		plain("/yaowen/202610/t20261008_0917.html", "news-soft404", 0, "页面不存在"),
		plain("/internal/draft_2001.html", "news-draft", 0, "内部送审稿"),
		plain(notFound, "news-404", 404, "404"),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

type rss struct {
	XMLName xml.Name  `xml:"rss"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"channel>title"`
	Link    string    `xml:"channel>link"`
	About   string    `xml:"channel>description"`
	Lang    string    `xml:"channel>language"`
	Items   []rssItem `xml:"channel>item"`
}

type rssItem struct {
	Title    string `xml:"title"`
	Link     string `xml:"link"`
	GUID     string `xml:"guid"`
	Category string `xml:"category"`
	PubDate  string `xml:"pubDate"`
}

func newsFeed(entries []*entry) ([]byte, error) {
	feed := rss{Version: "2.0", Title: "云河日报网", Link: "http://" + HostNews + "/", About: "云河日报最新消息", Lang: "zh-cn"}
	for _, e := range entries {
		feed.Items = append(feed.Items, rssItem{
			Title: e.Title, Link: e.URL, GUID: e.URL, Category: e.Section, PubDate: moment(e).Format(time.RFC1123Z),
		})
	}
	var buf bytes.Buffer
	buf.WriteString(xml.Header)
	if err := xml.NewEncoder(&buf).Encode(feed); err != nil {
		return nil, fmt.Errorf("demosite: feed: %w", err)
	}
	return buf.Bytes(), nil
}
