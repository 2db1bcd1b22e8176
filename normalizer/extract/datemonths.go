package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// monthRows are the names of the months as dates write them, with the cases and the short forms in use, one row a language and
// twelve cells a row; several forms of one month are parted by a bar. Source: Unicode CLDR, calendars/gregorian, "format" forms.
var monthRows = []struct{ lang, names string }{
	{"en", "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct november|nov december|dec"},
	{"de", "januar|jänner|jän februar|feber märz|mär|mrz april mai juni juli august september oktober|okt november dezember|dez"},
	{"fr", "janvier|janv février|févr|fév mars avril|avr mai juin juillet|juil août septembre octobre novembre décembre|déc"},
	{"es", "enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre octubre noviembre diciembre|dic"},
	{"pt", "janeiro fevereiro|fev março abril maio|mai junho julho agosto setembro|set outubro|out novembro dezembro|dez"},
	{"it", "gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto settembre ottobre|ott novembre dicembre"},
	{"ca", "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre"},
	{"nl", "januari februari maart|mrt april mei juni juli augustus september oktober november december"},
	{"da", "januar februar marts april maj juni juli august september oktober november december"},
	{"nb", "januar februar mars april mai juni juli august september oktober november desember|des"},
	{"sv", "januari februari mars april maj juni juli augusti september oktober november december"},
	{"is", "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember"},
	{"fi", "tammikuuta|tammikuu helmikuuta|helmikuu maaliskuuta|maaliskuu huhtikuuta|huhtikuu toukokuuta|toukokuu kesäkuuta|kesäkuu heinäkuuta|heinäkuu elokuuta|elokuu syyskuuta|syyskuu lokakuuta|lokakuu marraskuuta|marraskuu joulukuuta|joulukuu"},
	{"et", "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember"},
	{"lv", "janvāris|janvārī februāris|februārī marts|martā aprīlis|aprīlī maijs|maijā jūnijs|jūnijā jūlijs|jūlijā augusts|augustā septembris|septembrī oktobris|oktobrī novembris|novembrī decembris|decembrī"},
	{"lt", "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio"},
	{"pl", "stycznia|styczeń|sty lutego|luty|lut marca|marzec kwietnia|kwiecień|kwi maja|maj czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz października|październik|paź listopada|listopad|lis grudnia|grudzień|gru"},
	{"cs", "ledna|leden února|únor března|březen dubna|duben května|květen června|červen července|červenec srpna|srpen září října|říjen listopadu prosince|prosinec"},
	{"sk", "januára február|februára marca apríla mája júna júla augusta septembra októbra novembra decembra"},
	{"sl", "januar|januarja februar|februarja marec|marca aprila maja junij|junija julij|julija avgust|avgusta septembra oktober|oktobra novembra decembra"},
	{"hr", "siječnja|siječanj veljače|veljača ožujka|ožujak travnja|travanj svibnja|svibanj lipnja|lipanj srpnja|srpanj kolovoza|kolovoz rujna|rujan listopada- studenoga|studenog|studeni prosinca|prosinac"},
	{"sr", "januar|januara februar|februara mart|marta april|aprila maj|maja jun|juna jul|jula avgust|avgusta|augusta septembar|septembra oktobar|oktobra novembar|novembra decembar|decembra"},
	{"sr-Cyrl", "јануар|јануара фебруар|фебруара март|марта април|априла мај|маја јун|јуна јул|јула август|августа септембар|септембра октобар|октобра новембар|новембра децембар|децембра"},
	{"hu", "január|jan február|febr március|márc április|ápr május|máj június|jún július|júl augusztus szeptember|szept október november december"},
	{"ro", "ianuarie|ian februarie martie aprilie mai iunie|iun iulie|iul august septembrie octombrie noiembrie|noi decembrie"},
	{"sq", "janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor"},
	{"el", "ιανουαρίου|ιανουάριος|ιαν φεβρουαρίου|φεβρουάριος|φεβ μαρτίου|μάρτιος|μαρ απριλίου|απρίλιος|απρ μαΐου|μάιος|μαΐ|μαι ιουνίου|ιούνιος|ιουν ιουλίου|ιούλιος|ιουλ αυγούστου|αύγουστος|αυγ σεπτεμβρίου|σεπτέμβριος|σεπ οκτωβρίου|οκτώβριος|οκτ νοεμβρίου|νοέμβριος|νοε δεκεμβρίου|δεκέμβριος|δεκ"},
	{"ru", "января|январь|янв февраля|февраль|фев марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент октября|октябрь|окт ноября|ноябрь|ноя декабря|декабрь|дек"},
	{"uk", "січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|кві травня|травень|тра червня|червень|чер липня|липень|лип серпня|серпень|сер вересня|вересень|вер жовтня|жовтень|жов листопада|листопад|лис грудня|грудень|гру"},
	{"be", "студзеня лютага сакавіка красавіка траўня|мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня"},
	{"bg", "януари|яну февруари март април май юни юли август септември|сеп октомври|окт ноември|ное декември"},
	{"mk", "јануари февруари март април мај јуни јули август септември октомври ноември декември"},
	{"tr", "ocak|oca şubat|şub mart nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu eylül|eyl ekim|eki kasım|kas aralık|ara"},
	{"az", "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr"},
	{"id", "januari februari maret|mar april mei juni juli agustus|agu|agt september oktober|okt november|nop desember|des"},
	{"ms", "januari februari mac april mei jun julai ogos september oktober november disember"},
	{"sw", "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba"},
	{"ar", "يناير فبراير مارس أبريل|ابريل|إبريل مايو يونيو|يونيه يوليو|يوليه أغسطس|اغسطس سبتمبر أكتوبر|اكتوبر نوفمبر ديسمبر"},
	{"ar-LB", "شباط- شباط آذار نيسان أيار حزيران تموز آب أيلول - - -"},
	{"fa", "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر"},
	{"he", "בינואר|ינואר בפברואר|פברואר במרץ|מרץ|במרס באפריל|אפריל במאי|מאי ביוני|יוני ביולי|יולי באוגוסט|אוגוסט בספטמבר|ספטמבר באוקטובר|אוקטובר בנובמבר|נובמבר בדצמבר|דצמבר"},
	{"hi", "जनवरी फरवरी|फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर दिसंबर|दिसम्बर"},
	{"bn", "জানুয়ারি|জানুয়ারী ফেব্রুয়ারি|ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর"},
	{"th", "มกราคม|ม.ค กุมภาพันธ์|ก.พ มีนาคม|มี.ค เมษายน|เม.ย พฤษภาคม|พ.ค มิถุนายน|มิ.ย กรกฎาคม|ก.ค สิงหาคม|ส.ค กันยายน|ก.ย ตุลาคม|ต.ค พฤศจิกายน|พ.ย ธันวาคม|ธ.ค"},
}

// monthNames maps a folded lower-case name to its month.
var monthNames = buildMonths()

func buildMonths() map[string]int {
	m := map[string]int{}
	for _, row := range monthRows {
		for i, cell := range strings.Fields(row.names) {
			for _, name := range strings.Split(cell, "|") {
				name = Fold(name)
				if _, taken := m[name]; !taken && !strings.HasSuffix(name, "-") {
					m[name] = i + 1
				}
			}
		}
	}
	return m
}

// maxMonth is the longest name in bytes.
const maxMonth = 40

// monthName reads the name of a month in any language of the table, and the full stop of a short form.
func monthName(s string) (month, width int) {
	if strings.HasPrefix(s, "tháng ") { // Vietnamese numbers its months
		if m, w := number(s[len("tháng "):], 2); w > 0 && m >= 1 && m <= 12 {
			return m, len("tháng ") + w
		}
		return 0, 0
	}
	for width < len(s) && width <= maxMonth {
		r, size := utf8.DecodeRuneInString(s[width:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && (r != '.' || width == 0 || s[0] < 0xE0) {
			break
		}
		width += size
	}
	if width < 3 || width > maxMonth {
		return 0, 0
	}
	name := strings.TrimRight(s[:width], ".")
	month, ok := monthNames[name]
	if !ok {
		month = monthNames[strings.ToLower(name)]
	}
	if month == 0 {
		return 0, 0
	}
	return month, len(name)
}

// monthFirst reads May 3, 2026.
func monthFirst(s string) (dateValue, int) {
	if !digitsFollow(s) {
		return dateValue{}, 0
	}
	month, at := monthName(s)
	if at == 0 {
		return dateValue{}, 0
	}
	at += skipAny(s[at:], ". ")
	day, w := number(s[at:], 2)
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	gap := skipAny(s[at:], ", stndrhº")
	if gap == 0 {
		return dateValue{}, 0
	}
	at += gap
	year, w := yearAt(s[at:])
	if w == 0 {
		return dateValue{}, 0
	}
	return dateValue{year: year, month: month, day: day, precision: dayPrecision}, at + w
}

// digitsFollow tells whether the word at the front is followed by a digit, as every month is that begins a date.
func digitsFollow(s string) bool {
	for i, r := range s {
		switch {
		case digitValue(r) >= 0:
			return i > 0
		case r == ' ', r == '.', unicode.IsLetter(r), unicode.IsMark(r):
		default:
			return false
		}
		if i > maxMonth {
			return false
		}
	}
	return false
}

// dayFirst reads 3 May 2026, 3. mai 2026, 3 de mayo de 2026, 1er mai 2026, 3rd of May 2026, 3-May-2026.
func dayFirst(s string, day, at int) (dateValue, int) {
	for _, ordinal := range []string{"st", "nd", "rd", "th", "er", "º", "ª", "-го", "-ви", "-ri"} {
		if strings.HasPrefix(s[at:], ordinal) {
			at += len(ordinal)
			break
		}
	}
	at += skipAny(s[at:], ". -/")
	for _, word := range []string{"de ", "d'", "of ", "ngày ", "a "} {
		if strings.HasPrefix(s[at:], word) {
			at += len(word)
		}
	}
	month, w := monthName(s[at:])
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	at += skipAny(s[at:], "., -/")
	for _, word := range []string{"de ", "del ", "năm ", "พ.ศ. ", "г. "} {
		if strings.HasPrefix(s[at:], word) {
			at += len(word)
			break
		}
	}
	year, w := yearAt(s[at:])
	if w == 0 {
		return dateValue{}, 0
	}
	return dateValue{year: year, month: month, day: day, precision: dayPrecision}, at + w
}

// yearFirst reads 2026. május 3., 2026 m. gegužės 3 d., 2026. gada 3. maijs.
func yearFirst(s string, year, at int) (dateValue, int) {
	at += skipAny(s[at:], ". ")
	for _, word := range []string{"m. ", "gada "} {
		if strings.HasPrefix(s[at:], word) {
			at += len(word)
		}
	}
	if day, w := number(s[at:], 2); w > 0 { // Latvian
		end := at + w + skipAny(s[at+w:], ". ")
		if month, mw := monthName(s[end:]); mw > 0 {
			return dateValue{year: year, month: month, day: day, precision: dayPrecision}, end + mw
		}
		return dateValue{}, 0
	}
	month, w := monthName(s[at:])
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	at += skipAny(s[at:], " ")
	day, w := number(s[at:], 2)
	if w == 0 {
		return dateValue{}, 0
	}
	return dateValue{year: year, month: month, day: day, precision: dayPrecision}, at + w
}

// yearAt reads four digits; years of the Buddhist era, as Thailand writes them, are moved to ours.
func yearAt(s string) (year, width int) {
	year, width = number(s, 4)
	if r, _ := utf8.DecodeRuneInString(s[width:]); digitValue(r) >= 0 || yearDigits(s, width) != 4 {
		return 0, 0
	}
	if year > 2400 && year < 2650 {
		year -= 543
	}
	return year, width
}

func yearDigits(s string, width int) int { return utf8.RuneCountInString(s[:width]) }

// skipAny gives the width of the characters of cut at the front of s.
func skipAny(s, cut string) int { return len(s) - len(strings.TrimLeft(s, cut)) }
