package extract

import (
	"unicode"
	"unicode/utf8"
)

// A page asks of every character what it is, several times over. The answers of package unicode are binary searches; here they are
// one table of the Basic Multilingual Plane, filled from the ranges of package unicode.

// runeClass is a set of answers.
type runeClass uint8

const (
	isLetterClass  runeClass = 1 << iota // unicode.IsLetter
	isNumberClass                        // unicode.IsNumber
	isDigitClass                         // unicode.IsDigit
	isCasedClass                         // its lower case may be another character
	isIdeoClass                          // isIdeographic
	isPunctClass                         // isSentencePunct
	isComposeClass                       // a text that holds it may not be NFC
	isFoldClass                          // foldRune may change or drop it, or looks at what stands before it
)

var runeClasses = buildRuneClasses()

func buildRuneClasses() *[1 << 16]runeClass {
	var t [1 << 16]runeClass
	mark := func(table *unicode.RangeTable, c runeClass) {
		for _, x := range table.R16 {
			for r := int(x.Lo); r <= int(x.Hi); r += int(x.Stride) {
				t[r] |= c
			}
		}
	}
	mark(unicode.L, isLetterClass)
	mark(unicode.N, isNumberClass)
	mark(unicode.Nd, isDigitClass)
	for _, x := range unicode.CaseRanges {
		for r := x.Lo; r <= x.Hi && r < 1<<16; r++ {
			t[r] |= isCasedClass
		}
	}
	for r := range t {
		t[r] |= isComposeClass | isFoldClass
	}
	clearIn(&t, lonely, isComposeClass)
	clearIn(&t, settled, isFoldClass)
	for _, x := range ideographic {
		for r := x[0]; r <= min(x[1], 1<<16-1); r++ {
			t[r] |= isIdeoClass
		}
	}
	for _, r := range sentencePunct {
		t[r] |= isPunctClass
	}
	return &t
}

func clearIn(t *[1 << 16]runeClass, ranges [][2]rune, c runeClass) {
	for _, x := range ranges {
		for r := x[0]; r <= x[1]; r++ {
			t[r] &^= c
		}
	}
}

// lonely are characters that NFC leaves alone whatever stands beside them: scripts without combining marks. A test holds them
// against the tables of norm.
var lonely = [][2]rune{
	{0, 0x2FF}, {0x400, 0x482}, {0x2010, 0x2027}, {0x2030, 0x204F}, {0x2460, 0x25FF}, {0x3000, 0x3029}, {0x3030, 0x3098}, {0x309B, 0x30FF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xFF00, 0xFFEF},
}

// settled are characters that foldRune gives back as they are.
var settled = [][2]rune{
	{' ' + 1, 0x7E}, {0xAE, 0x5FF}, {0x2010, 0x2027}, {0x2030, 0x205E}, {0x3001, 0x3163}, {0x4E00, 0xD7FF}, {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF5B, 0xFFEF},
}

// ideographic are the ranges of isIdeographic: Han, Kana, Hangul, 々 and 〇.
var ideographic = [][2]rune{{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x3041, 0x30FF}, {0xAC00, 0xD7A3}, {0x3005, 0x3005}, {0x3007, 0x3007}, {0x20000, 0x3134F}}

// sentencePunct are the marks of isSentencePunct.
const sentencePunct = "，。；？！…：、।؟،۔"

func classOf(r rune) runeClass {
	if uint32(r) < 1<<16 {
		return runeClasses[r]
	}
	return classBeyond(r)
}

// classBeyond answers for the planes above, which hold rare ideographs, emoji and old scripts.
func classBeyond(r rune) runeClass {
	c := isComposeClass | isFoldClass
	if unicode.IsLetter(r) {
		c |= isLetterClass
	}
	if unicode.IsNumber(r) {
		c |= isNumberClass
	}
	if unicode.IsDigit(r) {
		c |= isDigitClass
	}
	if r >= 0x20000 && r <= 0x3134F {
		c |= isIdeoClass
	}
	return c | isCasedClass
}

func isIdeographic(r rune) bool   { return classOf(r)&isIdeoClass != 0 }
func isSentencePunct(r rune) bool { return classOf(r)&isPunctClass != 0 }
func isLetter(r rune) bool        { return classOf(r)&isLetterClass != 0 }
func isDigit(r rune) bool         { return classOf(r)&isDigitClass != 0 }
func isAlphanumeric(r rune) bool  { return classOf(r)&(isLetterClass|isNumberClass) != 0 }

// lowerRune is unicode.ToLower.
func lowerRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'A' && r <= 'Z' {
			r |= 0x20
		}
		return r
	case classOf(r)&isCasedClass == 0:
		return r
	}
	return unicode.ToLower(r)
}
