package extract

import (
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Formatting elements (<b>, <a>, <font> …) that are not closed go on in the next block, and overlapping ones are nested.

// addFormatting adds a formatting element. Of more than three alike the first is forgotten.
func (p *treeBuilder) addFormatting() {
	p.addElement()
	n := p.top()
	alike := 0
	for i := len(p.formatting) - 1; i >= 0 && p.formatting[i] != nil; i-- {
		if f := p.formatting[i]; f.DataAtom == n.DataAtom && sameAttrs(f.Attr, n.Attr) {
			if alike++; alike >= 3 {
				p.formatting = slices.Delete(p.formatting, i, i+1)
			}
		}
	}
	p.formatting = append(p.formatting, n)
}

// sameAttrs compares attributes whatever their order; keys are there once.
func sameAttrs(a, b []html.Attribute) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !slices.Contains(b, a[i]) {
			return false
		}
	}
	return true
}

func (p *treeBuilder) mark() { p.formatting = append(p.formatting, nil) }

// clearFormatting forgets the formatting elements up to the last marker.
func (p *treeBuilder) clearFormatting() {
	for len(p.formatting) > 0 {
		last := p.formatting[len(p.formatting)-1]
		p.formatting = p.formatting[:len(p.formatting)-1]
		if last == nil {
			return
		}
	}
}

// reconstruct opens the formatting elements again that a block closed.
func (p *treeBuilder) reconstruct() {
	i := len(p.formatting)
	for i > 0 && p.formatting[i-1] != nil && lastIndex(p.open, p.formatting[i-1]) < 0 {
		i--
	}
	for ; i < len(p.formatting) && !p.tooMuch; i++ {
		c := p.copyOf(p.formatting[i])
		p.addOpen(c)
		p.formatting[i] = c
	}
}

// copyOf gives an element alike, without children.
func (p *treeBuilder) copyOf(n *html.Node) *html.Node {
	c := p.node(html.ElementNode)
	c.DataAtom, c.Data, c.Attr = n.DataAtom, n.Data, n.Attr
	return c
}

// endFormatting is the end tag of a formatting element: the adoption agency algorithm (§13.2.6.4.7).
func (p *treeBuilder) endFormatting(tag atom.Atom) {
	if top := p.top(); top.DataAtom == tag && lastIndex(p.formatting, top) < 0 {
		p.pop()
		return
	}
	for range 8 {
		i := len(p.formatting) - 1
		for i >= 0 && p.formatting[i] != nil && p.formatting[i].DataAtom != tag {
			i--
		}
		if i < 0 || p.formatting[i] == nil {
			p.endOther(tag, tag.String())
			return
		}
		f := p.formatting[i]
		at := lastIndex(p.open, f)
		if at < 0 {
			p.formatting = slices.Delete(p.formatting, i, i+1)
			return
		}
		if !p.inScope(anyScope, tag) {
			return
		}
		block := slices.IndexFunc(p.open[at:], isSpecial)
		if block < 0 {
			p.open = p.open[:at]
			p.formatting = slices.Delete(p.formatting, i, i+1)
			return
		}
		if p.adopt(f, at, at+block); p.tooMuch {
			return
		}
	}
}

// adopt moves the block open[to] out of the formatting element open[at], and a copy of that into the block.
func (p *treeBuilder) adopt(f *html.Node, at, to int) {
	block, ancestor := p.open[to], p.open[at-1]
	bookmark := lastIndex(p.formatting, f)
	last := block
	for x, n := to-1, 1; p.open[x] != f; x, n = x-1, n+1 {
		node := p.open[x]
		i := lastIndex(p.formatting, node)
		if n > 3 && i >= 0 {
			p.formatting = slices.Delete(p.formatting, i, i+1)
			if i <= bookmark {
				bookmark--
			}
			continue
		}
		if i < 0 {
			p.open = slices.Delete(p.open, x, x+1)
			continue
		}
		c := p.copyOf(node)
		p.formatting[i], p.open[x] = c, c
		if last == block {
			bookmark = i + 1
		}
		detach(last)
		c.AppendChild(last)
		last = c
	}
	detach(last)
	if isTablePart(ancestor.DataAtom) {
		p.fosterParent(last)
	} else {
		ancestor.AppendChild(last)
	}
	c := p.copyOf(f)
	for child := block.FirstChild; child != nil; child = block.FirstChild {
		block.RemoveChild(child)
		c.AppendChild(child)
	}
	block.AppendChild(c)
	if old := lastIndex(p.formatting, f); old >= 0 && old < bookmark {
		bookmark--
	}
	p.formatting = slices.Insert(remove(p.formatting, f), bookmark, c)
	p.open = remove(p.open, f)
	p.open = slices.Insert(p.open, lastIndex(p.open, block)+1, c)
}

func detach(n *html.Node) {
	if n.Parent != nil {
		n.Parent.RemoveChild(n)
	}
}

// endOther is the end tag of any other element.
func (p *treeBuilder) endOther(tag atom.Atom, name string) {
	p.looked(len(p.open))
	for i := len(p.open) - 1; i >= 0; i-- {
		n := p.open[i]
		if n.Namespace == "" && n.DataAtom == tag && (tag != 0 || n.Data == name) {
			p.open = p.open[:i]
			return
		}
		if isSpecial(n) {
			return
		}
	}
}
