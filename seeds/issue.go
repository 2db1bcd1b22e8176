package seeds

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// China is where the days of e-papers begin: one zone, without summer time since 1991.
var China = time.FixedZone("Asia/Shanghai", 8*3600)

// dateField is a placeholder in the address of an e-paper; those that are no field are mistakes.
var dateField = regexp.MustCompile(`\{[^{}]*\}`)

// dateLayouts are the placeholders, as layouts of package time.
var dateLayouts = map[string]string{"{yyyy}": "2006", "{yy}": "06", "{mm}": "01", "{m}": "1", "{dd}": "02", "{d}": "2"}

// On gives the address of a start page on a day: of an e-paper with its placeholders filled in, in Asia/Shanghai; of others as it is.
func (s Start) On(day time.Time) string {
	if s.Kind != KindEpaper {
		return s.URL
	}
	return fillDate(s.URL, day)
}

func fillDate(pattern string, day time.Time) string {
	return dateField.ReplaceAllStringFunc(pattern, func(field string) string {
		if layout, ok := dateLayouts[field]; ok {
			return day.In(China).Format(layout)
		}
		return field
	})
}

// Dated is the part of an e-paper's address that holds the date, filled in for a day: what the addresses of one issue have in common. It is
// empty where the address holds none.
func (s Start) Dated(day time.Time) string {
	at := dateField.FindAllStringIndex(s.URL, -1)
	if len(at) == 0 {
		return ""
	}
	return fillDate(s.URL[at[0][0]:at[len(at)-1][1]], day)
}

// dateProblems tells what is wrong with the placeholders and the number of days.
func (s Start) dateProblems(at string) []problem {
	if s.Kind != KindEpaper {
		if s.Days != 0 {
			return []problem{{at + ".days", "is for the kind epaper alone"}}
		}
		return nil
	}
	var out []problem
	if s.Days < 1 || s.Days > MaxDays {
		out = append(out, problem{at + ".days", fmt.Sprintf("%d is not between 1 and %d", s.Days, MaxDays)})
	}
	has := map[byte]bool{}
	for _, field := range dateField.FindAllString(s.URL, -1) {
		if _, ok := dateLayouts[field]; !ok {
			out = append(out, problem{at + ".url", fmt.Sprintf("%s is no placeholder: {yyyy}, {yy}, {mm}, {m}, {dd} and {d} are", field)})
			return out
		}
		has[strings.Trim(field, "{}")[0]] = true
	}
	if !has['y'] || !has['m'] || !has['d'] {
		out = append(out, problem{at + ".url", "the address of an e-paper names year, month and day, like …/{yyyy}-{mm}/{dd}/index.htm"})
	}
	return out
}
