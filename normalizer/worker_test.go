package normalizer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/normalizer/extract"
	"github.com/newsmill/newsmill/normalizer/sitememory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const article = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>南岸书屋开门迎客_云河新闻网</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/yw">要闻</a></div>
<div class="article"><h1>南岸书屋开门迎客</h1><p class="info">2026-11-20 09:30 来源：云河日报</p>
<p>云河市南岸书屋二十日上午正式开放，首日就有近千名读者走进这座由旧粮仓改成的书屋，在高高的木架之间找一本想读的书。</p>
<p>书屋负责人介绍，馆内现有图书四万余册，其中三成是本地作者的作品，读者凭身份证就能借阅，每次可以借走五本。</p>
<p>附近居民说，过去要坐半个小时的公交车才能到市图书馆，现在晚饭以后散步就能过来，孩子写作业也有了安静的地方。</p>
</div><div class="footer">版权所有 云河新闻网 云ICP备00000000号</div></body></html>`

const pageURL = "http://news.yunhe.example/2026/1120/1.html"

var fetchedAt = time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)

func pageOf(url, contentType, body string) bus.Outgoing {
	p := news.Page{URL: url, FinalURL: url, Source: "yunhe-daily", Status: 200, ContentType: contentType, FetchedAt: fetchedAt}
	return bus.Outgoing{Subject: news.RawSubject("yunhe-daily", "news_yunhe_example"), Header: p.Header("zstd"), Data: bus.Compress([]byte(body))}
}

func publish(t *testing.T, b *bus.Bus, m bus.Outgoing) {
	t.Helper()
	if _, err := b.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func newWorker(t *testing.T, c Config, p Publisher, f FirstSeen) *Worker {
	t.Helper()
	w, err := New(c, p, f, nil, NewMetrics(nil), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// work runs the worker until RAW has been settled.
func work(t *testing.T, b *bus.Bus, w *Worker) {
	t.Helper()
	workWith(t, b, w, b.KV(bus.BucketSite))
}

func workWith(t *testing.T, b *bus.Bus, w *Worker, sites sitememory.KV) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.work(ctx, b, sites, nil) }()
	settled(t, b)
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func settled(t *testing.T, b *bus.Bus) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		infos, err := b.Consumers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range infos {
			if i.Name == bus.ConsumerNormalizer && i.Pending == 0 && i.AckPending == 0 {
				return
			}
		}
	}
	t.Fatal("RAW was not settled within 30 s")
}

// stored gives what lies in a stream, by subject and a short form of the payload.
func stored(t *testing.T, b *bus.Bus, stream string) []bus.Message {
	t.Helper()
	var all []bus.Message
	if err := b.Scan(t.Context(), stream, bus.ScanOptions{}, func(m bus.Message) error {
		all = append(all, m)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPageBecomesAnArticle(t *testing.T) {
	b := bustest.Start(t)
	publish(t, b, pageOf(pageURL, "text/html", article))
	work(t, b, newWorker(t, Config{}, b, b.KV(bus.BucketFirstSeen)))

	articles := stored(t, b, bus.StreamArticles)
	if len(articles) != 1 || len(stored(t, b, bus.StreamEvents)) != 0 || len(stored(t, b, bus.StreamDead)) != 0 {
		t.Fatalf("got %d articles", len(articles))
	}
	m := articles[0]
	var a news.Article
	if err := json.Unmarshal(m.Data, &a); err != nil {
		t.Fatal(err)
	}
	if a.Title != "南岸书屋开门迎客" || strings.Count(a.Body, "\n") != 2 || strings.Contains(a.Body, "ICP") {
		t.Errorf("title %q, body:\n%s", a.Title, a.Body)
	}
	if m.Subject != "news.article.yunhe-daily.news_yunhe_example" || a.Source != "yunhe-daily" || a.ID != news.ArticleID(pageURL) ||
		a.Version != news.Version(fetchedAt, extract.Revision) || !a.FirstSeen.Equal(fetchedAt) {
		t.Errorf("subject %s, article %+v", m.Subject, a)
	}
	if h := m.Header; h[news.HeaderCeID] != news.ArticleEventID(a.ID, a.Version) || h[news.HeaderCeType] != news.TypeArticle ||
		h[news.HeaderURL] != pageURL || h[news.HeaderContentType] != "application/json" {
		t.Errorf("headers %v", h)
	}
}

func TestFirstSeenStays(t *testing.T) {
	b := bustest.Start(t)
	first := fetchedAt.Add(-40 * 24 * time.Hour)
	if _, err := b.KV(bus.BucketFirstSeen).Create(t.Context(), news.URLHash(pageURL), []byte(news.FormatTime(first))); err != nil {
		t.Fatal(err)
	}
	publish(t, b, pageOf(pageURL, "text/html", article))
	work(t, b, newWorker(t, Config{}, b, b.KV(bus.BucketFirstSeen)))
	var a news.Article
	if err := json.Unmarshal(stored(t, b, bus.StreamArticles)[0].Data, &a); err != nil {
		t.Fatal(err)
	}
	if !a.FirstSeen.Equal(first) {
		t.Errorf("first seen %s, want %s", a.FirstSeen, first)
	}
}

func TestPagesThatGiveNoArticle(t *testing.T) {
	for name, row := range map[string]struct {
		page    bus.Outgoing
		discard string
		dead    string
	}{
		"empty":            {page: pageOf(pageURL, "text/html", ""), discard: news.Empty.Code},
		"binary":           {page: pageOf(pageURL, "text/html", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"+strings.Repeat("\x00\x01\x02\xff", 500)), discard: news.WrongType.Code},
		"too large":        {page: pageOf(pageURL, "text/html", strings.Repeat("a", extract.MaxPage+1)), discard: news.TooLarge.Code},
		"zip bomb":         {page: pageOf(pageURL, "text/html", strings.Repeat("\x00", 200<<20)), discard: news.TooLarge.Code},
		"not a zstd frame": {page: bus.Outgoing{Subject: news.RawSubject("s", "h"), Header: pageOf(pageURL, "", "").Header, Data: []byte("plain")}, dead: news.BadMessage.Code},
		"no headers":       {page: bus.Outgoing{Subject: news.RawSubject("s", "h"), Header: news.Header{}, Data: []byte("x")}, dead: news.BadMessage.Code},
	} {
		t.Run(name, func(t *testing.T) {
			b := bustest.Start(t)
			publish(t, b, row.page)
			work(t, b, newWorker(t, Config{}, b, b.KV(bus.BucketFirstSeen)))
			discards, deads := reasons(t, b)
			if discards != row.discard || deads != row.dead {
				t.Errorf("discarded %q, dead %q", discards, deads)
			}
			if n := len(stored(t, b, bus.StreamArticles)); n != 0 {
				t.Errorf("%d articles", n)
			}
		})
	}
}

// reasons gives the reasons of the discards and the dead letters, joined by a space.
func reasons(t *testing.T, b *bus.Bus) (discards, deads string) {
	t.Helper()
	var d, x []string
	for _, m := range stored(t, b, bus.StreamEvents) {
		var event news.Discarded
		if err := json.Unmarshal(m.Data, &event); err != nil {
			t.Fatal(err)
		}
		d = append(d, event.Reason)
	}
	for _, m := range stored(t, b, bus.StreamDead) {
		x = append(x, m.Header[news.HeaderDeadReason])
	}
	return strings.Join(d, " "), strings.Join(x, " ")
}

func TestCrashAndTimeOutAreDeadLettersAndTheWorkerLives(t *testing.T) {
	b := bustest.Start(t)
	w := newWorker(t, Config{Timeout: 2 * time.Second}, b, b.KV(bus.BucketFirstSeen))
	release := make(chan struct{})
	w.extract = func(in extract.Input) extract.Result {
		switch {
		case strings.Contains(in.URL, "crash"):
			panic("boom")
		case strings.Contains(in.URL, "slow"):
			<-release
		}
		return extract.Extract(in)
	}
	publish(t, b, pageOf("http://news.yunhe.example/crash", "text/html", article))
	publish(t, b, pageOf("http://news.yunhe.example/slow", "text/html", article))
	publish(t, b, pageOf(pageURL, "text/html", article))
	work(t, b, w)
	close(release)
	_, deads := reasons(t, b)
	if deads != "crash timeout" && deads != "timeout crash" {
		t.Errorf("dead letters: %q", deads)
	}
	if n := len(stored(t, b, bus.StreamArticles)); n != 1 {
		t.Errorf("%d articles, want the one of the good page", n)
	}
}

// faulty lets the first call of one kind fail, not kept or kept.
type faulty struct {
	*bus.Bus
	kv    *bus.KV
	write string // which write fails: article, discard, firstseen, memory
	kept  bool
	done  bool
}

var errFault = errors.New("injected fault")

func (f *faulty) fails(write string) bool {
	if write != f.write || f.done {
		return false
	}
	f.done = true
	return true
}

func (f *faulty) Publish(ctx context.Context, m bus.Outgoing) (bus.Ack, error) {
	write := "article"
	if strings.HasPrefix(m.Subject, news.SubjectDiscarded) {
		write = "discard"
	}
	if !f.fails(write) {
		return f.Bus.Publish(ctx, m)
	}
	if f.kept {
		if _, err := f.Bus.Publish(ctx, m); err != nil {
			return bus.Ack{}, err
		}
	}
	return bus.Ack{}, errFault
}

func (f *faulty) Get(ctx context.Context, key string) (bus.Entry, error) { return f.kv.Get(ctx, key) }

func (f *faulty) Create(ctx context.Context, key string, value []byte) (uint64, error) {
	if !f.fails("firstseen") {
		return f.kv.Create(ctx, key, value)
	}
	if f.kept {
		if _, err := f.kv.Create(ctx, key, value); err != nil {
			return 0, err
		}
	}
	return 0, errFault
}

// faultySites is the bucket of the site memories with the same plan.
type faultySites struct {
	*bus.KV
	f *faulty
}

func (s faultySites) Create(ctx context.Context, key string, value []byte) (uint64, error) {
	if !s.f.fails("memory") {
		return s.KV.Create(ctx, key, value)
	}
	if s.f.kept {
		if _, err := s.KV.Create(ctx, key, value); err != nil {
			return 0, err
		}
	}
	return 0, errFault
}

// TestEachWriteMayFail is the fault table: every write of the normalizer fails once, not kept or kept but reported failed, and in the end
// everything is there once.
func TestEachWriteMayFail(t *testing.T) {
	for _, write := range []string{"article", "discard", "firstseen", "memory"} {
		for _, kept := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s kept=%v", write, kept), func(t *testing.T) {
				t.Parallel()
				b := bustest.Start(t)
				publish(t, b, pageOf(pageURL, "text/html", article))
				publish(t, b, pageOf("http://news.yunhe.example/empty", "text/html", ""))
				f := &faulty{Bus: b, kv: b.KV(bus.BucketFirstSeen), write: write, kept: kept}
				workWith(t, b, newWorker(t, Config{Workers: 1}, f, f), faultySites{b.KV(bus.BucketSite), f})
				if !f.done {
					t.Fatal("the fault was not injected")
				}
				discards, deads := reasons(t, b)
				if discards != news.Empty.Code || deads != "" {
					t.Errorf("discarded %q, dead %q", discards, deads)
				}
				if n := len(stored(t, b, bus.StreamArticles)); n != 1 {
					t.Errorf("%d articles", n)
				}
			})
		}
	}
}

func TestHintsFollowTheSources(t *testing.T) {
	b := bustest.Start(t)
	kv := b.KV(bus.BucketSources)
	if _, err := kv.Put(t.Context(), "yunhe-daily", []byte(`{"id":"yunhe-daily","language":"zh-Hans","hints":{"body":".article"}}`)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s, ended := NewSources(), make(chan struct{})
	go func() { defer close(ended); s.Follow(ctx, kv, slog.New(slog.DiscardHandler)) }()
	defer func() { cancel(); <-ended }()
	<-s.Loaded()
	if h := s.Hints("yunhe-daily"); h.Language != "zh-Hans" || h.Hints.Body != ".article" {
		t.Fatalf("hints %+v", h)
	}
	if err := kv.Delete(t.Context(), "yunhe-daily"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); s.Hints("yunhe-daily") != (Hints{}); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the removed source is still known")
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{"workers": {Workers: -1}, "timeout": {Timeout: -1}, "drain": {Drain: -1}} {
		if _, err := New(c, nil, nil, nil, NewMetrics(nil), nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
