package extract

import "unicode/utf8"

// measure fills the features of a block that come from its text alone.
func (b *block) measure() {
	b.han, b.n, b.punct = weighText(b.text)
	b.stop = endsSentence(b.text)
	b.key = lineKey(b.text)
}

// weightOf is the weight of a text that may lie in a link.
func weightOf(s string) int {
	_, n, _ := weighText(s)
	return n
}

// weighText counts ideographs and sentence punctuation, and gives the weight: an ideograph counts 1, another letter or digit 0.4.
func weighText(s string) (han, n, punct int) {
	other := 0
	prev := rune(0)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case isASCIILetter(rune(c)) || c >= '0' && c <= '9':
				other++
			case isASCIIStop(rune(c)) && isLetterish(prev) && !followedByAlnum(s[i:]):
				punct++
			}
			prev = rune(c)
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch class := classOf(r); {
		case class&isIdeoClass != 0:
			han++
		case class&isPunctClass != 0:
			punct++
		case class&(isLetterClass|isNumberClass) != 0:
			other++
		}
		prev = r
	}
	return han, (han*5 + other*2) / 5, punct
}
