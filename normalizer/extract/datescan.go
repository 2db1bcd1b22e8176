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

// dateValue is a date as it was written.
type dateValue struct {
	year, month, day, hour, minute, second int
	precision                              news.Precision
	zone                                   *time.Location // nil = none written
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

// findDate gives the first whole date (year, month and day) in a text and where it stands, its time of day included.
func findDate(s string) (dateValue, span) {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= '0' && r <= '9' {
			if d, n := dateAt(s[i:]); n > 0 {
				end := i + n
				end += readTime(s[end:], &d)
				if d.valid() {
					return d, span{i, end}
				}
			}
			for i < len(s) && s[i] >= '0' && s[i] <= '9' { // never start inside a number
				i++
			}
			continue
		}
		if numeral(r) >= 0 {
			if d, n := numeralDateAt(s[i:]); n > 0 && d.valid() {
				return d, span{i, i + n}
			}
		}
		if isASCIILetter(r) && (i == 0 || !isASCIILetter(rune(s[i-1]))) {
			if d, n := monthFirst(s[i:]); n > 0 {
				end := i + n
				end += readTime(s[end:], &d)
				if d.valid() {
					return d, span{i, end}
				}
			}
		}
		i += size
	}
	return dateValue{}, span{}
}

// number reads up to limit digits.
func number(s string, limit int) (value, width int) {
	for width < len(s) && s[width] >= '0' && s[width] <= '9' {
		if width == limit {
			return 0, 0
		}
		value = value*10 + int(s[width]-'0')
		width++
	}
	return value, width
}

// dateAt reads a date that begins with digits: 2026-05-03, 2026/5/3, 2026.05.03, 2026年5月3日, 3 May 2026, 03-05-2026 not.
func dateAt(s string) (dateValue, int) {
	year, n := number(s, 4)
	if n == 0 {
		return dateValue{}, 0
	}
	if n <= 2 {
		return dayFirst(s, year, n)
	}
	if n != 4 {
		return dateValue{}, 0
	}
	at := n + skipSpaces(s[n:])
	sep, size := utf8.DecodeRuneInString(s[at:])
	if !strings.ContainsRune("-/.年－／．", sep) || sep == utf8.RuneError {
		return dateValue{}, 0
	}
	at += size
	at += skipSpaces(s[at:])
	month, w := number(s[at:], 2)
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	at += skipSpaces(s[at:])
	sep2, size := utf8.DecodeRuneInString(s[at:])
	if sep == '年' && sep2 != '月' || sep != '年' && sep2 != sep {
		return dateValue{}, 0
	}
	at += size
	at += skipSpaces(s[at:])
	day, w := number(s[at:], 2)
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	if rest := strings.TrimLeft(s[at:], " "); strings.HasPrefix(rest, "日") || strings.HasPrefix(rest, "号") || strings.HasPrefix(rest, "號") {
		at = len(s) - len(rest) + len("日")
	}
	return dateValue{year: year, month: month, day: day, precision: news.PrecisionDay}, at
}

// readTime reads a time of day behind a date, into d, and gives its width.
func readTime(s string, d *dateValue) int {
	at := 0
	for at < len(s) { // spaces, T, a weekday, 上午, a comma or a bracket may stand between
		r, size := utf8.DecodeRuneInString(s[at:])
		if r >= '0' && r <= '9' {
			break
		}
		if r != ' ' && r != 'T' && r != 't' && r != ',' && r != '，' && r != '(' && r != '（' && r != ')' && r != '）' && r != '-' && !strings.ContainsRune("星期一二三四五六日天周上下午晚凌晨早中时间北京|/", r) && !isASCIILetter(r) {
			return 0
		}
		if at += size; at > 36 {
			return 0
		}
	}
	between := s[:at]
	hour, w := number(s[at:], 2)
	if w == 0 {
		return 0
	}
	at += w
	r, size := utf8.DecodeRuneInString(s[at:])
	if r != ':' && r != '：' && r != '时' && r != '時' && r != '点' && r != '∶' && r != '︰' {
		return 0
	}
	at += size
	minute, w := number(s[at:], 2)
	if w == 0 || hour > 23 || minute > 59 {
		return 0
	}
	at += w
	if hour < 12 && (strings.Contains(between, "下午") || strings.Contains(between, "晚")) {
		hour += 12
	}
	d.hour, d.minute, d.precision = hour, minute, news.PrecisionMinute
	r, size = utf8.DecodeRuneInString(s[at:])
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
	case strings.HasPrefix(lower, "pm") || strings.HasPrefix(lower, "p.m."):
		if d.hour < 12 {
			d.hour += 12
		}
		return len(s) - len(rest) + 2
	case strings.HasPrefix(lower, "am") || strings.HasPrefix(lower, "a.m."):
		if d.hour == 12 {
			d.hour = 0
		}
		return len(s) - len(rest) + 2
	case strings.HasPrefix(rest, "Z"), strings.HasPrefix(lower, "gmt"), strings.HasPrefix(lower, "utc"):
		d.zone = time.UTC
		return len(s) - len(rest) + 1
	case strings.HasPrefix(rest, "+") || strings.HasPrefix(rest, "-"):
		hours, w := number(rest[1:], 4)
		minutes := 0
		end := 1 + w
		switch {
		case w == 4:
			hours, minutes = hours/100, hours%100
		case w == 2 && strings.HasPrefix(rest[end:], ":"):
			m, mw := number(rest[end+1:], 2)
			if mw != 2 {
				return at
			}
			minutes, end = m, end+1+mw
		default:
			return at
		}
		if hours > 14 || minutes > 59 {
			return at
		}
		offset := hours*3600 + minutes*60
		if rest[0] == '-' {
			offset = -offset
		}
		d.zone = time.FixedZone("", offset)
		return len(s) - len(rest) + end
	}
	return at
}

func skipSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// urlDate reads the date that many addresses carry: /2026/05/03/, /202605/03/, /2026-05/03/, t20260503_1.html.
func urlDate(path string) (dateValue, bool) {
	digits := ""
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c >= '0' && c <= '9' {
			digits += string(c)
			continue
		}
		if (c == '/' || c == '-' || c == '_') && (len(digits) == 4 || len(digits) == 6) && plausibleYear(digits[:4]) {
			continue
		}
		if d, ok := compactDate(digits); ok {
			return d, true
		}
		digits = ""
	}
	return compactDate(digits)
}

func plausibleYear(s string) bool { return s >= "1995" && s <= "2099" }

func compactDate(digits string) (dateValue, bool) {
	if len(digits) < 8 || len(digits) > 14 || !plausibleYear(digits[:4]) {
		return dateValue{}, false
	}
	y, _ := number(digits[:4], 4)
	m, _ := number(digits[4:6], 2)
	d, _ := number(digits[6:8], 2)
	v := dateValue{year: y, month: m, day: d, precision: news.PrecisionDay}
	return v, v.valid()
}

// startsName tells whether a text begins as a Chinese name does: two ideographs and no function word.
func startsName(s string) bool {
	n := 0
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			break
		}
		n++
		if n == 5 {
			return false
		}
	}
	return n >= 2
}
