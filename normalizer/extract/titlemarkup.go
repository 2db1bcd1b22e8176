package extract

import (
	"strings"
	"unicode/utf8"
)

// statedTitles are what the markup says the headline is, most trusted first.
func (p *page) statedTitles() []string {
	var out []string
	add := func(s string) {
		if s = withoutTags(s); s != "" && utf8.RuneCountInString(s) <= 200 {
			out = append(out, s)
		}
	}
	add(Fold(p.in.TitleHint))
	add(p.facts.founder.title)
	add(p.facts.linked.headline)
	for _, name := range []string{"articletitle", "og:title", "twitter:title", "headline", "dc.title"} {
		add(p.facts.meta[name])
	}
	return out
}

// withoutTags takes markup out of a value, which some templates leave in.
func withoutTags(s string) string {
	for range 8 {
		open := strings.IndexByte(s, '<')
		end := strings.IndexByte(s[max(open, 0):], '>')
		if open < 0 || end < 2 || !isASCIILetter(rune(s[open+1])) && s[open+1] != '/' {
			break
		}
		s = s[:open] + " " + s[open+end+1:]
	}
	return strings.TrimSpace(s)
}

// siteKey is the key of the site's name.
func (p *page) siteKey() string {
	if p.siteOf == nil {
		key := keyOf(p.siteName())
		p.siteOf = &key
	}
	return *p.siteOf
}

// settleTitle chooses between the headline as it is shown and as the markup states it, where one holds the other: the line above a
// headline is often run into its element, or left out of it.
func (p *page) settleTitle(t *foundTitle) {
	linked, open := p.facts.linked.headline, p.facts.meta["og:title"]
	if open != "" {
		open = trimSiteName(open, p.siteName())
	}
	shown := keyOf(t.text)
	agreed := linked != "" && keyOf(linked) == keyOf(open)
	for _, s := range []string{open, linked} {
		key := keyOf(s)
		switch {
		case len(key) < 12 || key == shown || strings.HasSuffix(s, "…") || strings.HasSuffix(s, "..."):
		case strings.HasSuffix(shown, key) && len(key)*5 >= len(shown)*2 && !p.chinese(),
			agreed && strings.HasSuffix(key, shown) && len(shown)*5 >= len(key)*2,
			agreed && strings.HasPrefix(shown, key) && len(key)*2 >= len(shown):
			t.shown, t.text = t.text, s
			return
		}
		if key == shown {
			return
		}
	}
}

// onlySite tells whether all that the markup has for a headline names the site.
func (p *page) onlySite() bool {
	for _, s := range append(p.statedTitles(), p.facts.docTitle) {
		if s != "" && !namesSite(s) && !p.inCrumbs(s) {
			return false
		}
	}
	return true
}

// inCrumbs tells whether a text is the beginning of the path of sections.
func (p *page) inCrumbs(s string) bool {
	for i := 0; i < p.first && i < 40; i++ {
		if b := &p.blocks[i]; (b.crumb || b.match != nil && b.match.name == "breadcrumb") && b.linkShare() > 0.3 && strings.HasPrefix(b.text, s) {
			return true
		}
	}
	return false
}

// siteEnds end the names of sites and of pages that are no article's.
var siteEnds = []string{"网", "網", "网站", "網站", "门户", "首页", "首頁", "日报", "日報", "晚报", "晚報", "电视台", "電視台", "在线", "线上", "频道", "頻道", "online", "home", "homepage", "news", "portal", "显示", "正文", "浏览", "查看", "无标题文档", "untitled", "newpage", "newpage1", "untitleddocument"}

// namesSite tells whether a <title> is the name of the site or of the template, and not of the article.
func namesSite(docTitle string) bool {
	key := keyOf(docTitle)
	if utf8.RuneCountInString(key) > 14 {
		return false
	}
	for _, end := range siteEnds {
		if strings.HasSuffix(key, end) {
			return true
		}
	}
	return false
}

// partedInDoc tells whether <title> has a separator right behind the headline, so that what follows there is the site's.
func partedInDoc(doc, title string) bool {
	_, rest, ok := strings.Cut(doc, title)
	rest = strings.TrimLeft(rest, " ")
	return ok && rest != "" && strings.ContainsRune("_|-–—»·｜丨", firstRune(rest))
}
