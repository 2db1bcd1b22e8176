package extract

import (
	"net/url"
	"strings"
	"time"

	"github.com/newsmill/newsmill/news"
)

// zone is where zone-less times of the page are.
func (p *page) zone() *time.Location {
	if p.chinese() {
		return shanghai
	}
	return time.UTC
}

// newDate makes a Date of what was read; nil for what lies after the fetch, which no publication does.
func (p *page) newDate(v dateValue, from string) *news.Date {
	if v.swappable && p.monthLeads() {
		v = v.swapped()
	}
	if !v.valid() {
		return nil
	}
	t := v.at(p.zone())
	if p.in.FetchedAt.Unix() > 0 && t.After(p.in.FetchedAt.Add(36*time.Hour)) {
		if w := v.swapped(); v.swappable && !w.at(p.zone()).After(p.in.FetchedAt) {
			t = w.at(p.zone())
		} else {
			return nil
		}
	}
	return &news.Date{Time: t, Precision: v.precision, From: from}
}

// monthLeads tells whether the page writes 05/03/2026 for the third of May: English of America, and English that does not say
// where it is from on a host outside the countries that write the day first.
func (p *page) monthLeads() bool {
	for _, said := range []string{p.facts.lang, p.in.Language, p.facts.meta["og:locale"]} {
		switch tag := strings.ToLower(strings.ReplaceAll(said, "_", "-")); {
		case tag == "en-us" || strings.HasPrefix(tag, "en-ph") || strings.HasPrefix(tag, "fil"):
			return true
		case strings.HasPrefix(tag, "en-"), tag != "" && !strings.HasPrefix(tag, "en") && !strings.HasPrefix(tag, "zh"):
			return false
		}
	}
	if p.script.latin*2 < p.script.total && !p.chinese() {
		return false
	}
	u, err := url.Parse(p.in.URL)
	if err != nil {
		return true
	}
	host := u.Hostname()
	switch host[strings.LastIndexByte(host, '.')+1:] {
	case "com", "us", "org", "net", "gov", "edu", "example", "cn", "tw", "hk", "io", "ph":
		return p.chinese() || p.facts.lang != "" || englishWords(p.facts.docTitle)
	}
	return false
}

// englishWords looks for the small words of English in a headline.
func englishWords(s string) bool {
	for _, w := range strings.Fields(strings.ToLower(s)) {
		switch w {
		case "the", "of", "and", "to", "in", "for", "with", "on", "is":
			return true
		}
	}
	return false
}

// readDateValue reads a machine-readable date.
func (p *page) readDateValue(s, from string) (dateValue, *news.Date) {
	if s == "" || len(s) > 100 {
		return dateValue{}, nil
	}
	v, at := findDate(s)
	if at.end == 0 {
		var ok bool
		if v, ok = compactDate(strings.TrimSpace(s)); !ok {
			if v, ok = unixDate(s); !ok {
				return dateValue{}, nil
			}
		}
	}
	return v, p.newDate(v, from)
}

func (p *page) readDate(s, from string) *news.Date {
	_, d := p.readDateValue(s, from)
	return d
}

// unixDate reads seconds or milliseconds since 1970, as some meta elements hold them.
func unixDate(s string) (dateValue, bool) {
	n, w := number(strings.TrimSpace(s), 13)
	if w != len(strings.TrimSpace(s)) || w != 10 && w != 13 {
		return dateValue{}, false
	}
	if w == 13 {
		n /= 1000
	}
	t := time.Unix(int64(n), 0).UTC()
	v := dateValue{year: t.Year(), month: int(t.Month()), day: t.Day(), hour: t.Hour(), minute: t.Minute(), second: t.Second(), precision: news.PrecisionSecond, zone: time.UTC}
	return v, v.valid() && v.year >= 1995
}

// publishedAt gives the publication date of an article from all places that name one (see dateOffers), by trust and agreement.
func (p *page) publishedAt(head []headLine) *news.Date {
	if p.hints.date != "" {
		if d := p.readDate(p.hints.date, "hint"); d != nil {
			p.note(offer{field: "date", value: d.String(), from: "hint", confidence: 1, won: true, why: "the source's own selector"})
			return d
		}
	}
	offers := p.statedDates()
	offers = append(offers, p.headDates(head)...)
	offers = append(offers, p.timeTagDates()...)
	if !p.in.PublishedHint.IsZero() {
		offers = append(offers, dateOffer{date: &news.Date{Time: p.in.PublishedHint, Precision: news.PrecisionSecond, From: "feed"}, value: dateValue{zone: time.UTC}, kind: "feed", from: "feed", trust: 0.75})
	}
	offers = append(offers, p.addressDates()...)
	if !trusted(offers) {
		offers = append(offers, p.looseDates(head)...)
	}
	if !trusted(offers) || nightOff(offers) {
		offers = append(offers, p.scriptDates()...)
	}
	p.distrustEchoes(offers)
	if len(offers) == 0 {
		offers = p.lastResortDates()
	}
	return p.chooseDate("date", offers)
}

// nightOff tells whether an instant in UTC and an address differ by one day, as at night west or east of Greenwich: scripts may
// know the local time then.
func nightOff(offers []dateOffer) bool {
	for i := range offers {
		a := &offers[i]
		if a.value.zone != time.UTC || rank(a.date.Precision) < rank(news.PrecisionMinute) {
			continue
		}
		for j := range offers {
			b := &offers[j]
			if d := a.date.Time.Truncate(24 * time.Hour).Sub(b.date.Time.Truncate(24 * time.Hour)).Abs(); b.kind == "url" && d == 24*time.Hour {
				return true
			}
		}
	}
	return false
}

// distrustEchoes takes trust from dates that are the last change over again, where the markup states an earlier publication: many
// templates show the reader the update alone.
func (p *page) distrustEchoes(offers []dateOffer) {
	modified := p.statedModified()
	if modified == nil {
		return
	}
	day := modified.Time.Format(time.DateOnly)
	earlier := false
	for i := range offers {
		o := &offers[i]
		earlier = earlier || (o.kind == "json-ld" || o.kind == "meta" || o.kind == "prop") && o.trust >= 0.85 && o.date.Time.Before(modified.Time) && o.date.Time.Format(time.DateOnly) != day
	}
	if !earlier {
		return
	}
	for i := range offers {
		o := &offers[i]
		same := o.date.Time.Sub(modified.Time).Abs() < 2*time.Minute
		if o.date.Precision == news.PrecisionDay {
			same = o.date.Time.Format(time.DateOnly) == day
		}
		if same || o.kind == "line" && o.date.Time.Format(time.DateOnly) == day {
			o.trust *= 0.5
			o.why = joinWhy("the last change over again", o.why)
		}
	}
}

// trusted tells whether one of the offers is better than an address.
func trusted(offers []dateOffer) bool {
	for i := range offers {
		if offers[i].trust > 0.5 {
			return true
		}
	}
	return false
}

func rank(p news.Precision) int {
	switch p {
	case news.PrecisionSecond:
		return 4
	case news.PrecisionMinute:
		return 3
	case news.PrecisionDay:
		return 2
	}
	return 1
}

// modifiedAt gives the date of the last change, from the markup or a line that says so.
func (p *page) modifiedAt(head []headLine) *news.Date {
	var offers []dateOffer
	if v, d := p.readDateValue(p.facts.linked.modified, "json-ld"); d != nil {
		offers = append(offers, dateOffer{date: d, value: v, kind: "json-ld", from: "json-ld dateModified", trust: 0.9})
	}
	for _, m := range modifiedMeta {
		if v, d := p.readDateValue(p.facts.meta[m.name], "meta"); d != nil {
			offers = append(offers, dateOffer{date: d, value: v, kind: "meta", from: "meta " + m.name, trust: m.trust})
			break
		}
	}
	for _, b := range head {
		if b.n > 120 || b.hidden {
			continue
		}
		if v, at := findUpdated(b.text); at.end > 0 {
			if d := p.newDate(v, "head-line"); d != nil {
				offers = append(offers, dateOffer{date: d, value: v, kind: "line", from: lineName(b.at), trust: 0.7})
				break
			}
		}
	}
	return p.chooseDate("modified", offers)
}

// looseDates are whole dates and months that stand alone in a short line just above or below the text: government notices end with
// theirs, journals begin with the month.
func (p *page) looseDates(head []headLine) []dateOffer {
	if p.first < 0 {
		return nil
	}
	var out []dateOffer
	for i := p.last; i >= max(p.last-3, p.first); i-- {
		if b := &p.blocks[i]; b.n <= 16 {
			if v, at := findDate(b.text); at.end > 0 {
				if d := p.newDate(v, "text"); d != nil {
					return append(out, dateOffer{date: d, value: v, kind: "text", from: lineName(i), trust: 0.5, why: "the last line"})
				}
			}
		}
	}
	for _, b := range head {
		if b.n > 16 || b.foot {
			continue
		}
		text := strings.Trim(b.text, " ()（）[]")
		if v, ok := monthOnly(text); ok {
			if d := p.newDate(v, "text"); d != nil {
				return append(out, dateOffer{date: d, value: v, kind: "text", from: "line", trust: 0.35, why: "a month alone"})
			}
		}
	}
	return out
}

// addressDates are the dates of addresses: of one that stands as a line of the page (an old CMS prints the address of the
// original), and of the page's own.
func (p *page) addressDates() []dateOffer {
	var out []dateOffer
	read := func(address, from string, trust float64) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		if v, ok := urlDate(u.Path); ok {
			if d := p.newDate(v, "url"); d != nil {
				out = append(out, dateOffer{date: d, value: v, kind: "url", from: from, trust: trust})
			}
		}
	}
	for i := range p.blocks {
		if b := &p.blocks[i]; b.match == &ruleURL && p.nearBody(i) {
			read(b.text, lineName(i), 0.46)
		}
	}
	read(p.in.URL, "url", 0.45)
	if len(out) == 0 && p.in.CanonicalURL != p.in.URL {
		read(p.in.CanonicalURL, "url", 0.45)
	}
	if len(out) == 0 && p.facts.canonical != "" {
		read(p.facts.canonical, "rel=canonical", 0.44)
	}
	return out
}

// nearBody tells whether block i stands within a few lines of the body.
func (p *page) nearBody(i int) bool {
	return p.first >= 0 && i >= p.first-8 && i <= p.last+8
}
