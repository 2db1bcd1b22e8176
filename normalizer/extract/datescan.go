package extract

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/newsmill/newsmill/news"
)

// shanghai is the zone of zone-less times on Chinese pages. A fixed zone: there has been no daylight saving since 1991.
var shanghai = time.FixedZone("", 8*3600)

const dayPrecision = news.PrecisionDay

// dateValue is a date as it was written.
type dateValue struct {
	year, month, day, hour, minute, second int
	precision                              news.Precision
	zone                                   *time.Location // nil = none written
	swappable                              bool           // 03/04/2026: day and month may be meant the other way about
}

// span is a range of bytes; end 0 means nothing was found.
type span struct{ start, end int }

// valid holds the ranges; years before the web are mentions of history.
func (d dateValue) valid() bool {
	if d.year < 1990 || d.year > 2100 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 {
		return false
	}
	t := time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
	return t.Day() == d.day && d.hour >= 0 && d.hour < 24 && d.minute >= 0 && d.minute < 60 && d.second >= 0 && d.second <= 60
}

// at gives the point in time, in the zone written or else in zone.
func (d dateValue) at(zone *time.Location) time.Time {
	if d.zone != nil {
		zone = d.zone
	}
	return time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, min(d.second, 59), 0, zone)
}

// swapped is the date with day and month the other way about.
func (d dateValue) swapped() dateValue {
	d.day, d.month = d.month, d.day
	return d
}

// findDate gives the first whole date (year, month and day) in a text and where it stands, its time of day included.
func findDate(s string) (dateValue, span) {
	if !mayHoldDate(s) {
		return dateValue{}, span{}
	}
	prev := rune(0)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case digitValue(r) >= 0:
			if d, n := dateAt(s[i:], prev); n > 0 {
				if d, at, ok := withTime(s, d, i, n); ok {
					return d, at
				}
			}
			for i < len(s) && digitValue(r) >= 0 { // never start inside a number
				i += size
				prev = r
				r, size = utf8.DecodeRuneInString(s[i:])
			}
			continue
		case r >= 0x3007 && isIdeographic(r):
			if numeral(r) >= 0 {
				if d, n := numeralDateAt(s[i:]); n > 0 && d.valid() {
					return d, span{i, i + n}
				}
			} else if d, n := eraDateAt(s[i:], r); n > 0 {
				if d, at, ok := withTime(s, d, i, n); ok {
					return d, at
				}
			}
		case unicode.IsLetter(r) && !unicode.IsLetter(prev) && !unicode.IsMark(prev):
			if d, n := monthFirst(s[i:]); n > 0 {
				if d, at, ok := withTime(s, d, i, n); ok {
					return d, at
				}
			}
		}
		prev = r
		i += size
	}
	return dateValue{}, span{}
}

// mayHoldDate turns down most lines by their bytes: a date has digits (of some script: the lead bytes of the others are looked for) or
// the Chinese word for year.
func mayHoldDate(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' || c == 0xD9 || c == 0xDB || c == 0xE0 || c == 0xE5 && strings.HasPrefix(s[i:], "年") {
			return true
		}
	}
	return false
}

// withTime reads the time of day behind a date that stands at s[i:i+n].
func withTime(s string, d dateValue, i, n int) (dateValue, span, bool) {
	end := i + n
	end += readTime(s[end:], &d)
	return d, span{i, end}, d.valid()
}

// digitValue gives the value of a decimal digit of the scripts that news is written in, -1 for what is none.
func digitValue(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r < 0x660:
		return -1
	}
	for _, zero := range [...]rune{0x660, 0x6F0, 0x966, 0x9E6, 0xE50} { // Arabic, Persian, Devanagari, Bengali, Thai
		if r >= zero && r < zero+10 {
			return int(r - zero)
		}
	}
	return -1
}

// number reads up to limit digits; more digits than that are no number (0, 0).
func number(s string, limit int) (value, width int) {
	for count := 0; width < len(s); count++ {
		r, size := utf8.DecodeRuneInString(s[width:])
		v := digitValue(r)
		if v < 0 {
			break
		}
		if count == limit {
			return 0, 0
		}
		value = value*10 + v
		width += size
	}
	return value, width
}

// dateAt reads a date that begins with digits: 2026-05-03, 2026/5/3, 2026.05.03, 2026年5月3日, 2026년 5월 3일, 3 May 2026, 03/05/2026.
// prev is the character before it.
func dateAt(s string, prev rune) (dateValue, int) {
	first, n := number(s, 4)
	if n == 0 {
		return dateValue{}, 0
	}
	switch utf8.RuneCountInString(s[:n]) {
	case 1, 2:
		if d, w := dayFirst(s, first, n); w > 0 {
			return d, w
		}
		if prev == '-' || prev == '/' || prev == '.' {
			return dateValue{}, 0
		}
		return dayMonthYear(s, first, n)
	case 4:
	default:
		return dateValue{}, 0
	}
	year := first
	if year > 2400 && year < 2650 {
		year -= 543 // the Buddhist era
	}
	at := n + skipSpaces(s[n:])
	sep, size := utf8.DecodeRuneInString(s[at:])
	if digitValue(sep) >= 0 && at > n && strings.IndexByte(s[at:min(len(s), at+3)], '/') > 0 { // 2026 05/03
		sep, size = '/', 0
	}
	if !strings.ContainsRune("-/.年년－／．‐‑–", sep) || sep == utf8.RuneError {
		return yearFirst(s, year, n)
	}
	at += size
	at += skipSpaces(s[at:])
	month, w := number(s[at:], 2)
	if w == 0 {
		return yearFirst(s, year, n)
	}
	at += w
	at += skipSpaces(s[at:])
	sep2, size := utf8.DecodeRuneInString(s[at:])
	switch {
	case sep == '年' && sep2 != '月', sep == '년' && sep2 != '월', sep != '年' && sep != '년' && sep2 != sep:
		return yearFirst(s, year, n)
	}
	at += size
	at += skipSpaces(s[at:])
	day, w := number(s[at:], 2)
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	rest := strings.TrimLeft(s[at:], " ")
	for _, unit := range []string{"日", "号", "號", "일"} {
		if strings.HasPrefix(rest, unit) {
			at = len(s) - len(rest) + len(unit)
			break
		}
	}
	return dateValue{year: year, month: month, day: day, precision: dayPrecision}, at
}

// dayMonthYear reads 03/05/2026, 3.5.2026, 03-05-2026. With slashes the order is open where both numbers may be months.
func dayMonthYear(s string, day, at int) (dateValue, int) {
	sep := byte(0)
	if at < len(s) {
		sep = s[at]
	}
	if sep != '/' && sep != '.' && sep != '-' {
		return dateValue{}, 0
	}
	at++
	if sep == '.' {
		at += skipSpaces(s[at:])
	}
	month, w := number(s[at:], 2)
	if w == 0 || at+w >= len(s) || s[at+w] != sep {
		return dateValue{}, 0
	}
	at += w + 1
	if sep == '.' {
		at += skipSpaces(s[at:])
	}
	year, w := yearAt(s[at:])
	if w == 0 && sep == '.' && at == len("25.04.") {
		year, w = shortYear(s[at:])
	}
	if w == 0 {
		return dateValue{}, 0
	}
	d := dateValue{year: year, month: month, day: day, precision: dayPrecision}
	switch {
	case month > 12 && day <= 12:
		d = d.swapped()
	case month <= 12 && day <= 12 && sep != '.':
		d.swappable = true
	}
	return d, at + w
}

// shortYear reads the two digits of a year, as in 25.04.26; anything but a space or a bar behind them makes it something else.
func shortYear(s string) (year, width int) {
	year, width = number(s, 2)
	if width != 2 || width < len(s) && !strings.ContainsRune(" |,)", rune(s[width])) || year > 60 && year < 90 {
		return 0, 0
	}
	if year >= 90 {
		return year + 1900, width
	}
	return year + 2000, width
}

// readTime reads a time of day behind a date, into d, and gives its width.
func readTime(s string, d *dateValue) int {
	at := 0
	for at < len(s) { // spaces, T, a weekday, 上午, a comma or a bracket may stand between
		r, size := utf8.DecodeRuneInString(s[at:])
		if digitValue(r) >= 0 {
			break
		}
		if isIdeographic(r) {
			if !strings.ContainsRune("星期一二三四五六日天周週上下午晚凌晨早中时间時間北京点오전후月火水木金土曜前後", r) {
				return 0
			}
		} else if !strings.ContainsRune(" Tt,，()（）-–—|/.·•@:\"'", r) && !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return 0
		}
		if at += size; at > 40 {
			return 0
		}
	}
	between := s[:at]
	if strings.HasSuffix(between, "-") && len(between) == 1 {
		return 0 // 2026-05-03-12:… is an address's
	}
	hour, w := number(s[at:], 2)
	if w == 0 {
		return 0
	}
	at += w
	width, mark := minuteMark(s[at:], between)
	if width == 0 {
		return 0
	}
	at += width
	minute, w := number(s[at:], 2)
	if w == 0 && mark == ':' { // a counter runs on: 22:481.6万阅读
		minute, w = number(s[at:min(len(s), at+2)], 2)
	}
	if w == 0 || hour > 23 || minute > 59 || mark == 'h' && w != 2 {
		return 0
	}
	at += w
	if hour < 12 && (strings.Contains(between, "下午") || strings.Contains(between, "晚") || strings.Contains(between, "오후") || strings.Contains(between, "午後")) {
		hour += 12
	}
	d.hour, d.minute, d.precision = hour, minute, news.PrecisionMinute
	r, size := utf8.DecodeRuneInString(s[at:])
	if r == ':' || r == '：' || r == '分' {
		if second, w := number(s[at+size:], 2); w == 2 && second < 61 {
			d.second, d.precision = second, news.PrecisionSecond
			at += size + w
		} else if r == '分' {
			at += size
		}
	}
	return at + readZone(s[at:], d)
}

// minuteMark gives the width of what parts hours from minutes: a colon, 时, 点, 시, the h of French, the full stop of Finnish and
// German where Uhr or klo says that it is a time.
func minuteMark(s, before string) (int, rune) {
	r, size := utf8.DecodeRuneInString(s)
	switch r {
	case ':', '：', '时', '時', '点', '點', '∶', '︰':
		return size, r
	case '시':
		return size + skipSpaces(s[size:]), r
	case 'h', 'H':
		return size, 'h'
	case '.':
		if len(s) > 3 && (strings.HasPrefix(s[3:], " Uhr") || strings.Contains(before, "klo") || strings.Contains(before, "kl.") || strings.Contains(before, "ore")) {
			return size, r
		}
	}
	return 0, 0
}

// readZone reads a fraction of a second, am or pm, and Z or +08:00.
func readZone(s string, d *dateValue) int {
	at := 0
	if strings.HasPrefix(s, ".") {
		_, w := number(s[1:], 9)
		if w > 0 {
			at = 1 + w
		}
	}
	rest := strings.TrimLeft(s[at:], " ")
	lower := strings.ToLower(rest[:min(len(rest), 4)])
	switch {
	case strings.HasPrefix(lower, "pm"), strings.HasPrefix(lower, "p.m."), rest == "م":
		if d.hour < 12 {
			d.hour += 12
		}
		return len(s) - len(rest) + 2
	case strings.HasPrefix(lower, "am"), strings.HasPrefix(lower, "a.m."), rest == "ص":
		if d.hour == 12 {
			d.hour = 0
		}
		return len(s) - len(rest) + 2
	case strings.HasPrefix(rest, "Z"), strings.HasPrefix(lower, "gmt"), strings.HasPrefix(lower, "utc"):
		d.zone = time.UTC
		return len(s) - len(rest) + 1
	case strings.HasPrefix(rest, "+") || strings.HasPrefix(rest, "-"):
		offset, w := zoneOffset(rest)
		if w == 0 {
			return at
		}
		d.zone = time.FixedZone("", offset)
		return len(s) - len(rest) + w
	}
	return at
}

// zoneOffset reads +08:00, +0800 and +08 at the front of a text, in seconds east of Greenwich.
func zoneOffset(s string) (offset, width int) {
	hours, w := number(s[1:], 4)
	minutes := 0
	width = 1 + w
	switch {
	case w == 4:
		hours, minutes = hours/100, hours%100
	case w == 2 && strings.HasPrefix(s[width:], ":"):
		m, mw := number(s[width+1:], 2)
		if mw != 2 {
			return 0, 0
		}
		minutes, width = m, width+1+mw
	case w == 2 && (width == len(s) || s[width] == ' '):
	default:
		return 0, 0
	}
	if hours > 14 || minutes > 59 {
		return 0, 0
	}
	offset = hours*3600 + minutes*60
	if s[0] == '-' {
		offset = -offset
	}
	return offset, width
}

func skipSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
