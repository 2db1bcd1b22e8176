package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// weighBoxes sums prose, weight and link weight up the tree, and lets paragraphs vote for the boxes above them: the nearest gets
// the whole vote, those above less and less, so that the smallest box with most of the text wins.
func (p *page) weighBoxes() {
	for i := range p.blocks {
		b := &p.blocks[i]
		x := &p.boxes[b.box]
		x.weight += b.n
		x.linkN += b.linkN
		if b.match == nil {
			x.mass += b.prose()
		}
	}
	for i := len(p.boxes) - 1; i > 0; i-- { // children stand behind their parents
		x := &p.boxes[i]
		parent := &p.boxes[x.parent]
		parent.weight += x.weight
		parent.linkN += x.linkN
		parent.mass += x.mass
	}
	p.darken()
	p.vote()
}

// darken marks the boxes that are boilerplate by their class, with all that is in them.
func (p *page) darken() {
	total, headline := p.boxes[0].mass, p.likelyHeadline()
	for i := range p.boxes {
		x := &p.boxes[i]
		// What holds most of the page's prose is not boilerplate, whatever it is called; away from the headline it takes more to
		// believe that: the terms of a comment box are long.
		limit := 0.5
		if headline >= 0 && (x.end <= headline || x.start > headline+14) {
			limit = 0.7
		}
		x.dark = (x.class == negative || x.class == doubtful && !isTextElement(x.tag)) && x.mass < total*limit || i > 0 && p.boxes[x.parent].dark
	}
}

// isTextElement names the elements of one paragraph or heading; doubtful words on those say how they look: widget-title, teaser.
func isTextElement(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// doubtClasses is for pages on which the boxes left hold little of the prose: there the doubtful words of classes count no more
// for boxes of prose. It tells whether anything changed.
func (p *page) doubtClasses() bool {
	if p.plain || p.boxes[p.main].body || p.main > 0 && p.boxes[p.main].mass >= p.boxes[0].mass*0.25 {
		return false
	}
	changed := false
	for i := range p.boxes {
		if x := &p.boxes[i]; x.class == doubtful && x.prosy() {
			changed = true
			break
		}
	}
	if !changed {
		return false
	}
	for i := range p.boxes { // the template uses such words for everything, headings and lists of the article too
		x := &p.boxes[i]
		if x.direct = 0; x.class == doubtful && x.linkShare() < 0.2 {
			x.class = neutral
		}
	}
	p.darken()
	p.vote()
	return true
}

func (p *page) vote() {
	headline, listed, caption := p.likelyHeadline(), 0, p.captionVote()
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.match != nil && b.match.verdict == cut {
			listed = max(listed, p.scopeEnd(i))
		}
		if b.match != nil || p.boxes[b.box].dark {
			continue
		}
		mass := b.prose()
		if mass < 8 {
			continue
		}
		if b.item {
			mass *= 0.7
		}
		if b.caption {
			mass *= caption
		}
		if i < listed { // under 相关阅读 or 网友评论
			mass *= 0.4
		}
		if headline >= 0 && i > headline && i < headline+16 {
			mass *= 1.3
		}
		at := b.box
		if isParagraph(p.boxes[at].tag) && p.boxes[at].parent >= 0 {
			at = p.boxes[at].parent
		}
		share := 1.0
		for level := 0; level < 4 && at >= 0; level++ {
			p.boxes[at].direct += mass * share
			share *= 0.6
			at = p.boxes[at].parent
		}
	}
}

// captionVote is what captions count for: nothing where there is a text beside the gallery.
func (p *page) captionVote() float64 {
	sum := 0.0
	for i := range p.blocks {
		if b := &p.blocks[i]; !b.caption && b.isSentence() && b.match == nil && !p.boxes[b.box].dark {
			sum += b.prose()
		}
	}
	if sum >= 40 {
		return 0
	}
	return 1
}

// likelyHeadline gives the first heading that <title> repeats, or -1: the article begins below it.
func (p *page) likelyHeadline() int {
	doc := keyOf(p.facts.docTitle)
	for i := range p.blocks {
		if b := &p.blocks[i]; (b.heading > 0 && b.heading < 4 || b.titled) && b.n >= 6 && b.n <= 90 && b.linkShare() < 0.5 && strings.Contains(doc, keyOf(b.text)) {
			return i
		}
	}
	return -1
}

// isParagraph names the elements that hold one paragraph, whose parent is the container.
func isParagraph(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Li, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol, atom.Dd, atom.Dl, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, 0, atom.Center, atom.Figure, atom.Figcaption:
		return true
	}
	return false
}
