package extract

import (
	"slices"
	"strings"
	"unicode"
)

// language gives the BCP 47 tag of a text, Chinese with its script. The script decides, then the small words of the language, then
// letters that only one language has; the source's and the page's own word breaks ties between languages that are alike.
func (p *page) language(body string) string {
	c := countScripts([]string{body})
	switch {
	case c.total == 0:
		return p.in.Language
	case c.isChinese():
		return p.chineseScript(c)
	case c.kana*10 > c.total:
		return "ja"
	case c.hangul*3 > c.total:
		return "ko"
	case c.greek*2 > c.total:
		return "el"
	case c.thai*2 > c.total:
		return "th"
	case c.arabic*2 > c.total:
		return p.byWords(body, "ar", "fa", "ur", "ps", "ckb")
	case c.cyrillic*2 > c.total:
		return p.byWords(body, "ru", "uk", "bg", "sr", "mk", "be", "kk", "mn", "ky", "tg")
	case c.latin*2 < c.total:
		return p.rareScript(body)
	}
	return p.byWords(body, latinLanguages...)
}

// chineseScript tells Traditional from Simplified: by the text, where that has no telling character by the page, else by its own
// word.
func (p *page) chineseScript(c scriptCount) string {
	if c.hans == c.hant {
		c = p.script
	}
	switch {
	case c.hant > c.hans:
		return "zh-Hant"
	case c.hans > c.hant:
		return "zh-Hans"
	}
	for _, said := range []string{p.in.Language, p.facts.lang} {
		said = strings.ToLower(said)
		if strings.Contains(said, "hant") || strings.HasSuffix(said, "tw") || strings.HasSuffix(said, "hk") || strings.HasSuffix(said, "mo") {
			return "zh-Hant"
		}
	}
	return "zh-Hans"
}

// rareScripts are scripts that one language of the news has, or nearly so; the first is the usual one.
var rareScripts = []struct {
	table     *unicode.RangeTable
	languages []string
}{
	{unicode.Hebrew, []string{"he", "yi"}}, {unicode.Devanagari, []string{"hi", "mr", "ne"}}, {unicode.Bengali, []string{"bn", "as"}}, {unicode.Tamil, []string{"ta"}}, {unicode.Telugu, []string{"te"}},
	{unicode.Gujarati, []string{"gu"}}, {unicode.Gurmukhi, []string{"pa"}}, {unicode.Kannada, []string{"kn"}}, {unicode.Malayalam, []string{"ml"}}, {unicode.Sinhala, []string{"si"}}, {unicode.Oriya, []string{"or"}},
	{unicode.Armenian, []string{"hy"}}, {unicode.Georgian, []string{"ka"}}, {unicode.Khmer, []string{"km"}}, {unicode.Lao, []string{"lo"}}, {unicode.Myanmar, []string{"my"}}, {unicode.Tibetan, []string{"bo"}},
	{unicode.Ethiopic, []string{"am", "ti"}}, {unicode.Mongolian, []string{"mn"}}, {unicode.Yi, []string{"ii"}},
}

func (p *page) rareScript(body string) string {
	seen := 0
	for _, r := range body {
		if r < 0x530 || !unicode.IsLetter(r) {
			continue
		}
		for _, s := range rareScripts {
			if unicode.Is(s.table, r) {
				return p.statedLanguage(s.languages...)
			}
		}
		if seen++; seen > 200 {
			break
		}
	}
	return p.byWords(body, latinLanguages...)
}

// statedLanguage takes the source's or the page's word when it is one of those possible, else the first.
func (p *page) statedLanguage(possible ...string) string {
	for _, said := range []string{p.in.Language, p.facts.lang, p.facts.meta["og:locale"], p.facts.meta["content-language"]} {
		tag, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(said, "_", "-")), "-")
		if tag == "no" {
			tag = "nb"
		}
		for _, l := range possible {
			if tag == l {
				return l
			}
		}
	}
	return possible[0]
}

// smallWords are the words that every text of a language has, the ones that tell it from its neighbours among them.
var smallWords = []struct{ lang, words string }{
	{"en", "the and of to in that is was for with on as by are from this have not they which has be at it he his will said were"},
	{"de", "der die und das ist nicht von mit den ein eine auf für im sich des dem auch als wird nach bei sind aus wie zu hat zum zur"},
	{"fr", "le les des est dans une pour que qui du et la sur pas par plus avec au ce cette sont ont été mais aux il elle son ses"},
	{"es", "el los las que una por con para del se en un la es y su al lo como más pero fue ha este esta sus también hay no"},
	{"pt", "os que não uma com para do da em dos das um se na no por mais ao foi é são pela pelo como mas sua seu nos até"},
	{"it", "il che di per una non sono della del gli le un con dei nel alla si è da più anche ha delle lo ma come questo dal"},
	{"nl", "de het een van en dat niet zijn voor met op is te aan door ook naar bij er wordt om uit maar heeft nog werd die"},
	{"ca", "els les que una per amb del al és i la en un han seva seu aquest aquesta però més dels com també ha no des"},
	{"gl", "os que non unha con para do da en dos das un se na no por máis ao foi é son pola polo como mais súa seu tamén"},
	{"ro", "și în de la cu pe care din nu este au fost pentru că mai sunt un o fi al ale prin după acest dar sau lui"},
	{"sv", "och att det som en på är för med inte den till av ett har om de var från sig också när han kan efter men"},
	{"da", "og at det som en på er for med ikke den til af et har om de var fra sig også når han kan efter men blev hvor efter nogle meget hvad"},
	{"nb", "og at det som en på er for med ikke den til av et har om de var fra seg også når han kan etter men ble hvor noen mye hva etter"},
	{"nn", "og at det som ein på er for med ikkje den til av eit har om dei var frå seg også når han kan etter men vart kva noko"},
	{"is", "og að það sem á er fyrir með ekki í til af um var þeir við en hann hún hefur frá eru þetta verið"},
	{"fi", "ja on ei että se oli hän mutta myös kun ovat sen joka kuin mukaan ole tai niin vain sekä jo voi hänen olla"},
	{"et", "ja on ei et see oli ta aga ka kui mis ning seda oma tema kes või veel nii pärast mida siis"},
	{"lv", "un ir ka par no ar uz kas bet arī tas lai nav pie pēc tika gan kā vai savu to šo"},
	{"lt", "ir kad į iš su yra tai bet kaip apie ar nuo jau buvo po tik dėl prie jis kurie dar už nėra"},
	{"pl", "w nie na się z jest że do to przez i jak o od po za co ale są tego był jego który które oraz dla"},
	{"cs", "a v na se je že s z do to o i za jako ve by ale jsou který které byl po při jeho nebo také už od pro"},
	{"sk", "a v na sa je že s z do to o i za ako vo by ale sú ktorý ktoré bol po pri jeho alebo aj už od pre"},
	{"sl", "in v na se je da za z so ki pa tudi ne po kot bi bil bilo od do pri ali še iz lahko bo"},
	{"hr", "i u na se je da za s su koji a od kao iz ne što po bi to ali o će kako sve već bio bilo te tijekom također"},
	{"bs", "i u na se je da za s su koji a od kao iz ne što po bi to ali o će kako sve već bio bilo te također saopćeno"},
	{"sr-Latn", "i u na se je da za s su koji a od kao iz ne što po bi to ali o će kako sve već bio bilo sa takođe gde šta"},
	{"hu", "a az és hogy nem egy is ez volt meg de csak már még ha mint kell el vagy szerint után között pedig lesz"},
	{"tr", "ve bir bu için da ile olarak çok daha de en olan gibi sonra kadar ne var olduğu ancak göre her oldu ise dedi"},
	{"az", "və bir bu üçün da ilə olan daha də ki olaraq çox sonra görə isə onun etdi edib olub"},
	{"sq", "dhe të në një për me që e i nga është më si u ka janë se ky kjo por do nuk"},
	{"id", "yang dan di dengan untuk dari ini pada tidak itu dalam akan juga ke oleh karena bisa telah ada sebagai tersebut saat mengatakan"},
	{"ms", "yang dan di dengan untuk dari ini pada tidak itu dalam akan juga ke oleh kerana boleh telah ada sebagai tersebut beliau berkata"},
	{"tl", "ang ng sa na mga ay at ni si para ito kay hindi ko niya nila pa din rin"},
	{"vi", "của và các là cho trong được không người một có với những này đã khi ra đến để từ về vào"},
	{"sw", "ya na wa kwa ni katika la cha za kuwa hiyo alisema huo hii wake wao pia kama hilo ili baada"},
	{"zu", "ukuthi futhi kodwa uma ngoba lokhu nge kwa ngesikhathi kanye lapho wathi abantu kule lo le kuthiwa"},
	{"xh", "ukuba kwaye kodwa xa kuba oku nge kwa kunye apho abantu uthe le lo ngelixa ukuze kwi"},
	{"af", "die en van het is nie in dat wat sy vir met op om te ook hulle aan was by maar haar as"},
	{"eu", "eta da ez du bat dira izan zuen ere baina egin bere hau dute dela den"},
	{"cy", "y yn a o i ar mae yr gan wedi ei am bod eu oedd hefyd ond"},
	{"ga", "an na agus ar go i is a le do ag sé bhí tá as ach mar"},
	{"eo", "la kaj de en estas por ke ne al kun li pri sed kiu tio"},

	{"ru", "и в не на что он с как это по но из за его от для при был года также которые все уже так или еще после о"},
	{"uk", "і в не на що він з як це по але із за його від для при був року також які та й у до є після про або"},
	{"bg", "и в не на че той с как това по но от за му се са да е при беше година също които до след или ще"},
	{"sr", "и у не на да је се за од са су који а као из што по би то али о ће како све већ био"},
	{"mk", "и во не на дека тој со како ова по но од за го се да е при беше година исто кои до ќе или сѐ"},
	{"be", "і ў не на што ён з як гэта па але за яго ад для пры быў таксама якія да пра ці быць"},
	{"kk", "және бұл мен үшін деп болып екен осы бір де да жылы туралы бойынша"},
	{"mn", "нь байна энэ юм гэж ба дээр болон бол тус хийх байгаа"},
	{"ky", "жана бул менен үчүн деп болуп бир да эле боюнча"},
	{"tg", "ва дар ки аз ба бо ин барои аст он шуд буд"},

	{"ar", "في من على إلى أن التي الذي هذا هذه عن مع كان بعد ما لا قال بين خلال ذلك كما"},
	{"fa", "در از به که این را با است برای آن شده بر تا کرد می های خود هم یک نیز"},
	{"ur", "کے کی میں نے کہ اور کا سے کو ہے پر اس یہ ہیں بھی تھا گیا کر ان"},
	{"ps", "په د چې او له کې دی ته هم دا سره شوي کړي"},
	{"ckb", "لە بۆ بە کە و ئەو ئەم لەگەڵ دەکات هەر"},
}

// wordIndex says of every small word in which languages it is one, as bits in the order of smallWords.
var wordIndex = buildWordIndex()

func buildWordIndex() map[string]uint64 {
	m := map[string]uint64{}
	for i, row := range smallWords {
		for _, w := range strings.Fields(row.words) {
			m[w] |= 1 << i
		}
	}
	return m
}

// latinLanguages are those of smallWords that are written in Latin letters, in its order.
var latinLanguages = buildLatin()

func buildLatin() []string {
	var out []string
	for _, row := range smallWords {
		if row.lang == "ru" {
			break
		}
		out = append(out, row.lang)
	}
	return out
}

// ownLetters are letters of one language and not of its neighbours; each counts as a word.
var ownLetters = map[rune]string{
	'ß': "de", 'ł': "pl", 'ą': "pl", 'ř': "cs", 'ů': "cs", 'ě': "cs", 'ľ': "sk", 'ĺ': "sk", 'ŕ': "sk", 'ő': "hu", 'ű': "hu", 'ș': "ro", 'ț': "ro", 'ă': "ro", 'ğ': "tr", 'ı': "tr", 'ə': "az", 'ñ': "es", '¿': "es", 'ã': "pt", 'õ': "pt", 'ð': "is", 'þ': "is",
	'ė': "lt", 'ų': "lt", 'į': "lt", 'ķ': "lv", 'ņ': "lv", 'ļ': "lv", 'ģ': "lv", 'ơ': "vi", 'ư': "vi", 'đ': "vi", 'œ': "fr",
	'ы': "ru", 'э': "ru", 'ї': "uk", 'є': "uk", 'ґ': "uk", 'ў': "be", 'ђ': "sr", 'ћ': "sr", 'ѓ': "mk", 'ќ': "mk", 'ѕ': "mk", 'қ': "kk", 'ғ': "kk", 'ұ': "kk", 'ҷ': "tg", 'ӣ': "tg",
	'پ': "fa", 'گ': "fa", 'ے': "ur", 'ں': "ur", 'ٹ': "ur", 'ړ': "ps", 'ښ': "ps", 'ێ': "ckb", 'ۆ': "ckb",
}

// maxLanguageText is how much of a text is looked at.
const maxLanguageText = 8 << 10

// byWords gives the one of the possible languages whose small words the text has most of; the page's own word where that is nearly as
// good, and where there are next to none.
func (p *page) byWords(body string, possible ...string) string {
	hits, words := countSmallWords(body)
	best := -1
	stated := p.statedLanguage(append([]string{"und"}, possible...)...)
	said := 0.0
	for i, row := range smallWords {
		if !slices.Contains(possible, row.lang) {
			continue
		}
		if best < 0 || hits[i] > hits[best] {
			best = i
		}
		if row.lang == stated {
			said = hits[i]
		}
	}
	switch {
	case best < 0 || hits[best]*14 < float64(words) || hits[best] == 0:
		if stated == "und" && len(possible) < 12 {
			return possible[0]
		}
		return stated
	case said > 0 && said >= 0.8*hits[best]:
		return stated
	}
	return smallWords[best].lang
}

// countSmallWords counts the words of a text and for each language those that are its own; a word of few languages counts for more.
func countSmallWords(body string) (hits [64]float64, words int) {
	text := strings.ToLower(body[:runeCut(body, maxLanguageText)])
	var letters [64]float64
	start := -1
	for i, r := range text + " " {
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			if start < 0 {
				start = i
			}
			if r >= 0x80 {
				if lang, ok := ownLetters[r]; ok {
					letters[languageBit(lang)] += 0.25
				}
			}
			continue
		}
		if start < 0 {
			continue
		}
		words++
		if bits := wordIndex[text[start:i]]; bits != 0 {
			share := 1.0
			if bits&(bits-1) != 0 {
				share = 0.6
			}
			for b := 0; bits != 0; b, bits = b+1, bits>>1 {
				if bits&1 == 1 {
					hits[b] += share
				}
			}
		}
		start = -1
	}
	for i := range hits {
		hits[i] += min(letters[i], hits[i]) // letters support words, they do not stand for them
	}
	return hits, words
}

func languageBit(lang string) int {
	for i, row := range smallWords {
		if row.lang == lang {
			return i
		}
	}
	return 0
}
