package extract

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// block is one run of text between two block-level boundaries (or line breaks), with the features that decide it.
type block struct {
	text    string
	key     string // lineKey of the text
	box     int    // index of the element that holds it
	n       int    // weight: a Han, Kana or Hangul character counts 1, another letter or digit 0.4
	han     int    // Han, Kana and Hangul characters
	linkN   int    // weight inside links
	links   int
	punct   int  // sentence punctuation
	stop    bool // ends as a sentence ends
	heading int  // 1..6, 0 = none
	bold    bool // all of it emphasised
	item    bool // in a list
	caption bool // a caption by its element or class
	control bool // in a form, button or label
	gap     bool // an empty line stands before it
	line    bool // begun by a line break, not by a paragraph
	indent  bool // begins with a wide space or two
	hidden  bool
	crumb   bool      // in a breadcrumb by class
	foot    bool      // stands below the beginning of the body
	signed  bool      // part of the signature of an official letter
	titled  bool      // its element is called a title
	row     int       // number of its table row, 0 = none
	cell    int       // number of its table cell
	match   *lineRule // the line rule that fits its text, nil = none

	// The decision.
	keep bool
	rule string // the rule that decided
}

// maxBlocks bounds what a page of line breaks alone can cost; real pages stay below 20,000. Text past it is not read.
const maxBlocks = 100_000

// linkShare is the part of the block's weight that lies in links.
func (b *block) linkShare() float64 {
	if b.n == 0 {
		if b.links > 0 {
			return 1
		}
		return 0
	}
	return float64(b.linkN) / float64(b.n)
}

// prose is how much running text the block holds: its weight, less for links, next to nothing for short lines without
// punctuation, nothing for what is not shown.
func (b *block) prose() float64 {
	share := b.linkShare()
	if b.hidden || b.control || b.n < 6 || share > 0.5 {
		return 0
	}
	mass := float64(b.n) * (1 - share)
	switch {
	case b.punct == 0 && b.n < 40:
		mass *= 0.1
	case b.punct == 0, b.heading > 0:
		mass *= 0.4
	case b.punct == 1 && !b.stop && b.n < 25:
		mass *= 0.4
	}
	return mass
}

// hiddenProse is the prose of a hidden block if it were shown.
func (b *block) hiddenProse() float64 {
	shown := *b
	shown.hidden = false
	return shown.prose()
}

// isSentence tells whether the block reads as at least one whole sentence.
func (b *block) isSentence() bool {
	return b.punct > 0 && (b.stop && b.n >= 8 || b.n >= 40)
}

// box is an element that holds blocks: blocks[start:end] are those inside it at any depth.
type box struct {
	parent     int // -1 for the root
	tag        atom.Atom
	sign       string // tag and class, to compare siblings
	start, end int
	depth      int
	class      polarity
	mass       float64 // prose inside
	weight     int     // all text inside
	linkN      int
	direct     float64 // what its own paragraphs vote for it
	dark       bool    // boilerplate by its own or an ancestor's class
	body       bool    // chosen by a selector of the source
}

func (x *box) linkShare() float64 {
	if x.weight == 0 {
		return 0
	}
	return float64(x.linkN) / float64(x.weight)
}

// prosy tells whether the element holds prose and hardly anything else.
func (x *box) prosy() bool {
	return x.mass >= 60 && x.mass >= float64(x.weight)*0.6 && x.linkShare() < 0.15
}

func isASCIIStop(r rune) bool {
	return r == ',' || r == '.' || r == ';' || r == '!' || r == '?' || r == ':'
}

// followedByAlnum tells 3.5 and a.b from the end of a clause; between ideographs half-width punctuation has no space.
func followedByAlnum(rest string) bool {
	if rest == "" {
		return false
	}
	c := rest[0]
	return isASCIILetter(rune(c)) || c >= '0' && c <= '9'
}

func isLetterish(r rune) bool {
	return isAlphanumeric(r) || r == ')' || r == '"' || r == '”' || r == '》' || r == '）' || r == '%'
}

// endsSentence looks at the last character, behind closing quotes and brackets.
func endsSentence(s string) bool {
	s = strings.TrimRight(s, "”’」』》）)]】\"' ")
	r, _ := utf8.DecodeLastRuneInString(s)
	switch r {
	case '。', '！', '？', '…', '；', '：', '.', '!', '?', ';', ':', '।', '۔', '؟', '︰', '—':
		return true
	}
	return false
}
