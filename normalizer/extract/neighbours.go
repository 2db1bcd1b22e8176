package extract

import "golang.org/x/net/html/atom"

// adoptNeighbours takes whole sentences just outside the box: a lead above it, a paragraph that a broken tag put behind it.
func (p *page) adoptNeighbours() {
	x := &p.boxes[p.main]
	if x.parent < 0 {
		return
	}
	near := p.boxes[x.parent]
	if near.tag != atom.Body && near.parent > 0 && near.mass < x.mass*1.05 {
		near = p.boxes[near.parent]
	}
	for i := near.start; i < near.end; i++ {
		b := &p.blocks[i]
		if i >= x.start && i < x.end || b.hidden || b.match != nil || b.control || b.caption || b.item || p.boxes[b.box].dark {
			continue
		}
		distance := max(x.start-i, i-x.end+1)
		if i >= x.end && b.han*2 <= b.n { // what follows the body in other languages tells of the author
			continue
		}
		if b.isSentence() && b.n >= 30 && b.linkShare() < 0.1 && b.punct >= 2 && distance <= 6 && p.adoptable(i, x) {
			b.keep, b.rule = true, "neighbour"
		}
	}
}

// adoptable holds a neighbour's own box against the article's: teasers of other articles stand in boxes full of links.
func (p *page) adoptable(i int, x *box) bool {
	own := &p.boxes[p.blocks[i].box]
	if own.parent >= 0 && isParagraph(own.tag) {
		own = &p.boxes[own.parent]
	}
	return own.linkShare() < 0.2 && (own.start <= x.start && own.end >= x.end || own.class == positive || own.weight < 400)
}

// applyCuts drops what follows the heading of a related list or a comment box in the same element, unless the article goes on
// there.
func (p *page) applyCuts() {
	sums := make([]float64, len(p.blocks)+1) // prose kept before each block, so that every scope costs one subtraction
	for i := range p.blocks {
		sums[i+1] = sums[i] + p.keptMass(i, i+1)
	}
	kept, done := sums[len(p.blocks)], 0
	for i := range p.blocks {
		b := &p.blocks[i]
		if i < done || b.match == nil || b.match.verdict != cut || b.hidden {
			continue
		}
		end := p.scopeEnd(i)
		if sums[end]-sums[i] > kept*0.35 && !(b.match.name == "comments" && sums[i] >= 150 && p.holdsComments(i, end)) {
			continue
		}
		if start := p.boxes[p.scopeBox(i)].start; b.match.name == "related" && sums[i] > sums[start] {
			end = p.listEnd(i, end)
		}
		for j := i + 1; j < end; j++ {
			if p.blocks[j].keep {
				p.blocks[j].keep, p.blocks[j].rule = false, "after:"+b.match.name
			}
		}
		done = end
	}
}

// holdsComments tells whether what follows a heading reads as comments: short lines with dates or the words of comment boxes return.
func (p *page) holdsComments(i, end int) bool {
	seen, signs := 0, 0
	for j := i + 1; j < min(end, i+30); j++ {
		b := &p.blocks[j]
		if b.hidden {
			continue
		}
		seen++
		if b.match != nil && (b.match == &ruleHeadLine || b.match == &ruleNumber || b.match.verdict == cut || b.match.name == "comments" || b.match.name == "date-line") || b.n <= 24 && b.readsAsDate() || b.control {
			signs++
		}
	}
	return signs >= 3 && signs*8 >= seen
}

// listEnd gives where the list below a heading ends that stands among the paragraphs of the article: before the next whole paragraph,
// unless links alternate with those, as teasers do.
func (p *page) listEnd(i, end int) int {
	first, paragraphs, links := end, 0, 0
	for j := i + 1; j < min(end, i+maxListed); j++ { // bounded: a page may hold many such headings
		b := &p.blocks[j]
		switch {
		case b.keep && !b.item && b.isSentence() && b.n >= 30 && b.linkShare() < 0.3:
			first = min(first, j)
			paragraphs++
		case first < end && !b.hidden && (b.linkShare() > 0.6 || b.heading > 0 && b.links > 0):
			links++
		}
	}
	if paragraphs == 0 || links >= max(paragraphs, 2) {
		return end
	}
	return first
}

// maxListed is how many blocks below the heading of a list are looked at.
const maxListed = 200

// scopeBox gives the smallest element that holds more than the heading.
func (p *page) scopeBox(i int) int {
	at := p.blocks[i].box
	for at > 0 && p.boxes[at].end-i <= 1 {
		at = p.boxes[at].parent
	}
	return at
}

// scopeEnd gives where the element ends that a heading heads: the smallest one that holds more than the heading, never past the
// article's box.
func (p *page) scopeEnd(i int) int { return p.boxes[p.scopeBox(i)].end }
