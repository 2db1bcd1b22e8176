package elastic

import (
	_ "embed" // for the mapping
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/newsmill/newsmill/news"
)

// MappingVersion is part of the names of the indices. It goes up when a field changes in a way that needs the documents to be
// indexed anew; `newsmill index migrate` copies them.
const MappingVersion = 1

// MappingRevision counts the additions within a MappingVersion (a new field or sub-field). An index of an older revision gets them at Setup;
// a newer one is left alone, so that two releases can run side by side.
const MappingRevision = 1

// mappingV1 is frozen by a golden file: a field may be added (and MappingRevision raised), none may change or go. A second path for
// single characters belongs beside title.keyword, as title.uni and body.uni with the standard analyzer.
//
//go:embed mapping_v1.json
var mappingV1 []byte

// Document is what lies in the index: the article, and when and why it went.
type Document struct {
	news.Article
	GoneAt     *time.Time `json:"gone_at,omitempty"`     // set on a tombstone: hidden by the documented queries
	GoneReason string     `json:"gone_reason,omitempty"` // a code of the table of reasons, or the sender's own word
}

// meta is the "_meta" of a mapping and of the template.
type meta struct {
	Newsmill struct {
		Mapping  int `json:"mapping"`
		Revision int `json:"revision"`
	} `json:"newsmill"`
}

// Month is a month of the index, as in "2026.11".
type Month string

// MonthOf is the month (UTC) of a first-seen time.
func MonthOf(firstSeen time.Time) Month { return Month(firstSeen.UTC().Format("2006.01")) }

// Index is the index of a month: <alias>-v<mapping>-<yyyy.mm>.
func (c *Client) Index(m Month) string {
	return c.config.Alias + "-v" + strconv.Itoa(MappingVersion) + "-" + string(m)
}

// writeAlias is what writes of a month go to. Bulk requests demand that it is an alias (require_alias): so a write into a month that
// is not there, or no longer, fails instead of creating an index with guessed fields, and a migration can point it elsewhere at once.
func (c *Client) writeAlias(m Month) string { return c.config.Alias + "-write-" + string(m) }

func (c *Client) templateName() string { return c.config.Alias + "-v" + strconv.Itoa(MappingVersion) }

// allIndices matches the indices of every mapping version, older and newer ones too.
func (c *Client) allIndices() string { return c.config.Alias + "-v*-*" }

var indexForm = regexp.MustCompile(`^(.+)-v([0-9]+)-([0-9]{4}\.[0-9]{2})$`)

// parseIndex takes the name of an index apart; ok is false for one that is not of this alias.
func (c *Client) parseIndex(name string) (version int, m Month, ok bool) {
	p := indexForm.FindStringSubmatch(name)
	if p == nil || p[1] != c.config.Alias {
		return 0, "", false
	}
	version, err := strconv.Atoi(p[2])
	return version, Month(p[3]), err == nil
}

// template is the body of the composable index template. Shards and replicas stand here alone, so that an operator may change them
// for the months to come by settings of newsmill.
func (c *Client) template() ([]byte, error) {
	settings := map[string]any{
		"index.number_of_shards": c.config.Shards,
		"index.refresh_interval": "1s",
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
	m.Newsmill.Mapping, m.Newsmill.Revision = MappingVersion, MappingRevision
	b, err := json.Marshal(map[string]any{
		"index_patterns": []string{c.templateName() + "-*"},
		"priority":       500,
		"_meta":          m,
		"template": map[string]any{
			"settings": settings,
			"mappings": json.RawMessage(mappingV1),
			"aliases":  map[string]any{c.config.Alias: map[string]any{}},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("index template: %w", err)
	}
	return b, nil
}
