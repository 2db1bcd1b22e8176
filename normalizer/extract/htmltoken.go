package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tokenKind tells the tokens of HTML apart.
type tokenKind uint8

const (
	endOfFile tokenKind = iota
	textToken
	startTag
	endTag
	commentToken
	doctypeToken
)

// htmlToken is one token. Its strings are pieces of the page wherever nothing had to be decoded.
type htmlToken struct {
	kind    tokenKind
	atom    atom.Atom
	data    string // text, or the name of the tag in lower case
	attrs   []html.Attribute
	closing bool // <br/>
}

// tokenizer cuts a page into tokens by the rules of HTML (WHATWG HTML §13.2.5), as html.Tokenizer does, but from a string that it
// neither copies nor walks byte by byte. A test holds its tokens against those of html.Tokenizer.
type tokenizer struct {
	s     string
	at    int
	raw   string // name of the element whose text comes next without markup
	cdata bool   // within foreign content
	slab  []html.Attribute
}

// maxAttrs bounds the attributes of one element, so that looking for repeated ones stays linear.
const maxAttrs = 64

// next reads a token into t.
func (z *tokenizer) next(t *htmlToken) {
	*t = htmlToken{}
	start := z.at
	if z.raw != "" && z.rawText(t) {
		return
	}
	for i := start; ; {
		n := strings.IndexByte(z.s[i:], '<')
		if n < 0 || i+n+1 >= len(z.s) {
			break
		}
		i += n
		c := z.s[i+1]
		closes := c == '/'
		if !closes && c != '!' && c != '?' && !isASCIILetter(rune(c)) {
			i++
			continue
		}
		if i > start {
			z.at = i
			t.kind, t.data = textToken, unescapeText(z.s[start:i])
			return
		}
		if closes && i+2 >= len(z.s) {
			break
		}
		z.markup(t, i, c)
		return
	}
	z.at = len(z.s)
	if start < len(z.s) {
		t.kind, t.data = textToken, unescapeText(z.s[start:])
	}
}

// markup reads what begins with the < at i.
func (z *tokenizer) markup(t *htmlToken, i int, c byte) {
	switch {
	case c == '!':
		z.at = i + 2
		z.declaration(t)
	case c == '?':
		z.at = i + 1
		z.bogus(t)
	case c != '/':
		z.at = i + 1
		z.tag(t, startTag)
	case z.s[i+2] == '>':
		z.at = i + 3
		t.kind = commentToken
	case isASCIILetter(rune(z.s[i+2])):
		z.at = i + 2
		z.tag(t, endTag)
	default:
		z.at = i + 2
		z.bogus(t)
	}
}

// bogus reads a comment that ends with the next >.
func (z *tokenizer) bogus(t *htmlToken) {
	t.kind = commentToken
	if n := strings.IndexByte(z.s[z.at:], '>'); n >= 0 {
		z.at += n + 1
		return
	}
	z.at = len(z.s)
}

// declaration reads what follows <! : a comment, the doctype, a CDATA section.
func (z *tokenizer) declaration(t *htmlToken) {
	const doctype, cdata = "doctype", "[CDATA["
	rest := z.s[z.at:]
	switch {
	case strings.HasPrefix(rest, "--"):
		z.at += 2
		z.comment(t)
	case len(rest) >= len(doctype) && strings.EqualFold(rest[:len(doctype)], doctype):
		z.at += len(doctype)
		z.skipSpace()
		start := z.at
		z.bogus(t)
		t.kind, t.data = doctypeToken, strings.TrimSuffix(z.s[start:z.at], ">")
	case z.cdata && strings.HasPrefix(rest, cdata):
		z.at = len(z.s)
		if n := strings.Index(rest, "]]>"); n >= 0 {
			z.at -= len(rest) - n - len("]]>")
		}
		t.kind = textToken
	default:
		z.bogus(t)
	}
}

// comment reads to -->, to --!>, or to a > that follows at once.
func (z *tokenizer) comment(t *htmlToken) {
	t.kind = commentToken
	for i := z.at; ; {
		n := strings.IndexByte(z.s[i:], '>')
		if n < 0 {
			z.at = len(z.s)
			return
		}
		i += n + 1
		if said := z.s[z.at : i-1]; said == "" || said == "-" || strings.HasSuffix(said, "--") || strings.HasSuffix(said, "--!") {
			z.at = i
			return
		}
	}
}

func isHTMLSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' }

func (z *tokenizer) skipSpace() {
	for z.at < len(z.s) && isHTMLSpace(z.s[z.at]) {
		z.at++
	}
}

// tag reads a tag from its name on. One that the page ends in is not there.
func (z *tokenizer) tag(t *htmlToken, kind tokenKind) {
	start := z.at
	for z.at < len(z.s) && !isHTMLSpace(z.s[z.at]) && z.s[z.at] != '/' && z.s[z.at] != '>' {
		z.at++
	}
	t.kind = kind
	t.atom, t.data = tagName(z.s[start:z.at])
	if cap(z.slab)-len(z.slab) < maxAttrs { // a full slab stays with its elements
		z.slab = make([]html.Attribute, 0, min(8*maxAttrs, maxAttrs+len(z.s)/64))
	}
	first, valueEnd := len(z.slab), -1
	for {
		z.skipSpace()
		if z.at >= len(z.s) {
			*t = htmlToken{}
			return
		}
		if z.s[z.at] == '>' {
			break
		}
		key, value, end := z.attribute()
		if kind == startTag && key != "" && z.addAttr(first, key, value) {
			valueEnd = end
		}
	}
	z.at++
	if kind != startTag {
		return
	}
	t.attrs = z.slab[first:len(z.slab):len(z.slab)]
	t.closing = z.s[z.at-2] == '/' && valueEnd != z.at-1
	switch t.atom {
	case atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Script, atom.Style, atom.Textarea, atom.Title, atom.Xmp:
		z.raw = t.data
	}
}

// addAttr keeps the attribute unless the element, whose attributes begin at first, has it already.
func (z *tokenizer) addAttr(first int, key, value string) bool {
	key = lowerName(key)
	own := z.slab[first:]
	if len(own) >= maxAttrs {
		return false
	}
	for i := range own {
		if own[i].Key == key {
			return false
		}
	}
	z.slab = append(z.slab, html.Attribute{Key: key, Val: unescapeValue(value)})
	return true
}

// attribute reads a key and its value, and tells where the value ended.
func (z *tokenizer) attribute() (key, value string, end int) {
	start := z.at
	for z.at < len(z.s) {
		c := z.s[z.at]
		if isHTMLSpace(c) || c == '/' || c == '>' || c == '=' && z.at > start {
			break
		}
		z.at++
	}
	key, end = z.s[start:z.at], z.at
	z.skipSpace()
	if z.at >= len(z.s) {
		return key, "", end
	}
	switch z.s[z.at] {
	case '/':
		z.at++
		return key, "", end
	case '=':
		z.at++
	default:
		return key, "", end
	}
	z.skipSpace()
	if z.at >= len(z.s) {
		return key, "", end
	}
	switch quote := z.s[z.at]; quote {
	case '>':
		return key, "", end
	case '\'', '"':
		start = z.at + 1
		n := strings.IndexByte(z.s[start:], quote)
		if n < 0 {
			z.at = len(z.s)
			return key, "", end
		}
		z.at = start + n + 1
		return key, z.s[start : start+n], start + n
	}
	start = z.at
	for z.at < len(z.s) && !isHTMLSpace(z.s[z.at]) && z.s[z.at] != '>' {
		z.at++
	}
	end = z.at
	if z.at < len(z.s) && z.s[z.at] != '>' {
		z.at++
	}
	return key, z.s[start:end], end
}

// tagName gives the atom of a tag, and its name in lower case.
func tagName(name string) (atom.Atom, string) {
	var short [24]byte
	if len(name) > len(short) {
		return 0, lowerName(name)
	}
	b := short[:len(name)]
	for i := range b {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b[i] = c
	}
	if a := atom.Lookup(b); a != 0 {
		return a, a.String()
	}
	if string(b) == name {
		return 0, name
	}
	return 0, string(b)
}

// lowerName gives a name with its ASCII letters in lower case.
func lowerName(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return string(lowerASCII([]byte(s)))
		}
	}
	return s
}

// unescapeText resolves character references.
func unescapeText(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}

// unescapeValue resolves character references as they are written in attributes: one without a semicolon is none where = or the
// rest of a word follows, so that ?a=1&copy=2 stays an address.
func unescapeValue(s string) string {
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		end := 1
		for end < len(s) && (isASCIILetter(rune(s[end])) || s[end] >= '0' && s[end] <= '9' || end == 1 && s[1] == '#') {
			end++
		}
		if end < len(s) && s[end] == ';' {
			end++
		}
		ref, char := s[:end], ""
		if bare := ref[end-1] != ';'; s[min(1, len(s)-1)] == '#' || !bare || end == len(s) || s[end] != '=' {
			char = html.UnescapeString(ref)
		}
		if char == "" || s[min(1, len(s)-1)] != '#' && len(char) > 1 && char[len(char)-1] == ref[len(ref)-1] { // only its beginning is one
			char = ref
		}
		b.WriteString(char)
		s = s[end:]
	}
}
