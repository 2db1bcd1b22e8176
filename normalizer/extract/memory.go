package extract

import (
	"slices"
	"strconv"
	"strings"
)

// Memory is what is known of the other pages of the page's host. It does not change during a call. A page is extracted the same with
// nil, and with a memory of fewer than minPages pages.
type Memory interface {
	// Pages is how many pages were learned from; pages with the same text count as one.
	Pages() int
	// Seen tells on how many of them a block stood, of how many since it stood on one for the first time: the lines of a new template
	// are known soon. 0, 0 where it is not known.
	Seen(fingerprint uint64) (on, of int)
	// Generation names this state of the memory; articles made with it carry it.
	Generation() string
}

// Lesson is what a page teaches the memory of its host.
type Lesson struct {
	Blocks  []uint64 // fingerprints of the short blocks that lay in the body or could have, sorted, each once
	Text    []uint64 // fingerprints of the body's longest blocks, longest first: pages that share most of theirs hold one text
	Dropped int      // blocks that went because the memory knew them
}

// What stands in many bodies of one site under different texts is furniture that the page alone does not betray: a column's
// closing line, a prompt to subscribe. The rules below hold the other way: what else comes again and must stay.
//
//   - A reprint comes again as a whole: nothing goes where more than half of a body would, and pages with one text count once.
//   - Long text is never furniture, and the longer, the more pages must have shown it.
//   - Between paragraphs of the page's own stand subheadings, speakers and refrains of a series; only what stands on a good part of
//     all pages of the site goes there, and nothing with the form of a heading.
//   - The address and the closing formula of official letters are the same in every letter, and part of it.
const (
	minPages    = 3   // memories of fewer pages say nothing
	maxShort    = 60  // weight up to which a block is a line
	maxLong     = 300 // weight of the longest block that can be furniture
	maxLessons  = 64  // fingerprints taken from one page
	textPrints  = 6   // long blocks that identify a text
	minLearned  = 2   // weight of the lightest block that is learned
	minTextMark = 20  // weight of the lightest block that identifies a text
)

// isFurniture weighs the evidence: of the pages that are known the block stood on so many.
func isFurniture(b *block, k sighting, pages int, inner bool) bool {
	seen := func(least, percent int) bool { return k.on >= least && k.on*100 >= k.of*percent }
	switch {
	case b.n > maxLong || isFormula(b):
		return false
	case inner:
		return b.n <= maxShort && seen(8, 30) && b.heading == 0 && !b.bold && !b.titled && !b.item && b.row == 0 && !endsWithColon(b.text) && !isOutline(b.text)
	case b.n > maxShort:
		return seen(5, 10)
	case pages <= 4:
		return seen(2, 50)
	case pages < 20:
		return seen(3, 10)
	}
	return seen(5, 3)
}

// sighting is what the memory says of a block.
type sighting struct{ on, of int }

// formulas begin the lines that close every official letter. Forms are line keys.
var formulas = []string{"特此", "此致", "敬礼", "敬禮", "此件", "此页无正文", "附件", "附:", "联系人", "联系电话"}

// isFormula fits what official letters have in common: whom they are to, how they close, who signs.
func isFormula(b *block) bool {
	if endsWithColon(b.text) || b.signed || isSignature(b.text) {
		return true
	}
	key := strings.TrimLeft(b.key, "([")
	for _, w := range formulas {
		if strings.HasPrefix(key, w) {
			return true
		}
	}
	return false
}

// recall drops from an accepted page what the memory of its host knows as furniture, and gives what the page teaches in turn. It
// changes neither the number of articles nor their titles. Without a memory it does nothing.
func (p *page) recall() *Lesson {
	m := p.in.Memory
	if m == nil {
		return nil
	}
	l := &Lesson{Blocks: p.lessons()}
	if m.Pages() >= minPages {
		for _, r := range p.bodies() {
			l.Dropped += p.forget(r, m)
		}
		p.bounds()
	}
	l.Text = p.textMarks()
	return l
}

// generation names the memory that was used, empty where none was.
func (p *page) generation() string {
	if m := p.in.Memory; m != nil && m.Pages() >= minPages {
		return m.Generation()
	}
	return ""
}

// bodies gives the range of each article.
func (p *page) bodies() []region {
	if len(p.heads) < 2 {
		return []region{{0, len(p.blocks)}}
	}
	out := make([]region, len(p.heads))
	for i, h := range p.heads {
		out[i] = region{h + 1, p.regions[i].end}
	}
	return out
}

// forget drops the furniture of one body and what only stood because of it. Where the rest would not be an article with most of the
// text, it drops the lines alone, or nothing.
func (p *page) forget(r region, m Memory) int {
	known, first, last := p.known(r, m)
	if len(known) == 0 || first < 0 {
		return 0
	}
	before := p.snapshot(r)
	for _, limit := range []int{maxLong, maxShort} {
		dropped := 0
		for _, k := range known {
			b := &p.blocks[k.block]
			inner := k.block > first && k.block < last
			if b.n <= limit && (!inner || isFurniture(b, k.sighting, m.Pages(), true)) {
				b.keep, b.rule = false, "memory "+strconv.Itoa(k.on)+"/"+strconv.Itoa(k.of)
				dropped++
			}
		}
		if p.stands(r, before) {
			after := p.snapshot(r)
			p.trim(r) // short lines between the text and the furniture
			if !p.stands(r, before) {
				p.restore(r, after)
			}
			return dropped
		}
		p.restore(r, before)
	}
	return 0
}

// knownBlock is a kept block that the memory has seen.
type knownBlock struct {
	block int
	sighting
}

// known gives the kept blocks that are furniture at either end of the body, and the first and last sentence beside them, -1 where
// there is none: what lies between those is inside the text.
func (p *page) known(r region, m Memory) (out []knownBlock, first, last int) {
	first, last = -1, -1
	pages := m.Pages()
	for i := r.start; i < r.end; i++ {
		b := &p.blocks[i]
		if !b.keep {
			continue
		}
		if isLearned(b) {
			on, of := m.Seen(fingerprint(b.key))
			if k := (sighting{on, of}); on > 1 && isFurniture(b, k, pages, false) {
				out = append(out, knownBlock{i, k})
				continue
			}
		}
		if b.isSentence() && b.n >= 12 || b.n >= maxShort {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	return out, first, last
}

type decision struct {
	keep bool
	rule string
}

func (p *page) snapshot(r region) []decision {
	out := make([]decision, 0, r.end-r.start)
	for i := r.start; i < r.end; i++ {
		out = append(out, decision{p.blocks[i].keep, p.blocks[i].rule})
	}
	return out
}

func (p *page) restore(r region, was []decision) {
	for i, d := range was {
		p.blocks[r.start+i].keep, p.blocks[r.start+i].rule = d.keep, d.rule
	}
}

// stands tells whether what is left of a body is an article with at least half of the text: reprints and briefs under a long
// standing text stay as they are.
func (p *page) stands(r region, before []decision) bool {
	was, is, sentence := 0, 0, false
	for i := r.start; i < r.end; i++ {
		b := &p.blocks[i]
		if before[i-r.start].keep {
			was += b.n
		}
		if b.keep {
			is += b.n
			sentence = sentence || b.isSentence() && b.n >= 12 || b.n >= maxShort
		}
	}
	return sentence && is*2 >= was && is >= minArticle
}

// lessons gives the fingerprints of the blocks that the page alone kept, and of the text beside them that is neither link nor known
// to the line rules: on the next page it may lie in the body. Those of the body come first where there are too many.
func (p *page) lessons() []uint64 {
	var out []uint64
	take := func(kept bool) {
		for i := range p.blocks {
			b := &p.blocks[i]
			if b.keep == kept && len(out) < maxLessons && isLearned(b) {
				if f := fingerprint(b.key); !slices.Contains(out, f) {
					out = append(out, f)
				}
			}
		}
	}
	take(true)
	take(false)
	slices.Sort(out)
	return out
}

func isLearned(b *block) bool {
	return b.n >= minLearned && b.n <= maxLong && b.match == nil && !b.hidden && b.linkShare() < 0.5
}

// textMarks gives the fingerprints of the longest blocks that are kept.
func (p *page) textMarks() []uint64 {
	var longest []int
	for i := range p.blocks {
		b := &p.blocks[i]
		if !b.keep || b.n < minTextMark {
			continue
		}
		at := len(longest)
		for at > 0 && p.blocks[longest[at-1]].n < b.n {
			at--
		}
		if at < textPrints {
			longest = slices.Insert(longest, at, i)
			longest = longest[:min(len(longest), textPrints)]
		}
	}
	var out []uint64
	for _, i := range longest {
		if f := fingerprint(p.blocks[i].key); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// fingerprint is FNV-1a over a line key. It is stored: another hash would forget every site.
func fingerprint(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h ^= uint64(key[i])
		h *= 1099511628211
	}
	return h
}
