package indexer_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/elastictest"
	"github.com/newsmill/newsmill/news"
)

// words are drawn with a Zipf-like distribution: evenly random characters would make nearly every bigram a new term.
func text(r *rand.Rand, z *rand.Zipf, n int) string {
	var b strings.Builder
	for b.Len() < n {
		w := rand.New(rand.NewPCG(z.Uint64(), 7))
		for range 2 + w.IntN(2) {
			b.WriteRune(rune(0x4e00 + w.IntN(3000)))
		}
		if r.IntN(8) == 0 {
			b.WriteString("，")
		}
	}
	return b.String()
}

// BenchmarkIndexing puts what the worker makes of a batch of messages beside a bare bulk loop with the same documents on the same node.
func BenchmarkIndexing(b *testing.B) {
	const size = 200
	index, err := elastic.New(elastic.Config{URLs: []string{elastictest.URL(b)}, Alias: elastictest.Prefix(b) + "news"})
	if err != nil {
		b.Fatal(err)
	}
	defer index.Close()
	if _, err := index.Setup(b.Context()); err != nil {
		b.Fatal(err)
	}
	month := elastic.MonthOf(noon)
	if err := index.EnsureMonth(b.Context(), month); err != nil {
		b.Fatal(err)
	}
	w, err := indexer.New(indexer.Config{}, index, &recorder{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(rnd, 1.2, 20, 50_000)
	n := 0
	batch := func() []news.Article {
		list := make([]news.Article, size)
		for i := range list {
			n++
			a := article(n, 1)
			a.ID = news.ArticleID(fmt.Sprint(time.Now().UnixNano(), n))
			a.Body = text(rnd, z, 3000)
			list[i] = a
		}
		return list
	}
	bare := func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			var ops []elastic.Op
			for _, a := range batch() {
				src, err := json.Marshal(a)
				if err != nil {
					b.Fatal(err)
				}
				ops = append(ops, elastic.Op{Month: month, ID: a.ID, Version: a.Version, Source: src})
			}
			b.StartTimer()
			for _, v := range index.Bulk(b.Context(), ops, elastic.Limit{}) {
				if v.Outcome != elastic.Written {
					b.Fatal(v)
				}
			}
		}
		b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "docs/s")
	}
	worker := func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			var messages []bus.Message
			for i, a := range batch() {
				data, err := json.Marshal(a)
				if err != nil {
					b.Fatal(err)
				}
				messages = append(messages, bus.Message{Subject: news.ArticleSubject("haizhou", "haizhou_test"), Data: data, Seq: uint64(i), Deliveries: 1})
			}
			b.StartTimer()
			for _, v := range w.Handle(b.Context(), messages) {
				if v != nil {
					b.Fatal(v)
				}
			}
		}
		b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "docs/s")
	}
	b.Run("warm", bare)
	b.Run("bare", bare)
	b.Run("worker", worker)
}
