package elastic_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/elastictest"
	"github.com/newsmill/newsmill/news"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(elastictest.Wrap(m)) }

// november is the month in which the tests' articles were first seen.
const november elastic.Month = "2026.11"

var noon = time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)

// open gives a client with an alias of its own.
func open(t *testing.T, change ...func(*elastic.Config)) *elastic.Client {
	t.Helper()
	c := elastic.Config{URLs: []string{elastictest.URL(t)}, Alias: elastictest.Prefix(t) + "news"}
	for _, f := range change {
		f(&c)
	}
	client, err := elastic.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func ready(t *testing.T) *elastic.Client {
	t.Helper()
	c := open(t)
	if _, err := c.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	return c
}

// call is the outside hand on the cluster: it gives status and body.
func call(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, elastictest.URL(t)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	tr := &http.Transport{DisableKeepAlives: true}
	res, err := (&http.Client{Transport: tr}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// must is call, for what has to succeed.
func must(t *testing.T, method, path, body string) string {
	t.Helper()
	status, answer := call(t, method, path, body)
	if status/100 != 2 {
		t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	return answer
}

// article gives an article of an invented city, every field set.
func article(url, title, body string) elastic.Document {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	d := elastic.NewDocument(news.Article{
		V: 1, ID: news.ArticleID(url), URL: url, CanonicalURL: url, Source: "haizhou", SiteName: "海州日报",
		Title: title, Subtitle: "副题", Summary: "摘要", Body: body, Language: "zh-Hans", Section: "本地",
		Authors: []string{"林小雨"}, Editors: []string{"周明"}, Origin: "海州日报",
		PublishedAt: &news.Date{Time: day, Precision: news.PrecisionDay, From: "meta"},
		ModifiedAt:  &news.Date{Time: day.Add(time.Hour), Precision: news.PrecisionMinute, From: "text"},
		FetchedAt:   noon, FirstSeen: noon, Keywords: []string{"地铁"},
		Images:      []news.Image{{URL: url + "/1.jpg", Caption: "站台"}},
		Attachments: []news.Attachment{{URL: url + "/1.pdf", Title: "通告"}},
		Page:        news.Position{Ordinal: 1, Of: 1}, Words: len([]rune(body)),
		ContentHash: news.ContentHash(title, body), Simhash: "0123456789abcdef", NearDuplicateOf: news.ArticleID("x"),
		Version: news.Version(noon, 1), Extractor: news.Extractor{Revision: 1, Method: "blocks", Confidence: 0.9, Memory: "g1"},
	})
	d.Reprints, d.Bands, d.Extra = 2, []string{"0-0123"}, map[string]json.RawMessage{"mood": json.RawMessage(`{"calm":0.9}`)}
	return d
}

func op(t *testing.T, d elastic.Document) elastic.Op {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return elastic.Op{Month: november, ID: d.ID, Version: d.Version, Source: b}
}

// put writes documents and makes them searchable.
func put(t *testing.T, c *elastic.Client, docs ...elastic.Document) {
	t.Helper()
	var ops []elastic.Op
	for _, d := range docs {
		ops = append(ops, op(t, d))
	}
	for i, v := range c.Bulk(t.Context(), ops, elastic.Limit{}) {
		if v.Outcome != elastic.Written {
			t.Fatalf("document %d: %+v", i, v)
		}
	}
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// analysisOf gives the analyzers of an index.
func analysisOf(t *testing.T, index string) string {
	t.Helper()
	var body map[string]struct {
		Settings struct {
			Index struct {
				Analysis json.RawMessage `json:"analysis"`
			} `json:"index"`
		} `json:"settings"`
	}
	if err := json.Unmarshal([]byte(must(t, "GET", "/"+index+"/_settings", "")), &body); err != nil {
		t.Fatal(err)
	}
	return string(body[index].Settings.Index.Analysis)
}

func compact(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(s)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
