package extract

import (
	"strings"
	"time"
	"unicode"

	"github.com/newsmill/newsmill/news"
)

// agoWords say that a number of units lies back, in front of it or behind it.
var agoWords = []string{"前", "ago", "vor", "hace", "il y a", "há", "fa", "geleden", "sedan", "siden", "temu", "назад", "тому", "önce", "trước", "yang lalu", "lalu", "전", "πριν", "منذ", "قبل", "לפני"}

// agoUnits are the units of relative times by the beginning of their word, longer than a minute only to the day: two days ago is no
// time of day.
var agoUnits = []struct {
	words []string
	unit  time.Duration
}{
	{[]string{"秒", "sec", "sekund", "second"}, time.Second},
	{[]string{"分", "min", "мин", "분", "хв", "dakika", "phút", "menit", "דק", "دقيق"}, time.Minute},
	{[]string{"小时", "小時", "时", "時", "个小时", "個小時", "hour", "hr", "stunde", "hora", "heure", "ore", "ora", "uur", "timm", "tim", "godz", "час", "годин", "saat", "giờ", "jam", "시간", "ώρ", "ساع", "שעו"}, time.Hour},
	{[]string{"天", "日", "day", "tag", "día", "dia", "jour", "giorn", "dag", "dni", "dzień", "дн", "день", "gün", "ngày", "hari", "일", "μέρ", "يوم", "أيام", "ימים"}, 24 * time.Hour},
	{[]string{"周", "週", "星期", "个星期", "week", "woche", "semana", "semaine", "settiman", "주"}, 7 * 24 * time.Hour},
}

// nowWords are the whole of a line that says just now.
var nowWords = map[string]bool{"刚刚": true, "剛剛": true, "just now": true, "now": true, "gerade eben": true, "방금": true, "たった今": true}

// dayNames name a day by its distance from today; a time of day may follow.
var dayNames = []struct {
	word string
	back int
}{
	{"今天", 0}, {"今日", 0}, {"昨天", 1}, {"昨日", 1}, {"前天", 2}, {"today", 0}, {"yesterday", 1}, {"heute", 0}, {"gestern", 1}, {"hoy", 0}, {"ayer", 1},
	{"aujourd'hui", 0}, {"hier", 1}, {"oggi", 0}, {"ieri", 1}, {"hoje", 0}, {"ontem", 1}, {"сегодня", 0}, {"вчера", 1}, {"bugün", 0}, {"dün", 1},
	{"오늘", 0}, {"어제", 1}, {"dzisiaj", 0}, {"wczoraj", 1}, {"vandaag", 0}, {"gisteren", 1},
}

// maxRelative is the longest line in bytes that is read as a relative time and nothing else.
const maxRelative = 60

// relativeDate reads a line that is a time relative to now: 3小时前, 昨天 14:20, 2 hours ago, il y a 5 minutes. Labels before it are
// the caller's to cut off.
func relativeDate(s string, now time.Time) (*news.Date, bool) {
	if s == "" || len(s) > maxRelative || now.Unix() <= 0 {
		return nil, false
	}
	s = strings.ToLower(strings.Trim(s, " :：|·•()（）"))
	if nowWords[s] {
		return &news.Date{Time: now.Truncate(time.Minute), Precision: news.PrecisionMinute, From: "text"}, true
	}
	for _, d := range dayNames {
		rest, ok := strings.CutPrefix(s, d.word)
		if !ok {
			continue
		}
		y, m, day := now.AddDate(0, 0, -d.back).Date()
		v := dateValue{year: y, month: int(m), day: day, precision: dayPrecision}
		if strings.Trim(rest, " ,，") != "" && readTime(rest, &v) == 0 {
			return nil, false
		}
		return &news.Date{Time: v.at(now.Location()), Precision: v.precision, From: "text"}, true
	}
	return agoDate(s, now)
}

// agoDate reads a number, a unit and a word for ago, in any order that has the number before the unit.
func agoDate(s string, now time.Time) (*news.Date, bool) {
	ago := false
	for _, w := range agoWords {
		if rest, ok := strings.CutSuffix(s, w); ok {
			s, ago = rest, true
			break
		}
		if rest, ok := strings.CutPrefix(s, w+" "); ok {
			s, ago = rest, true
			break
		}
	}
	if !ago {
		return nil, false
	}
	s = strings.TrimSpace(s)
	count, w := number(s, 3)
	if w == 0 {
		for _, one := range []string{"an ", "a ", "one ", "eine ", "einer ", "einem ", "un ", "une ", "una ", "uma ", "半"} {
			if rest, ok := strings.CutPrefix(s, one); ok {
				count, w = 1, len(s)-len(rest)
				break
			}
		}
	}
	if w == 0 {
		return nil, false
	}
	unit := strings.TrimSpace(s[w:])
	for _, u := range agoUnits {
		for _, word := range u.words {
			if strings.HasPrefix(unit, word) && len(strings.FieldsFunc(unit, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })) == 1 {
				t := now.Add(-time.Duration(count) * u.unit)
				if u.unit <= time.Minute {
					return &news.Date{Time: t.Truncate(time.Minute), Precision: news.PrecisionMinute, From: "text"}, true
				}
				y, m, d := t.Date()
				return &news.Date{Time: time.Date(y, m, d, 0, 0, 0, 0, t.Location()), Precision: news.PrecisionDay, From: "text"}, true
			}
		}
	}
	return nil, false
}

// yearlessDate reads 11-19 20:31 and 11月19日 20:31 at the end of a short line: the year is the last in which that was not in the
// future.
func yearlessDate(s string, now time.Time) (dateValue, bool) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		month, w := number(s[i:], 2)
		if w == 0 {
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				i++
			}
			continue
		}
		rest := s[i+w:]
		i += w
		after, ok := strings.CutPrefix(rest, "月")
		if !ok {
			if after, ok = strings.CutPrefix(rest, "-"); !ok || w != 2 {
				continue
			}
		}
		day, w := number(after, 2)
		if w == 0 {
			continue
		}
		d := dateValue{year: now.Year(), month: month, day: day, precision: dayPrecision}
		if readTime(strings.TrimPrefix(after[w:], "日"), &d) == 0 || !d.valid() {
			continue
		}
		if d.at(now.Location()).After(now.Add(24 * time.Hour)) {
			d.year--
		}
		return d, d.valid()
	}
	return dateValue{}, false
}
