package indexer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// entry is one message of a batch on its way.
type entry struct {
	at      int // place in the batch
	subject news.Subject
	trace   string
	article news.Article               // of an article
	extra   map[string]json.RawMessage // what it has that this release does not know
	gone    news.Gone                  // of a message that articles are gone
	writes  []*write                   // one of an article, one for each stored article of a message that they are gone
}

// write is one document of an entry: what is asked of Elasticsearch, and what it answered.
type write struct {
	op      elastic.Op
	verdict elastic.Verdict
}

// errContract is wrapped by what decode returns.
var errContract = errors.New("breaks the contract")

// decode reads a message of ARTICLES.
func decode(at int, m bus.Message) (*entry, error) {
	s, err := news.ParseSubject(m.Subject)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errContract, err)
	}
	e := &entry{at: at, subject: s, trace: m.Header[news.HeaderTraceparent]}
	switch s.Kind {
	case "article":
		err = e.decodeArticle(m.Data)
	case "gone":
		err = e.decodeGone(m.Data)
	default:
		err = fmt.Errorf("subject %q", m.Subject)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errContract, err)
	}
	return e, nil
}

func (e *entry) decodeArticle(data []byte) error {
	a := &e.article
	if err := json.Unmarshal(data, a); err != nil {
		return err
	}
	switch {
	case a.V != news.SchemaVersion:
		return fmt.Errorf("v is %d and must be %d", a.V, news.SchemaVersion)
	case !isID(a.ID):
		return fmt.Errorf("id %.80q is not 32 hex digits", a.ID)
	case a.Version <= 0:
		return fmt.Errorf("version is %d", a.Version)
	case a.URL == "":
		return errors.New("no url")
	case a.FetchedAt.IsZero():
		return errors.New("no fetched_at")
	case !a.FirstSeen.IsZero() && !sane(a.FirstSeen), !sane(a.FetchedAt):
		return fmt.Errorf("first_seen %s or fetched_at %s is outside this century", a.FirstSeen, a.FetchedAt) // each month would become an index
	}
	var err error
	e.extra, err = extra(data)
	return err
}

func (e *entry) decodeGone(data []byte) error {
	g := &e.gone
	if err := json.Unmarshal(data, g); err != nil {
		return err
	}
	if g.V != news.SchemaVersion {
		return fmt.Errorf("v is %d and must be %d", g.V, news.SchemaVersion)
	}
	if len(g.IDs) == 0 || len(g.IDs) > 1000 || g.Version <= 0 || g.At.IsZero() {
		return fmt.Errorf("%d ids, version %d, at %s", len(g.IDs), g.Version, g.At)
	}
	for _, id := range g.IDs {
		if !isID(id) {
			return fmt.Errorf("id %.80q is not 32 hex digits", id)
		}
	}
	return nil
}

func isID(s string) bool {
	if len(s) != 32 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func sane(t time.Time) bool { y := t.UTC().Year(); return y >= 2000 && y < 2100 }

// source writes a document as one line. The article is encoded anew: a field that a newer normalizer added and this release does not know
// would be refused by the strict mapping where it stands, and goes to extra.
func source(d elastic.Document) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// eventID is the id of the version of the article as ARTICLES knows it.
func (e *entry) eventID() string { return news.ArticleEventID(e.article.ID, e.article.Version) }
