package elastic

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/newsmill/newsmill/news"
)

// MappingVersion is part of the names of the indices. It goes up when a field changes in a way that needs the documents to be
// indexed anew; `newsmill index migrate` copies them.
const MappingVersion = 2

// MappingRevision counts the additions within a MappingVersion (a new field or sub-field). An index of an older revision gets them at Setup;
// a newer one is left alone, so that two releases can run side by side.
const MappingRevision = 1

// Document is what lies in the index: the article, what is derived from it for searching, and when and why it went.
type Document struct {
	news.Article
	Host     string                     `json:"host,omitempty"`        // of the canonical URL, for facets
	Date     *time.Time                 `json:"date,omitempty"`        // published, or first seen where no date was found: to sort and count by
	StoryID  string                     `json:"story_id,omitempty"`    // the article that this one is a reprint of, or its own id: to collapse by
	Reprints int                        `json:"reprints,omitempty"`    // how many others have its text; kept at the first of a story
	Bands    []string                   `json:"story_bands,omitempty"` // keys that articles with nearly the same text share
	Extra    map[string]json.RawMessage `json:"extra,omitempty"`       // fields that the contract of this release does not know

	GoneAt     *time.Time `json:"gone_at,omitempty"`     // set on a tombstone: hidden by the documented queries
	GoneReason string     `json:"gone_reason,omitempty"` // a code of the table of reasons, or the sender's own word
}

// NewDocument makes the document of an article, with what is derived.
func NewDocument(a news.Article) Document {
	d := Document{Article: a}
	d.Derive()
	return d
}

// Derive fills what follows from the article and is not there.
func (d *Document) Derive() {
	if d.Host == "" {
		if u, err := url.Parse(d.CanonicalURL); err == nil {
			d.Host = u.Hostname()
		}
	}
	if d.StoryID == "" {
		d.StoryID = cmp.Or(d.NearDuplicateOf, d.ID)
	}
	if d.Date != nil {
		return
	}
	at := d.FirstSeen
	if d.PublishedAt != nil {
		at = d.PublishedAt.Time
	}
	if !at.IsZero() {
		at = at.UTC()
		d.Date = &at
	}
}

// meta is the "_meta" of a mapping and of the template.
type meta struct {
	Newsmill struct {
		Mapping  int     `json:"mapping"`
		Revision int     `json:"revision"`
		Analyzer Profile `json:"analyzer,omitempty"`
		Copied   copied  `json:"copied,omitempty"` // of an index that documents are copied to
	} `json:"newsmill"`
}

// Month is a month of the index, as in "2026.11".
type Month string

// MonthOf is the month (UTC) of a first-seen time.
func MonthOf(firstSeen time.Time) Month { return Month(firstSeen.UTC().Format("2006.01")) }

// Index is the index of a month: <alias>-v<mapping>-<yyyy.mm>, with _<analyzer> after the mapping where that is not the default.
func (c *Client) Index(m Month) string { return c.indexOf(MappingVersion, c.Profile(), m) }

func (c *Client) indexOf(version int, p Profile, m Month) string {
	return c.config.Alias + "-v" + strconv.Itoa(version) + suffix(p) + "-" + string(m)
}

func suffix(p Profile) string {
	if p == ProfileCJK {
		return ""
	}
	return "_" + string(p)
}

// Profile is the one that new months are made with: what the cluster's template says, as Setup has read it.
func (c *Client) Profile() Profile {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.profile, ProfileCJK)
}

// writeAlias is what writes of a month go to. Bulk requests demand that it is an alias (require_alias): so a write into a month that
// is not there, or no longer, fails instead of creating an index with guessed fields, and a migration can point it elsewhere at once.
func (c *Client) writeAlias(m Month) string { return c.config.Alias + "-write-" + string(m) }

func (c *Client) templateName() string { return c.config.Alias + "-v" + strconv.Itoa(MappingVersion) }

// allIndices matches the indices of every mapping version, older and newer ones too.
func (c *Client) allIndices() string { return c.config.Alias + "-v*-*" }

var indexForm = regexp.MustCompile(`^(.+)-v([0-9]+)(?:_[a-z0-9]+)?-([0-9]{4}\.[0-9]{2})$`)

// parseIndex takes the name of an index apart; ok is false for one that is not of this alias.
func (c *Client) parseIndex(name string) (version int, m Month, ok bool) {
	p := indexForm.FindStringSubmatch(name)
	if p == nil || p[1] != c.config.Alias {
		return 0, "", false
	}
	version, err := strconv.Atoi(p[2])
	return version, Month(p[3]), err == nil
}

// template is the body of the composable index template for months of a profile. Shards and replicas stand here alone, so that an operator
// may change them for the months to come by settings of newsmill. It gives no alias: an index that a migration fills must not be read yet.
func (c *Client) template(p Profile) ([]byte, error) {
	settings := object{
		"index.number_of_shards": c.config.Shards,
		"index.refresh_interval": "1s",
		"analysis":               analysis(p),
	}
	switch {
	case c.config.Replicas == 0:
		settings["index.auto_expand_replicas"] = "0-1" // none on one data node, one on more, and it follows when nodes come and go
	case c.config.Replicas < 0:
		settings["index.number_of_replicas"] = 0
	default:
		settings["index.number_of_replicas"] = c.config.Replicas
	}
	var m meta
	m.Newsmill.Mapping, m.Newsmill.Revision, m.Newsmill.Analyzer = MappingVersion, MappingRevision, p
	b, err := json.Marshal(object{
		"index_patterns": []string{c.templateName() + suffix(p) + "-*"},
		"priority":       500,
		"_meta":          m,
		"template":       object{"settings": settings, "mappings": mapping(p)},
	})
	if err != nil {
		return nil, fmt.Errorf("index template: %w", err)
	}
	return b, nil
}
