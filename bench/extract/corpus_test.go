package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/normalizer/extract"
)

// corpusVar names the corpus folder; without it the benchmarks run over the tiny one in testdata.
const corpusVar = "NEWSMILL_CORPUS"

// truth is a row of truth.jsonl, as far as Go needs it.
type truth struct {
	ID          string `json:"id"`
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
	Title       string `json:"title"`
	Body        string `json:"body"`
}

// page is a page of a corpus with its truth.
type page struct {
	truth
	in extract.Input
}

func corpusFolder() string {
	if folder := os.Getenv(corpusVar); folder != "" {
		return folder
	}
	return "testdata"
}

// readCorpus reads all pages of a folder. A relative folder is looked for from this package's folder, as go test does.
func readCorpus(t testing.TB, folder string) []page {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "truth.jsonl"))
	if err != nil {
		t.Fatalf("%s is no corpus folder (pages/*.html and truth.jsonl): %v", folder, err)
	}
	defer f.Close()
	var pages []page
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var row truth
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("%s, row %d: %v", f.Name(), len(pages)+1, err)
		}
		body, err := os.ReadFile(filepath.Join(folder, "pages", row.ID+".html"))
		if err != nil {
			t.Fatal(err)
		}
		if row.URL == "" {
			row.URL = "http://news.example/" + row.ID + ".html"
		}
		if row.ContentType == "" {
			row.ContentType = "text/html"
		}
		fetched := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		pages = append(pages, page{row, extract.Input{URL: row.URL, ContentType: row.ContentType, Body: body, FetchedAt: fetched}})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(pages) == 0 {
		t.Fatalf("%s: no row", f.Name())
	}
	return pages
}

// TestOwnCorpus holds that the tiny corpus is in order: each page gives its article, with the whole body of its truth.
func TestOwnCorpus(t *testing.T) {
	for _, p := range readCorpus(t, "testdata") {
		t.Run(p.ID, func(t *testing.T) {
			r := extract.Extract(p.in)
			if len(r.Articles) != 1 {
				t.Fatalf("%d articles, rejection %+v", len(r.Articles), r.Reject)
			}
			a := r.Articles[0]
			if squeeze(a.Title) != squeeze(p.Title) || squeeze(a.Body) != squeeze(p.Body) {
				t.Errorf("title %q\nwant  %q\nbody\n%s\nwant\n%s", a.Title, p.Title, a.Body, p.Body)
			}
		})
	}
}

// squeeze drops white space, which may be folded.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
