package discover

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// china is where zone-less dates of Chinese sites are.
var china = time.FixedZone("+08:00", 8*3600)

// defaultZone is the zone of dates without one: China's, unless the feed says that it is in a language of elsewhere.
func defaultZone(language string) *time.Location {
	if l := strings.ToLower(strings.TrimSpace(language)); l == "" || strings.HasPrefix(l, "zh") {
		return china
	}
	return time.UTC
}

// zones are the names of zones in hours from UTC (RFC 822 §5.1, and those of East Asia). CST is China's, not America's: newsmill
// reads Chinese news, and Java prints Beijing time so.
var zones = map[string]int{"GMT": 0, "UTC": 0, "UT": 0, "Z": 0, "CST": 8, "BJT": 8, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9,
	"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "MSK": 3}

// months are the names of months by their first three letters, and in Chinese as Java prints them.
var months = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
	"nov": 11, "dec": 12, "一月": 1, "二月": 2, "三月": 3, "四月": 4, "五月": 5, "六月": 6, "七月": 7, "八月": 8, "九月": 9, "十月": 10,
	"十一月": 11, "十二月": 12}

var (
	yearFirst = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})`)                 // 2026-05-03, 2026年5月3日
	dayFirst  = regexp.MustCompile(`^(?:\p{L}+\.?[,，\s]\s*)?(\d{1,2})[\s-]+([\p{L}\d]+)[\s-]+(\d{2,4})`) // Sun, 03 May 2026
	javaDate  = regexp.MustCompile(`^\p{L}+ (\p{L}+) (\d{1,2}) .*\b(\d{4})$`)                            // Sun May 03 08:30:00 CST 2026
	clock     = regexp.MustCompile(`(上午|下午|晚上)?\s*(\d{1,2})[:：时](\d{2})(?:[:：分](\d{2})(?:[.,]\d+)?)?秒?\s*([AaPp][Mm]\b)?`)
	offset    = regexp.MustCompile(`^(?:GMT|UTC)?\s*([+-])(\d{1,2})(?::?(\d{2}))?`)
	zoneName  = regexp.MustCompile(`^\(?([A-Z]{1,4})\b`)
)

// parseDate reads the date of a feed entry. Years outside 1990 to 2100 are none.
func parseDate(s string, zone *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) == 0 || len(s) > 100 {
		return time.Time{}, false
	}
	year, month, day, rest, ok := datePart(s)
	if !ok || year < 1990 || year > 2100 || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}, false
	}
	hour, minute, second, rest, ok := clockPart(rest)
	if ok {
		zone = zonePart(rest, zone)
	}
	t := time.Date(year, month, day, hour, minute, second, 0, zone)
	return t, t.Day() == day // 31 April is no date
}

// datePart takes the date off the beginning of s; rest holds the time.
func datePart(s string) (year int, month time.Month, day int, rest string, ok bool) {
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		return number(m[1]), time.Month(number(m[2])), number(m[3]), s[len(m[0]):], true
	}
	if m := javaDate.FindStringSubmatch(s); m != nil {
		return number(m[3]), monthOf(m[1]), number(m[2]), s, true
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		year := number(m[3])
		if len(m[3]) == 2 {
			year += 2000
		}
		return year, monthOf(m[2]), number(m[1]), s[len(m[0]):], true
	}
	return 0, 0, 0, "", false
}

func monthOf(s string) time.Month {
	s = strings.ToLower(s)
	if m, ok := months[s]; ok {
		return m
	}
	if digits, ok := strings.CutSuffix(s, "月"); ok {
		return time.Month(number(digits))
	}
	if len(s) > 3 {
		s = s[:3]
	}
	return months[s]
}

func clockPart(s string) (hour, minute, second int, rest string, ok bool) {
	m := clock.FindStringSubmatchIndex(s)
	if m == nil {
		return 0, 0, 0, "", false
	}
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	hour, minute, second = number(group(2)), number(group(3)), number(group(4))
	half := strings.ToLower(group(5))
	if (half == "pm" || group(1) == "下午" || group(1) == "晚上") && hour < 12 {
		hour += 12
	} else if half == "am" && hour == 12 {
		hour = 0
	}
	if hour > 24 || minute > 59 || second > 60 {
		return 0, 0, 0, "", false
	}
	return hour, minute, second, strings.TrimSpace(s[m[1]:]), true
}

// zonePart reads the zone behind a time; one that is not known leaves the default.
func zonePart(s string, zone *time.Location) *time.Location {
	if m := offset.FindStringSubmatch(s); m != nil {
		if h := number(m[2]); h <= 14 {
			seconds := h*3600 + number(m[3])*60
			if m[1] == "-" {
				seconds = -seconds
			}
			return time.FixedZone("", seconds)
		}
		return zone
	}
	if m := zoneName.FindStringSubmatch(s); m != nil {
		if h, ok := zones[m[1]]; ok {
			return time.FixedZone(m[1], h*3600)
		}
	}
	return zone
}

// number reads digits; the empty string is 0.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
