package extract

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/newsmill/newsmill/news"
)

var (
	update  = flag.Bool("update", false, "write testdata/score.txt, and testdata/pages/*.json of pages that have none yet")
	rewrite = flag.Bool("rewrite", false, "with -update: write over every testdata/pages/*.json, also those that are right")
)

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

// pagePaths gives the pages of our own writing, one and more of every kind of CMS.
func pagePaths(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".json") })
}

func pageName(file string) string { return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)) }

// pageCharsets are the charsets that pages are served in, by the part of their name behind the last dot but one. In the repository
// every page is UTF-8, and none is sent with a label of HTTP.
var pageCharsets = map[string]encoding.Encoding{
	".gbk": simplifiedchinese.GBK, ".big5": traditionalchinese.Big5, ".sjis": japanese.ShiftJIS, ".cp1251": charmap.Windows1251, ".latin1": charmap.Windows1252,
}

// pageInput reads a page. A first line of the form <!-- url: ... --> gives its address.
func pageInput(t testing.TB, file string) Input {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := Input{URL: "https://news.qinghe.example/c/page.html?from=list", CanonicalURL: "https://news.qinghe.example/c/page.html", ContentType: "text/html", FetchedAt: fetched}
	body := strings.ReplaceAll(string(data), "@@DEEP@@", strings.Repeat("<font>", 700))
	body = strings.ReplaceAll(body, "@@END@@", strings.Repeat("</font>", 700))
	if rest, ok := strings.CutPrefix(body, "<!-- url: "); ok {
		in.URL, body, _ = strings.Cut(rest, " -->\n")
		in.CanonicalURL = in.URL
	}
	if enc := pageCharsets[filepath.Ext(pageName(file))]; enc != nil {
		if body, err = enc.NewEncoder().String(body); err != nil {
			t.Fatal(err)
		}
	}
	if strings.HasSuffix(file, ".txt") {
		in.ContentType = "text/plain"
	}
	in.Body = []byte(body)
	return in
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

func readGolden(t *testing.T, path string) (g golden, found bool) {
	t.Helper()
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return golden{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g, true
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
