package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/newsmill/newsmill/news"
)

// numeral gives the value of a Chinese digit, 10 for ten, -1 for what is none.
func numeral(r rune) int {
	switch r {
	case '〇', '○', '零', 'Ｏ', 'О', '0':
		return 0
	case '一', '元', '壹':
		return 1
	case '二', '贰':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	case '十':
		return 10
	case '廿':
		return 20
	case '卅':
		return 30
	}
	return -1
}

// numeralDateAt reads 二〇二六年五月三日.
func numeralDateAt(s string) (dateValue, int) {
	d := dateValue{precision: news.PrecisionDay}
	at, digits := 0, 0
	for digits < 5 {
		r, size := utf8.DecodeRuneInString(s[at:])
		at += size
		if r == '年' {
			break
		}
		v := numeral(r)
		if v < 0 || v > 9 {
			return d, 0
		}
		d.year = d.year*10 + v
		digits++
	}
	if digits != 4 {
		return d, 0
	}
	for i, unit := range []rune{'月', '日'} {
		v, n := numeralUpTo(s[at:], unit)
		if n == 0 {
			return d, 0
		}
		at += n
		if i == 0 {
			d.month = v
		} else {
			d.day = v
		}
	}
	return d, at
}

// numeralUpTo reads a Chinese number below 100 that ends with the unit.
func numeralUpTo(s string, unit rune) (value, width int) {
	for count := 0; count < 4; count++ {
		r, size := utf8.DecodeRuneInString(s[width:])
		width += size
		if r == unit {
			if count == 0 {
				return 0, 0
			}
			return value, width
		}
		v := numeral(r)
		switch {
		case v < 0:
			return 0, 0
		case v == 10:
			value = max(value, 1) * 10
		default:
			value += v
		}
	}
	return 0, 0
}

// eraDateAt reads the years of the Republic of China and of Japan's emperors: 民國115年5月3日, 令和8年5月3日, 平成元年1月8日.
func eraDateAt(s string, first rune) (dateValue, int) {
	if first != '民' && first != '令' && first != '平' && first != '中' {
		return dateValue{}, 0
	}
	for _, era := range eras {
		rest, ok := strings.CutPrefix(s, era.name)
		if !ok {
			continue
		}
		at := len(s) - len(rest)
		at += skipSpaces(s[at:])
		year, w := number(s[at:], 3)
		if strings.HasPrefix(s[at:], "元") {
			year, w = 1, len("元")
		}
		if w == 0 {
			return dateValue{}, 0
		}
		at += w
		d := dateValue{year: year + era.before, precision: dayPrecision}
		for _, unit := range []struct {
			name  string
			value *int
		}{{"年", nil}, {"月", &d.month}, {"日", &d.day}} {
			if unit.value != nil {
				at += skipSpaces(s[at:])
				*unit.value, w = number(s[at:], 2)
				if w == 0 {
					return dateValue{}, 0
				}
				at += w
			}
			at += skipSpaces(s[at:])
			if !strings.HasPrefix(s[at:], unit.name) {
				return dateValue{}, 0
			}
			at += len(unit.name)
		}
		return d, at
	}
	return dateValue{}, 0
}

// eras with the year before their first.
var eras = []struct {
	name   string
	before int
}{{"中華民國", 1911}, {"中华民国", 1911}, {"民國", 1911}, {"民国", 1911}, {"令和", 2018}, {"平成", 1988}}

// monthOnly reads a line that is a year and a month and nothing else: 2003年5月, 1998年第3期 not.
func monthOnly(s string) (dateValue, bool) {
	year, w := number(s, 4)
	if w != 4 {
		return dateValue{}, false
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(s[w:], " "), "年")
	if !ok {
		return dateValue{}, false
	}
	rest = strings.TrimLeft(rest, " ")
	month, w := number(rest, 2)
	if w == 0 || strings.TrimSpace(strings.Replace(rest[w:], "月", "", 1)) != "" || !strings.Contains(rest, "月") {
		return dateValue{}, false
	}
	d := dateValue{year: year, month: month, day: 1, precision: news.PrecisionMonth}
	return d, d.valid()
}

// labelledROC reads the years of the Republic of China as government pages of Taiwan write them behind a label: 發布日期：115-04-22.
// Without the label three digits are no year.
func labelledROC(s string) (dateValue, span) {
	for _, label := range []string{"日期", "時間"} {
		i := strings.Index(s, label)
		if i < 0 {
			continue
		}
		at := i + len(label)
		at += skipAny(s[at:], " :：")
		start := at
		year, w := number(s[at:], 3)
		if w < 2 || year < 80 || year > 189 {
			continue
		}
		at += w
		if at >= len(s) || s[at] != '-' && s[at] != '/' && s[at] != '.' {
			continue
		}
		sep := s[at]
		at++
		month, w := number(s[at:], 2)
		if at += w; w == 0 || at >= len(s) || s[at] != sep {
			continue
		}
		at++
		day, w := number(s[at:], 2)
		d := dateValue{year: year + 1911, month: month, day: day, precision: dayPrecision}
		if w == 0 || !d.valid() {
			continue
		}
		at += w
		at += readTime(s[at:], &d)
		return d, span{start, at}
	}
	return dateValue{}, span{}
}
