package extract

import (
	"strings"
	"unicode/utf8"
)

// titleSeparators part the headline from section and site in <title>.
const titleSeparators = "_|-–—»·｜丨<>:：－ "

// trimSiteName takes the section and site name off a <title>. Colons and spaces part only where the site's name is known.
func trimSiteName(s, site string) string {
	if site != "" && strings.HasSuffix(s, site) && s != site {
		s = strings.TrimRight(strings.TrimSuffix(s, site), titleSeparators)
	}
	cut := func(r rune) bool { return r == '_' || r == '|' || r == '｜' || r == '»' || r == '丨' || r == '－' }
	parts := strings.FieldsFunc(s, cut)
	if len(parts) == 1 {
		for _, sep := range []string{" - ", " – ", " — ", "--", "-"} {
			if sep == "-" && !containsHan(s) {
				continue
			}
			if parts = strings.Split(s, sep); len(parts) > 1 {
				break
			}
		}
	}
	for i, part := range parts {
		if weightOf(part) >= 6 || i == len(parts)-1 && i > 0 {
			if i == len(parts)-1 && i > 0 && weightOf(part) < weightOf(parts[0]) {
				part = parts[0]
			}
			return strings.TrimSpace(part)
		}
	}
	return strings.TrimSpace(s)
}

func (p *page) siteName() string {
	v, _ := p.facts.first("sitename", "og:site_name", "application-name", "sitename.name")
	if v == "" && p.facts.linked.publisher != "" {
		v = p.facts.linked.publisher
	}
	if v == "" {
		v = lastSegment(p.facts.docTitle)
		if v != "" && p.title.block >= 0 && keyOf(v) == keyOf(p.title.text) { // the site stands in front
			v = strings.TrimRight(strings.TrimSuffix(p.facts.docTitle, v), titleSeparators)
		}
	}
	if utf8.RuneCountInString(v) > 40 {
		return ""
	}
	for _, kind := range []string{"政府门户网站", "门户网站", "官方网站"} {
		if short, ok := strings.CutSuffix(v, kind); ok && utf8.RuneCountInString(short) >= 4 {
			return strings.TrimSuffix(short+strings.TrimSuffix(kind, "门户网站"), "官方网站")
		}
	}
	return v
}

// lastSegment gives the last part of a <title>, where sites put their name.
func lastSegment(s string) string {
	i := strings.LastIndexAny(s, "_|-—–｜－")
	if i < 0 {
		return ""
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	name := strings.TrimSpace(s[i+size:])
	if strings.HasPrefix(lineKey(name), "poweredby") {
		return lastSegment(strings.TrimSpace(s[:i]))
	}
	if n := weightOf(name); n < 2 || n > 16 || n*3 > weightOf(s)*2 {
		return ""
	}
	return name
}
