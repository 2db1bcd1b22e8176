package extract

import (
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
	props     []timeTag // itemprop=datePublished
	images    []imageTag
	files     []fileLink
	password  bool // an input of type password
	inputs    int  // form fields
	founder   founderData
	scripts   int // bytes of script
	bylines   []bylineTag
	// scriptTexts are the page's scripts: they are read only where nothing else names a date.
	scriptTexts []string
	refresh     bool // a meta refresh
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

// bylineTag is an element that calls itself the author's, by class, rel or itemprop.
type bylineTag struct {
	text   string // lines parted by \n where elements part them
	block  int
	strong bool // rel=author, itemprop=author
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

// maxMeta bounds the names that are kept; real pages have 80.
const maxMeta = 1024

func (f *facts) setMeta(name, content string) {
	if name == "" || len(content) > 64<<10 || len(f.meta) >= maxMeta {
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
