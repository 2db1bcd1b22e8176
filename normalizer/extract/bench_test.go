package extract

import (
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkExtract runs the golden pages through; BenchmarkParse is the cost of parsing them alone, to compare with.
func BenchmarkExtract(b *testing.B) { benchmarkPages(b, func(in Input) { Extract(in) }) }

func BenchmarkParse(b *testing.B) { benchmarkPages(b, func(in Input) { parse(string(in.Body)) }) }

func benchmarkPages(b *testing.B, work func(Input)) {
	var pages []Input
	size := 0
	files, _ := filepath.Glob("testdata/pages/*.html")
	for _, file := range files {
		if !strings.Contains(file, "deep") {
			in := pageInput(b, file)
			pages = append(pages, in)
			size += len(in.Body)
		}
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, in := range pages {
			work(in)
		}
	}
}
