package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// foundTitle is the headline with the block it stands in (-1: it stands in the markup alone).
type foundTitle struct {
	text     string
	subtitle string
	block    int
	last     int // last block of a headline in several lines
	from     string
	shown    string // as the page shows it, where the markup's form was taken
}

// keyOf is a text without case, white space and punctuation: titles are compared so.
func keyOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// findTitle gives the headline and notes what else the page offers for one.
func (p *page) findTitle() foundTitle {
	t := p.chooseTitle()
	for i, s := range p.statedTitles() {
		if keyOf(s) != keyOf(t.text) {
			p.note(offer{field: "title", value: s, from: "markup", confidence: 0.6 - float64(min(i, 4))*0.05, why: "not what the page shows"})
		}
	}
	if t.text != "" {
		from := t.from
		if t.block >= 0 {
			from += ", " + lineName(t.block)
		}
		p.note(offer{field: "title", value: t.text, from: from, confidence: titleTrust[t.from], won: true})
	}
	return t
}

// titleTrust says how far each way to a headline is to be trusted.
var titleTrust = map[string]float64{"hint": 1, "heading": 0.9, "meta": 0.7, "title-tag": 0.6, "line-above": 0.4}

// chooseTitle scores the short blocks around the start of the body against what the markup says; the best one is the headline. Where
// none will do the markup's own word is taken.
func (p *page) chooseTitle() foundTitle {
	if p.hints.title != "" {
		return foundTitle{text: p.hints.title, block: -1, from: "hint"}
	}
	if p.plain {
		return p.plainTitle()
	}
	stated := p.statedTitles()
	keys := make([]string, len(stated))
	for i, s := range stated {
		keys[i] = keyOf(s)
	}
	doc := keyOf(p.facts.docTitle)
	best, bestScore := -1, 4.5
	p.bounds()
	for i := range p.blocks {
		if b := &p.blocks[i]; p.first >= 0 && i > p.first+1 && b.heading == 0 && !b.titled {
			continue
		}
		if score := p.titleScore(i, keys, doc); score > bestScore {
			best, bestScore = i, score
		}
	}
	if best >= 0 {
		t := foundTitle{text: p.blocks[best].text, block: best, last: best, from: "heading"}
		p.extendTitle(&t, append(keys, doc))
		p.findSubtitle(&t)
		p.settleTitle(&t)
		return t
	}
	if t := p.lineAbove(); t.block >= 0 && p.onlySite() {
		return t
	}
	for _, s := range stated {
		if t := trimSiteName(s, p.siteName()); t != "" && t != p.siteName() {
			return foundTitle{text: t, block: -1, from: "meta"}
		}
	}
	if t := trimSiteName(p.facts.docTitle, p.siteName()); t != "" && t != p.siteName() && !strings.Contains(t, "://") {
		return foundTitle{text: t, block: -1, from: "title-tag"}
	}
	return p.lineAbove()
}

// lineAbove takes the short line nearest above the body for the headline, where the markup names none.
func (p *page) lineAbove() foundTitle {
	for i := p.first - 1; i >= max(p.first-5, 0); i-- {
		b := &p.blocks[i]
		if strings.HasPrefix(b.text, "——") || isChineseName(b.text) { // subtitle and author
			continue
		}
		if b.match == nil && !b.hidden && !b.control && (b.n >= 6 || b.n >= 4 && i == 0 && b.links == 0) && b.n <= 45 && b.punct <= 2 && !strings.HasSuffix(b.text, "。") && !strings.HasSuffix(b.text, "…") {
			return foundTitle{text: b.text, block: i, last: i, from: "line-above"}
		}
	}
	return foundTitle{block: -1}
}

// titleScore says how much block i looks like the headline.
func (p *page) titleScore(i int, stated []string, doc string) float64 {
	b := &p.blocks[i]
	if b.n < 2 || b.n > 90 || b.hidden || b.match != nil && b.match != &ruleMenu || b.crumb {
		return 0
	}
	key := keyOf(b.text)
	length := utf8.RuneCountInString(key)
	if length < 3 || b.heading == 0 && b.n < 30 && startsLabelled(b.text) {
		return 0
	}
	score := 0.0
	for _, s := range stated {
		if key == s {
			score += 6
			break
		}
		if length >= 6 && strings.Contains(s, key) {
			score += 4 * float64(len(key)) / float64(len(s))
			break
		}
		if len(s) >= 12 && strings.HasPrefix(key, s) {
			score += 3
			break
		}
	}
	switch {
	case length >= 4 && strings.Contains(doc, key):
		score += 3 + 3*float64(len(key))/float64(len(doc))
	case doc != "" && length >= 10 && commonPrefix(key, doc) >= 0.6*float64(len(key)):
		score += 3
	}
	if b.heading > 0 {
		score += max(3.5-float64(b.heading)*0.7, 0.5)
	}
	if b.titled {
		score += 1.5
	}
	if d := p.aboveHeadLine(i); d > 0 { // old CMS have no headings: the line above date and source is the headline
		score += 4.5 - float64(d)
		if b.bold {
			score++
		}
	}
	if b.linkShare() > 0.5 {
		score -= 3
	}
	if score > 2 && b.heading == 0 && !b.titled && key == p.siteKey() && p.headingOpens(doc) {
		score -= 4
	}
	if score > 2 && score < 7 && p.comesAgain(i, key) {
		score += 2.5
	}
	if strings.HasSuffix(b.text, "。") || b.punct > 3 {
		score -= 2.5
	}
	if p.boxes[b.box].dark {
		score -= 2
	}
	if length < 5 {
		score -= 1.5
	}
	if p.first >= 0 {
		switch {
		case i > p.first+1:
			score -= 4
		case i >= p.first-15:
			score += 1.5
		}
		if i < p.boxes[p.main].end && i >= p.boxes[p.main].start {
			score += 0.5
		}
	}
	return score
}

// startsLabelled tells lines like 译：某某 from headlines.
func startsLabelled(s string) bool {
	f, width := labelAt(s, 0)
	return width > 0 && f != fieldNone && strings.ContainsAny(s[:width], ":：/|")
}

// aboveHeadLine tells how many lines above the line of date and source block i stands: 1 or 2, 0 = neither.
func (p *page) aboveHeadLine(i int) int {
	for d := 1; d <= 2 && i+d < len(p.blocks); d++ {
		if r := p.blocks[i+d].match; r == &ruleHeadLine || r != nil && (r.name == "date-line" || r.name == "source-line" || r.name == "author-line") {
			return d
		} else if r != nil && r.name == "address" && d == 1 {
			if _, at := findDate(p.blocks[i+d].text); at.end > 0 {
				return d
			}
			return 0
		} else if r != nil {
			return 0
		}
	}
	return 0
}

// headingOpens tells whether a heading of the page is what <title> begins with.
func (p *page) headingOpens(doc string) bool {
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.heading > 0 && b.heading < 3 {
			if key := keyOf(b.text); key != "" && strings.HasPrefix(doc, key) {
				return true
			}
		}
	}
	return false
}

// comesAgain tells whether the same line stands again a few lines on, as a headline does that the text repeats.
func (p *page) comesAgain(i int, key string) bool {
	if utf8.RuneCountInString(key) < 8 || p.blocks[i].links > 0 {
		return false
	}
	for j := i + 1; j < len(p.blocks) && j <= min(i+12, p.first+2); j++ {
		if b := &p.blocks[j]; b.links == 0 && len(b.text) < len(key)*2 && keyOf(b.text) == key {
			return true
		}
	}
	return false
}

func commonPrefix(a, b string) float64 {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return float64(n)
}

// extendTitle joins a headline that was broken into lines, and takes the line below it for the subtitle.
func (p *page) extendTitle(t *foundTitle, keys []string) {
	if t.block+1 >= len(p.blocks) {
		return
	}
	next := &p.blocks[t.block+1]
	if next.match != nil || next.hidden || next.n > 60 || next.n < 2 || next.isSentence() && next.stop || next.linkShare() > 0.3 {
		return
	}
	joined := keyOf(t.text) + keyOf(next.text)
	for i, k := range keys {
		if k != "" && strings.Contains(k, joined) && (i < len(keys)-1 || !partedInDoc(p.facts.docTitle, t.text)) {
			gap := " "
			if strings.HasPrefix(next.text, "—") {
				gap = ""
			}
			t.text, t.last = t.text+gap+next.text, t.block+1
			return
		}
	}
	same := next.box == p.blocks[t.block].box
	sibling := p.boxes[next.box].parent == p.boxes[p.blocks[t.block].box].parent
	if (same && next.line || sibling && (next.heading > 0 || next.titled)) && next.n >= 4 && !p.inBody(t.block+1) {
		t.subtitle = strings.TrimLeft(next.text, "—-–― ")
	}
}

// findSubtitle takes the only line between the headline and the line of date and source.
func (p *page) findSubtitle(t *foundTitle) {
	i := t.last + 1
	if t.subtitle != "" || i+1 >= len(p.blocks) || i+1 > p.boxes[p.main].end {
		return
	}
	b, below := &p.blocks[i], &p.blocks[i+1]
	if b.match == nil && !b.hidden && b.links == 0 && b.n >= 4 && b.n <= 45 && !b.isSentence() && !b.keep && below.match != nil && below.match.verdict == mine && !isName(b.text) {
		t.subtitle = strings.TrimLeft(b.text, "—-–― ")
	}
}

// inBody tells whether block i is kept and not part of the head.
func (p *page) inBody(i int) bool { return p.blocks[i].keep && p.blocks[i].punct > 1 }

// plainTitle takes the headline of a text page from the lines above the first sentence: a heading, else the first line below nav
// and breadcrumb that is not a label; the line directly under it is the subtitle.
func (p *page) plainTitle() foundTitle {
	end := len(p.blocks)
	for i := range p.blocks {
		if b := &p.blocks[i]; b.match == nil && b.heading == 0 && b.isSentence() && (b.n >= 25 || b.punct > 1 && b.stop && strings.ContainsAny(b.text, "。，,;；")) && !p.titleOverHead(i) {
			end = i
			break
		}
	}
	start := 0
	for i := range p.blocks[:end] {
		if b := &p.blocks[i]; b.heading > 0 {
			return foundTitle{text: b.text, block: i, last: i, from: "heading"}
		}
		if r := p.blocks[i].match; r != nil && r.name == "breadcrumb" || r == &ruleMenu {
			start = i + 1
		}
	}
	for i := start; i < end; i++ {
		b := &p.blocks[i]
		if b.match != nil || b.n < 4 || b.n > 80 || isOutline(b.text) {
			continue
		}
		t := foundTitle{text: b.text, block: i, last: i, from: "heading"}
		if i+1 < end {
			if next := &p.blocks[i+1]; !next.gap && next.match == nil && next.n >= 4 && next.n <= 60 && !isOutline(next.text) {
				t.subtitle, t.last = strings.TrimLeft(next.text, "—-–― "), i+1
			}
		}
		return t
	}
	return foundTitle{block: -1}
}

// titleOverHead tells whether line i, though it reads as a sentence, stands over a head line, as only a headline does.
func (p *page) titleOverHead(i int) bool {
	for j := i + 1; j < len(p.blocks) && j <= i+2; j++ {
		if r := p.blocks[j].match; r == &ruleHeadLine || r != nil && (r.name == "source-line" || r.name == "date-line") {
			return p.blocks[i].n <= 80
		}
	}
	return false
}

// dropTitleLines takes the headline, its repetitions and what stands above it out of the body.
func (p *page) dropTitleLines() {
	if p.title.text == "" {
		return
	}
	key := keyOf(p.title.text)
	p.bounds()
	if p.first < 0 {
		return
	}
	for i, seen := p.first, 0; i <= p.last && seen < 4; i++ {
		b := &p.blocks[i]
		if !b.keep {
			continue
		}
		seen++
		k := keyOf(b.text)
		if k == key || p.title.shown != "" && k == keyOf(p.title.shown) || p.title.subtitle != "" && k == keyOf(p.title.subtitle) || b.heading > 0 && b.heading <= 2 && len(k) > 12 && strings.Contains(key, k) {
			b.keep, b.rule = false, "title"
		}
	}
	if p.title.block < 0 {
		return
	}
	above := p.keptMass(p.first, p.title.block)
	if below := p.keptMass(p.title.block, p.last+1); above > below*0.3 {
		return
	}
	for i := p.first; i <= min(p.title.last, p.last); i++ {
		if b := &p.blocks[i]; b.keep {
			b.keep, b.rule = false, "above-title"
		}
	}
}
