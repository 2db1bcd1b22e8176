package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Characters that stand in one Chinese script alone, most frequent first.
const (
	hansOnly = "这们来为国说时会对于发后里种经么学现当没动还进样开从实军无与长机关业将两间问应战头体见产内话给门东声员论处走义几认条气题尔别变总电数报结爱务场计资许统区队决马书则听达强难权设类记据边张该规万术领传师观让识带导争运网团县亿华议闻编责协"
	hantOnly = "這們來為國說時會對於發後裡種經麼學現當沒動還進樣開從實軍無與長機關業將兩間問應戰頭體見產內話給門東聲員論處義幾認條氣題爾別變總電數報結愛務場計資許統區隊決馬書則聽達強難權設類記據邊張該規萬術領傳師觀讓識帶導爭運網團縣億華議聞編責協"
)

// firstHan and lastHan are the ends of the block of unified ideographs; scriptTable says of each whether it is of one script alone.
const firstHan, lastHan = 0x4E00, 0x9FFF

var scriptTable = buildScripts()

func buildScripts() *[lastHan - firstHan + 1]int8 {
	var m [lastHan - firstHan + 1]int8
	for _, r := range hansOnly {
		m[r-firstHan] = 1
	}
	for _, r := range hantOnly {
		if m[r-firstHan] == 1 {
			m[r-firstHan] = 0 // the same in both
			continue
		}
		m[r-firstHan] = -1
	}
	return &m
}

// scriptCount counts the letters of a text by script.
type scriptCount struct {
	han, hans, hant, kana, hangul, latin, cyrillic, greek, arabic, thai, total int
}

func countScripts(lines []string) scriptCount {
	var c scriptCount
	for _, line := range lines {
		for _, r := range line {
			switch {
			case r >= utf8.RuneSelf:
				c.add(r)
			case isASCIILetter(r):
				c.latin++
				c.total++
			}
		}
	}
	return c
}

func (c *scriptCount) add(r rune) {
	switch {
	case r >= firstHan && r <= lastHan:
		c.han++
		switch scriptTable[r-firstHan] {
		case 1:
			c.hans++
		case -1:
			c.hant++
		}
	case r >= 0x3400 && r <= 0x4DBF:
		c.han++
	case isLatin(r):
		c.latin++
	case r >= 0x3041 && r <= 0x30FF:
		c.kana++
	case r >= 0xAC00 && r <= 0xD7A3:
		c.hangul++
	case r >= 0x400 && r < 0x530:
		c.cyrillic++
	case r >= 0x370 && r < 0x400:
		c.greek++
	case r >= 0x600 && r < 0x700:
		c.arabic++
	case r >= 0xE01 && r < 0xE5C:
		c.thai++
	default:
		if !isLetter(r) {
			return
		}
	}
	c.total++
}

// chinese tells whether the page is in Chinese: a third of its letters are, and next to none are kana.
func (p *page) chinese() bool {
	c := p.script
	if c.total == 0 {
		return strings.HasPrefix(strings.ToLower(p.in.Language), "zh") || containsHan(p.facts.docTitle)
	}
	return c.isChinese()
}

func (c scriptCount) isChinese() bool { return c.han*4 > c.total && c.kana*20 < c.han }

// countWords counts words; an ideograph, kana or Hangul syllable is one.
func countWords(s string) int {
	n, in := 0, false
	for _, r := range s {
		switch {
		case r >= firstHan && r <= lastHan, isIdeographic(r):
			n++
			in = false
		case isAlphanumeric(r):
			if !in {
				n++
			}
			in = true
		case r == '\'' || r == '’' || r == '-' || unicode.IsMark(r):
		default:
			in = false
		}
	}
	return n
}
