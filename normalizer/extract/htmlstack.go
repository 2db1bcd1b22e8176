package extract

import (
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// scope is what an end tag cannot look past.
type scope uint8

const (
	anyScope scope = iota
	listScope
	buttonScope
	tableScope
)

// stops tells whether an element bounds a scope.
func (s scope) stops(n *html.Node) bool {
	if n.Namespace != "" {
		return false
	}
	a := n.DataAtom
	if s == tableScope {
		return a == atom.Html || a == atom.Table
	}
	switch a {
	case atom.Applet, atom.Caption, atom.Html, atom.Table, atom.Td, atom.Th, atom.Marquee, atom.Object, atom.Select:
		return true
	case atom.Ol, atom.Ul:
		return s == listScope
	case atom.Button:
		return s == buttonScope
	}
	return false
}

// find gives the innermost open element of one of the tags within the scope, or -1.
func (p *treeBuilder) find(s scope, tags ...atom.Atom) int {
	i := len(p.open) - 1
	for ; i >= 0; i-- {
		n := p.open[i]
		if n.Namespace == "" && slices.Contains(tags, n.DataAtom) {
			break
		}
		if s.stops(n) {
			p.looked(len(p.open) - i)
			return -1
		}
	}
	p.looked(len(p.open) - i)
	return i
}

// looked counts the elements that were looked at, so that tags that look in vain through a deep nest end the work.
func (p *treeBuilder) looked(n int) {
	if p.steps += n; p.steps > p.limit.steps {
		p.tooMuch = true
	}
}

func (p *treeBuilder) inScope(s scope, tags ...atom.Atom) bool { return p.find(s, tags...) >= 0 }

// popTo closes elements up to and with the innermost of the tags, if it is in scope.
func (p *treeBuilder) popTo(s scope, tags ...atom.Atom) bool {
	i := p.find(s, tags...)
	if i >= 0 {
		p.open = p.open[:i]
	}
	return i >= 0
}

// closeP ends the paragraph that a block begins in.
func (p *treeBuilder) closeP() { p.popTo(buttonScope, atom.P) }

// popAbove closes elements until one of the tags or <html> is on top.
func (p *treeBuilder) popAbove(tags ...atom.Atom) {
	for i := len(p.open) - 1; i >= 0; i-- {
		if a := p.open[i].DataAtom; a == atom.Html || slices.Contains(tags, a) {
			p.open = p.open[:i+1]
			return
		}
	}
}

// closeImplied closes elements whose end tags may be left out, but for one of the name.
func (p *treeBuilder) closeImplied(but atom.Atom) {
	for len(p.open) > 0 {
		switch a := p.top().DataAtom; a {
		case atom.Dd, atom.Dt, atom.Li, atom.Optgroup, atom.Option, atom.P, atom.Rb, atom.Rp, atom.Rt, atom.Rtc:
			if a == but {
				return
			}
			p.pop()
		default:
			return
		}
	}
}

// remove takes an element out of a stack.
func remove(stack []*html.Node, n *html.Node) []*html.Node {
	if i := lastIndex(stack, n); i >= 0 {
		return slices.Delete(stack, i, i+1)
	}
	return stack
}

func lastIndex(stack []*html.Node, n *html.Node) int {
	for i := len(stack) - 1; i >= 0; i-- {
		if stack[i] == n {
			return i
		}
	}
	return -1
}

// resetMode finds the mode that fits the open elements.
func (p *treeBuilder) resetMode() {
	p.mode = inBody
	for i := len(p.open) - 1; i >= 0; i-- {
		switch p.open[i].DataAtom {
		case atom.Td, atom.Th:
			p.mode = inCell
		case atom.Tr:
			p.mode = inRow
		case atom.Tbody, atom.Thead, atom.Tfoot:
			p.mode = inTableBody
		case atom.Caption:
			p.mode = inCaption
		case atom.Colgroup:
			p.mode = inColumnGroup
		case atom.Table:
			p.mode = inTable
		case atom.Head:
			p.mode = inHead
		case atom.Body:
			p.mode = inBody
		case atom.Frameset:
			p.mode = inFrameset
		case atom.Html:
			p.mode = afterHead
			if p.head == nil {
				p.mode = beforeHead
			}
		default:
			continue
		}
		return
	}
}

// isSpecial names the elements that end the look-out for a formatting or unknown element.
func isSpecial(n *html.Node) bool { return n.Namespace == "" && specialTags[n.DataAtom] }

var specialTags = specialSet()

func specialSet() map[atom.Atom]bool {
	m := map[atom.Atom]bool{}
	for _, a := range []atom.Atom{
		atom.Address, atom.Applet, atom.Area, atom.Article, atom.Aside, atom.Base, atom.Basefont, atom.Bgsound, atom.Blockquote, atom.Body, atom.Br, atom.Button, atom.Caption, atom.Center,
		atom.Col, atom.Colgroup, atom.Dd, atom.Details, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Embed, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.Frame, atom.Frameset,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Head, atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Iframe, atom.Img, atom.Input, atom.Keygen, atom.Li, atom.Link, atom.Listing,
		atom.Main, atom.Marquee, atom.Menu, atom.Meta, atom.Nav, atom.Noembed, atom.Noframes, atom.Noscript, atom.Object, atom.Ol, atom.P, atom.Param, atom.Plaintext, atom.Pre, atom.Script, atom.Section,
		atom.Select, atom.Source, atom.Style, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Template, atom.Textarea, atom.Tfoot, atom.Th, atom.Thead, atom.Title, atom.Tr, atom.Track, atom.Ul, atom.Wbr, atom.Xmp,
	} {
		m[a] = true
	}
	return m
}
