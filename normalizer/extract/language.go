package extract

import (
	"strings"
	"unicode"
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
			c.add(r)
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

// language gives the BCP 47 tag of a text, Chinese with its script. The text decides; the source's and the page's own word break
// ties between languages of one script.
func (p *page) language(body string) string {
	c := countScripts([]string{body})
	switch {
	case c.total == 0:
		return p.in.Language
	case c.isChinese():
		if c.hant > c.hans {
			return "zh-Hant"
		}
		return "zh-Hans"
	case c.kana*10 > c.total:
		return "ja"
	case c.hangul*3 > c.total:
		return "ko"
	case c.greek*2 > c.total:
		return "el"
	case c.thai*2 > c.total:
		return "th"
	case c.arabic*2 > c.total:
		return p.statedLanguage("ar", "fa", "ur")
	case c.cyrillic*2 > c.total:
		return p.statedLanguage("ru", "uk", "bg", "sr", "mn", "kk")
	}
	return p.latinLanguage(body)
}

// statedLanguage takes the source's or the page's word when it is one of those possible, else the first.
func (p *page) statedLanguage(possible ...string) string {
	for _, said := range []string{p.in.Language, p.facts.lang} {
		tag, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(said, "_", "-")), "-")
		for _, l := range possible {
			if tag == l {
				return l
			}
		}
	}
	return possible[0]
}

// stopWords are words that only one of these languages has in every text.
var stopWords = []struct{ lang, words string }{
	{"en", " the and of to in that is was for with "},
	{"de", " der die und das ist nicht von mit den ein "},
	{"fr", " le les des est dans une pour que qui du "},
	{"es", " el los las que una por con para del se "},
	{"pt", " os que não uma com para do da em dos "},
	{"it", " il che di per una non sono della del gli "},
	{"nl", " de het een van en dat niet zijn voor met "},
	{"pl", " w nie na się z jest że do to przez "},
	{"sv", " och att det som en på är för med inte "},
	{"tr", " ve bir bu için da ile olarak çok daha de "},
	{"id", " yang dan di dengan untuk dari ini pada tidak itu "},
	{"vi", " của và các là cho trong được không người một "},
}

func (p *page) latinLanguage(body string) string {
	hits := make([]int, len(stopWords))
	words := strings.Fields(strings.ToLower(body[:min(len(body), 8<<10)]))
	for _, w := range words {
		w = strings.Trim(w, ".,;:!?\"“”'()")
		for i := range stopWords {
			if w != "" && strings.Contains(stopWords[i].words, " "+w+" ") {
				hits[i]++
			}
		}
	}
	best := 0
	for i := range hits {
		if hits[i] > hits[best] {
			best = i
		}
	}
	if hits[best]*12 < len(words) || hits[best] == 0 {
		return p.statedLanguage("und")
	}
	return stopWords[best].lang
}

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
