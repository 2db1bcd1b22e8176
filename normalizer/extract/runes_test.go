package extract

import (
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// TestRuneClasses holds the table against the packages it stands in for, over every code point.
func TestRuneClasses(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isLetter(r) != unicode.IsLetter(r) || isDigit(r) != unicode.IsDigit(r) || isAlphanumeric(r) != (unicode.IsLetter(r) || unicode.IsNumber(r)) || lowerRune(r) != unicode.ToLower(r) {
			t.Fatalf("%U: letter %t, digit %t, alphanumeric %t, lower %U", r, isLetter(r), isDigit(r), isAlphanumeric(r), lowerRune(r))
		}
		c := classOf(r)
		if c&isFoldClass == 0 {
			for _, prev := range []rune{0, 'a', 0x0905, 0x1F600} {
				if got := foldRune(r, prev); got != r {
					t.Fatalf("%U folds to %U behind %U", r, got, prev)
				}
			}
		}
		if c&isComposeClass == 0 {
			if p := norm.NFC.PropertiesString(string(r)); p.CCC() != 0 || !norm.NFC.IsNormalString(string(r)) || !p.BoundaryBefore() {
				t.Fatalf("%U takes part in composition", r)
			}
		}
	}
}
