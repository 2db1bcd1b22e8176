package extract

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	rows := []struct{ name, in, want string }{
		{"kangxi radicals", "5⽉31⽇，⼈民⽹", "5月31日，人民网"},
		{"radical supplement", "⻓河⻋站，⻝品⻛险", "长河车站，食品风险"},
		{"compatibility ideographs", "\uF9E9\uFA08", "里\u884C"},
		{"full-width letters and digits", "ＡＢＣ１２３ｘｙｚ", "ABC123xyz"},
		{"chinese punctuation stays", "他说：“好！”（笑）、《云河》。", "他说：“好！”（笑）、《云河》。"},
		{"full-width punctuation stays", "１，２；３％", "1，2；3％"},
		{"spaces", "\u3000\u3000云河\u00a0 \t\r\n市\u2003 ", "云河 市"},
		{"dropped", "云\u200b河\u00ad市\ufeff\u2060府\u200e", "云河市府"},
		{"controls", "a\x00b\x1fc\x7fd\u0085e", "abcd e"},
		{"composed", "e\u0301te\u0301", "été"},
		{"joiners between arabic letters stay", "می\u200cشود", "می\u200cشود"},
		{"joiners in chinese go", "云\u200d河", "云河"},
		{"plain", "plain text 1", "plain text 1"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := Fold(row.in); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

// TestFoldProperties: folding twice is folding once; the result is NFC, valid, single-spaced and no longer in characters.
func TestFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("云河 \u3000⽉⻓Ａ９\u200b\u200d\u0301e가ᄀ\u1161，。\u00ad\n")))).Draw(t, "s")
		checkFolded(t, s, Fold(s))
	})
}

func FuzzFold(f *testing.F) {
	f.Add("⽉⻓ＡＢ\u3000e\u0301")
	f.Fuzz(func(t *testing.T, s string) { checkFolded(t, s, Fold(s)) })
}

type failer interface{ Fatalf(string, ...any) }

func checkFolded(t failer, in, out string) {
	if again := Fold(out); again != out {
		t.Fatalf("%q folds to %q and that to %q", in, out, again)
	}
	if !utf8.ValidString(out) || !norm.NFC.IsNormalString(out) {
		t.Fatalf("%q folds to %q: not valid or not NFC", in, out)
	}
	space := true
	for _, r := range out {
		if r < 0x20 || r == ' ' && space {
			t.Fatalf("%q folds to %q: white space or controls", in, out)
		}
		space = r == ' '
	}
	if out != "" && space {
		t.Fatalf("%q folds to %q: a space at the end", in, out)
	}
}
