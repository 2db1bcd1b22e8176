package extract

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/newsmill/newsmill/news"
)

var update = flag.Bool("update", false, "write what comes out to testdata/pages/*.json")

// golden is what a page must come to: the fields that a reader sees.
type golden struct {
	Reject   string          `json:"reject,omitempty"`
	Title    string          `json:"title,omitempty"` // of a rejected page
	Articles []goldenArticle `json:"articles,omitempty"`
}

type goldenArticle struct {
	Title       string            `json:"title"`
	Subtitle    string            `json:"subtitle,omitempty"`
	Body        []string          `json:"body"`
	Published   string            `json:"published,omitempty"`
	Modified    string            `json:"modified,omitempty"`
	Origin      string            `json:"origin,omitempty"`
	Authors     []string          `json:"authors,omitempty"`
	Editors     []string          `json:"editors,omitempty"`
	Section     string            `json:"section,omitempty"`
	SiteName    string            `json:"site_name,omitempty"`
	Summary     string            `json:"summary,omitempty"`
	Language    string            `json:"language"`
	Keywords    []string          `json:"keywords,omitempty"`
	Images      []news.Image      `json:"images,omitempty"`
	Attachments []news.Attachment `json:"attachments,omitempty"`
	URL         string            `json:"canonical_url"`
	Words       int               `json:"words"`
}

// TestPages holds the extractor against pages of our own writing, one of every kind of CMS. `go test -update` rewrites the expected
// results; the diff shows what moved.
func TestPages(t *testing.T) {
	files, err := filepath.Glob("testdata/pages/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".json") {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		t.Run(name, func(t *testing.T) {
			in := pageInput(t, file)
			r := Extract(in)
			checkResult(t, r)
			got := toGolden(r)
			path := filepath.Join("testdata/pages", name+".json")
			if *update {
				writeGolden(t, path, got)
				return
			}
			var want golden
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				_, trace := Explain(in)
				var b strings.Builder
				_ = trace.WriteText(&b)
				t.Errorf("-want +got\n%s\n%s", diff, b.String())
			}
		})
	}
}

// pageInput reads a page. Its name says what charset it is served in (no label is sent): fixtures are UTF-8 in the repository.
func pageInput(t testing.TB, file string) Input {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.ReplaceAll(string(data), "@@DEEP@@", strings.Repeat("<font>", 700))
	body = strings.ReplaceAll(body, "@@END@@", strings.Repeat("</font>", 700))
	switch {
	case strings.Contains(file, ".gbk."):
		body, err = simplifiedchinese.GBK.NewEncoder().String(body)
	case strings.Contains(file, ".big5."):
		body, err = traditionalchinese.Big5.NewEncoder().String(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	contentType := "text/html"
	if strings.HasSuffix(file, ".txt") {
		contentType = "text/plain"
	}
	return Input{URL: "https://news.qinghe.example/c/page.html?from=list", CanonicalURL: "https://news.qinghe.example/c/page.html", ContentType: contentType, Body: []byte(body), FetchedAt: fetched}
}

func toGolden(r Result) golden {
	var g golden
	if r.Reject != nil {
		g.Reject, g.Title = r.Reject.Reason.Code, r.Reject.Title
	}
	for _, a := range r.Articles {
		g.Articles = append(g.Articles, goldenArticle{
			Title: a.Title, Subtitle: a.Subtitle, Body: strings.Split(a.Body, "\n"), Published: dateOf(a.PublishedAt), Modified: dateOf(a.ModifiedAt),
			Origin: a.Origin, Authors: a.Authors, Editors: a.Editors, Section: a.Section, SiteName: a.SiteName, Summary: a.Summary,
			Language: a.Language, Keywords: a.Keywords, Images: a.Images, Attachments: a.Attachments, URL: a.CanonicalURL, Words: a.Words,
		})
	}
	return g
}

func dateOf(d *news.Date) string {
	if d == nil {
		return ""
	}
	return d.String() + " " + string(d.Precision) + " " + d.From
}

func writeGolden(t *testing.T, path string, g golden) {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(g); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
