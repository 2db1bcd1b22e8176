package news

import (
	"fmt"
	"time"
)

// SchemaVersion is the "v" of every JSON payload. It changes only when a reader of the old form would be misled by the new one.
const SchemaVersion = 1

// Article is one clean article: the payload of news.article.<source>.<host> and, with its index-only fields, the document in
// Elasticsearch. Strings are valid UTF-8 in NFC, without control characters other than \n.
type Article struct {
	V            int    `json:"v" jsonschema_description:"version of this schema"`
	ID           string `json:"id" jsonschema_description:"32 hex digits: hash of canonical_url and on a page with several articles of the title too; the document id in Elasticsearch"`
	URL          string `json:"url" jsonschema_description:"the address the page was fetched from, after redirects"`
	CanonicalURL string `json:"canonical_url" jsonschema_description:"the address without tracking parameters and fragment, or the page's own rel=canonical"`
	Source       string `json:"source" jsonschema_description:"id of the source (seeds file) that led here"`
	SiteName     string `json:"site_name,omitempty" jsonschema_description:"name of the site as it calls itself"`

	Title    string `json:"title" jsonschema_description:"headline without site name; empty where the page has none"`
	Subtitle string `json:"subtitle,omitempty"`
	Summary  string `json:"summary,omitempty" jsonschema_description:"the page's own abstract"`
	Body     string `json:"body" jsonschema_description:"the text, paragraphs separated by one \\n, no other line breaks"`
	Language string `json:"language,omitempty" jsonschema_description:"BCP 47 tag; Chinese with its script (zh-Hans or zh-Hant)"`
	Section  string `json:"section,omitempty" jsonschema_description:"column or category on the site"`

	Authors []string `json:"authors,omitempty"`
	Editors []string `json:"editors,omitempty"`
	Origin  string   `json:"origin,omitempty" jsonschema_description:"where the article says it comes from (来源)"`

	PublishedAt *Date     `json:"published_at,omitempty"`
	ModifiedAt  *Date     `json:"modified_at,omitempty"`
	FetchedAt   time.Time `json:"fetched_at"`
	FirstSeen   time.Time `json:"first_seen" jsonschema_description:"when the canonical URL was first seen; decides the index month (UTC)"`

	Keywords    []string     `json:"keywords,omitempty"`
	Images      []Image      `json:"images,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Page        Position     `json:"page"`

	Words           int       `json:"words" jsonschema_description:"words of the body; a Han, Kana or Hangul character counts as one"`
	ContentHash     string    `json:"content_hash" jsonschema_description:"32 hex digits over title and body; equal hashes are equal text"`
	Simhash         string    `json:"simhash" jsonschema_description:"16 hex digits: 64-bit simhash of the body"`
	NearDuplicateOf string    `json:"near_duplicate_of,omitempty" jsonschema_description:"id of the earliest article with nearly the same text"`
	Version         int64     `json:"version" jsonschema_description:"fetched_at in unix milliseconds times 1000 plus extractor revision; a higher one replaces a lower one"`
	Extractor       Extractor `json:"extractor"`
}

// Precision says how much of a Date was read and not filled in.
type Precision string

// The precisions, coarse to fine. A Date with PrecisionDay has its Time at midnight of its zone, and must not be shown as midnight.
const (
	PrecisionYear   Precision = "year"
	PrecisionMonth  Precision = "month"
	PrecisionDay    Precision = "day"
	PrecisionMinute Precision = "minute"
	PrecisionSecond Precision = "second"
)

// Date is a point in time with how exact it is and where it was read.
type Date struct {
	Time      time.Time `json:"time" jsonschema_description:"RFC 3339 with the zone it was read in; zone-less Chinese dates are +08:00"`
	Precision Precision `json:"precision" jsonschema:"enum=year,enum=month,enum=day,enum=minute,enum=second"`
	From      string    `json:"from" jsonschema_description:"where it was read: json-ld, meta, time-tag, head-line, text, feed, url"`
}

// String gives the date as far as it is known: "2026-05-03" for a day, "2026-05-03T08:30:00+08:00" for a second.
func (d Date) String() string {
	switch d.Precision {
	case PrecisionYear:
		return d.Time.Format("2006")
	case PrecisionMonth:
		return d.Time.Format("2006-01")
	case PrecisionDay:
		return d.Time.Format(time.DateOnly)
	default:
		return d.Time.Format(time.RFC3339)
	}
}

// Image is a picture that belongs to the article.
type Image struct {
	URL     string `json:"url"`
	Caption string `json:"caption,omitempty"`
}

// Attachment is a file that the article offers, on government pages often the document itself.
type Attachment struct {
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
}

// Position is the place of an article among those of its page, or of a part among the parts of a split article.
type Position struct {
	Ordinal int `json:"ordinal" jsonschema_description:"1 for the first article of the page"`
	Of      int `json:"of" jsonschema_description:"how many articles the page held"`
}

// Extractor says what made the article out of the page.
type Extractor struct {
	Revision   int     `json:"revision" jsonschema_description:"0 to 999; higher is newer"`
	Method     string  `json:"method" jsonschema_description:"how the text was found: blocks, text, json-ld"`
	Confidence float64 `json:"confidence" jsonschema_description:"0 to 1"`
	Memory     string  `json:"memory,omitempty" jsonschema_description:"generation of the site memory that was used"`
}

// MaxRevision is the highest extractor revision that Version can carry.
const MaxRevision = 999

// Version orders all states of one article: a newer fetch always wins, and of one fetch the newer extractor wins. It is the
// external version in Elasticsearch. It panics on a revision outside 0..MaxRevision, which is a fault of the program.
func Version(fetchedAt time.Time, revision int) int64 {
	if revision < 0 || revision > MaxRevision {
		panic(fmt.Sprintf("news: extractor revision %d is outside 0..%d", revision, MaxRevision))
	}
	return fetchedAt.UnixMilli()*1000 + int64(revision)
}
