package extract

import "golang.org/x/net/html/atom"

// showHidden takes hidden text for shown where the page shows next to none: scripts reveal it.
func (p *page) showHidden() {
	var shown, hidden float64
	for i := range p.blocks {
		b := &p.blocks[i]
		if !b.hidden {
			shown += b.prose()
			continue
		}
		hidden += b.hiddenProse()
	}
	if shown > 200 || hidden < shown*2 {
		return
	}
	for i := range p.blocks {
		p.blocks[i].hidden = false
	}
}

// showFolded shows the hidden paragraphs of the article's box where most of its prose is hidden: behind "read on" or a paywall that
// scripts draw.
func (p *page) showFolded() {
	x := &p.boxes[p.main]
	var shown, hidden float64
	for i := x.start; i < x.end; i++ {
		if b := &p.blocks[i]; b.hidden {
			hidden += b.hiddenProse()
		} else {
			shown += b.prose()
		}
	}
	if hidden < 60 || hidden < shown {
		return
	}
	for i := x.start; i < x.end; i++ {
		if b := &p.blocks[i]; b.hidden && b.hiddenProse() > 0 && isParagraph(p.boxes[b.box].tag) && !p.boxes[b.box].dark {
			b.hidden = false
		}
	}
}

// doubtMarks takes back what classes say of breadcrumbs and captions where they say it of too much: "path" and "position" are words
// of whole pages too, and an unclosed figure swallows the article.
func (p *page) doubtMarks() {
	crumbs, captions, all := 0, 0.0, 0.0
	for i := range p.blocks {
		b := &p.blocks[i]
		prose := b.prose()
		all += prose
		if b.crumb {
			crumbs += b.n
		}
		if b.caption {
			captions += prose
		}
	}
	for i := range p.blocks {
		b := &p.blocks[i]
		b.crumb = b.crumb && crumbs <= 120
		b.caption = b.caption && (captions <= all*0.5 || p.boxes[b.box].tag == atom.Figcaption) || p.inFigure(b)
	}
}

// inFigure tells the text of a figure beside its caption: credits, texts of controls. Tables, quotations and code may stand in
// figures too.
func (p *page) inFigure(b *block) bool {
	if b.row > 0 || b.n >= 60 || b.heading > 0 {
		return false
	}
	for at, level := b.box, 0; at >= 0 && level < 4; at, level = p.boxes[at].parent, level+1 {
		switch p.boxes[at].tag {
		case atom.Figure:
			return true
		case atom.Blockquote, atom.Pre, atom.Li, atom.Article:
			return false
		}
	}
	return false
}
