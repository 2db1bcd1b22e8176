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
	if isFolded(s) {
		return s
	}
	var short [256]byte
	b := short[:0]
	if len(s) > len(short) {
		b = make([]byte, 0, len(s))
	}
	b = appendFolded(b, s)
	return composed(string(trimSpaces(b)))
}

// trimSpaces takes the spaces off the end.
func trimSpaces(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// composed gives text in NFC.
func composed(s string) string {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if classOf(r)&isComposeClass != 0 {
			if norm.NFC.IsNormalString(s) {
				return s
			}
			return norm.NFC.String(s)
		}
		i += size
	}
	return s
}

// isFolded tells quickly of most texts that they fold to themselves: no character that might change, single inner spaces.
func isFolded(s string) bool {
	prev := byte(' ')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == 0x7F || c == ' ' && prev == ' ' {
				return false
			}
			prev = c
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if classOf(r)&(isFoldClass|isComposeClass) != 0 {
			return false
		}
		prev = c
		i += size
	}
	return s == "" || prev != ' '
}

// appendFolded appends s folded (but for NFC) with single spaces, none at the front of b. Runs of characters that stay as they are
// are copied whole.
func appendFolded(b []byte, s string) []byte {
	space := len(b) == 0 || b[len(b)-1] == ' '
	prev, start := rune(0), 0
	for i := 0; i < len(s); {
		c := s[i]
		if c > ' ' && c < 0x7F || c == ' ' && !space {
			space = c == ' '
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			if r, size = utf8.DecodeRuneInString(s[i:]); classOf(r)&isFoldClass == 0 {
				space = false
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		prev = lastShown(s[start:i], prev)
		i += size
		start = i
		switch f := foldRune(r, prev); {
		case f < 0:
		case f == ' ':
			if !space {
				b = append(b, ' ')
				space = true
			}
		default:
			b = utf8.AppendRune(b, f)
			space, prev = false, r
		}
	}
	return append(b, s[start:]...)
}

// lastShown gives the last character of s that is no space, or prev.
func lastShown(s string, prev rune) rune {
	if s = strings.TrimRight(s, " "); s == "" {
		return prev
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
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
	case r >= 0xE000 && r <= 0xF8FF:
		return foldPrivate(r)
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

// keyRunes gives of each character its lower case in half-width form; zero drops it.
var keyRunes = buildKeyRunes()

func buildKeyRunes() *[1 << 16]uint16 {
	var t [1 << 16]uint16
	for r := range t {
		t[r] = uint16(r)
	}
	for _, x := range unicode.CaseRanges {
		for r := x.Lo; r <= x.Hi && r < 1<<16; r++ {
			t[r] = uint16(unicode.ToLower(rune(r)))
		}
	}
	for r, to := range narrow {
		t[r] = uint16(to)
	}
	t[' '] = 0
	return &t
}

// keyRune is the form of a character in a line key; zero where it has none.
func keyRune(r rune) rune {
	if uint32(r) < 1<<16 {
		return rune(keyRunes[r])
	}
	return unicode.ToLower(r)
}

// lineKey is the form of a line that rules match: lower case, half-width punctuation, no white space, no bullets in front.
func lineKey(s string) string {
	var short [256]byte
	b := short[:0]
	if len(s) > len(short) {
		b = make([]byte, 0, len(s))
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			if c != ' ' && !(len(b) == 0 && isBullet(rune(c))) {
				b = append(b, c)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		k := keyRune(r)
		switch {
		case len(b) == 0 && isBullet(k):
		case k == r && size > 1:
			b = append(b, s[i:i+size]...)
		default:
			b = utf8.AppendRune(b, k)
		}
		i += size
	}
	if string(b) == s {
		return s
	}
	return string(b)
}

// isBullet names what line keys drop at the front.
func isBullet(r rune) bool { return r == '·' || r == '*' || r == '>' || r >= 0x25A0 && r <= 0x27BF }
