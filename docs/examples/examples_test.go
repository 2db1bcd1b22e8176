package examples_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/elastictest"
	"github.com/newsmill/newsmill/news"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(elastictest.Wrap(m)) }

const address = "http://news.yunhe.example/2026/大桥.html"

func article() news.Article {
	at := time.Date(2026, 5, 3, 0, 30, 0, 0, time.UTC)
	id := news.ArticleID(address)
	return news.Article{
		V: news.SchemaVersion, ID: id, URL: address, CanonicalURL: address, Source: "yunhe-daily", SiteName: "云河日报",
		Title: "云河大桥今日通车", Body: "云河大桥今日正式通车 <双向六车道>。", Language: "zh-Hans", Origin: "云河晚报",
		PublishedAt: &news.Date{Time: at, Precision: news.PrecisionMinute, From: "meta"}, FetchedAt: at, FirstSeen: at,
		Page: news.Position{Ordinal: 1, Of: 1}, Version: news.Version(at, 1), Extractor: news.Extractor{Revision: 1, Method: "blocks"},
	}
}

func TestTailPrintsTheLifeOfAnArticle(t *testing.T) {
	program := filepath.Join(t.TempDir(), "tail")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./tail").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := bustest.StartServer(t)
	b := server.Bus(t, bus.Config{})

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tail := exec.CommandContext(ctx, program, server.URL())
	stdout, err := tail.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := tail.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tail.Start(); err != nil {
		t.Fatal(err)
	}
	if said := bufio.NewScanner(stderr); !said.Scan() || !strings.Contains(said.Text(), "listening") {
		t.Fatalf("it said %q", said.Text())
	}

	host, err := news.HostToken("news.yunhe.example")
	if err != nil {
		t.Fatal(err)
	}
	a := article()
	page := news.Page{URL: address, FinalURL: address, Source: a.Source, Status: 200, FetchedAt: a.FetchedAt}
	event := news.ArticleEventID(a.ID, a.Version)
	publish := func(subject string, h news.Header, payload any) {
		t.Helper()
		data, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Publish(ctx, bus.Outgoing{Subject: subject, Header: h, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	publish(news.RawSubject(a.Source, host), page.Header("zstd"), nil)
	publish(news.ArticleSubject(a.Source, host),
		news.Event{ID: event, Type: news.TypeArticle, Stage: news.StageNormalizer, Subject: a.URL, Time: a.FetchedAt}.Header("application/json"), a)
	publish(news.IndexedSubject(a.Source, host),
		news.Event{ID: news.IndexedID(event), Type: news.TypeIndexed, Stage: news.StageIndexer, Subject: a.URL, Time: a.FetchedAt}.Header("application/json"),
		news.Indexed{V: news.SchemaVersion, ID: a.ID, URL: a.URL, Source: a.Source, Title: a.Title, Version: a.Version, IndexedAt: a.FetchedAt})

	lines := bufio.NewScanner(stdout)
	for _, want := range []string{
		"news.raw.yunhe-daily.news_yunhe_example newsmill.raw.v1 " + address,
		"news.article.yunhe-daily.news_yunhe_example newsmill.article.v1 " + address + " 云河大桥今日通车",
		"news.indexed.yunhe-daily.news_yunhe_example newsmill.indexed.v1 " + address + " 云河大桥今日通车",
	} {
		if !lines.Scan() || strings.TrimSpace(lines.Text()) != want {
			t.Errorf("got %q, want %q", lines.Text(), want)
		}
	}
	cancel()
	_ = tail.Wait() // it ends by the signal only
}

func TestSearchFindsAnArticle(t *testing.T) {
	base := elastictest.URL(t)
	alias := elastictest.Prefix(t) + "news"
	client, err := elastic.New(elastic.Config{URLs: []string{base}, Alias: alias})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	index(t, client, article())

	out, err := exec.CommandContext(t.Context(), "sh", "search.sh", base, alias).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var answers []map[string]any
	for _, answer := range strings.Split(string(out), "\n# ")[1:] {
		_, answer, _ = strings.Cut(answer, "\n")
		var v map[string]any
		d := json.NewDecoder(strings.NewReader(answer))
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, answer)
		}
		if total := v["hits"].(map[string]any)["total"].(map[string]any)["value"]; total != 1.0 {
			t.Errorf("answer %d found %v", len(answers)+1, total)
		}
		answers = append(answers, v)
	}
	if len(answers) != 3 {
		t.Fatalf("%d answers", len(answers))
	}
	for i, want := range []string{`"云河<em>大桥</em>今日正式通车 &lt;双向六车道&gt;。"`, `"key_as_string":"2026-05-03"`, `"云河晚报"`} {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if err := e.Encode(answers[i]); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), want) {
			t.Errorf("answer %d lacks %s:\n%s", i+1, want, text.String())
		}
	}
}

// index makes the article searchable.
func index(t *testing.T, client *elastic.Client, a news.Article) {
	t.Helper()
	if _, err := client.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	month := elastic.MonthOf(a.FirstSeen)
	if err := client.EnsureMonth(t.Context(), month); err != nil {
		t.Fatal(err)
	}
	source, err := json.Marshal(elastic.Document{Article: a})
	if err != nil {
		t.Fatal(err)
	}
	if v := client.Bulk(t.Context(), []elastic.Op{{Month: month, ID: a.ID, Version: a.Version, Source: source}}, elastic.Limit{}); v[0].Outcome != elastic.Written {
		t.Fatal(v[0].Err)
	}
	if err := client.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}
