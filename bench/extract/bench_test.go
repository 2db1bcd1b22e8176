package bench

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/newsmill/newsmill/normalizer/extract"
)

// BenchmarkExtract is the whole work on every page: decode, parse, our passes.
func BenchmarkExtract(b *testing.B) {
	each(b, readCorpus(b, corpusFolder()), func(p *page) { extract.Extract(p.in) })
}

// BenchmarkDecodeOnly is finding the charset and decoding.
func BenchmarkDecodeOnly(b *testing.B) {
	each(b, readCorpus(b, corpusFolder()), func(p *page) { decode(p) })
}

// BenchmarkParseOnly is html.Parse of the decoded text, the floor for every extractor that builds the tree.
func BenchmarkParseOnly(b *testing.B) {
	pages := readCorpus(b, corpusFolder())
	texts := map[*page]string{}
	for i := range pages {
		texts[&pages[i]] = decode(&pages[i])
	}
	each(b, pages, func(p *page) { parse(texts[p]) })
}

// BenchmarkRatio takes decode, parse and the whole in turns on every page, so that a busy machine slows all three: x-parse is the
// whole as a multiple of the parse, decode-% and parse-% are the shares of the whole.
func BenchmarkRatio(b *testing.B) {
	pages := readCorpus(b, corpusFolder())
	var decoding, parsing, whole time.Duration
	for b.Loop() {
		for i := range pages {
			p := &pages[i]
			t0 := time.Now()
			text := decode(p)
			t1 := time.Now()
			parse(text)
			t2 := time.Now()
			extract.Extract(p.in)
			decoding, parsing, whole = decoding+t1.Sub(t0), parsing+t2.Sub(t1), whole+time.Since(t2)
		}
	}
	b.ReportMetric(0, "ns/op") // of all three together: says nothing
	b.ReportMetric(whole.Seconds()/parsing.Seconds(), "x-parse")
	b.ReportMetric(100*decoding.Seconds()/whole.Seconds(), "decode-%")
	b.ReportMetric(100*parsing.Seconds()/whole.Seconds(), "parse-%")
}

func decode(p *page) string {
	text, _, err := extract.Decode(p.in.Body, p.in.ContentType)
	if err != nil {
		return ""
	}
	return text
}

// parse drops the tree; a document that is refused (more than 512 open elements) has cost what it costs.
func parse(text string) {
	_, _ = html.Parse(strings.NewReader(text))
}

// each runs work over all pages and reports by page. One operation is one round over the corpus.
func each(b *testing.B, pages []page, work func(*page)) {
	size := 0
	for i := range pages {
		size += len(pages[i].in.Body)
	}
	b.SetBytes(int64(size))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		for i := range pages {
			work(&pages[i])
		}
	}
	runtime.ReadMemStats(&after)
	n := float64(b.N * len(pages))
	b.ReportMetric(n/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/page")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/page")
}
