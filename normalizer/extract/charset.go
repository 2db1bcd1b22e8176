package extract

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

// commonHan are the most frequent characters of written Chinese in both scripts (Jun Da's character frequency list, and the
// traditional forms of the same). Text in a wrong charset hits this table by accident only.
const commonHan = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里" +
	"用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机" +
	"十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回" +
	"特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报" +
	"才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且" +
	"权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运" +
	"這個們來為國說時會對於過發後裡種經麼學現當沒動還進樣開從實軍無與長機關業將兩間問並應戰向頭體見產內話給門東聲員論處走義幾" +
	"認條氣題爾別變總電數報結愛務場計資許統區隊決馬書則聽達強難權設類記據邊張該規萬術領傳師觀讓識帶導爭運網臺灣團縣億華議報導記者" +
	"协省委府村镇街企业项目农推进服委书记议闻编辑责版"

// commonHangul are the most frequent syllables of written Korean.
const commonHangul = "이다는을의가에고하지한도로기사리어서자인대은시라해를있그수나것일들만아으과정전부보제장주상여국년했"

// commonTable is the set of both.
var commonTable = buildCommon()

func buildCommon() *runeSet {
	var s runeSet
	for _, r := range commonHan + commonHangul {
		s.add(r)
	}
	return &s
}

// enoughSeen bounds how many characters are looked at.
const enoughSeen = 4000

// surelyChinese tells whether decoded text is Chinese beyond doubt, so that no other charset need be tried: of its characters past
// ASCII at least two in five are among the most frequent ones, of which a wrong charset hits one in six.
func surelyChinese(text []byte) bool {
	seen, common := 0, 0
	for i := 0; i < len(text) && seen < enoughSeen; {
		if text[i] < utf8.RuneSelf {
			i += asciiRun(text[i:])
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if !isCJKPunct(r) && r != 0xA0 {
			seen++
			if commonTable.has(r) && r <= lastHan {
				common++
			}
		}
	}
	return seen >= 150 && common*5 >= seen*2
}

// quality is how plausible decoded text is, 0 to 1: the share of its non-ASCII characters that text would hold. Characters that
// could not be decoded and private-use ones count against it.
func quality(text []byte) float64 {
	var score, seen float64
	prev := rune(' ')
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i += asciiRun(text[i:])
			prev = rune(text[i-1])
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		i += size
		next, _ := utf8.DecodeRune(text[i:])
		s, w := plausible(r, prev, next)
		score, seen = score+s, seen+w
		prev = r
	}
	if seen == 0 {
		return 0.5 // nothing but ASCII: any charset will do
	}
	return max(score/seen, 0)
}

// plausible gives what one character adds to the score and what it weighs.
func plausible(r, prev, next rune) (score, weight float64) {
	switch {
	case r == utf8.RuneError || r >= 0xE000 && r <= 0xF8FF:
		return -2, 1
	case r >= 0x80 && r < 0xA0:
		return -1, 1
	case r >= firstHan && r <= lastHan, unicode.Is(unicode.Han, r), r >= 0xAC00 && r <= 0xD7A3:
		if commonTable.has(r) {
			return 1, 1
		}
		return 0, 1
	case r >= 0x3041 && r <= 0x30FF: // two of three characters of Japanese are kana; GBK text read as Shift_JIS gives half-width ones
		return 1, 1
	case r >= 0xFF61 && r <= 0xFF9F:
		return -0.5, 1
	case r == 0xA0:
		return 0, 0
	case isCJKPunct(r), r == 0x2014, r >= 0x2018 && r <= 0x201D, r == 0x2026, r >= 0xFF00 && r <= 0xFF5E:
		return 0.3, 0.3
	case r < 0x250: // accented Latin stands beside plain letters
		if unicode.IsLetter(r) && (isASCIILetter(prev) || isASCIILetter(next)) {
			return 0.8, 1
		}
		return 0, 0.5
	case r >= 0x370 && r < 0x530: // Greek and Cyrillic: mostly small letters among their own
		switch {
		case !unicode.IsLower(r):
			return 0.1, 1
		case unicode.IsLower(prev) || !unicode.IsLetter(prev) && next >= 0x370 && next < 0x530:
			return 0.75, 1
		}
		return 0.4, 1
	}
	return 0.2, 1
}

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func isCJKPunct(r rune) bool {
	switch r {
	case '，', '。', '、', '；', '：', '？', '！', '（', '）', '“', '”', '‘', '’', '《', '》', '【', '】', '「', '」', '『', '』', '…', '—', '·', '〈', '〉', '\u3000':
		return true
	}
	return false
}

// countUTF8 counts the characters past ASCII that are valid UTF-8, and the bytes that are not; where all are valid it stops
// counting when there are more than few. A character cut off by the end of the page is no fault.
func countUTF8(b []byte, valid bool) (good, bad int) {
	few := len(b)
	if valid {
		few = fewChars
	}
	for i := 0; i < len(b) && good <= few; {
		if b[i] < utf8.RuneSelf {
			i += asciiRun(b[i:])
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if size > 1 || r != utf8.RuneError {
			good++
		} else if len(b)-i >= utf8.UTFMax || utf8.FullRune(b[i:]) {
			bad++
		}
		i += size
	}
	return good, bad
}

// asciiRun gives how many bytes, of b that begins with one, are ASCII for certain.
func asciiRun(b []byte) int {
	n := 0
	for len(b)-n >= 8 && binary.LittleEndian.Uint64(b[n:])&0x8080808080808080 == 0 {
		n += 8
	}
	return max(n, 1)
}

// magic numbers of what is never a page (WHATWG MIME Sniffing §6 and 7.1).
var magic = [][]byte{
	[]byte("%PDF-"), []byte("\x89PNG\r\n"), []byte("GIF87a"), []byte("GIF89a"), []byte("\xff\xd8\xff"), []byte("PK\x03\x04"),
	[]byte("\x1f\x8b\x08"), []byte("Rar!"), []byte("7z\xbc\xaf"), []byte("\x7fELF"), []byte("RIFF"), []byte("OggS"), []byte("ID3"),
	[]byte("\xd0\xcf\x11\xe0"), []byte("\x00\x00\x00\x18ftyp"), []byte("\x28\xb5\x2f\xfd"), []byte("wOFF"), []byte("wOF2"), []byte("BM\x00"),
}

// isBinary looks for magic numbers and for control bytes that no text has. UTF-16 is recognised by its caller's next step, so
// zero bytes that stand on one side only are let through.
func isBinary(b []byte) bool {
	for _, m := range magic {
		if bytes.HasPrefix(b, m) {
			return true
		}
	}
	head := b[:min(len(b), 8192)]
	controls := 0
	for _, c := range head {
		if c < 0x09 || c > 0x0D && c < 0x20 && c != 0x1B {
			controls++
		}
	}
	if controls*100 <= len(head)*3 {
		return false
	}
	name, _ := bareUTF16(head)
	return name == ""
}
