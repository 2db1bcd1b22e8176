package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// Within <svg> and <math> nothing is kept but the knowledge of where they end: at their end tag, at the end tag of an element around
// them, or at an HTML element that cannot stand there.

// inForeign tells whether the innermost open element is <svg> or <math>.
func (p *treeBuilder) inForeign() bool {
	return len(p.open) > 0 && p.open[len(p.open)-1].Namespace != ""
}

// startForeign opens <svg> or <math>.
func (p *treeBuilder) startForeign() {
	p.reconstruct()
	p.addElement()
	p.top().Namespace = p.t.data
	if p.t.closing {
		p.pop()
	}
	p.foreign = p.foreign[:0]
}

// maxForeign bounds the elements that are followed within <svg>.
const maxForeign = 256

// foreignToken looks at a token within <svg> or <math>; false means that it ended them and is to be looked at again.
func (p *treeBuilder) foreignToken() bool {
	p.looked(len(p.foreign))
	switch p.t.kind {
	case startTag:
		if !p.inIntegration() && p.breaksOut() {
			p.pop()
			return false
		}
		if !p.inIntegration() {
			p.z.raw = "" // <style> and <title> hold markup here
		}
		if !p.t.closing && len(p.foreign) < maxForeign && !(p.inIntegration() && isVoid(p.t.atom)) {
			p.foreign = append(p.foreign, p.t.data)
		}
	case endTag:
		for i := len(p.foreign) - 1; i >= 0; i-- {
			if strings.EqualFold(p.foreign[i], p.t.data) {
				p.foreign = p.foreign[:i]
				return true
			}
		}
		if p.inIntegration() {
			return true
		}
		if p.top().Data == p.t.data {
			p.pop()
			return true
		}
		depth := len(p.open)
		p.step()
		if len(p.open) == depth {
			return true
		}
	}
	return true
}

// inIntegration tells whether HTML may stand where the token stands.
func (p *treeBuilder) inIntegration() bool {
	for _, name := range p.foreign {
		switch name {
		case "foreignobject", "desc", "title":
			return p.top().Namespace == "svg"
		case "mi", "mo", "mn", "ms", "mtext", "annotation-xml":
			return p.top().Namespace == "math"
		}
	}
	return false
}

// breaksOut tells whether a start tag cannot stand in <svg> or <math>.
func (p *treeBuilder) breaksOut() bool {
	switch p.t.atom {
	case atom.B, atom.Big, atom.Blockquote, atom.Body, atom.Br, atom.Center, atom.Code, atom.Dd, atom.Div, atom.Dl, atom.Dt, atom.Em, atom.Embed, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Head, atom.Hr, atom.I, atom.Img, atom.Li, atom.Listing, atom.Menu, atom.Meta, atom.Nobr, atom.Ol, atom.P, atom.Pre, atom.Ruby, atom.S, atom.Small, atom.Span, atom.Strong, atom.Strike,
		atom.Sub, atom.Sup, atom.Table, atom.Tt, atom.U, atom.Ul, atom.Var:
		return true
	case atom.Font:
		for _, a := range p.t.attrs {
			if a.Key == "color" || a.Key == "face" || a.Key == "size" {
				return true
			}
		}
	}
	return false
}
