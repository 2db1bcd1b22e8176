package extract

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// trim takes short lines off both ends of the body: what stands before the first sentence is head (title, nav, bylines), what
// stands behind the last is foot. Headings that belong to the text below them, lists and tables within stay.
func (p *page) trim(r region) {
	if len(p.regions) == 1 { // neighbours may have been taken in
		p.bounds()
		r = region{p.first, p.last + 1}
	}
	first := p.firstProse(r)
	if first < 0 {
		return // no sentence at all: a poem, a table, a list; the rules alone decide
	}
	p.trimHead(r, first)
	p.trimTail(r)
	p.trimFoot(r)
}

// trimTail drops a run of four and more short lines behind the last paragraph that stand in other elements than it and hardly end
// as sentences: links that lost their addresses, a poll, a widget.
func (p *page) trimTail(r region) {
	last := -1
	for i := r.start; i < r.end; i++ {
		if b := &p.blocks[i]; b.keep && (b.isSentence() && b.n >= 20 || b.n >= 40) {
			last = i
		}
	}
	if last < 0 {
		return
	}
	home := p.container(p.blocks[last].box)
	lines, full := 0, 0
	for i := last + 1; i < r.end; i++ {
		if b := &p.blocks[i]; b.keep && p.container(b.box) != home {
			lines++
			if b.stop && b.punct > 0 && !strings.HasSuffix(b.text, "?") && !strings.HasSuffix(b.text, "？") && !endsWithColon(b.text) {
				full++
			}
		}
	}
	if lines < 4 || full*4 > lines {
		return
	}
	for i := last + 1; i < r.end; i++ {
		b := &p.blocks[i]
		if b.keep && p.container(b.box) != home && !b.item && b.row == 0 && !b.signed && !isSignature(b.text) {
			b.keep, b.rule = false, "tail"
		}
	}
}

func (p *page) firstProse(r region) int {
	for i := max(r.start, 0); i < r.end; i++ {
		if b := &p.blocks[i]; b.keep && (b.isSentence() && b.n >= 12 || b.n >= 60) {
			return i
		}
	}
	return -1
}

// trimHead drops what stands above the first sentence, but for the lines directly above it that read as its heading or as the
// address of a letter (各区人民政府：), and what is itself punctuated.
func (p *page) trimHead(r region, first int) {
	top := first
	for i := first - 1; i >= r.start; i-- {
		b := &p.blocks[i]
		if !b.keep {
			if b.match != nil || b.hidden {
				continue
			}
			break
		}
		if b.readsAsDate() {
			break
		}
		if b.heading > 0 && p.headingAgain(b.heading, first, r.end) || isOutline(b.text) || endsWithColon(b.text) && b.n >= 2 || b.isSentence() || b.punct > 0 && b.n >= 20 || p.opensBody(i, first) {
			top = i
			continue
		}
		break
	}
	if p.headOutweighs(r, top) {
		return
	}
	for i := r.start; i < top; i++ {
		b := &p.blocks[i]
		if b.keep && !(b.punct > 1 && b.n > 30) {
			b.keep, b.rule = false, "head"
		}
	}
	p.keepLead(r, top)
}

// headOutweighs tells that the lines above the first sentence hold more than all below it: a programme or a table with one
// sentence at its end.
func (p *page) headOutweighs(r region, top int) bool {
	above, below, home := 0, 0, p.container(p.blocks[top].box)
	for i := r.start; i < r.end; i++ {
		if b := &p.blocks[i]; b.keep && i < top && p.container(b.box) == home {
			above += b.n
		} else if b.keep && i >= top {
			below += b.n
		}
	}
	return above > below
}

// readsAsDate fits short lines that are half figures: 25/04/2026 Actualizado a las 15:10h.
func (b *block) readsAsDate() bool {
	if b.n > 32 || b.han*2 > b.n {
		return false
	}
	digits := 0
	for i := range len(b.text) {
		if b.text[i] >= '0' && b.text[i] <= '9' {
			digits++
		}
	}
	return digits >= 10 || digits >= 6 && b.n <= 24
}

// opensBody tells short lines that open the body: the subheadings and the split titles of documents in Chinese, short sentences and
// standfirsts elsewhere. They stand in the container of the first paragraph and are no byline and no caption.
func (p *page) opensBody(i, first int) bool {
	b := &p.blocks[i]
	if b.links > 0 || b.heading > 0 || b.titled || b.item || b.row != p.blocks[first].row || p.container(b.box) != p.container(p.blocks[first].box) {
		return false
	}
	if b.han*2 <= b.n {
		return (b.stop || b.n >= 26) && b.n >= 5 && !isPhotoLine(b.text) && !isEnglishByline(b.text)
	}
	return b.n >= 3 && !strings.HasPrefix(b.text, "—") && !isCaptionLine(b.text) && !isCreditLine(b.text) && !p.belowImage(i)
}

// container gives the element whose children paragraphs are.
func (p *page) container(at int) int {
	for p.boxes[at].parent >= 0 && isParagraph(p.boxes[at].tag) {
		at = p.boxes[at].parent
	}
	return at
}

// belowImage tells whether a picture stands directly above the block.
func (p *page) belowImage(i int) bool {
	_, found := slices.BinarySearchFunc(p.facts.images, i, func(img imageTag, i int) int { return img.block - i })
	return found
}

// headingAgain tells whether the body has another heading of the level: then the one on top is a subheading too. The headline goes
// by itself.
func (p *page) headingAgain(level, from, to int) bool {
	for i := from; i < to; i++ {
		if b := &p.blocks[i]; b.keep && b.heading == level {
			return true
		}
	}
	return false
}

// trimFoot drops short lines without an end behind the last sentence, but for signatures and dates of official letters, notes in
// brackets, list items and rows.
func (p *page) trimFoot(r region) {
	for i := r.end - 1; i >= r.start; i-- {
		b := &p.blocks[i]
		if !b.keep {
			continue
		}
		if b.isSentence() || b.n >= 40 || b.punct > 0 && b.n >= 15 {
			return
		}
		if (b.item || isOutline(b.text)) && b.links == 0 || b.row > 0 && p.inTable(i) || b.signed || isSignature(b.text) || isNote(b.text) && b.n > 8 || b.stop && b.n >= 4 && b.links == 0 {
			continue
		}
		b.keep, b.rule = false, "foot"
	}
}

// inTable tells whether the block is a cell of a table that lies within the article, not of one that lays out the page.
func (p *page) inTable(i int) bool {
	return p.boxes[p.blocks[i].box].depth > p.boxes[p.main].depth+1
}

// isOutline fits the numbered headings of reports: 一、 (一) 1. 01 第一章.
func isOutline(s string) bool {
	if !beginsNumbered(s) {
		return false
	}
	key := lineKey(s)
	key = strings.TrimLeft(key, "([第")
	i := 0
	for _, r := range key {
		if numeral(r) >= 0 || r >= '0' && r <= '9' {
			i += utf8.RuneLen(r)
			continue
		}
		break
	}
	if i == 0 || i > 12 {
		return false
	}
	rest := key[i:]
	if rest == "" {
		return i <= 2
	}
	for _, mark := range []string{"、", ".", ")", "]", "章", "条", "節", "节", "部分", ","} {
		if strings.HasPrefix(rest, mark) {
			return !(mark == "." && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9')
		}
	}
	return false
}

// beginsNumbered tells quickly of most lines that they begin with no number, brackets and bullets aside.
func beginsNumbered(s string) bool {
	for _, r := range s {
		switch k := keyRune(r); {
		case k == 0 || isBullet(k) || k == '(' || k == '[' || k == '第':
		default:
			return numeral(k) >= 0 || k >= '0' && k <= '9'
		}
	}
	return false
}

func endsWithColon(s string) bool { return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：") }

// isSignature fits what closes an official letter: the office that sends it and the date.
func isSignature(s string) bool {
	if _, at := findDate(s); at.end > 0 && at.end-at.start >= len(s)-2 {
		return true
	}
	n := utf8.RuneCountInString(s)
	if n < 4 || n > 24 {
		return false
	}
	return hasOfficeEnd(s, longOffices)
}

// Names of offices end so; the short endings count only over a date.
var (
	longOffices  = []string{"办公室", "办公厅", "委员会", "人民政府", "管理局", "指挥部", "领导小组", "管委会"}
	shortOffices = []string{"局", "委", "厅", "部", "会", "府", "院", "处", "所", "司", "中心", "社", "队", "站", "校", "大学", "学院", "室", "组", "馆", "办", "公司", "集团", "大队", "支队"}
)

func hasOfficeEnd(s string, ends []string) bool {
	for _, end := range ends {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}

// keepSignature keeps the date that closes an official letter, which the rules took for a head line, with the office above it:
// both belong to the letter.
func (p *page) keepSignature(r region) {
	for i := r.start + 2; i < r.end; i++ {
		b, above := &p.blocks[i], &p.blocks[i-1]
		if b.match != &ruleHeadLine || !isBareDate(b.text) || above.match != nil || above.punct > 0 || above.links > 0 || above.n < 3 || above.n > 30 {
			continue
		}
		office := hasOfficeEnd(strings.TrimSpace(above.text), longOffices) || hasOfficeEnd(strings.TrimSpace(above.text), shortOffices)
		if office && p.keptMass(r.start, i) >= 60 {
			b.match, b.keep, b.rule = nil, true, "signature"
			above.keep, above.rule = true, "signature"
			b.signed, above.signed = true, true
		}
	}
}

// isBareDate fits a line that is a day and nothing else.
func isBareDate(s string) bool {
	_, at := findDate(s)
	return at.start == 0 && at.end == len(s) && !strings.Contains(s, ":")
}

// isNote fits a line that stands in brackets.
func isNote(s string) bool {
	return (strings.HasPrefix(s, "(") || strings.HasPrefix(s, "（")) && (strings.HasSuffix(s, ")") || strings.HasSuffix(s, "）"))
}
