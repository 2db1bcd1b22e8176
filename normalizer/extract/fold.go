package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// radicals maps the code points of CJK Radicals Supplement (Unicode block 2E80–2EFF) that stand in for real characters in text
// that came out of PDF files and fonts. Kangxi radicals (2F00–2FD5) fold by their compatibility mapping.
var radicals = map[rune]rune{
	'⺁': '厂', '⺇': '几', '⺌': '小', '⺎': '兀', '⺏': '尢', '⺐': '尢', '⺒': '巳', '⺓': '幺', '⺛': '旡', '⺝': '月', '⺟': '母', '⺠': '民',
	'⺥': '爪', '⺦': '丬', '⺩': '王', '⺫': '目', '⺬': '示', '⺮': '竹', '⺯': '糸', '⺰': '纟', '⺱': '罓', '⺲': '罒', '⺶': '羊', '⺸': '羊', '⺹': '耂', '⺻': '聿',
	'⺼': '肉', '⺽': '臼', '⻀': '艹', '⻁': '虎', '⻂': '衤', '⻃': '覀', '⻄': '西', '⻅': '见', '⻆': '角', '⻇': '角', '⻈': '讠', '⻉': '贝', '⻊': '足', '⻋': '车',
	'⻌': '辶', '⻏': '阝', '⻐': '钅', '⻑': '長', '⻒': '镸', '⻓': '长', '⻔': '门', '⻖': '阝', '⻗': '雨', '⻘': '青', '⻙': '韦', '⻚': '页', '⻛': '风', '⻜': '飞',
	'⻝': '食', '⻟': '飠', '⻠': '饣', '⻢': '马', '⻣': '骨', '⻤': '鬼', '⻥': '鱼', '⻦': '鸟', '⻧': '卤', '⻨': '麦', '⻩': '黄', '⻪': '黾', '⻫': '斉', '⻬': '齐', '⻭': '歯', '⻮': '齿',
	'⻯': '竜', '⻰': '龙', '⻲': '亀', '⻳': '龟',
}

// Fold gives text as articles carry it: NFC (which also turns CJK compatibility ideographs into the unified ones), radicals as
// the characters they stand for, full-width letters and digits as ASCII, every white space as one space, no soft hyphens,
// zero-width or control characters, none at either end. Chinese punctuation stays. It is idempotent.
func Fold(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	appendFolded(&b, s)
	out := strings.TrimRight(b.String(), " ")
	if norm.NFC.IsNormalString(out) {
		return out
	}
	return norm.NFC.String(out)
}

// isPlain tells whether s is printable ASCII with single inner spaces, which folds to itself.
func isPlain(s string) bool {
	prev := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c >= 0x7F || c == ' ' && prev == ' ' {
			return false
		}
		prev = c
	}
	return s == "" || prev != ' '
}

// appendFolded appends s folded (but for NFC) with single spaces, none at the front of b.
func appendFolded(b *strings.Builder, s string) {
	space := b.Len() == 0 || strings.HasSuffix(b.String(), " ")
	prev := rune(0)
	for _, r := range s {
		f := foldRune(r, prev)
		if f < 0 {
			continue
		}
		if f == ' ' {
			if !space {
				b.WriteByte(' ')
				space = true
			}
			continue
		}
		b.WriteRune(f)
		space, prev = false, r
	}
}

// foldRune maps one character; -1 drops it. prev is the character before it.
func foldRune(r, prev rune) rune {
	switch {
	case r == ' ' || r >= '\t' && r <= '\r':
		return ' '
	case r < 0x20 || r == 0x7F:
		return -1
	case r < 0x7F:
		return r
	case r < 0xA0:
		if r == 0x85 {
			return ' '
		}
		return -1
	case r == 0xA0:
		return ' '
	case r == 0xAD:
		return -1
	case r < 0x1680:
		return r
	case r >= 0x4E00 && r <= 0x9FFF:
		return r
	case r >= 0xFF10 && r <= 0xFF19, r >= 0xFF21 && r <= 0xFF3A, r >= 0xFF41 && r <= 0xFF5A:
		return r - 0xFEE0
	case r >= 0x2E80 && r <= 0x2FD5:
		return foldRadical(r)
	case r == 0x200C || r == 0x200D: // joiners carry meaning between Arabic and Indic letters, and in emoji
		if prev >= 0x0600 && prev < 0x0E00 || prev >= 0x1F000 {
			return r
		}
		return -1
	case r == 0x200B, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069, r == 0xFEFF, r == utf8.RuneError:
		return -1
	case unicode.IsSpace(r) || r == 0x3164 || r == 0x2800:
		return ' '
	}
	return r
}

func foldRadical(r rune) rune {
	if to, ok := radicals[r]; ok {
		return to
	}
	folded, _ := utf8.DecodeRuneInString(norm.NFKC.String(string(r)))
	return folded
}

// narrow maps Chinese punctuation to its half-width form for matching; articles keep what was written.
var narrow = map[rune]rune{
	'，': ',', '：': ':', '；': ';', '！': '!', '？': '?', '（': '(', '）': ')', '［': '[', '］': ']', '【': '[', '】': ']', '〔': '[', '〕': ']', '「': '"', '」': '"',
	'｜': '|', '│': '|', '┃': '|', '丨': '|', '＞': '>', '›': '>', '»': '>', '〉': '>', '→': '>', '≫': '>', '＜': '<', '／': '/', '－': '-', '—': '-', '–': '-', '―': '-', '～': '~',
	'＋': '+', '＝': '=', '＆': '&', '．': '.', '％': '%', '＃': '#', '＊': '*', '︰': ':', '∶': ':', '﹕': ':', '•': '·', '・': '·', '●': '·', '■': '·', '◆': '·', '▪': '·', '★': '·', '☆': '·', '◎': '·', '○': '·', '▲': '·', '△': '·', '▼': '·', '※': '·',
}

// lineKey is the form of a line that rules match: lower case, half-width punctuation, no white space, no bullets in front.
func lineKey(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r == ' ' {
			continue
		}
		if to, ok := narrow[r]; ok {
			r = to
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimLeftFunc(b.String(), func(r rune) bool {
		return r == '·' || r == '*' || r == '>' || r >= 0x25A0 && r <= 0x27BF
	})
}
