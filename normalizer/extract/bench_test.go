package extract

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// How to read them: every benchmark goes over the same pages, the golden ones, so ns/op, B/op and allocs/op are for all of them and
// MB/s is their raw bytes. BenchmarkExtract is everything, from bytes to articles; BenchmarkTree is the part of it that builds the
// tree; BenchmarkHTMLParse is html.Parse of the decoded text and nothing else, the yardstick. "x-parse" of BenchmarkExtract and
// BenchmarkTree is their time over that of html.Parse, of each page the best of seven rounds taken in turn, so that a busy machine
// slows both alike; below 1 means that the whole costs less than x/net/html needs for its tree. The golden pages are small and all
// text, which makes that figure larger than on pages of the web, half of which is scripts and navigation. GOMAXPROCS=1 keeps the
// garbage collector's work in the figures:
//
//	GOMAXPROCS=1 go test -run '^$' -bench . -benchmem ./normalizer/extract

func BenchmarkExtract(b *testing.B) {
	benchmarkPages(b, true, func(p benchPage) { Extract(p.in) })
}

func BenchmarkTree(b *testing.B) {
	benchmarkPages(b, true, func(p benchPage) { parse(p.text) })
}

func BenchmarkHTMLParse(b *testing.B) {
	benchmarkPages(b, false, parseOnly)
}

func BenchmarkDecode(b *testing.B) {
	benchmarkPages(b, false, func(p benchPage) { _, _, _ = Decode(p.in.Body, p.in.ContentType) })
}

type benchPage struct {
	in   Input
	text string
}

func parseOnly(p benchPage) { _, _ = html.Parse(strings.NewReader(p.text)) }

func benchmarkPages(b *testing.B, compare bool, work func(benchPage)) {
	var pages []benchPage
	size := 0
	files, _ := filepath.Glob("testdata/pages/*.html")
	for _, file := range files {
		in := pageInput(b, file)
		text, _, err := Decode(in.Body, in.ContentType)
		if err != nil || strings.Contains(file, "deep") { // html.Parse refuses deep pages
			continue
		}
		pages = append(pages, benchPage{in, text})
		size += len(in.Body)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range pages {
			work(p)
		}
	}
	if compare {
		b.ReportMetric(ratio(pages, work), "x-parse")
	}
}

// ratio times the work against html.Parse: of each page the best of a few rounds, taken in turn.
func ratio(pages []benchPage, work func(benchPage)) float64 {
	var own, parse time.Duration
	for _, p := range pages {
		a, b := time.Hour, time.Hour
		for range 7 {
			a, b = min(a, timed(p, work)), min(b, timed(p, parseOnly))
		}
		own, parse = own+a, parse+b
	}
	return float64(own) / float64(parse)
}

func timed(p benchPage, work func(benchPage)) time.Duration {
	start := time.Now()
	work(p)
	return time.Since(start)
}
