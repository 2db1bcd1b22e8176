package extract

import (
	"strings"
	"unicode/utf8"
)

// doubledMark is how every curly quote, dash and ellipsis begins that was UTF-8, was read as Latin-1 and written as UTF-8 again:
// E2 80 become â and a control character, which no text holds.
const doubledMark = "\u00e2\u0080"

// undouble repairs text that went through UTF-8 twice. Pages without the mark cost one search.
func undouble(text string) string {
	if !strings.Contains(text, doubledMark) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		if c := text[i]; c != 0xC2 && c != 0xC3 { // the lead bytes of U+0080 to U+00FF
			b.WriteByte(c)
			i++
			continue
		}
		r, width := latinRune(text[i:])
		if r == utf8.RuneError {
			b.WriteByte(text[i])
			i++
			continue
		}
		b.WriteRune(r)
		i += width
	}
	return b.String()
}

// latinRune reads the character whose UTF-8 bytes stand as Latin-1 characters at the beginning of s, with the bytes it takes there.
// What is no such sequence comes back as it is.
func latinRune(s string) (rune, int) {
	var raw [utf8.UTFMax]byte
	n, width := 0, 0
	for n < len(raw) && width < len(s) {
		r, size := utf8.DecodeRuneInString(s[width:])
		if r < 0x80 || r > 0xFF {
			break
		}
		raw[n] = byte(r)
		n, width = n+1, width+size
		if decoded, used := utf8.DecodeRune(raw[:n]); n > 1 && decoded != utf8.RuneError && used == n {
			return decoded, width
		}
	}
	return utf8.DecodeRuneInString(s)
}
