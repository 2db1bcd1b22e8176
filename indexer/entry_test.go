package indexer

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// FuzzDecode: whatever lies in ARTICLES is either refused for breaking the contract, or can be written: a month of this century, an id and
// a version that Elasticsearch takes, and a document that is one line of JSON and reads back the same.
func FuzzDecode(f *testing.F) {
	f.Add("news.article.a.b", []byte(`{"v":1,"id":"0123456789abcdef0123456789abcdef","url":"http://a.test/","version":5,"fetched_at":"2026-11-03T04:00:00Z","title":"\u2028<b>"}`))
	f.Add("news.gone.a.b", []byte(`{"v":1,"ids":["0123456789abcdef0123456789abcdef"],"version":5,"at":"2026-11-03T04:00:00Z"}`))
	f.Add("news.article.a.b", []byte(`{"v":1,"published_at":{"time":"9999-12-31T23:59:59+23:59"}}`))
	f.Add("news.raw.a.b", []byte("\xff"))
	f.Fuzz(func(t *testing.T, subject string, data []byte) {
		e, err := decode(0, bus.Message{Subject: subject, Data: data})
		if err != nil {
			if !errors.Is(err, errContract) {
				t.Fatalf("%v is no breach of contract", err)
			}
			return
		}
		if e.subject.Kind == "gone" {
			if len(e.gone.IDs) == 0 || e.gone.Version <= 0 {
				t.Fatalf("nothing to hide: %+v", e.gone)
			}
			return
		}
		a := e.article
		if m := elastic.MonthOf(a.FetchedAt); len(m) != len("2026.11") || m[:2] != "20" || !isID(a.ID) || a.Version <= 0 {
			t.Fatalf("cannot be written: month %s of %+v", m, a)
		}
		line, err := source(elastic.Document{Article: a})
		if err != nil {
			return // a date that JSON cannot carry: a bad message as well
		}
		var back news.Article
		if bytes.ContainsAny(line, "\n\r") || json.Unmarshal(line, &back) != nil || back.Title != a.Title || back.Version != a.Version {
			t.Fatalf("reads back otherwise: %s", line)
		}
	})
}
