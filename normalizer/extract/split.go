package extract

import "strings"

// part is one article of a page: the blocks it is made of and its own head.
type part struct {
	title, subtitle, section, author string
	head                             int // block of the headline, -1 = none
	from, to                         int // range of blocks
}

// minPart is how much prose every article of a page with several must hold.
const minPart = 60

// parts cuts the page into its articles. One article is the usual case.
func (p *page) parts() []part {
	whole := part{title: p.title.text, subtitle: p.title.subtitle, head: p.title.block, from: 0, to: len(p.blocks)}
	if len(p.heads) < 2 {
		return []part{whole}
	}
	var out []part
	for i, h := range p.heads {
		out = append(out, p.partAt(h, p.regions[i].end))
	}
	for i := range out[:len(out)-1] {
		p.moveTag(&out[i], &out[i+1])
	}
	return out
}

// region is the range of blocks in which the text of one article lies.
type region struct{ start, end int }

// findRegions gives the box of the only article, or for each of several the largest box around its headline that holds no other;
// headlines in one box part it between them.
func (p *page) findRegions() []region {
	x := &p.boxes[p.main]
	if len(p.heads) < 2 {
		return []region{{x.start, x.end}}
	}
	var out []region
	for i, h := range p.heads {
		end := x.end
		if i+1 < len(p.heads) {
			end = p.heads[i+1]
		}
		at := p.blocks[h].box
		for at > 0 && !p.holdsOther(p.boxes[at].parent, h) {
			at = p.boxes[at].parent
		}
		if own := &p.boxes[at]; !p.plain && own.end > h+1 && own.mass >= minPart {
			end = own.end
		}
		out = append(out, region{h, end})
	}
	return out
}

// holdsOther tells whether a box holds a headline beside h.
func (p *page) holdsOther(at, h int) bool {
	for _, other := range p.heads {
		if other != h && other >= p.boxes[at].start && other < p.boxes[at].end {
			return true
		}
	}
	return false
}

// partAt reads the lines between a headline and the first sentence below it: subtitle, author.
func (p *page) partAt(head, end int) part {
	t := part{title: p.blocks[head].text, head: head, from: head + 1, to: end}
	p.blocks[head].keep, p.blocks[head].rule = false, "title"
	for i := head + 1; i < end && i <= head+3; i++ {
		b := &p.blocks[i]
		if b.match != nil {
			continue
		}
		if b.isSentence() || b.n >= 40 || b.stop {
			break
		}
		if b.han == b.n && b.n >= 2 && b.n <= 3 && t.author == "" {
			t.author = strings.ReplaceAll(b.text, " ", "")
		} else if t.subtitle == "" && b.n >= 4 && !isNote(b.text) {
			t.subtitle = strings.TrimLeft(b.text, "—-–― ")
		} else {
			continue
		}
		b.keep, b.rule = false, "part-head"
	}
	return t
}

// moveTag gives the short line that closes one article to the next, whose column it names: 今日谈.
func (p *page) moveTag(a, next *part) {
	for i := next.head - 1; i > a.from; i-- {
		b := &p.blocks[i]
		if b.match != nil || b.hidden {
			continue
		}
		if b.n >= 2 && b.n <= 8 && b.punct == 0 && b.links == 0 && b.heading == 0 {
			next.section = b.text
			b.keep, b.rule = false, "column-tag"
		}
		return
	}
}

// several gives the headlines of a page that holds several articles, or fewer than two. They are of one form (same heading level
// or same class), none is a link, each has prose of its own below it, and most of those below the first show that they are
// articles by themselves: a byline, a dateline, an author. Subheadings of one article do not.
func (p *page) several() []int {
	if p.plain {
		return p.independent(p.plainHeads())
	}
	groups := map[string][]int{}
	var order []string
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.heading == 0 && !b.titled || b.hidden || b.linkShare() > 0.5 || b.match != nil || b.n < 2 || b.n > 60 || p.boxes[b.box].dark || isOutline(b.text) {
			continue
		}
		sign := p.boxes[b.box].sign
		if groups[sign] == nil {
			order = append(order, sign)
		}
		groups[sign] = append(groups[sign], i)
	}
	for _, sign := range order {
		if heads := p.independent(groups[sign]); len(heads) >= 2 {
			return heads
		}
	}
	return nil
}

func (p *page) plainHeads() []int {
	var out []int
	for i := range p.blocks {
		if b := &p.blocks[i]; b.heading > 0 && !isOutline(b.text) && b.n >= 2 {
			out = append(out, i)
		}
	}
	return out
}

// independent filters headlines with prose below, and wants most of them to show that they head an article.
func (p *page) independent(heads []int) []int {
	if len(heads) < 2 || len(heads) > 60 {
		return nil
	}
	var good []int
	shown, total := 0, 0.0
	for i, h := range heads {
		end := len(p.blocks)
		if i+1 < len(heads) {
			end = heads[i+1]
		}
		mass, byline := p.readPart(h, end)
		if mass < minPart {
			continue
		}
		good = append(good, h)
		total += mass
		if byline && len(good) > 1 {
			shown++
		}
	}
	if len(good) < 2 || len(good)*10 < len(heads)*7 || shown*2 < len(good)-1 || shown == 0 || p.otherProse(good[0]) > total*0.3 {
		return nil
	}
	return good
}

// otherProse is the prose above the first headline: where the page has much of it, the headings below part one article.
func (p *page) otherProse(head int) float64 {
	sum := 0.0
	for i := range head {
		if b := &p.blocks[i]; b.match == nil && b.isSentence() && b.linkShare() < 0.3 && !p.boxes[b.box].dark {
			sum += b.prose()
		}
	}
	return sum
}

// readPart sums the prose below a headline and looks for signs of an article by itself.
func (p *page) readPart(head, end int) (mass float64, byline bool) {
	seen := 0
	for i := head + 1; i < end; i++ {
		b := &p.blocks[i]
		if b.hidden || p.boxes[b.box].dark {
			continue
		}
		if b.match != nil {
			if b.match.verdict == mine && (b.match.name == "author-line" || b.match == &ruleHeadLine || b.match.name == "byline-end" || b.match == &ruleByline || b.match.name == "source-line") && i <= head+3 {
				byline = true
			}
			if i <= head+2 && b.match == &ruleNumber { // 2005-06-10 05:53:20
				_, at := findDate(b.text)
				byline = byline || at.end > 0
			}
			continue
		}
		if i <= head+2 && b.han == b.n && b.n >= 2 && b.n <= 3 {
			byline = true
		}
		if b.isSentence() {
			if seen++; seen <= 2 && hasDateline(b.text) {
				byline = true
			}
			mass += b.prose()
		}
	}
	return mass, byline
}

// hasDateline tells the opening of a news report: 本报讯, 新华社…电, （记者 …）.
func hasDateline(s string) bool {
	s = s[:min(len(s), 120)]
	for _, w := range []string{"本报讯", "本報訊", "本网讯", "本刊讯", "讯（", "讯(", "电（", "电(", "（记者", "(记者", "（通讯员", "(通讯员", "本报记者", "本报综合", "（本报", "(本报", "社讯", "中新网", "據本報"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
