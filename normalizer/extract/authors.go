package extract

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// statedCredits fills in what the markup says. The author is a person where the page names one anywhere; the site or an agency is
// the author only where the page says so itself and names nobody.
func (p *page) statedCredits(c *credits, lines []headLine, named bool) {
	if c.origin == "" {
		v, name := p.facts.first("contentsource", "article:source", "source", "bytedance:source", "weibo:article:source", "mediaid", "copyrightholder")
		if c.origin = cleanOrigin(v); c.origin != "" {
			p.note(offer{field: "origin", value: c.origin, from: "meta " + name, confidence: 0.8, won: true})
		}
	}
	if p.hints.author != "" {
		c.authors = splitNames(p.hints.author)
		p.offerNames("author", c.authors, "hint", 1)
	}
	if len(c.authors) == 0 && !named {
		for _, name := range p.statedAuthors(c.origin, lines) {
			if !slices.Contains(c.editors, name) {
				c.authors = addName(c.authors, name)
			}
		}
	}
	if len(c.editors) == 0 {
		v, _ := p.facts.first("editor", "responsibleeditor")
		c.editors = splitNames(v)
		p.offerNames("editor", c.editors, "meta editor", 0.8)
	}
	if c.section == "" {
		c.section, _ = p.facts.first("columnname", "article:section")
	}
	if c.section == "" {
		c.section = p.facts.linked.section
	}
	if c.section == "" {
		c.section = crumbSection(strings.Join(p.facts.linked.crumbs, ">"), p.title.text)
	}
}

// authorMeta are the names of <meta> that hold an author.
var authorMeta = []string{"author", "article:author", "dc.creator", "dcterms.creator", "byl", "sailthru.author", "parsely-author", "article.author", "citation_author", "twitter:data1", "dcsext.author", "cxenseparse:author", "authors", "article:author:name", "article_author"}

// statedAuthors asks the places that name authors outside the labelled lines, the most trusted first.
func (p *page) statedAuthors(origin string, lines []headLine) []string {
	site := keyOf(p.siteName())
	house := func(name string) bool {
		key := keyOf(name)
		return key == "" || key == site || containsHan(key) && len(key) >= 6 && strings.Contains(site, key) || key == keyOf(p.facts.linked.publisher) || key == keyOf(origin)
	}
	var people, houses []string
	sort := func(names []string) (out []string) {
		for _, name := range names {
			if house(name) {
				houses = addName(houses, name)
			} else {
				out = addName(out, name)
			}
		}
		return out
	}
	if people = sort(p.cleanPeople(p.facts.linked.people)); len(people) > 0 {
		p.offerNames("author", people, "json-ld author", 0.88)
		return people
	}
	if people = sort(splitNames(p.facts.founder.author)); len(people) > 0 {
		p.offerNames("author", people, "e-paper comment", 0.8)
		return people
	}
	for _, name := range authorMeta {
		v := p.facts.meta[name]
		if v == "" || strings.HasPrefix(v, "http") || name == "twitter:data1" && !strings.EqualFold(p.facts.meta["twitter:label1"], "written by") {
			continue
		}
		if people = sort(p.metaPeople(v)); len(people) > 0 {
			p.offerNames("author", people, "meta "+name, 0.8)
			return people
		}
	}
	if names, at := p.bylineElements(); len(names) > 0 {
		if people = sort(names); len(people) > 0 {
			p.offerNames("author", people, "byline element, "+lineName(at), 0.75)
			return people
		}
	}
	if names, at := p.bylineLine(lines); len(names) > 0 {
		p.offerNames("author", names, "byline, "+lineName(at), 0.7)
		return names
	}
	for _, name := range p.facts.linked.bodies {
		houses = addName(houses, name)
	}
	if len(houses) > 0 && !p.chinese() {
		p.offerNames("author", houses[:1], "the site itself", 0.4)
		return houses[:1]
	}
	return nil
}

// japanese tells whether names of ideographs are Japanese, with a space inside.
func (p *page) japanese() bool {
	return strings.HasPrefix(strings.ToLower(p.facts.lang), "ja") || p.script.kana*20 > p.script.han && p.script.kana > 20
}

// cleanPeople takes what is no name out of the authors of JSON-LD, and cuts several names in one.
func (p *page) cleanPeople(names []string) []string {
	var out []string
	for _, name := range names {
		for _, part := range p.metaPeople(name) {
			out = addName(out, part)
		}
	}
	return out
}

// metaPeople reads the value of an author's <meta> or JSON-LD name.
func (p *page) metaPeople(v string) []string {
	v = Fold(v)
	if strings.HasPrefix(v, "http") || strings.Contains(v, "://") || strings.HasPrefix(v, "@") {
		return nil
	}
	v, _ = cutBy(v)
	if i := strings.Index(v, "(www."); i > 0 {
		v = strings.TrimSpace(v[:i])
	}
	if containsHan(v) && !p.japanese() {
		return splitNames(v)
	}
	var out []string
	for _, word := range []string{" and ", " und ", " et ", " with ", " & "} {
		v = strings.ReplaceAll(v, word, ",")
	}
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '/' || r == '、' || r == '，' }) {
		part = strings.Trim(part, " .:-–—\"")
		for _, role := range []string{" 기자", "기자"} {
			part = strings.TrimSuffix(part, role)
		}
		if low := strings.ToLower(part); len(part) < 2 || strings.Contains(part, "@") || strings.HasPrefix(low, "www.") || low == "admin" || low == "administrator" || low == "null" || low == "undefined" || low == "unknown" || strings.HasSuffix(low, "developer") || isDigits(part) {
			continue
		}
		if utf8.RuneCountInString(part) <= 60 {
			out = addName(out, part)
		}
	}
	return out
}
