package indexer

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// indexed is the event that Elasticsearch has accepted the article.
func (e *entry) indexed(index string, at time.Time) (bus.Outgoing, error) {
	a := e.article
	return e.event(news.IndexedSubject(e.subject.Source, e.subject.Host), news.TypeIndexed, news.IndexedID(e.eventID()), at, news.Indexed{
		V: news.SchemaVersion, ID: a.ID, URL: a.URL, Source: a.Source, Title: a.Title, Index: index, Version: a.Version, IndexedAt: at.UTC(),
	})
}

// superseded is the event that the index holds a newer version of the article.
func (e *entry) superseded(stored int64, at time.Time) (bus.Outgoing, error) {
	a := e.article
	id := news.DiscardedID(e.eventID(), news.StageIndexer)
	return e.event(news.DiscardedSubject(news.StageIndexer, e.subject.Source, e.subject.Host), news.TypeDiscarded, id, at, news.Discarded{
		V: news.SchemaVersion, Stage: news.StageIndexer, Reason: news.Superseded.Code, Detail: fmt.Sprintf("the index holds version %d", stored),
		URL: a.URL, Source: a.Source, ID: a.ID, Version: a.Version, Title: a.Title, At: at.UTC(),
	})
}

// takenDown is the event that the operator took the article down.
func (e *entry) takenDown(at time.Time) (bus.Outgoing, error) {
	a := e.article
	id := news.DiscardedID(e.eventID(), news.StageIndexer)
	return e.event(news.DiscardedSubject(news.StageIndexer, e.subject.Source, e.subject.Host), news.TypeDiscarded, id, at, news.Discarded{
		V: news.SchemaVersion, Stage: news.StageIndexer, Reason: news.TakenDown.Code,
		URL: a.URL, Source: a.Source, ID: a.ID, Version: a.Version, Title: a.Title, At: at.UTC(),
	})
}

func (e *entry) event(subject, kind, id string, at time.Time, payload any) (bus.Outgoing, error) {
	data, err := json.Marshal(payload)
	if err != nil {
		return bus.Outgoing{}, fmt.Errorf("event %s: %w", id, err)
	}
	h := news.Event{ID: id, Type: kind, Stage: news.StageIndexer, Subject: e.article.URL, Time: at, Trace: e.trace}.Header("application/json")
	return bus.Outgoing{Subject: subject, Header: h, Data: data}, nil
}
