package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The modes before and after the body, by the sections of WHATWG HTML §13.2.6.4.

func (p *treeBuilder) initial() bool {
	switch p.t.kind {
	case textToken:
		if p.t.data = strings.TrimLeft(p.t.data, htmlSpace); p.t.data == "" {
			return true
		}
	case commentToken:
		p.doc.AppendChild(p.node(html.CommentNode))
		return true
	case doctypeToken:
		p.quirks = isQuirky(p.t.data)
		p.mode = beforeHTML
		return true
	}
	p.quirks = true
	p.mode = beforeHTML
	return false
}

// isQuirky tells whether a doctype asks for the rules of old browsers. html.Parse knows the list; what shows it is whether a table
// ends a paragraph.
func isQuirky(doctype string) bool {
	if doctype == "html" {
		return false
	}
	doc, err := html.Parse(strings.NewReader("<!DOCTYPE " + doctype[:min(len(doctype), 512)] + "><p><table>"))
	if err != nil {
		return true
	}
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Table {
			return n.Parent.DataAtom == atom.P
		}
	}
	return true
}

func (p *treeBuilder) beforeHTML() bool {
	switch p.t.kind {
	case doctypeToken:
		return true
	case textToken:
		if p.t.data = strings.TrimLeft(p.t.data, htmlSpace); p.t.data == "" {
			return true
		}
	case startTag:
		if p.t.atom == atom.Html {
			p.addElement()
			p.mode = beforeHead
			return true
		}
	case endTag:
		if !p.endsDocument() {
			return true
		}
	case commentToken:
		p.doc.AppendChild(p.node(html.CommentNode))
		return true
	}
	p.imply(startTag, atom.Html)
	return false
}

// endsDocument tells whether an end tag means more than itself where nothing is open.
func (p *treeBuilder) endsDocument() bool {
	switch p.t.atom {
	case atom.Head, atom.Body, atom.Html, atom.Br:
		return true
	}
	return false
}

func (p *treeBuilder) beforeHead() bool {
	switch p.t.kind {
	case textToken:
		if p.t.data = strings.TrimLeft(p.t.data, htmlSpace); p.t.data == "" {
			return true
		}
	case startTag:
		switch p.t.atom {
		case atom.Head:
			p.addElement()
			p.head = p.top()
			p.mode = inHead
			return true
		case atom.Html:
			return p.inBody()
		}
	case endTag:
		if !p.endsDocument() {
			return true
		}
	case commentToken:
		p.addComment()
		return true
	case doctypeToken:
		return true
	}
	p.imply(startTag, atom.Head)
	return false
}

func (p *treeBuilder) inHead() bool {
	switch p.t.kind {
	case textToken:
		if !p.addSpace() {
			return true
		}
	case startTag:
		switch p.t.atom {
		case atom.Html:
			return p.inBody()
		case atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta:
			p.addVoid()
			return true
		case atom.Noscript, atom.Noframes, atom.Style, atom.Script, atom.Title:
			p.startText()
			return true
		case atom.Head:
			return true
		case atom.Template:
			p.skipTemplate()
			return true
		}
	case endTag:
		switch p.t.atom {
		case atom.Head:
			p.pop()
			p.mode = afterHead
			return true
		case atom.Body, atom.Html, atom.Br:
		default:
			return true
		}
	case commentToken:
		p.addComment()
		return true
	case doctypeToken:
		return true
	}
	p.imply(endTag, atom.Head)
	return false
}

// startText opens an element whose text has no markup.
func (p *treeBuilder) startText() {
	p.addElement()
	p.back, p.mode = p.mode, inText
}

func (p *treeBuilder) inText() bool {
	switch p.t.kind {
	case textToken:
		if n := p.top(); n.DataAtom == atom.Textarea && n.FirstChild == nil {
			p.t.data = trimLine(p.t.data)
		}
		p.addText(p.t.data)
		return true
	case endTag:
		p.pop()
		p.mode = p.back
		return true
	case endOfFile:
		p.pop()
	}
	p.mode = p.back
	return false
}

// trimLine takes off the line end that may follow <pre> and <textarea>.
func trimLine(s string) string { return strings.TrimPrefix(strings.TrimPrefix(s, "\r"), "\n") }

// skipTemplate leaves out what stands in a <template>, which is not shown.
func (p *treeBuilder) skipTemplate() {
	p.addVoid()
	p.frames = false
	for depth := 1; depth > 0; {
		p.z.next(&p.t)
		switch {
		case p.t.kind == endOfFile:
			return
		case p.t.atom != atom.Template:
		case p.t.kind == startTag:
			depth++
		case p.t.kind == endTag:
			depth--
		}
	}
}

func (p *treeBuilder) afterHead() bool {
	switch p.t.kind {
	case textToken:
		if !p.addSpace() {
			return true
		}
	case startTag:
		switch p.t.atom {
		case atom.Html:
			return p.inBody()
		case atom.Body:
			p.addElement()
			p.frames = false
			p.mode = inBody
			return true
		case atom.Frameset:
			p.addElement()
			p.mode = inFrameset
			return true
		case atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta, atom.Noframes, atom.Script, atom.Style, atom.Template, atom.Title:
			p.open = append(p.open, p.head)
			done := p.inHead()
			p.open = remove(p.open, p.head)
			return done
		case atom.Head:
			return true
		}
	case endTag:
		if p.t.atom != atom.Body && p.t.atom != atom.Html && p.t.atom != atom.Br {
			return true
		}
	case commentToken:
		p.addComment()
		return true
	case doctypeToken:
		return true
	}
	p.imply(startTag, atom.Body)
	p.frames = true
	return p.t.kind == endOfFile
}

// afterBody is for what stands behind </body> and </html>: it belongs to the body.
func (p *treeBuilder) afterBody() bool {
	switch p.t.kind {
	case endOfFile:
		return true
	case textToken:
		if strings.TrimLeft(p.t.data, htmlSpace) == "" {
			return p.inBody()
		}
	case startTag:
		if p.t.atom == atom.Html {
			return p.inBody()
		}
	case endTag:
		if p.t.atom == atom.Html && p.mode == afterBody {
			p.mode = afterAfterBody
			return true
		}
	case commentToken:
		p.commentOutside()
		return true
	case doctypeToken:
		if p.mode == afterAfterBody {
			return p.inBody()
		}
	}
	p.mode = inBody
	return false
}

// commentOutside adds a comment behind the body.
func (p *treeBuilder) commentOutside() {
	if p.mode == afterBody {
		p.open[0].AppendChild(p.node(html.CommentNode))
		return
	}
	p.doc.AppendChild(p.node(html.CommentNode))
}

// inFrameset keeps the frames and drops all text.
func (p *treeBuilder) inFrameset() bool {
	switch {
	case p.t.kind == startTag && p.t.atom == atom.Html:
		return p.inBody()
	case p.t.kind == startTag && p.t.atom == atom.Noframes:
		p.startText()
	case p.mode != inFrameset:
		if p.t.kind == endTag && p.t.atom == atom.Html {
			p.mode = afterAfterFrameset
		}
	case p.t.kind == startTag && p.t.atom == atom.Frameset:
		p.addElement()
	case p.t.kind == startTag && p.t.atom == atom.Frame:
		p.addVoid()
	case p.t.kind == endTag && p.t.atom == atom.Frameset && p.top().DataAtom != atom.Html:
		p.pop()
		if p.top().DataAtom != atom.Frameset {
			p.mode = afterFrameset
		}
	}
	return true
}
