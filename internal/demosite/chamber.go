package demosite

import (
	"fmt"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const chamberName = "云河市工商业联合会"

var chamberColumns = []column{{"1", "商会要闻"}, {"2", "会员风采"}, {"3", "政策解读"}}

const chamberRobots = `User-agent: *
Disallow: /admin/
`

// buildChamber makes the chamber of commerce: an old CMS whose pages are GBK tables with <FONT>, whose meta tag says gb2312, whose
// HTTP header says nothing, and whose addresses differ in their query only.
func buildChamber(b *builder) error {
	b.encode = func(utf8 []byte) ([]byte, error) { return simplifiedchinese.GBK.NewEncoder().Bytes(utf8) }
	b.html = "text/html"
	home := view{Title: "云河市工商业联合会(总商会)", Nav: chamberColumns}
	for _, c := range chamberColumns {
		entries := b.in(c.Slug)
		home.Groups = append(home.Groups, group{Name: c.Name, Href: "list.asp?classid=" + c.Slug, Links: links(entries[:min(3, len(entries))])})
		href := func(n int) string {
			if n == 1 {
				return "/list.asp?classid=" + c.Slug
			}
			return fmt.Sprintf("/list.asp?classid=%s&page=%d", c.Slug, n)
		}
		v := view{Title: c.Name + "-云河市工商业联合会", Nav: chamberColumns, Column: c}
		if err := b.listing("chamber-list", entries, 3, href, v); err != nil {
			return err
		}
		for _, e := range entries {
			if err := b.chamberArticle(e, entries); err != nil {
				return err
			}
		}
	}
	gone := view{Title: "提示信息", Nav: chamberColumns}
	for _, err := range []error{
		b.page("/", "chamber-home", 0, newest(b.entries), home),
		b.page("/show.asp", "chamber-soft404", 0, baseDate(), gone), // any id that is not there
		b.page("/list.asp", "chamber-soft404", 0, baseDate(), gone),
		b.page("/about.asp", "chamber-about", 0, baseDate(), view{Title: "本会简介", Nav: chamberColumns}),
		b.page("/admin/login.asp", "chamber-admin", 0, baseDate(), view{Title: "后台管理", Nav: chamberColumns}),
		b.page(notFound, "chamber-soft404", 404, baseDate(), gone),
		b.file("/robots.txt", "text/plain", []byte(chamberRobots)),
		b.file("/images/photo.png", "image/png", pixel()),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) chamberArticle(e *entry, list []*entry) error {
	style := e.style
	if style == "" {
		style = "BR"
	}
	v := view{Title: e.Title + "-云河市工商业联合会", Nav: chamberColumns, A: e, Column: column{e.column, e.Section}, Date: chineseDate(e.Published)}
	v.Prev, v.Next = neighbours(list, e)
	v.Body = markup(e, style, nil)
	return b.page(e.path, "chamber-article", 0, moment(e), v)
}
