package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// isAuthorWord tells words of a class that name the author's element.
func isAuthorWord(w string) bool {
	switch w {
	case "author", "authors", "byline", "bylines", "autor", "autori", "autores", "auteur", "zuozhe", "writer", "reporter", "journalist", "redacteur", "authorname", "yazar", "penulis":
		return true
	}
	return false
}

// Bounds of one byline element: a larger one is a box about the author, not a byline.
const (
	maxBylines    = 24
	maxBylineText = 160
	maxBylineTags = 48
)

// byline notes the text of an element that calls itself the author's.
func (w *walker) byline(n *html.Node, strong bool) {
	f := &w.p.facts
	if len(f.bylines) >= maxBylines || n.DataAtom == atom.Body || n.DataAtom == atom.Html || n.DataAtom == atom.Article {
		return
	}
	if text, ok := shortText(n); ok {
		f.bylines = append(f.bylines, bylineTag{text, len(w.p.blocks), strong})
	}
}

// shortText gives the text of a small subtree with a line break where elements part it; false where it is none or too much.
func shortText(n *html.Node) (string, bool) {
	var b strings.Builder
	tags := 0
	for d := range n.Descendants() {
		if tags++; tags > maxBylineTags || b.Len() > maxBylineText*4 {
			return "", false
		}
		if d.Type == html.ElementNode && (d.DataAtom == atom.P || d.DataAtom == atom.Img || d.DataAtom == atom.Br) {
			b.WriteByte('\n')
		}
		if d.Type != html.TextNode || d.Parent != nil && (d.Parent.DataAtom == atom.Script || d.Parent.DataAtom == atom.Style) {
			continue
		}
		if strings.TrimSpace(d.Data) == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(Fold(d.Data))
	}
	text := strings.TrimSpace(b.String())
	return text, text != "" && utf8.RuneCountInString(text) <= maxBylineText
}

// bylineElements gives the names of the byline elements at the head of the article, else at its foot. Elements that say so by rel or
// itemprop go before those that only have the class.
func (p *page) bylineElements() (names []string, where int) {
	if p.first < 0 {
		return nil, 0
	}
	top := p.first
	if p.title.block >= 0 && p.title.block < top {
		top = p.title.block
	}
	for _, zone := range [...]struct{ from, to int }{{top - 4, p.first + 2}, {p.last, p.last + 5}} {
		for _, strong := range [...]bool{true, false} {
			start := -1
			for _, t := range p.facts.bylines {
				if t.strong != strong || t.block < zone.from || t.block > zone.to || start >= 0 && t.block > start+2 || p.darkAt(t.block) {
					continue
				}
				if f, _ := labelAt(t.text, 0); f == fieldEditor || f == fieldOther {
					continue
				}
				for _, name := range bylinePeople(t.text, strong) {
					names = addName(names, name)
					if start < 0 {
						start = t.block
					}
				}
			}
			if len(names) > 0 {
				return names, start
			}
		}
	}
	return nil, 0
}

// darkAt tells whether the block with index i lies in a part that is not the article's, such as a comment.
func (p *page) darkAt(i int) bool {
	return i < len(p.blocks) && i > p.last && p.boxes[p.blocks[i].box].dark && p.blocks[i].match == nil
}

// byWords stand before names, in the languages of the news; forms are lower case.
var byWords = []string{
	"written by", "posted by", "reported by", "story by", "words by", "article by", "authored by", "by", "author", "authors", "von", "text", "autor", "autorin", "par", "auteur", "por", "autor/a", "di", "door", "av", "af", "oleh", "penulis", "reporter", "autore", "napisał", "napisała",
	"автор", "текст", "piše", "piše:", "autori", "skrevet av", "szerző", "yazar", "haberi yazan", "tekst", "συντάκτης", "γράφει", "γράφει ο", "γράφει η", "של", "מאת", "بقلم", "كتب", "كتبت", "文", "作者", "撰文", "記者", "记者", "特約記者", "本報記者",
}

// cutBy takes a word for "by" off the front of a text.
func cutBy(s string) (string, bool) {
	lower := strings.ToLower(s)
	for _, w := range byWords {
		if !strings.HasPrefix(lower, w) || len(lower) != len(s) {
			continue
		}
		rest := s[len(w):]
		r, _ := utf8.DecodeRuneInString(rest)
		if rest == "" || unicode.IsLetter(r) && !isIdeographic(r) || isIdeographic(r) && !isIdeographic(firstRune(w)) {
			continue
		}
		return strings.TrimLeft(rest, " :：/|\n·-–—"), true
	}
	return s, false
}

// bylinePeople gives the people of a byline: By Jane Doe and John Roe, Political Editor | 3 May 2026.
func bylinePeople(text string, strong bool) []string {
	if _, at := findDate(strings.ReplaceAll(text, "\n", " ")); at.end > 0 {
		text = text[:at.start]
	}
	said := false
	for range 2 {
		var ok bool
		if text, ok = cutBy(strings.TrimLeft(text, " \n·|-–—:")); ok {
			said = true
		}
	}
	if containsHan(text) {
		return splitNames(strings.ReplaceAll(text, "\n", ","))
	}
	for _, stop := range []string{"|", "•", "·", "@", "Published", "Updated", "Posted", "Follow", "Reviewed", "Publié", "Mis à jour", "Veröffentlicht", "Publicado", "Pubblicato", "Opublikowano", "Gepubliceerd", ". ", " for ", " in ", "–", "—", "Last ", "Aktualisiert"} {
		if i := strings.Index(text, stop); i >= 0 {
			text = text[:i]
		}
	}
	var out []string
	for _, word := range []string{" and ", " und ", " et ", " y ", " e ", " og ", " och ", " en ", " ve ", " dan ", " и ", " i ", " with ", "\nand\n", "\nund\n", " & "} {
		text = strings.ReplaceAll(text, word, ",")
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '/' || r == '(' || r == ')' }) {
		part = strings.Trim(part, " .:-–—\"")
		part, _ = cutBy(part)
		for _, role := range []string{" 기자", "기자", " 記者", "記者"} {
			part = strings.TrimSuffix(part, role)
		}
		if isPersonName(part, strong || said) {
			out = addName(out, part)
		}
	}
	return out
}

// notPersons are words that bylines and author boxes hold beside names.
var notPersons = map[string]bool{
	"editor": true, "reporter": true, "correspondent": true, "writer": true, "staff": true, "contributor": true, "editors": true, "journalist": true, "columnist": true, "author": true, "authors": true, "about": true, "follow": true, "share": true,
	"comments": true, "comment": true, "read": true, "more": true, "view": true, "profile": true, "posts": true, "min": true, "minutes": true, "updated": true, "published": true, "posted": true, "senior": true, "chief": true, "team": true, "contact": true,
	"subscribe": true, "newsletter": true, "email": true, "twitter": true, "facebook": true, "linkedin": true, "image": true, "photo": true, "photos": true, "getty": true, "reuters": true, "redakteur": true, "redakteurin": true, "redaktion": true, "by": true, "the": true, "your": true,
	"manager": true, "director": true, "coordinator": true, "producer": true, "freelance": true, "guest": true, "news": true, "admin": true, "anonymous": true, "unknown": true, "null": true, "undefined": true, "contributing": true, "phd": true, "md": true, "dvm": true, "esq": true, "jr": true, "from": true, "with": true, "all": true, "see": true, "link": true,
	"author:": true, "bio": true, "website": true, "articles": true, "fact": true, "checked": true, "reviewed": true, "medically": true, "expert": true, "verified": true, "ago": true, "copy": true, "save": true, "print": true, "listen": true, "advertisement": true, "editör": true, "yazı": true,
}

// nameParticles are the small words within names.
var nameParticles = map[string]bool{"de": true, "da": true, "do": true, "dos": true, "das": true, "del": true, "della": true, "di": true, "van": true, "von": true, "der": true, "den": true, "la": true, "le": true, "du": true, "bin": true, "ibn": true, "al": true, "el": true, "ter": true, "ten": true, "zu": true, "af": true, "av": true, "y": true, "e": true, "st": true, "o": true}

// isPersonName accepts two to five words that begin as names begin; a single word only where the markup vouches for it.
func isPersonName(s string, vouched bool) bool {
	n := utf8.RuneCountInString(s)
	if n < 3 || n > 40 || strings.ContainsAny(s, "0123456789@?!:#[]<>{}=") || strings.Contains(s, "www.") || strings.Contains(s, ".com") {
		return false
	}
	words := strings.Fields(s)
	if len(words) > 5 || len(words) < 2 && !vouched {
		return false
	}
	capitals := 0
	for _, w := range words {
		low := strings.ToLower(strings.Trim(w, ".,'’"))
		if notPersons[low] {
			return false
		}
		r := firstRune(w)
		if !unicode.IsLetter(r) && r != '\'' && r != '’' {
			return false
		}
		switch {
		case unicode.IsUpper(r) || unicode.IsTitle(r) || !unicode.IsLower(r): // scripts without case count as capitals
			capitals++
		case nameParticles[low]:
		default:
			if !vouched || len(words) > 1 {
				return false
			}
		}
	}
	return capitals > 0 || vouched
}

// afterBy finds a label for the author within a line: Opublikowano: 3 maja 2026, autor: Jan Kowalski.
func afterBy(s string) (string, bool) {
	lower := strings.ToLower(s)
	if len(lower) != len(s) {
		return "", false
	}
	for _, w := range []string{"autor:", "author:", "auteur:", "autore:", "autorin:", "text:", "oleh:", "penulis:", "reporter:", "автор:", "yazar:", "szerző:", "skribent:", "skrevet av", "tác giả:"} {
		if i := strings.Index(lower, w); i >= 0 {
			return strings.TrimLeft(s[i+len(w):], " "), true
		}
	}
	return "", false
}

// bylineLine reads the short lines between headline and text that say By and names, and nothing else.
func (p *page) bylineLine(lines []headLine) ([]string, int) {
	for _, l := range lines {
		b := l.block
		if b.n > 30 || b.hidden || b.foot || l.at >= 0 && p.title.block >= 0 && l.at < p.title.block-2 || containsHan(b.text) {
			continue
		}
		rest, ok := cutBy(b.text)
		if !ok {
			rest, ok = afterBy(b.text)
		}
		if !ok || strings.Count(b.text, " ") < 2 && !strings.Contains(b.text, ":") {
			continue
		}
		if names := bylinePeople(rest, false); len(names) > 0 {
			return names, l.at
		}
	}
	return nil, 0
}

// dateProp notes the publication date of microdata, in an attribute or as text.
func (w *walker) dateProp(n *html.Node, value string) {
	if len(w.p.facts.props) >= 16 {
		return
	}
	if value == "" {
		value, _ = shortText(n)
	}
	w.p.facts.props = append(w.p.facts.props, timeTag{value, len(w.p.blocks)})
}
