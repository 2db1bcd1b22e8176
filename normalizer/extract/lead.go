package extract

import "strings"

// adoptLead takes the standfirst, which many templates set between headline and body, outside the body's box.
func (p *page) adoptLead(headline int) {
	x := &p.boxes[p.main]
	if headline < 0 || headline >= x.start || x.start-headline > maxLeadDistance {
		return
	}
	title := keyOf(p.blocks[headline].text)
	for i := headline + 1; i < x.start; i++ {
		b := &p.blocks[i]
		if b.keep { // a neighbour, or the line before
			continue
		}
		if b.match != nil || b.hidden || b.control || b.caption || b.item || b.crumb || p.boxes[b.box].dark || b.linkShare() > 0.1 || b.n > 200 {
			continue
		}
		if !b.readsAsLead() || isPhotoLine(b.text) || isEnglishByline(b.text) || strings.Contains(title, keyOf(b.text)) || p.repeated(b, x) {
			continue
		}
		b.keep, b.rule = true, "lead"
		for j := i + 1; j < x.start && j < i+3 && p.blocks[j].rule == "outside" && p.blocks[j].readsAsLead() && p.blocks[j].box == b.box; j++ {
			p.blocks[j].keep, p.blocks[j].rule = true, "lead"
		}
		return
	}
}

// isEnglishByline fits "By Jane Doe, a reporter who …".
func isEnglishByline(s string) bool {
	low := strings.ToLower(s[:min(len(s), 4)])
	return strings.HasPrefix(low, "by ") || strings.HasPrefix(low, "von ") || strings.HasPrefix(low, "par ")
}

// headlineAbove gives the heading under which the body stands: the one that <title> repeats, else the last <h1> above it.
func (p *page) headlineAbove() int {
	if i := p.likelyHeadline(); i >= 0 {
		return i
	}
	x := &p.boxes[p.main]
	for i := x.start - 1; i >= max(x.start-maxLeadDistance, 0); i-- {
		if b := &p.blocks[i]; b.heading == 1 && b.n >= 8 && b.linkShare() < 0.5 && !p.boxes[b.box].dark {
			return i
		}
	}
	return -1
}

// keepLead keeps the standfirst within the article's box that a byline or share bar parts from the body.
func (p *page) keepLead(r region, first int) {
	headline := p.headlineAbove()
	if headline < 0 {
		return
	}
	for i := max(r.start, headline+1); i < first; i++ {
		b := &p.blocks[i]
		if b.rule != "head" || b.han*2 > b.n || b.heading == 1 || b.readsAsDate() || !b.readsAsLead() || isPhotoLine(b.text) || isEnglishByline(b.text) {
			continue
		}
		b.keep, b.rule = true, "lead"
		return
	}
}

// maxLeadDistance is how many blocks may lie between headline and body: date, author, share bar, picture.
const maxLeadDistance = 30

// readsAsLead fits sentences; a lead may lack its full stop, but not in Chinese, where captions lack it.
func (b *block) readsAsLead() bool {
	if b.han*2 > b.n {
		return b.n >= 30 && b.punct >= 2 && b.stop
	}
	return b.n >= 16 && (b.isSentence() || b.punct > 0 && b.stop) || b.n >= 26 && b.heading != 1
}

// repeated tells whether the body begins with the same words, so that the lead is a teaser of it.
func (p *page) repeated(b *block, x *box) bool {
	head := b.text[:min(len(b.text), 60)]
	for i, seen := x.start, 0; i < x.end && seen < 4; i++ {
		if other := &p.blocks[i]; other.keep {
			seen++
			if strings.HasPrefix(other.text, head) {
				return true
			}
		}
	}
	return false
}
