package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// decide gives every block its verdict: line rules, the box that holds the article, then block by block.
func (p *page) decide() {
	p.first, p.last = -1, -1
	p.showHidden()
	p.doubtMarks()
	for i := range p.blocks {
		p.blocks[i].match = matchLine(&p.blocks[i])
	}
	p.weighBoxes()
	if !p.chosen() {
		p.heads = p.several()
	}
	p.main = p.chooseMain()
	if p.doubtClasses() {
		p.main = p.chooseMain()
	}
	p.regions = p.findRegions()
	p.showFolded()
	p.judge()
	for _, r := range p.regions {
		p.trim(r)
	}
	p.script = countScripts(p.keptText())
	p.title = p.findTitle()
	p.dropTitleLines()
	p.bounds()
}

// chooseMain gives the box with the best vote, then climbs while the parent adds much prose of its own.
func (p *page) chooseMain() int {
	best, bestScore := 0, 0.0
	for i := range p.boxes {
		x := &p.boxes[i]
		if x.body {
			return i
		}
		score := x.direct * (1 - x.linkShare())
		if x.class == positive {
			score *= 1.2
		}
		if x.tag == atom.Article || x.tag == atom.Main {
			score *= 1.1
		}
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	switch {
	case p.plain:
		return 0
	case len(p.heads) > 1:
		return p.enclosing(p.heads[0], p.heads[len(p.heads)-1])
	}
	return p.climb(best)
}

// chosen tells whether a selector of the source names the article's box.
func (p *page) chosen() bool { return len(p.hints.body) > 0 }

// enclosing gives the smallest box that holds both blocks.
func (p *page) enclosing(a, b int) int {
	at := p.blocks[a].box
	for at > 0 && p.boxes[at].end <= b {
		at = p.boxes[at].parent
	}
	return at
}

// climb goes to a parent that holds at least a fifth more prose outside the box, in boxes that are not boilerplate and are not lists
// of links; far up and in lists only prose in boxes of the same class counts: the parts of an article cut by pictures.
func (p *page) climb(at int) int {
	home := p.boxes[p.container(at)].sign
	if !strings.Contains(home, " ") || strings.HasSuffix(home, " ") {
		home = "-" // without a class elements are not alike
	}
	for up, level := p.boxes[at].parent, 0; up > 0 && level < 8; up, level = p.boxes[up].parent, level+1 {
		x := &p.boxes[up]
		if x.tag == atom.Body || x.tag == atom.Html {
			break
		}
		extra := 0.0
		for i := x.start; i < x.end; i++ {
			if i >= p.boxes[at].start && i < p.boxes[at].end {
				continue
			}
			if b := &p.blocks[i]; b.match == nil && !p.boxes[b.box].dark && b.isSentence() && b.linkShare() < 0.25 && (level < 4 && !b.item || p.boxes[p.container(b.box)].sign == home) {
				extra += b.prose()
			}
		}
		if extra >= p.boxes[at].mass*0.2 && x.linkShare() < 0.4 {
			at, level = up, 0
		}
	}
	return at
}

// judge decides each block by itself: what lies in the article's box stays unless something speaks against it, what lies outside
// stays only as whole sentences next to it.
func (p *page) judge() {
	for i := range p.blocks {
		b := &p.blocks[i]
		b.keep, b.rule = p.judgeBlock(b, false)
	}
	for _, r := range p.regions {
		for i := r.start; i < r.end; i++ {
			b := &p.blocks[i]
			b.keep, b.rule = p.judgeBlock(b, true)
		}
		p.keepLinkedHeads(r)
		p.keepSignature(r)
	}
	if len(p.regions) == 1 && !p.boxes[p.main].body {
		p.adoptNeighbours()
		p.adoptLead(p.headlineAbove())
	}
	p.applyCuts()
}

// keepLinkedHeads keeps headings and first lines of list items that are links over text that is none, where much of the text stands
// under such: the entries of an article that is a list. Teasers of other articles look the same, but are little beside the text.
func (p *page) keepLinkedHeads(r region) {
	var heads []int
	listed := 0.0
	for i := r.start; i+1 < r.end; i++ {
		b, below := &p.blocks[i], &p.blocks[i+1]
		if b.rule != "links" && b.rule != "link-list" || !below.keep || below.links > 0 || below.heading > 0 {
			continue
		}
		if b.heading > 1 && below.isSentence() && below.n >= 20 && p.container(b.box) == p.container(below.box) || b.item && b.box == below.box {
			heads = append(heads, i)
			listed += below.prose()
		}
	}
	if len(heads) < 3 || listed < p.keptMass(r.start, r.end)*0.25 && !p.blocks[heads[0]].item {
		return
	}
	for _, i := range heads {
		p.blocks[i].keep, p.blocks[i].rule = true, "linked-head"
	}
}

func (p *page) judgeBlock(b *block, inside bool) (bool, string) {
	switch {
	case b.hidden:
		return false, "hidden"
	case b.match != nil:
		return false, "line:" + b.match.name
	case !inside:
		return false, "outside"
	case b.control:
		return false, "control"
	case p.darkInside(b.box):
		return false, "class"
	case b.caption, b.n >= 4 && b.n <= 45 && !b.stop && b.han*2 <= b.n && b.heading == 0 && isPhotoLine(b.text):
		return false, "caption"
	case b.linkShare() > 0.6 && !(b.n > 60 && b.punct > 1 && (b.stop || b.links < 4)) && !(p.boxes[b.box].tag == atom.P && b.stop && b.n >= 16 && b.linkShare() <= 0.9):
		return false, "links"
	case b.item && b.linkShare() > 0.4:
		return false, "link-list"
	}
	return true, "text"
}

// darkInside tells whether a box is boilerplate by a class below the article's box.
func (p *page) darkInside(at int) bool {
	return p.boxes[at].dark && !p.boxes[p.main].dark
}

func (p *page) keptMass(from, to int) float64 {
	sum := 0.0
	for i := from; i < to; i++ {
		if b := &p.blocks[i]; b.keep && b.linkShare() < 0.3 {
			sum += b.prose()
		}
	}
	return sum
}

// bounds finds the first and last kept block.
func (p *page) bounds() {
	p.first, p.last = -1, -1
	for i := range p.blocks {
		if p.blocks[i].keep {
			if p.first < 0 {
				p.first = i
			}
			p.last = i
		}
	}
}

// keptText joins the kept blocks, for counting.
func (p *page) keptText() []string {
	var out []string
	for i := range p.blocks {
		if p.blocks[i].keep {
			out = append(out, p.blocks[i].text)
		}
	}
	return out
}
