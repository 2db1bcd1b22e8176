package main

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/elastictest"
	"github.com/newsmill/newsmill/news"
)

// TestIndexLifeScripts runs the commands that compare index and stream, on a stream whose articles were settled and are in no index.
func TestIndexLifeScripts(t *testing.T) {
	base, alias := elastictest.URL(t), elastictest.Prefix(t)+"news"
	server := bustest.StartServer(t)
	b := server.Bus(t, bus.Config{})
	at := time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)
	for _, url := range []string{"http://yunhe.test/a.html", "http://yunhe.test/b.html"} {
		a := news.Article{
			V: 1, ID: news.ArticleID(url), URL: url, CanonicalURL: url, Source: "yunhe", Title: "云河大桥通车", Body: "云河大桥今日通车。", Language: "zh-Hans",
			FetchedAt: at, FirstSeen: at, Page: news.Position{Ordinal: 1, Of: 1}, Version: news.Version(at, 1),
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		h := news.Event{ID: news.ArticleEventID(a.ID, a.Version), Type: news.TypeArticle, Stage: news.StageNormalizer, Subject: url, Time: at}.Header("application/json")
		if _, err := b.Publish(t.Context(), bus.Outgoing{Subject: news.ArticleSubject("yunhe", "yunhe_test"), Header: h, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, b, 2)
	testscript.Run(t, testscript.Params{Dir: "testdata/indexlife", UpdateScripts: *update, Setup: func(e *testscript.Env) error {
		e.Setenv("NEWSMILL_ELASTICSEARCH", base)
		e.Setenv("NEWSMILL_INDEX", alias)
		e.Setenv("NEWSMILL_NATS", server.URL())
		e.Setenv("XDG_DATA_HOME", e.WorkDir)
		return nil
	}})
}

// settle acknowledges n messages as an indexer would that has lost its index since.
func settle(t *testing.T, b *bus.Bus, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			list, err := b.Consumers(ctx)
			for _, c := range list {
				if err == nil && c.Name == bus.ConsumerIndexer && c.AckFloor == uint64(n) {
					cancel()
				}
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	err := b.Consume(ctx, bus.ConsumeOptions{Durable: bus.ConsumerIndexer, Stage: news.StageIndexer}, bus.HandlerFunc(func(_ context.Context, batch []bus.Message) []error {
		return make([]error, len(batch))
	}))
	if err != nil {
		t.Fatal(err)
	}
}
