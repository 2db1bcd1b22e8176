package extract

import (
	"fmt"
	"time"

	"github.com/newsmill/newsmill/news"
)

// offer is one value that the page offers for a field, with where it was read and how far that place is to be trusted: 1 is the
// word of the source's own selector, 0 is a guess. The candidates of a page are its metadata's whole story; Explain prints them.
type offer struct {
	field      string // title, date, modified, author, editor, origin, section
	value      string
	from       string // the place: "json-ld datePublished", "line 12", "meta pubdate"
	confidence float64
	won        bool
	why        string // why it won or what spoke against it
}

// note adds a candidate. The list is bounded: a page that offers more is not worth more reading.
func (p *page) note(c offer) {
	if len(p.offers) < 64 {
		p.offers = append(p.offers, c)
	}
}

// TraceValue is one candidate for a field of metadata.
type TraceValue struct {
	Field      string  `json:"field"`
	Value      string  `json:"value"`
	From       string  `json:"from"`
	Confidence float64 `json:"confidence"`
	Won        bool    `json:"won"`
	Why        string  `json:"why"`
}

func (p *page) traceValues() []TraceValue {
	var out []TraceValue
	for _, c := range p.offers {
		out = append(out, TraceValue{Field: c.field, Value: c.value, From: c.from, Confidence: round2(c.confidence), Won: c.won, Why: c.why})
	}
	return out
}

func round2(f float64) float64 { return float64(int(f*100+0.5)) / 100 }

// dateOffer is one date that the page offers.
type dateOffer struct {
	date  *news.Date
	value dateValue
	kind  string // offers of one kind do not support one another
	from  string
	trust float64
	score float64
	why   string
}

// chooseDate takes the offer with the most trust, its own and that of the other kinds of places that name the same day; the time of
// day comes from whichever of those says it most exactly.
func (p *page) chooseDate(field string, offers []dateOffer) *news.Date {
	best := -1
	for i := range offers {
		o := &offers[i]
		o.score = o.trust
		for j := range offers {
			if i != j && offers[j].kind != o.kind && sameDay(o, &offers[j]) {
				o.score += 0.25 * offers[j].trust
			}
		}
		if best < 0 || o.score > offers[best].score+1e-9 {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	chosen, from := offers[best].date, best
	for i := range offers {
		if o := &offers[i]; sameDay(&offers[best], o) && rank(o.date.Precision) > rank(chosen.Precision) && o.trust >= 0.5 {
			chosen, from = o.date, i
		}
	}
	chosen = p.inferZone(chosen, offers, from)
	for i := range offers {
		o := &offers[i]
		c := offer{field: field, value: o.date.String(), from: o.from, confidence: o.score, won: i == from, why: o.why}
		switch {
		case i == from && from != best:
			c.why = joinWhy("the same day, more exact", o.why)
		case i == from:
			c.why = joinWhy("most trust", o.why)
		case sameDay(&offers[best], o):
			c.why = joinWhy("agrees", o.why)
		default:
			c.why = joinWhy("another day", o.why)
		}
		p.note(c)
	}
	return chosen
}

func joinWhy(a, b string) string {
	if b == "" {
		return a
	}
	return a + "; " + b
}

// sameDay tells whether two offers may mean the same day: the same date as written, or the same instant in two zones.
func sameDay(a, b *dateOffer) bool {
	if a.date.Time.Format(time.DateOnly) == b.date.Time.Format(time.DateOnly) {
		return true
	}
	if a.value.zone == nil && b.value.zone == nil || rank(a.date.Precision) < 3 || rank(b.date.Precision) < 3 {
		return false
	}
	return zoneBetween(a, b) != nil
}

// zoneBetween gives the zone that makes a zone-less time and an instant the same: the difference must be a zone in use, a number of
// quarters of an hour.
func zoneBetween(a, b *dateOffer) *time.Location {
	if a.value.zone != nil {
		a, b = b, a
	}
	if a.value.zone != nil { // both are instants
		if d := a.date.Time.Sub(b.date.Time).Abs(); d < 2*time.Minute {
			return a.value.zone
		}
		return nil
	}
	if b.value.zone == nil {
		return nil
	}
	wall := a.value.at(time.UTC)
	d := wall.Sub(b.date.Time)
	quarters := (d + 15*time.Minute/2).Truncate(15 * time.Minute)
	if quarters < 0 || d < 0 {
		quarters = -((-d + 15*time.Minute/2).Truncate(15 * time.Minute))
	}
	if off := (d - quarters).Abs(); off > 90*time.Second || quarters < -12*time.Hour || quarters > 14*time.Hour {
		return nil
	}
	return time.FixedZone("", int(quarters/time.Second))
}

// inferZone moves an instant that was written in UTC into the zone of the page, where a zone-less time of the same moment shows it,
// so that its day is the day that readers saw.
func (p *page) inferZone(chosen *news.Date, offers []dateOffer, at int) *news.Date {
	o := &offers[at]
	if rank(chosen.Precision) < 3 {
		return chosen
	}
	for i := range offers {
		x := &offers[i]
		if i == at || rank(x.date.Precision) < 3 || (x.value.zone == nil) == (o.value.zone == nil) {
			continue
		}
		zone := zoneBetween(o, x)
		if zone == nil {
			continue
		}
		instant := o.date
		if o.value.zone == nil {
			instant = x.date
		}
		d := *chosen
		d.Time = instant.Time.In(zone)
		if rank(instant.Precision) > rank(d.Precision) {
			d.Precision = instant.Precision
		}
		return &d
	}
	return chosen
}

func lineName(i int) string { return fmt.Sprintf("line %d", i) }
