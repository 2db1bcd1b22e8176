package demosite

import (
	"sort"
)

const epaperName = "云河日报数字报"

var epaperPages = []column{{"01", "第01版：要闻"}, {"02", "第02版：民生"}, {"03", "第03版：副刊"}}

// issuePath is the folder of an issue: /html/2026-11/20/.
func issuePath(day string) string { return "/html/" + day[:7] + "/" + day[8:10] + "/" }

// buildEpaper makes the e-paper: a list of issues, for each issue its table of contents and its pages, and under them the articles.
// One address of the newest issue holds three short articles in full.
func buildEpaper(b *builder) error {
	issues := make(map[string][]*entry)
	for _, e := range b.entries {
		issues[e.Published] = append(issues[e.Published], e)
	}
	var days []string
	for day := range issues {
		days = append(days, day)
	}
	sort.Sort(sort.Reverse(sort.StringSlice(days)))
	home := view{Title: "云河日报数字报"}
	for _, day := range days {
		home.Links = append(home.Links, link{Href: issuePath(day) + "index.htm", Text: "云河日报 " + chineseDate(day) + " " + weekday(day)})
		if err := b.issue(day, issues[day]); err != nil {
			return err
		}
	}
	for _, err := range []error{
		b.page("/", "epaper-home", 0, newest(b.entries), home),
		b.page(notFound, "epaper-404", 404, baseDate(), view{Title: "404"}),
		b.file("/robots.txt", "text/plain", []byte("User-agent: *\nDisallow: /manage/\n")),
		b.page("/manage/preview.htm", "epaper-preview", 0, baseDate(), view{Title: "清样预览"}),
		b.file("/images/photo.png", "image/png", pixel()),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// issue makes the pages of one day.
func (b *builder) issue(day string, entries []*entry) error {
	entries = append([]*entry(nil), entries...)
	sort.SliceStable(entries, func(i, j int) bool {
		if entries[i].id != entries[j].id {
			return entries[i].id < entries[j].id
		}
		return entries[i].Ordinal < entries[j].Ordinal
	})
	base := view{Date: chineseDate(day) + " " + weekday(day)}
	for _, c := range epaperPages {
		g := group{Name: c.Name, Href: issuePath(day) + "node_" + c.Slug + ".htm"}
		for _, e := range entries {
			if e.column == c.Slug {
				g.Links = append(g.Links, links([]*entry{e})[0])
			}
		}
		if len(g.Links) > 0 {
			base.Groups = append(base.Groups, g)
		}
	}
	contents := base
	contents.Title = "本期目录_云河日报数字报_" + base.Date
	if err := b.page(issuePath(day)+"index.htm", "epaper-contents", 0, newest(entries), contents); err != nil {
		return err
	}
	for i, g := range base.Groups {
		v := base
		v.Title, v.Links, v.Column = g.Name+"_云河日报数字报", g.Links, column{g.Href, g.Name}
		if i > 0 {
			v.Prev = &link{Href: base.Groups[i-1].Href}
		}
		if i+1 < len(base.Groups) {
			v.Next = &link{Href: base.Groups[i+1].Href}
		}
		if err := b.page(g.Href, "epaper-node", 0, newest(entries), v); err != nil {
			return err
		}
	}
	return b.epaperArticles(entries, base)
}

// epaperArticles makes the pages of articles; entries of one address share a page.
func (b *builder) epaperArticles(entries []*entry, base view) error {
	var pages [][]*entry
	for _, e := range entries {
		if n := len(pages); n > 0 && pages[n-1][0].path == e.path {
			pages[n-1] = append(pages[n-1], e)
			continue
		}
		pages = append(pages, []*entry{e})
	}
	for i, list := range pages {
		v := base
		first := list[0]
		v.Column = column{issuePath(first.Published) + "node_" + first.column + ".htm", first.Section}
		if i > 0 {
			v.Prev = &links(pages[i-1])[0]
		}
		if i+1 < len(pages) {
			v.Next = &links(pages[i+1])[0]
		}
		name := "epaper-article"
		if len(list) == 1 {
			v.A, v.Title = first, first.Title+"_云河日报数字报"
			v.Body = epaperBody(first)
		} else {
			name, v.All, v.Title = "epaper-digest", list, first.Section+"_云河日报数字报"
			for _, e := range list {
				v.Bodies = append(v.Bodies, epaperBody(e))
			}
		}
		if err := b.page(first.path, name, 0, moment(first), v); err != nil {
			return err
		}
	}
	return nil
}
