package demosite

import (
	"html"
	"html/template"
	"strings"
)

// The ways in which the pages mark up a text. All are common on the Chinese web; none hides where a paragraph ends.
var paragraphMarkup = map[string]struct{ open, close, heading, headingEnd string }{
	"":     {`<p>`, "</p>\n", `<h3>`, "</h3>\n"},
	"em":   {`<p style="text-indent:2em;">`, "</p>\n", `<p style="text-indent:2em;"><strong>`, "</strong></p>\n"},
	"full": {"<p>　　", "</p>\n", "<p>　　<strong>", "</strong></p>\n"},
	"span": {`<p class="MsoNormal" style="text-indent:32pt"><span style="font-family:仿宋;font-size:16pt">`, "</span></p>\n",
		`<p class="MsoNormal" style="text-indent:32pt"><b><span style="font-family:黑体">`, "</span></b></p>\n"},
	"div": {`<div>`, "</div>\n", `<div><strong>`, "</strong></div>\n"},
	"br":  {"　　", "<br><br>\n", "　　<b>", "</b><br><br>\n"},
	"BR":  {"　　", "<BR>\n<BR>\n", "　　<B>", "</B><BR>\n<BR>\n"},
	"P":   {"<P>　　", "</P>\n", "<P>　　<B>", "</B></P>\n"},
}

// markup writes the blocks of a text. The pictures come after the first paragraph, each as the site writes them.
func markup(e *entry, style string, figure func(caption string) string) template.HTML {
	m := paragraphMarkup[style]
	var sb strings.Builder
	inList := false
	for i, b := range e.blocks {
		if inList && b.kind != itemBlock {
			sb.WriteString("</ul>\n")
			inList = false
		}
		text := html.EscapeString(b.text)
		switch b.kind {
		case headingBlock:
			sb.WriteString(m.heading + text + m.headingEnd)
		case itemBlock:
			if !inList {
				sb.WriteString("<ul>\n")
				inList = true
			}
			sb.WriteString("<li>" + text + "</li>\n")
		default:
			sb.WriteString(m.open + text + m.close)
		}
		if i == 0 && figure != nil {
			for _, c := range e.Captions {
				sb.WriteString(figure(html.EscapeString(c)))
			}
		}
	}
	if inList {
		sb.WriteString("</ul>\n")
	}
	return template.HTML(sb.String()) // every text in it went through EscapeString
}

// epaperBody is the text of an e-paper article: upper-case paragraphs, pictures in a table of their own above the text.
func epaperBody(e *entry) template.HTML {
	return markup(e, "P", nil)
}
