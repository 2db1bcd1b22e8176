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
			x.class, changed = neutral, true
		}
	}
	if !changed {
		return false
	}
	for i := range p.boxes {
		p.boxes[i].direct = 0
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
		p.keepSignature(r)
	}
	if len(p.regions) == 1 && !p.boxes[p.main].body {
		p.adoptNeighbours()
		p.adoptLead(p.headlineAbove())
	}
	p.applyCuts()
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
	case b.caption:
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
