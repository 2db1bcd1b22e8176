package extract

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
)

// linkedData is the article that the page describes in JSON-LD (schema.org/NewsArticle and its kin).
type linkedData struct {
	found                                          bool // an article
	loose                                          bool // read out of broken JSON
	kind, headline, alternative, description, body string
	published, modified, section, publisher        string
	people, bodies                                 []string // the authors: persons, and organisations
	keywords, crumbs                               []string
	authorIDs                                      []string
	names                                          map[string]string // of persons by @id
}

// maxLinked bounds the bytes of one JSON-LD script that are read.
const maxLinked = 1 << 20

// readLinked reads one JSON-LD script. The first article wins; a later one of the same headline fills in what it lacks. Broken JSON
// is searched for the fields of an article.
func (f *facts) readLinked(data string) {
	if len(data) > maxLinked {
		return
	}
	data = strings.TrimSpace(data)
	var v any
	if json.Unmarshal([]byte(data), &v) != nil {
		clean := strings.Map(func(r rune) rune {
			if r < 0x20 {
				return ' ' // line breaks inside strings are the common fault
			}
			return r
		}, strings.TrimRight(data, "; \t\r\n"))
		if json.Unmarshal([]byte(clean), &v) != nil {
			f.scanLinked(data)
			return
		}
	}
	f.searchLinked(v, 0)
	f.linked.resolve()
}

// scanLinked reads the fields of an article out of JSON that does not parse.
func (f *facts) scanLinked(data string) {
	if f.linked.found || !strings.Contains(data, "Article\"") && !strings.Contains(data, "BlogPosting\"") {
		return
	}
	l := linkedData{found: true, loose: true, kind: "Article"}
	l.headline = Fold(html.UnescapeString(looseField(data, "headline")))
	l.published, l.modified = looseField(data, "datePublished"), looseField(data, "dateModified")
	if l.published == "" && l.headline == "" {
		return
	}
	if i := strings.Index(data, `"author"`); i >= 0 {
		if name := Fold(html.UnescapeString(looseField(data[i:min(len(data), i+300)], "name"))); name != "" {
			l.people = []string{name}
		}
	}
	f.linked = l
}

// looseField gives the string value of the first key of that name.
func looseField(data, key string) string {
	i := strings.Index(data, `"`+key+`"`)
	if i < 0 {
		return ""
	}
	rest := strings.TrimLeft(data[i+len(key)+2:], " \t\r\n:")
	if !strings.HasPrefix(rest, `"`) {
		return ""
	}
	value, _, ok := strings.Cut(rest[1:], `"`)
	if !ok || len(value) > 400 {
		return ""
	}
	return strings.ReplaceAll(value, `\/`, "/")
}

func (f *facts) searchLinked(v any, depth int) {
	if depth > 6 {
		return
	}
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			if i == 256 {
				return
			}
			f.searchLinked(x, depth+1)
		}
	case map[string]any:
		f.linked.note(v)
		kind := typeOf(v["@type"])
		switch {
		case isArticleType(kind):
			f.takeLinked(v, kind)
			return
		case kind == "BreadcrumbList":
			f.linked.takeCrumbs(v["itemListElement"])
			return
		case strings.HasSuffix(kind, "WebPage") && f.linked.published == "":
			f.linked.published = textOf(v["datePublished"])
			if f.linked.modified == "" {
				f.linked.modified = textOf(v["dateModified"])
			}
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "breadcrumb", "hasPart"} {
			if x, ok := v[key]; ok && (key != "itemListElement" && key != "hasPart" || depth < 2) {
				f.searchLinked(x, depth+1)
			}
		}
	}
}

// note remembers the name of a person or organisation that articles refer to by @id.
func (l *linkedData) note(v map[string]any) {
	id, _ := v["@id"].(string)
	if id == "" || len(l.names) >= 256 {
		return
	}
	kind := typeOf(v["@type"])
	if kind != "Person" && !strings.HasSuffix(kind, "Organization") {
		return
	}
	if name := Fold(nameOf(v)); name != "" {
		if l.names == nil {
			l.names = map[string]string{}
		}
		l.names[id] = kind + "\n" + name
	}
}

// resolve puts names in the place of references, once everything is read.
func (l *linkedData) resolve() {
	for _, id := range l.authorIDs {
		kind, name, ok := strings.Cut(l.names[id], "\n")
		switch {
		case !ok:
		case kind == "Person":
			l.people = addName(l.people, name)
		default:
			l.bodies = addName(l.bodies, name)
		}
	}
	if publisher, ok := l.names[l.publisher]; ok {
		_, l.publisher, _ = strings.Cut(publisher, "\n")
	}
}

// takeCrumbs reads the path of sections.
func (l *linkedData) takeCrumbs(v any) {
	list, _ := v.([]any)
	if len(l.crumbs) > 0 {
		return
	}
	for i, x := range list {
		m, ok := x.(map[string]any)
		if !ok || i >= 16 {
			break
		}
		name := textOf(m["name"])
		if item, ok := m["item"].(map[string]any); ok && name == "" {
			name = textOf(item["name"])
		}
		if name = Fold(name); name != "" {
			l.crumbs = append(l.crumbs, name)
		}
	}
}

func (f *facts) takeLinked(v map[string]any, kind string) {
	n := linkedData{
		found: true, kind: kind,
		headline: Fold(textOf(v["headline"])), alternative: Fold(textOf(v["alternativeHeadline"])), description: Fold(textOf(v["description"])), body: textOf(v["articleBody"]),
		published: textOf(v["datePublished"]), modified: textOf(v["dateModified"]), section: Fold(textOf(v["articleSection"])), publisher: Fold(nameOf(v["publisher"])),
		keywords: splitWords(textOf(v["keywords"])),
	}
	if n.published == "" {
		n.published = textOf(v["dateCreated"])
	}
	if n.headline == "" {
		n.headline = Fold(textOf(v["name"]))
	}
	if publisher, ok := v["publisher"].(map[string]any); ok && n.publisher == "" {
		n.publisher, _ = publisher["@id"].(string)
	}
	if list, ok := v["keywords"].([]any); ok {
		n.keywords = nil
		for _, x := range list {
			n.keywords = append(n.keywords, splitWords(textOf(x))...)
		}
	}
	for _, key := range []string{"author", "creator"} {
		if len(n.people)+len(n.bodies)+len(n.authorIDs) == 0 {
			n.takeAuthors(v[key])
		}
	}
	if !f.linked.found {
		n.crumbs, n.names = f.linked.crumbs, f.linked.names
		if n.published == "" {
			n.published = f.linked.published
		}
		f.linked = n
		return
	}
	f.linked.fill(n)
}

// fill takes what is missing from a second description of the same article.
func (l *linkedData) fill(n linkedData) {
	if keyOf(n.headline) != keyOf(l.headline) {
		return
	}
	for _, x := range []struct{ to, from *string }{
		{&l.description, &n.description}, {&l.published, &n.published}, {&l.modified, &n.modified}, {&l.section, &n.section}, {&l.publisher, &n.publisher}, {&l.alternative, &n.alternative},
	} {
		if *x.to == "" {
			*x.to = *x.from
		}
	}
	if len(l.people) == 0 {
		l.people = n.people
		l.authorIDs = append(l.authorIDs, n.authorIDs...)
	}
	if len(l.bodies) == 0 {
		l.bodies = n.bodies
	}
	if len(l.keywords) == 0 {
		l.keywords = n.keywords
	}
}

// takeAuthors reads an author or a list of them: names, persons, organisations, references.
func (l *linkedData) takeAuthors(v any) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for i, x := range list {
		if i >= 16 {
			return
		}
		m, _ := x.(map[string]any)
		name := Fold(nameOf(x))
		if name == "" {
			if id, _ := m["@id"].(string); id != "" {
				l.authorIDs = append(l.authorIDs, id)
			}
			continue
		}
		if strings.HasSuffix(typeOf(m["@type"]), "Organization") {
			l.bodies = addName(l.bodies, name)
		} else {
			l.people = addName(l.people, name)
		}
	}
}

func typeOf(v any) string {
	if list, ok := v.([]any); ok {
		last := ""
		for _, x := range list {
			if s, ok := x.(string); ok {
				if last = s; isArticleType(s) {
					return s
				}
			}
		}
		return last
	}
	s, _ := v.(string)
	return strings.TrimPrefix(strings.TrimPrefix(s, "http://schema.org/"), "https://schema.org/")
}

func isArticleType(s string) bool {
	return strings.HasSuffix(s, "Article") || strings.HasSuffix(s, "BlogPosting") || strings.HasSuffix(s, "ForumPosting") || s == "Report" || s == "SocialMediaPosting"
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return html.UnescapeString(v)
	case []any:
		if len(v) > 0 {
			return textOf(v[0])
		}
	}
	return ""
}

func nameOf(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return textOf(v)
	}
	if name := textOf(m["name"]); name != "" {
		return name
	}
	return strings.TrimSpace(textOf(m["givenName"]) + " " + textOf(m["familyName"]))
}
