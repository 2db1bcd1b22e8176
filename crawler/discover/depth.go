package discover

import (
	"bytes"
	"regexp"
)

// maxDepth bounds what goes into the feed parser, which goes down one call for each element: a few megabytes of open tags would be
// the end of the process. HTML that stands in a feed unescaped and unclosed stays far below it.
const maxDepth = 2000

// maxTag is how far the end of a tag is looked for; without a bound a megabyte of "<" would take a trillion steps.
const maxTag = 4096

var xmlDeclaration = regexp.MustCompile(`^<\?xml[^>]{0,500}\?>`)

// depth is how many elements are open at most, by a count that errs upwards.
func depth(text []byte) int {
	open, most := 0, 0
	for {
		i := bytes.IndexByte(text, '<')
		if i < 0 || i+1 >= len(text) {
			return most
		}
		text = text[i:]
		switch {
		case bytes.HasPrefix(text, []byte("<!--")):
			text = behind(text, "-->")
		case bytes.HasPrefix(text, []byte("<![CDATA[")):
			text = behind(text, "]]>")
		case text[1] == '/':
			open = max(open-1, 0)
			text = text[2:]
		case text[1] == '!' || text[1] == '?':
			text = text[2:]
		default:
			end := bytes.IndexByte(text[:min(len(text), maxTag)], '>')
			if end < 0 || text[end-1] != '/' {
				open++
				most = max(most, open)
			}
			text = text[1:]
		}
	}
}

// behind cuts the text behind the mark; without one nothing is left.
func behind(text []byte, mark string) []byte {
	i := bytes.Index(text, []byte(mark))
	if i < 0 {
		return nil
	}
	return text[i+len(mark):]
}
