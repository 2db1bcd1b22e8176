package extract

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

// compactDate reads 20260503 and 20260503083059.
func compactDate(digits string) (dateValue, bool) {
	if len(digits) < 8 || len(digits) > 14 || !plausibleYear(digits[:4]) {
		return dateValue{}, false
	}
	y, _ := number(digits[:4], 4)
	m, _ := number(digits[4:6], 2)
	d, _ := number(digits[6:8], 2)
	v := dateValue{year: y, month: m, day: d, precision: dayPrecision}
	return v, v.valid()
}
