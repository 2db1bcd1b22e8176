package extract

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/newsmill/newsmill/news"
)

// metaDate is a name of <meta> or itemprop that holds a date, with how far it is to be trusted.
type metaDate struct {
	name  string
	trust float64
}

// The meta names of publication dates. PubDate and its like are of the standard for government sites (国办发〔2017〕47号).
var publishedMeta = []metaDate{
	{"article:published_time", 0.9}, {"og:published_time", 0.88}, {"article:published", 0.88}, {"article:published:time", 0.88}, {"article.published", 0.85}, {"pubdate", 0.86}, {"publishdate", 0.86}, {"publish_date", 0.86}, {"datepublished", 0.86},
	{"weibo:article:create_at", 0.85}, {"bytedance:published_time", 0.85}, {"og:release_date", 0.8}, {"dc.date.issued", 0.85}, {"dcterms.issued", 0.85}, {"dcterms.date", 0.8}, {"dcterms.created", 0.75}, {"dc.date.created", 0.75}, {"dc.created", 0.75},
	{"sailthru.date", 0.82}, {"parsely-pub-date", 0.85}, {"cxenseparse:recs:publishtime", 0.85}, {"cxenseparse:recs:published_time", 0.85}, {"publication_date", 0.85}, {"publication-date", 0.85}, {"published_time", 0.85}, {"published", 0.8},
	{"apub:time", 0.8}, {"_pubtime", 0.8}, {"publishedtime", 0.85}, {"publishtime", 0.85}, {"pub_date", 0.85}, {"firstpublishedtime", 0.8}, {"article:first_published_time", 0.85}, {"contentdate", 0.75}, {"release_date", 0.7}, {"creation_date", 0.6}, {"article_date_original", 0.85},
	{"rnews:datepublished", 0.85}, {"datecreated", 0.6}, {"uploaddate", 0.5}, {"date", 0.72}, {"dc.date", 0.75}, {"article.created", 0.7}, {"mdate", 0.6},
}

var modifiedMeta = []metaDate{
	{"article:modified_time", 0.9}, {"article:modified", 0.85}, {"article:modified:time", 0.88}, {"og:updated_time", 0.8}, {"og:modified_time", 0.8}, {"datemodified", 0.85}, {"bytedance:updated_time", 0.8}, {"dcterms.modified", 0.8}, {"dc.date.modified", 0.8}, {"article.updated", 0.8},
	{"lastmod", 0.7}, {"last-modified", 0.6}, {"revised", 0.6}, {"updated_time", 0.7}, {"lastmodified", 0.6},
}

// statedDates are those that the markup states.
func (p *page) statedDates() []dateOffer {
	var out []dateOffer
	if v, d := p.readDateValue(p.facts.linked.published, "json-ld"); d != nil {
		trust := 0.9
		if p.facts.linked.loose {
			trust = 0.8
		}
		out = append(out, dateOffer{date: d, value: v, kind: "json-ld", from: "json-ld datePublished", trust: trust})
	}
	if v, d := p.readDateValue(strings.TrimSuffix(p.facts.founder.date, " 00:00:00.0"), "meta"); d != nil {
		out = append(out, dateOffer{date: d, value: v, kind: "founder", from: "e-paper comment", trust: 0.74})
	}
	for _, m := range publishedMeta {
		if len(p.facts.meta) == 0 {
			break
		}
		if v, d := p.readDateValue(p.facts.meta[m.name], "meta"); d != nil {
			out = append(out, dateOffer{date: d, value: v, kind: "meta", from: "meta " + m.name, trust: m.trust})
			if len(out) >= 4 {
				break
			}
		}
	}
	return out
}

// statedDate is the best of the dates that the markup states, or nil.
func (p *page) statedDate() *news.Date {
	if d := p.readDate(p.facts.linked.published, "json-ld"); d != nil {
		return d
	}
	for _, m := range publishedMeta {
		if d := p.readDate(p.facts.meta[m.name], "meta"); d != nil {
			return d
		}
	}
	return nil
}

// timeTagDates are the <time> elements around the head of the article.
func (p *page) timeTagDates() []dateOffer {
	var out []dateOffer
	for _, t := range p.facts.times {
		if p.first >= 0 && (t.block < p.first-12 || t.block > p.last+4) {
			continue
		}
		v, d := p.readDateValue(t.value, "time-tag")
		if d == nil {
			continue
		}
		trust := 0.78
		if t.block > p.first+1 {
			trust = 0.5
		}
		out = append(out, dateOffer{date: d, value: v, kind: "time-tag", from: "time-tag", trust: trust})
		if len(out) == 3 {
			break
		}
	}
	return append(out, p.propDates()...)
}

// propDates are the dates of microdata: the first one around the article's head, else the first of the page, which may be that of a
// teaser.
func (p *page) propDates() []dateOffer {
	for _, near := range [...]bool{true, false} {
		for _, t := range p.facts.props {
			if near && p.first >= 0 && (t.block < p.first-25 || t.block > p.first+3) {
				continue
			}
			v, d := p.readDateValue(t.value, "meta")
			if d == nil {
				continue
			}
			trust := 0.87
			if !near {
				trust = 0.6
			}
			return []dateOffer{{date: d, value: v, kind: "prop", from: "itemprop datePublished, " + lineName(t.block), trust: trust}}
		}
	}
	return nil
}

// scriptKeys are the names under which pages that are put together in the browser keep the date of their article.
var scriptKeys = []string{"datePublished", "publication_date", "publishedAt", "published_at", "publishDate", "publish_date", "publishTime", "publish_time", "pubDate", "pubtime", "pubTime", "published_time", "firstPublished", "releaseDate", "showDate("}

// scriptDates looks for those names in the page's scripts. Only pages that say nothing elsewhere get here.
func (p *page) scriptDates() []dateOffer {
	for _, text := range p.facts.scriptTexts {
		for _, key := range scriptKeys {
			i := strings.Index(text, key)
			if i < 0 {
				continue
			}
			rest := strings.TrimLeft(text[i+len(key):min(len(text), i+len(key)+60)], "\"'\\ :=(")
			if end := strings.IndexAny(rest, "\"'\\,;)}"); end >= 0 {
				rest = rest[:end]
			}
			if !utf8.ValidString(rest) {
				continue
			}
			if v, d := p.readDateValue(rest, "meta"); d != nil {
				return []dateOffer{{date: d, value: v, kind: "script", from: "script " + key, trust: 0.45}}
			}
		}
	}
	return nil
}

// lastResortDates stand in where nothing names a publication: the last change, then the date in the address of the article's own
// picture.
func (p *page) lastResortDates() []dateOffer {
	if v, d := p.readDateValue(p.facts.linked.modified, "json-ld"); d != nil {
		return []dateOffer{{date: d, value: v, kind: "modified", from: "json-ld dateModified", trust: 0.3, why: "the last change, for want of better"}}
	}
	for _, m := range modifiedMeta {
		if v, d := p.readDateValue(p.facts.meta[m.name], "meta"); d != nil {
			return []dateOffer{{date: d, value: v, kind: "modified", from: "meta " + m.name, trust: 0.3, why: "the last change, for want of better"}}
		}
	}
	if u, err := url.Parse(p.facts.meta["og:image"]); err == nil {
		if v, ok := urlDate(u.Path); ok {
			if d := p.newDate(v, "url"); d != nil {
				return []dateOffer{{date: d, value: v, kind: "picture", from: "meta og:image", trust: 0.2, why: "the picture's address"}}
			}
		}
	}
	return nil
}

// statedModified is the last change by the markup.
func (p *page) statedModified() *news.Date {
	if d := p.readDate(p.facts.linked.modified, "json-ld"); d != nil {
		return d
	}
	for _, m := range modifiedMeta {
		if d := p.readDate(p.facts.meta[m.name], "meta"); d != nil {
			return d
		}
	}
	return nil
}
