package frontier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// OutcomePage is the outcome of a URL whose page was sent to RAW; every other outcome is a code of news.Reasons.
const OutcomePage = "page"

// Visit is how the last visit of a URL ended: its record in the bucket seen, under the hash of the URL.
type Visit struct {
	V            int        `json:"v"`
	URL          string     `json:"url"`
	Source       string     `json:"source"`
	Kind         Kind       `json:"kind"`
	Outcome      string     `json:"outcome"` // OutcomePage or a code of news.Reasons
	Status       int        `json:"status,omitempty"`
	Fetched      time.Time  `json:"fetched,omitzero"` // by the server's clock; zero where it was never asked for
	ETag         string     `json:"etag,omitempty"`
	LastModified string     `json:"last_modified,omitempty"`
	Hash         string     `json:"hash,omitempty"`  // of the bytes as served
	Next         *time.Time `json:"next,omitempty"`  // from when a link to it is followed again; nil: not while this record lives
	Page         bool       `json:"page,omitempty"`  // a page was sent to RAW, now or earlier, and not found missing since
	Final        string     `json:"final,omitempty"` // where that page was in the end, if not at URL
	Step         int        `json:"step,omitempty"`  // the last visit of the plan of its source, from 1
	Seq          uint64     `json:"seq"`             // of the entry in URLS that this settled

	Stored time.Time `json:"-"` // when the server stored the record
}

// Due tells whether a link that was found now leads to a visit again.
func (v Visit) Due(now time.Time) bool { return v.Next != nil && !v.Next.After(now) }

// VisitStore is the bucket of visits. *bus.KV is one.
type VisitStore interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte) (uint64, error)
}

// Seen reads and writes visits.
type Seen struct{ kv VisitStore }

// NewSeen gives the visits in a bucket.
func NewSeen(kv VisitStore) *Seen { return &Seen{kv: kv} }

// Get gives the last visit of a canonical URL, or false. A record that cannot be read counts as none: the URL is visited again.
func (s *Seen) Get(ctx context.Context, url string) (Visit, bool, error) {
	e, err := s.kv.Get(ctx, news.URLHash(url))
	if errors.Is(err, bus.ErrNotFound) {
		return Visit{}, false, nil
	}
	if err != nil {
		return Visit{}, false, fmt.Errorf("last visit of %s: %w", url, err)
	}
	v, ok := parseVisit(e)
	return v, ok, nil
}

func parseVisit(e bus.Entry) (Visit, bool) {
	var v Visit
	if json.Unmarshal(e.Value, &v) != nil {
		return Visit{}, false
	}
	v.Stored = e.Time
	return v, true
}

// Put writes a visit; it is persisted when Put returns nil, and may be after an error.
func (s *Seen) Put(ctx context.Context, v Visit) error {
	v.V = 1
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := s.kv.Put(ctx, news.URLHash(v.URL), data); err != nil {
		return fmt.Errorf("record the visit of %s: %w", v.URL, err)
	}
	return nil
}
