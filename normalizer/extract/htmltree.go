package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The tree of a page is built here and not by html.Parse, which takes three times as long and has no bound of its own: unclosed
// formatting elements are copied into every paragraph that follows, 500 to each <p>. The rules are those of html.Parse, which are
// those of browsers (WHATWG HTML §13.2.6), and a test holds the two trees against one another. What differs: what no one reads is
// left out (the inside of <svg>, <math> and <template>), and what costs too much is given up.

// mode is the insertion mode: which rules a token falls under.
type mode uint8

const (
	initialMode mode = iota
	beforeHTML
	beforeHead
	inHead
	afterHead
	inBody
	inText
	inTable
	inCaption
	inColumnGroup
	inTableBody
	inRow
	inCell
	afterBody
	inFrameset
	afterFrameset
	afterAfterBody
	afterAfterFrameset
)

// maxOpen is how many elements may be open at once.
const maxOpen = 512

// treeBuilder builds the tree of one page.
type treeBuilder struct {
	z          tokenizer
	t          htmlToken
	doc        *html.Node
	open       []*html.Node // stack of open elements
	formatting []*html.Node // active formatting elements; nil is a marker
	head, form *html.Node
	mode       mode
	back       mode // mode after text
	foster     bool // what does not belong into a table goes before it
	quirks     bool // no <table> ends a <p>
	frames     bool // a <frameset> may still take the place of <body>
	foreign    []string
	slab       []html.Node
	nodes      int
	limit      limits
	steps      int                   // open elements looked at
	joined     map[*html.Node][]byte // text that came in pieces
	tooMuch    bool
}

// buildTree gives the tree of a page, or nil where it is too deep or too large.
func buildTree(text string) *html.Node {
	p := &treeBuilder{z: tokenizer{s: text}, doc: &html.Node{Type: html.DocumentNode}, frames: true, limit: limitsFor(text)}
	for !p.tooMuch {
		p.z.cdata = p.inForeign()
		p.z.next(&p.t)
		p.process()
		if p.t.kind == endOfFile {
			for n, b := range p.joined {
				n.Data = string(b)
			}
			return p.doc
		}
	}
	return nil
}

// process runs the token through the rules until it is used up.
func (p *treeBuilder) process() {
	for !p.tooMuch {
		if p.inForeign() && p.t.kind != endOfFile {
			if p.foreignToken() {
				return
			}
			continue
		}
		if p.step() {
			return
		}
	}
}

// step applies the rules of the mode; false means that the token is to be looked at again.
func (p *treeBuilder) step() bool {
	switch p.mode {
	case initialMode:
		return p.initial()
	case beforeHTML:
		return p.beforeHTML()
	case beforeHead:
		return p.beforeHead()
	case inHead:
		return p.inHead()
	case afterHead:
		return p.afterHead()
	case inText:
		return p.inText()
	case inTable:
		return p.inTable()
	case inCaption:
		return p.inCaption()
	case inColumnGroup:
		return p.inColumnGroup()
	case inTableBody:
		return p.inTableBody()
	case inRow:
		return p.inRow()
	case inCell:
		return p.inCell()
	case afterBody, afterAfterBody:
		return p.afterBody()
	case inFrameset, afterFrameset, afterAfterFrameset:
		return p.inFrameset()
	}
	return p.inBody()
}

// imply runs a tag through the rules that the page did not write.
func (p *treeBuilder) imply(kind tokenKind, tag atom.Atom) {
	real := p.t
	p.t = htmlToken{kind: kind, atom: tag, data: tag.String()}
	p.process()
	p.t = real
}

func (p *treeBuilder) top() *html.Node {
	if len(p.open) > 0 {
		return p.open[len(p.open)-1]
	}
	return p.doc
}

func (p *treeBuilder) pop() { p.open = p.open[:len(p.open)-1] }

// node takes a node from the slab.
func (p *treeBuilder) node(kind html.NodeType) *html.Node {
	if len(p.slab) == 0 {
		p.slab = make([]html.Node, min(max(32, p.nodes/2), 1024))
	}
	if p.nodes++; p.nodes > p.limit.nodes {
		p.tooMuch = true
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	n.Type = kind
	return n
}

// addElement adds the element of the token and opens it.
func (p *treeBuilder) addElement() {
	n := p.node(html.ElementNode)
	n.DataAtom, n.Data, n.Attr = p.t.atom, p.t.data, p.t.attrs
	p.addOpen(n)
}

// addVoid adds the element of the token, which has no content.
func (p *treeBuilder) addVoid() {
	p.addElement()
	p.pop()
}

func (p *treeBuilder) addOpen(n *html.Node) {
	p.place(n)
	p.open = append(p.open, n)
	if len(p.open) > maxOpen {
		p.tooMuch = true
	}
}

func (p *treeBuilder) place(n *html.Node) {
	if p.fosters() {
		p.fosterParent(n)
	} else {
		p.top().AppendChild(n)
	}
}

func (p *treeBuilder) addComment() { p.place(p.node(html.CommentNode)) }

// addText adds text to the text before it, or as a node of its own.
func (p *treeBuilder) addText(s string) {
	if s == "" {
		return
	}
	if !p.fosters() {
		if last := p.top().LastChild; last != nil && last.Type == html.TextNode {
			p.join(last, s)
			return
		}
	}
	n := p.node(html.TextNode)
	n.Data = s
	p.place(n)
}

// join appends to a text node; the pieces become one string at the end.
func (p *treeBuilder) join(n *html.Node, s string) {
	if p.joined == nil {
		p.joined = map[*html.Node][]byte{}
	}
	b, ok := p.joined[n]
	if !ok {
		b = []byte(n.Data)
	}
	p.joined[n] = append(b, s...)
}

// addSpace adds the white space that the text begins with, and tells whether there is more.
func (p *treeBuilder) addSpace() (more bool) {
	rest := strings.TrimLeft(p.t.data, htmlSpace)
	p.addText(p.t.data[:len(p.t.data)-len(rest)])
	p.t.data = rest
	return rest != ""
}

const htmlSpace = " \t\r\n\f"

func isTablePart(a atom.Atom) bool {
	switch a {
	case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
		return true
	}
	return false
}

func (p *treeBuilder) fosters() bool { return p.foster && isTablePart(p.top().DataAtom) }

// fosterParent puts what does not belong into a table before it.
func (p *treeBuilder) fosterParent(n *html.Node) {
	i := len(p.open) - 1
	for i >= 0 && p.open[i].DataAtom != atom.Table {
		i--
	}
	if i < 0 {
		p.fosterInto(p.open[0], nil, n)
		return
	}
	table := p.open[i]
	parent := table.Parent
	if parent == nil {
		p.fosterInto(p.open[i-1], nil, n)
		return
	}
	p.fosterInto(parent, table, n)
}

func (p *treeBuilder) fosterInto(parent, before, n *html.Node) {
	last := parent.LastChild
	if before != nil {
		last = before.PrevSibling
	}
	if last != nil && last.Type == html.TextNode && n.Type == html.TextNode {
		p.join(last, n.Data)
		return
	}
	parent.InsertBefore(n, before)
}
