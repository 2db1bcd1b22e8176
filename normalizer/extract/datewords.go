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

var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// monthName reads an English month, whole or cut to three letters.
func monthName(s string) (month, width int) {
	for width < len(s) && isASCIILetter(rune(s[width])) {
		width++
	}
	if width < 3 || width > 9 {
		return 0, 0
	}
	name := strings.ToLower(s[:width])
	full := []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	for i, m := range months {
		if name == m || name == full[i] || name == "sept" && i == 8 {
			return i + 1, width
		}
	}
	return 0, 0
}

// monthFirst reads May 3, 2026.
func monthFirst(s string) (dateValue, int) {
	month, at := monthName(s)
	if at == 0 {
		return dateValue{}, 0
	}
	at += len(s[at:]) - len(strings.TrimLeft(s[at:], ". "))
	day, w := number(s[at:], 2)
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	at += len(s[at:]) - len(strings.TrimLeft(s[at:], ", stndrh"))
	year, w := number(s[at:], 4)
	if w != 4 {
		return dateValue{}, 0
	}
	return dateValue{year: year, month: month, day: day, precision: news.PrecisionDay}, at + w
}

// dayFirst reads 3 May 2026.
func dayFirst(s string, day, at int) (dateValue, int) {
	at += len(s[at:]) - len(strings.TrimLeft(s[at:], ". -"))
	month, w := monthName(s[at:])
	if w == 0 {
		return dateValue{}, 0
	}
	at += w
	at += len(s[at:]) - len(strings.TrimLeft(s[at:], "., -"))
	year, w := number(s[at:], 4)
	if w != 4 {
		return dateValue{}, 0
	}
	return dateValue{year: year, month: month, day: day, precision: news.PrecisionDay}, at + w
}
