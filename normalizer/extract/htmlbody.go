package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The rules of the body (WHATWG HTML §13.2.6.4.7).

func (p *treeBuilder) inBody() bool {
	switch p.t.kind {
	case textToken:
		p.textInBody()
	case startTag:
		return p.startInBody()
	case endTag:
		return p.endInBody()
	case commentToken:
		p.addComment()
	}
	return true
}

func (p *treeBuilder) textInBody() {
	s := p.t.data
	if n := p.top(); (n.DataAtom == atom.Pre || n.DataAtom == atom.Listing) && n.FirstChild == nil {
		s = trimLine(s)
	}
	if s == "" {
		return
	}
	p.reconstruct()
	p.addText(s)
	if p.frames && strings.TrimLeft(s, htmlSpace) != "" {
		p.frames = false
	}
}

func (p *treeBuilder) startInBody() bool {
	switch p.t.atom {
	case atom.Html:
		p.addAttrs(p.open[0])
	case atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta, atom.Noframes, atom.Script, atom.Style, atom.Template, atom.Title:
		return p.inHead()
	case atom.Body:
		if len(p.open) >= 2 && p.open[1].DataAtom == atom.Body {
			p.frames = false
			p.addAttrs(p.open[1])
		}
	case atom.Frameset:
		p.startFrameset()
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer,
		atom.Header, atom.Hgroup, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Search, atom.Section, atom.Summary, atom.Ul, atom.Plaintext:
		p.closeP()
		p.addElement()
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.closeP()
		if isHeading(p.top().DataAtom) {
			p.pop()
		}
		p.addElement()
	case atom.Pre, atom.Listing:
		p.closeP()
		p.addElement()
		p.frames = false
	case atom.Form:
		if p.form == nil {
			p.closeP()
			p.addElement()
			p.form = p.top()
		}
	case atom.Li, atom.Dd, atom.Dt:
		p.startItem()
	case atom.Table:
		if !p.quirks {
			p.closeP()
		}
		p.addElement()
		p.frames = false
		p.mode = inTable
	case atom.Math, atom.Svg:
		p.startForeign()
	case atom.Caption, atom.Col, atom.Colgroup, atom.Frame, atom.Head, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr:
	default:
		return p.startPhrase()
	}
	return true
}

// startPhrase is a start tag of what stands within lines.
func (p *treeBuilder) startPhrase() bool {
	switch p.t.atom {
	case atom.A:
		p.endOpenLink()
		p.reconstruct()
		p.addFormatting()
	case atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		p.reconstruct()
		p.addFormatting()
	case atom.Nobr:
		p.reconstruct()
		if p.inScope(anyScope, atom.Nobr) {
			p.endFormatting(atom.Nobr)
			p.reconstruct()
		}
		p.addFormatting()
	case atom.Applet, atom.Marquee, atom.Object:
		p.reconstruct()
		p.addElement()
		p.mark()
		p.frames = false
	case atom.Area, atom.Br, atom.Embed, atom.Img, atom.Keygen, atom.Wbr:
		p.reconstruct()
		p.addVoid()
		p.frames = false
	case atom.Param, atom.Source, atom.Track:
		p.addVoid()
	case atom.Hr:
		p.startRule()
	case atom.Image:
		p.t.atom, p.t.data = atom.Img, "img"
		return false
	case atom.Textarea, atom.Iframe, atom.Noembed, atom.Noscript, atom.Xmp:
		if p.t.atom == atom.Xmp {
			p.closeP()
			p.reconstruct()
		}
		p.frames = p.frames && (p.t.atom == atom.Noembed || p.t.atom == atom.Noscript)
		p.startText()
	case atom.Rb, atom.Rtc, atom.Rp, atom.Rt:
		p.startRuby()
	default:
		p.startControl()
	}
	return true
}

// startControl is a start tag of a part of a form, or of any other element.
func (p *treeBuilder) startControl() {
	selects := false
	switch p.t.atom {
	case atom.Button:
		if p.inScope(anyScope, atom.Button) {
			p.closeImplied(0)
			p.popTo(anyScope, atom.Button)
		}
		p.frames = false
	case atom.Input:
		p.popTo(anyScope, atom.Select)
		p.reconstruct()
		p.frames = p.frames && p.isHiddenInput()
		p.addVoid()
		return
	case atom.Select:
		if p.popTo(anyScope, atom.Select) {
			return
		}
		p.frames = false
	case atom.Option, atom.Optgroup:
		if selects = p.inScope(anyScope, atom.Select); selects {
			but := atom.Optgroup
			if p.t.atom == atom.Optgroup {
				but = 0
			}
			p.closeImplied(but)
		} else if p.top().DataAtom == atom.Option {
			p.pop()
		}
	}
	p.reconstruct()
	p.addElement()
}

func (p *treeBuilder) startRule() {
	if p.inScope(buttonScope, atom.P) {
		p.closeImplied(atom.P)
		p.popTo(anyScope, atom.P)
	}
	if p.inScope(anyScope, atom.Select) {
		p.closeImplied(0)
	}
	p.addVoid()
	p.frames = false
}

func (p *treeBuilder) startRuby() {
	if p.inScope(anyScope, atom.Ruby) {
		but := atom.Rtc
		if p.t.atom == atom.Rb || p.t.atom == atom.Rtc {
			but = 0
		}
		p.closeImplied(but)
	}
	p.addElement()
}

// startItem begins an item of a list, which ends the one before.
func (p *treeBuilder) startItem() {
	p.frames = false
	p.looked(len(p.open))
	for i := len(p.open) - 1; i >= 0; i-- {
		n := p.open[i]
		if n.DataAtom == p.t.atom && n.DataAtom == atom.Li || p.t.atom != atom.Li && (n.DataAtom == atom.Dd || n.DataAtom == atom.Dt) {
			p.open = p.open[:i]
			break
		}
		if isSpecial(n) && n.DataAtom != atom.Address && n.DataAtom != atom.Div && n.DataAtom != atom.P {
			break
		}
	}
	p.closeP()
	p.addElement()
}

// endOpenLink ends a link that another link begins in.
func (p *treeBuilder) endOpenLink() {
	for i := len(p.formatting) - 1; i >= 0 && p.formatting[i] != nil; i-- {
		if n := p.formatting[i]; n.DataAtom == atom.A {
			p.endFormatting(atom.A)
			p.open = remove(p.open, n)
			p.formatting = remove(p.formatting, n)
			return
		}
	}
}

// startFrameset takes frames for the body where nothing stood in it.
func (p *treeBuilder) startFrameset() {
	if !p.frames || len(p.open) < 2 || p.open[1].DataAtom != atom.Body {
		return
	}
	detach(p.open[1])
	p.open = p.open[:1]
	p.addElement()
	p.mode = inFrameset
}

// addAttrs gives an element the attributes of the token that it has not.
func (p *treeBuilder) addAttrs(n *html.Node) {
	for _, a := range p.t.attrs {
		if len(n.Attr) < 2*maxAttrs && !hasAttr(n, a.Key) {
			n.Attr = append(n.Attr, a)
		}
	}
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func isHeading(a atom.Atom) bool {
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

func (p *treeBuilder) endInBody() bool {
	switch p.t.atom {
	case atom.Body:
		if p.inScope(anyScope, atom.Body) {
			p.mode = afterBody
		}
	case atom.Html:
		if p.inScope(anyScope, atom.Body) {
			p.imply(endTag, atom.Body)
			return false
		}
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Button, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer,
		atom.Header, atom.Hgroup, atom.Listing, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Pre, atom.Search, atom.Section, atom.Select, atom.Summary, atom.Ul:
		if p.inScope(anyScope, p.t.atom) {
			p.closeImplied(0)
			p.popTo(anyScope, p.t.atom)
		}
	case atom.Form:
		p.endForm()
	case atom.P:
		if !p.inScope(buttonScope, atom.P) {
			p.imply(startTag, atom.P)
		}
		p.closeP()
	case atom.Li:
		p.popTo(listScope, atom.Li)
	case atom.Dd, atom.Dt:
		p.popTo(anyScope, p.t.atom)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.popTo(anyScope, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		p.endFormatting(p.t.atom)
	case atom.Applet, atom.Marquee, atom.Object:
		if p.popTo(anyScope, p.t.atom) {
			p.clearFormatting()
		}
	case atom.Br:
		p.t.kind, p.t.attrs = startTag, nil
		return false
	case atom.Template:
	default:
		p.endOther(p.t.atom, p.t.data)
	}
	return true
}

func (p *treeBuilder) endForm() {
	form := p.form
	p.form = nil
	if i := p.find(anyScope, atom.Form); form == nil || i < 0 || p.open[i] != form {
		return
	}
	p.closeImplied(0)
	p.open = remove(p.open, form)
}
