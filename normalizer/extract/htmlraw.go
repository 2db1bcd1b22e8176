package extract

import "strings"

// rawText reads the text of an element that holds no markup (script, style, title, …) up to its end tag; false where there is none.
func (z *tokenizer) rawText(t *htmlToken) bool {
	name := z.raw
	z.raw = ""
	start, end := z.at, len(z.s)
	switch name {
	case "plaintext":
	case "script":
		end = scriptEnd(z.s, start)
	default:
		for i := start; ; i += 2 {
			n := strings.Index(z.s[i:], "</")
			if n < 0 {
				break
			}
			if i += n; isRawEnd(z.s[i+2:], name) {
				end = i
				break
			}
		}
	}
	z.at = end
	if end == start {
		return false
	}
	t.kind, t.data = textToken, z.s[start:end]
	switch {
	case name == "textarea" || name == "title":
		t.data = unescapeText(t.data)
	case strings.IndexByte(t.data, '\r') >= 0:
		t.data = strings.ReplaceAll(strings.ReplaceAll(t.data, "\r\n", "\n"), "\r", "\n")
	}
	return true
}

// isRawEnd tells whether s, which stands behind </, is the end tag of the element.
func isRawEnd(s, name string) bool {
	if len(s) <= len(name) || !strings.EqualFold(s[:len(name)], name) {
		return false
	}
	c := s[len(name)]
	return isHTMLSpace(c) || c == '/' || c == '>'
}

// scriptEnd gives where the text of a script that begins at i ends. Within <!-- … --> a <script> hides the next </script>
// (WHATWG HTML §13.2.5.4 and 13.2.5.20–31).
func scriptEnd(s string, i int) int {
	const (
		plain = iota
		escaped
		twice
	)
	state, dashes := plain, 0
	for i < len(s) {
		if state == plain {
			n := strings.IndexByte(s[i:], '<')
			if n < 0 {
				return len(s)
			}
			i += n
			switch rest := s[i+1:]; {
			case strings.HasPrefix(rest, "/") && isRawEnd(rest[1:], "script"):
				return i
			case strings.HasPrefix(rest, "!--"):
				state, dashes = escaped, 2
				i += len("<!--")
			default:
				i++
			}
			continue
		}
		c, rest := s[i], s[i+1:]
		i++
		switch {
		case c == '-':
			dashes++
			continue
		case c == '>' && dashes >= 2:
			state = plain
		case c != '<' || rest == "":
		case state == escaped && rest[0] == '/':
			if isRawEnd(rest[1:], "script") {
				return i - 1
			}
		case state == escaped && isRawEnd(rest, "script"):
			state = twice
			i += len("script") + 1
		case state == escaped && !isASCIILetter(rune(rest[0])):
			state = plain // as html.Tokenizer does
		case state == twice && rest[0] == '/' && isRawEnd(rest[1:], "script"):
			state = escaped
			i += len("/script") + 1
		}
		dashes = 0
	}
	return len(s)
}
