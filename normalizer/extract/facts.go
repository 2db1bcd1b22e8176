package extract

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
)

// facts is what the page says about itself in its markup. Nothing of it is believed before the visible text agrees.
type facts struct {
	docTitle  string
	lang      string
	canonical string
	meta      map[string]string // by lower-case name, property or itemprop; the first non-empty one
	linked    linkedData
	times     []timeTag
	images    []imageTag
	files     []fileLink
	password  bool // an input of type password
	inputs    int  // form fields
	scripts   int  // bytes of script
	refresh   bool // a meta refresh
}

type timeTag struct {
	value string
	block int
}

type imageTag struct {
	src, alt string
	block    int // index of the block that follows it
	box      int
}

type fileLink struct {
	href, title string
	block       int
	box         int
}

func newFacts() facts { return facts{meta: map[string]string{}} }

// readMeta takes a <meta> or any element with itemprop and content.
func (f *facts) readMeta(n *html.Node) {
	var name, content string
	for _, a := range n.Attr {
		switch a.Key {
		case "name", "property", "itemprop":
			if name == "" {
				name = strings.ToLower(strings.TrimSpace(a.Val))
			}
		case "content":
			content = a.Val
		case "http-equiv":
			f.refresh = f.refresh || strings.EqualFold(a.Val, "refresh")
		}
	}
	f.setMeta(name, content)
}

func (f *facts) setMeta(name, content string) {
	if name == "" || len(content) > 64<<10 {
		return
	}
	content = Fold(content)
	if content != "" && f.meta[name] == "" {
		f.meta[name] = content
	}
}

// first gives the first of the names that the page has, and which it was.
func (f *facts) first(names ...string) (value, name string) {
	for _, n := range names {
		if v := f.meta[n]; v != "" {
			return v, n
		}
	}
	return "", ""
}

// linkedData is the article that the page describes in JSON-LD (schema.org/NewsArticle and its kin).
type linkedData struct {
	found                                          bool
	kind, headline, alternative, description, body string
	published, modified, section, publisher        string
	authors, keywords                              []string
}

// readLinked reads one JSON-LD script; broken JSON is not there. The first article wins.
func (f *facts) readLinked(data string) {
	if f.linked.found || len(data) > 1<<20 {
		return
	}
	var v any
	if json.Unmarshal([]byte(strings.TrimSpace(data)), &v) != nil {
		clean := strings.Map(func(r rune) rune {
			if r < 0x20 {
				return ' ' // line breaks inside strings are the common fault
			}
			return r
		}, data)
		if json.Unmarshal([]byte(clean), &v) != nil {
			return
		}
	}
	f.searchLinked(v, 0)
}

func (f *facts) searchLinked(v any, depth int) {
	if depth > 6 || f.linked.found {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			f.searchLinked(x, depth+1)
		}
	case map[string]any:
		if kind := typeOf(v["@type"]); isArticleType(kind) {
			f.takeLinked(v, kind)
			return
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage", "itemListElement"} {
			if x, ok := v[key]; ok && (key != "itemListElement" || depth < 2) {
				f.searchLinked(x, depth+1)
			}
		}
	}
}

func (f *facts) takeLinked(v map[string]any, kind string) {
	f.linked = linkedData{
		found: true, kind: kind,
		headline: Fold(textOf(v["headline"])), alternative: Fold(textOf(v["alternativeHeadline"])), description: Fold(textOf(v["description"])), body: textOf(v["articleBody"]),
		published: textOf(v["datePublished"]), modified: textOf(v["dateModified"]), section: Fold(textOf(v["articleSection"])), publisher: Fold(nameOf(v["publisher"])),
		authors: namesOf(v["author"]), keywords: splitWords(textOf(v["keywords"])),
	}
	if f.linked.headline == "" {
		f.linked.headline = Fold(textOf(v["name"]))
	}
	if list, ok := v["keywords"].([]any); ok {
		f.linked.keywords = nil
		for _, x := range list {
			f.linked.keywords = append(f.linked.keywords, splitWords(textOf(x))...)
		}
	}
}

func typeOf(v any) string {
	if list, ok := v.([]any); ok {
		for _, x := range list {
			if s, ok := x.(string); ok && isArticleType(s) {
				return s
			}
		}
	}
	s, _ := v.(string)
	return s
}

func isArticleType(s string) bool {
	return strings.HasSuffix(s, "Article") || strings.HasSuffix(s, "BlogPosting") || s == "Report" || strings.HasSuffix(s, "NewsArticle")
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
	if m, ok := v.(map[string]any); ok {
		return textOf(m["name"])
	}
	return textOf(v)
}

func namesOf(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, x := range list {
		if name := Fold(nameOf(x)); name != "" && len(out) < 16 {
			out = append(out, name)
		}
	}
	return out
}

// splitWords cuts a list of keywords at the separators that sites use.
func splitWords(s string) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool {
		return r == ',' || r == '，' || r == ';' || r == '；' || r == '、' || r == '|'
	}) {
		w = Fold(w)
		if w != "" && len(w) <= 60 && !seen[w] && len(out) < 32 {
			seen[w] = true
			out = append(out, w)
		}
	}
	if len(out) == 1 && strings.Count(out[0], " ") > 0 && containsHan(out[0]) {
		return strings.Fields(out[0])
	}
	return out
}

func containsHan(s string) bool {
	for _, r := range s {
		if isIdeographic(r) {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
