package demosite

import "fmt"

const govName = "云河市人民政府"

var govColumns = []column{{"zwyw", "政务要闻"}, {"tzgg", "通知公告"}, {"bmdt", "部门动态"}}

const govRobots = `User-agent: *
Disallow: /oa/
`

// buildGov makes the government's portal in the manner of the CMS that most of them use: pages carry ArticleTitle, PubDate and
// their kin as meta names, listings go on at index_1.html.
func buildGov(b *builder) error {
	home := view{Title: "云河市人民政府门户网站", Nav: govColumns, Links: links(b.entries[:min(5, len(b.entries))])}
	for _, c := range govColumns {
		entries := b.in(c.Slug)
		home.Groups = append(home.Groups, group{Name: c.Name, Href: "./" + c.Slug + "/", Links: links(entries[:min(4, len(entries))])})
		href := func(n int) string {
			if n == 1 {
				return "/" + c.Slug + "/"
			}
			return fmt.Sprintf("/%s/index_%d.html", c.Slug, n-1)
		}
		v := view{Title: c.Name + "_云河市人民政府门户网站", Nav: govColumns, Column: c}
		if err := b.listing("gov-list", entries, 4, href, v); err != nil {
			return err
		}
		for _, e := range entries {
			if err := b.govArticle(e, entries); err != nil {
				return err
			}
		}
	}
	for _, err := range []error{
		b.page("/", "gov-home", 0, newest(b.entries), home),
		b.page("/oa/notice.html", "gov-oa", 0, baseDate(), view{Title: "内部办公通知", Nav: govColumns}),
		b.page(notFound, "gov-404", 404, baseDate(), view{Title: "页面找不到了", Nav: govColumns}),
		b.file("/robots.txt", "text/plain", []byte(govRobots)),
		b.file("/images/photo.png", "image/png", pixel()),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) govArticle(e *entry, list []*entry) error {
	style := e.style
	if style == "" {
		style = "em"
	}
	v := view{Title: e.Title + "_" + e.Section + "_云河市人民政府门户网站", Nav: govColumns, A: e, Column: column{e.column, e.Section}}
	v.Prev, v.Next = neighbours(list, e)
	v.Body = markup(e, style, func(caption string) string {
		return `<figure style="text-align:center"><img src="/images/photo.png" alt=""><figcaption>` + caption + "</figcaption></figure>\n"
	})
	for i, title := range e.Attachments {
		href := fmt.Sprintf("/%s/202611/P0%s%d.pdf", e.column, e.id, i+1)
		v.Links = append(v.Links, link{Href: href, Text: title})
		if err := b.file(href, "application/pdf", emptyPDF()); err != nil {
			return err
		}
	}
	return b.page(e.path, "gov-article", 0, moment(e), v)
}
