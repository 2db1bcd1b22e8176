package story

import (
	"unicode"
	"unicode/utf8"
)

// Text is a body prepared for comparing: its clauses and its word sequences, as hashes. It is good for any number of comparisons.
type Text struct {
	letters  int // letters and digits of all clauses
	clauses  []clause
	shingles []uint64 // hashes of the runs of shingleUnits units
}

// clause is what stands between two marks, with everything but letters and digits left out and full-width forms folded.
type clause struct {
	exact  uint64 // hash of its letters and digits
	masked uint64 // the same with one sign for every number
	size   int    // letters and digits
	words  int    // letters alone
	number bool   // it holds a number
}

// shingleUnits is the length of the word sequences. A unit is a Han, Kana or Hangul character, or a word or number of another script: four
// Han characters are about two words.
const shingleUnits = 4

// mostBytes is how much of a body is read. Texts that are the same as far as that are taken for the same.
const mostBytes = 64 << 10

// Read prepares a body for Bands and Alike.
func Read(body string) Text { return read(body, true) }

// ReadClauses prepares a body for Alike alone, in a third of the memory.
func ReadClauses(body string) Text { return read(body, false) }

func read(body string, shingles bool) Text {
	r := reader{keep: shingles}
	r.clear()
	body = body[:min(len(body), mostBytes)]
	for len(body) > 0 {
		c, n := utf8.DecodeRuneInString(body)
		body, c = body[n:], foldRune(c)
		switch {
		case unicode.IsLetter(c) || unicode.IsMark(c):
			r.letter(c)
		case unicode.IsNumber(c):
			r.digit(c)
		case isBreak(c, body):
			r.endUnit()
			r.endClause()
		case !joins(c):
			r.endUnit()
			r.inNumber = false
		}
	}
	r.endUnit()
	r.endClause()
	return r.t
}

// foldRune folds full-width ASCII (Unicode block Halfwidth and Fullwidth Forms) and case.
func foldRune(c rune) rune {
	if c < 0x80 {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}
	if 0xFF01 <= c && c <= 0xFF5E {
		return foldRune(c - 0xFEE0)
	}
	return unicode.ToLower(c)
}

// isBreak tells whether a mark ends a clause. A full stop does where a space or nothing follows, a comma or colon where no digit does.
func isBreak(c rune, rest string) bool {
	switch c {
	case '\n', '。', '！', '？', '；', '，', '、', '：', '…', '!', '?', ';', '｡', '､':
		return true
	case '.', ',', ':':
		next, _ := utf8.DecodeRuneInString(rest)
		return rest == "" || !unicode.IsDigit(foldRune(next)) && !unicode.IsLetter(next)
	}
	return false
}

// joins tells whether a sign stands within numbers and words.
func joins(c rune) bool {
	return c == '.' || c == ',' || c == ':' || c == '\'' || c == '’' || c == '-' || c == 0x00AD
}

// reader builds a Text.
type reader struct {
	t                   Text
	keep                bool // the word sequences
	exact, masked, unit uint64
	size, words         int
	number, inNumber    bool
	unitLen             int
	window              [shingleUnits]uint64
	units               int
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func (r *reader) clear() {
	r.exact, r.masked, r.size, r.words, r.number, r.inNumber = fnvOffset, fnvOffset, 0, 0, false, false
}

func (r *reader) letter(c rune) {
	wide := isWide(c)
	if wide {
		r.endUnit()
	}
	r.unit = (r.unit ^ uint64(c)) * fnvPrime
	r.unitLen++
	if wide {
		r.endUnit()
	}
	r.exact = (r.exact ^ uint64(c)) * fnvPrime
	r.size++
	if isNumeral(c) {
		r.mask()
		return
	}
	r.words++
	r.inNumber = false
	r.masked = (r.masked ^ uint64(c)) * fnvPrime
}

func (r *reader) digit(c rune) {
	r.unit = (r.unit ^ uint64(c)) * fnvPrime
	r.unitLen++
	r.exact = (r.exact ^ uint64(c)) * fnvPrime
	r.size++
	r.mask()
}

// mask puts one sign for the number that begins here or goes on.
func (r *reader) mask() {
	r.number = true
	if !r.inNumber {
		r.masked = (r.masked ^ '#') * fnvPrime
	}
	r.inNumber = true
}

// endUnit closes a unit and takes the sequence that it ends.
func (r *reader) endUnit() {
	if r.unitLen == 0 {
		return
	}
	copy(r.window[:], r.window[1:])
	r.window[shingleUnits-1] = mix(r.unit)
	r.unit, r.unitLen = fnvOffset, 0
	if r.units++; r.units < shingleUnits || !r.keep {
		return
	}
	h := uint64(fnvOffset)
	for _, u := range r.window {
		h = (h ^ u) * fnvPrime
	}
	r.t.shingles = append(r.t.shingles, mix(h))
}

func (r *reader) endClause() {
	if r.size > 0 {
		r.t.letters += r.size
		r.t.clauses = append(r.t.clauses, clause{mix(r.exact), mix(r.masked), r.size, r.words, r.number})
	}
	r.clear()
}

// isWide tells whether a character is a unit of its own.
func isWide(c rune) bool {
	return c >= 0x2E80 && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// isNumeral tells whether a letter is a Chinese numeral. That some stand in words too (一些, 万一) does no harm: they are masked on both sides.
func isNumeral(c rune) bool {
	switch c {
	case '〇', '零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '万', '亿', '两', '萬', '億', '兩':
		return true
	}
	return false
}

// mix is the finalizer of SplitMix64; FNV alone leaves the high bits of short keys alike.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
