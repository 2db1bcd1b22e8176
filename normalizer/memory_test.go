package normalizer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/normalizer/sitememory"
)

// numbered is the nth of many pages with a standing line that no rule knows.
func numbered(n int) bus.Outgoing {
	body := strings.NewReplacer("二十日", fmt.Sprintf("第%d日", n), "四万余册", fmt.Sprintf("%d册", n+4000), "半个小时", fmt.Sprintf("%d分钟", n+20),
		"</div><div class", "<p>云河在线，与这座城市里每一个认真生活的人同行。</p></div><div class").Replace(article)
	return pageOf(fmt.Sprintf("http://news.yunhe.example/2026/%d.html", n), "text/html", body)
}

func articlesOf(t *testing.T, b *bus.Bus) []news.Article {
	t.Helper()
	var out []news.Article
	for _, m := range stored(t, b, bus.StreamArticles) {
		var a news.Article
		if err := json.Unmarshal(m.Data, &a); err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func recordOf(t *testing.T, b *bus.Bus) sitememory.Record {
	t.Helper()
	e, err := b.KV(bus.BucketSite).Get(t.Context(), "news_yunhe_example")
	if err != nil {
		t.Fatal(err)
	}
	r, err := sitememory.Unmarshal(e.Value)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMemoryOverRestarts(t *testing.T) {
	b := bustest.Start(t)
	kv := b.KV(bus.BucketFirstSeen)
	for n := range 6 {
		publish(t, b, numbered(n))
	}
	work(t, b, newWorker(t, Config{Workers: 2}, b, kv))
	if got := recordOf(t, b); got.Pages() != 6 {
		t.Fatalf("%d pages learned before the end", got.Pages())
	}
	publish(t, b, numbered(6)) // another process, another page
	work(t, b, newWorker(t, Config{}, b, kv))
	publish(t, b, numbered(7))
	work(t, b, newWorker(t, Config{NoMemory: true}, b, kv))
	for i, a := range articlesOf(t, b) {
		leaks, want := strings.Contains(a.Body, "云河在线"), i != 6
		if leaks != want || (a.Extractor.Memory != "") != (i == 6) {
			t.Errorf("article %d, memory %q:\n%s", i, a.Extractor.Memory, a.Body)
		}
		if n := strings.Count(a.Body, "\n"); n != map[bool]int{true: 3, false: 2}[want] {
			t.Errorf("article %d has %d line breaks", i, n)
		}
	}
	if got := recordOf(t, b); got.Pages() != 7 {
		t.Errorf("%d pages known, want 7: a worker without memory does not learn", got.Pages())
	}
}

func TestRejectedPagesTeachNothing(t *testing.T) {
	b := bustest.Start(t)
	publish(t, b, pageOf(pageURL, "text/html", "<p>404</p>"))
	work(t, b, newWorker(t, Config{}, b, b.KV(bus.BucketFirstSeen)))
	if _, err := b.KV(bus.BucketSite).Get(t.Context(), "news_yunhe_example"); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("a record: %v", err)
	}
}

func TestAPageFetchedAgainCountsOnce(t *testing.T) {
	b := bustest.Start(t)
	for i := range 3 {
		m := numbered(1)
		p, err := news.ParsePage(m.Subject, m.Header)
		if err != nil {
			t.Fatal(err)
		}
		p.FetchedAt = fetchedAt.Add(time.Duration(i) * time.Hour)
		publish(t, b, bus.Outgoing{Subject: m.Subject, Header: p.Header("zstd"), Data: m.Data})
	}
	work(t, b, newWorker(t, Config{}, b, b.KV(bus.BucketFirstSeen)))
	if n := len(stored(t, b, bus.StreamArticles)); n != 3 {
		t.Errorf("%d articles", n)
	}
	if got := recordOf(t, b); got.Pages() != 1 {
		t.Errorf("%d pages learned", got.Pages())
	}
}

// TestAnAttemptUsesTheMemoryOfTheFirst lets the publish of a page fail while the memory goes on.
func TestAnAttemptUsesTheMemoryOfTheFirst(t *testing.T) {
	b := bustest.Start(t)
	kv := b.KV(bus.BucketSite)
	f := &faulty{Bus: b, kv: b.KV(bus.BucketFirstSeen), write: "article"}
	w := newWorker(t, Config{memory: sitememory.Config{Fresh: time.Nanosecond}}, f, f)
	stop, err := w.startMemory(t.Context(), kv)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	message := func(n int) bus.Message {
		m := numbered(n)
		return bus.Message{Subject: m.Subject, Header: m.Header, Data: m.Data, Time: fetchedAt}
	}
	first := message(0)
	if v := w.Handle(t.Context(), []bus.Message{first}); v[0] == nil {
		t.Fatal("the fault was not injected")
	}
	var learned []sitememory.Page // meanwhile another normalizer learned
	for n := range 10 {
		r, err := w.run(mustPage(t, message(n+1)), (&sitememory.Record{}).Snapshot())
		if err != nil {
			t.Fatal(err)
		}
		learned = append(learned, sitememory.Page{URL: uint64(n), At: fetchedAt, Text: r.Learn.Text, Blocks: r.Learn.Blocks})
	}
	if _, err := kv.Create(t.Context(), "news_yunhe_example", (sitememory.Record{}).Merge(learned).Marshal()); err != nil {
		t.Fatal(err)
	}
	if v := w.Handle(t.Context(), []bus.Message{first, message(99)}); v[0] != nil || v[1] != nil {
		t.Fatalf("verdicts %v", v)
	}
	got := articlesOf(t, b)
	if len(got) != 2 || got[0].Extractor.Memory != "" || got[1].Extractor.Memory == "" {
		t.Errorf("%d articles, memories %q and %q", len(got), got[0].Extractor.Memory, got[1].Extractor.Memory)
	}
	if len(w.memory.pinned) != 0 {
		t.Errorf("%d pages are still pinned", len(w.memory.pinned))
	}
}

func mustPage(t *testing.T, m bus.Message) news.Page {
	t.Helper()
	p, err := news.ParsePage(m.Subject, m.Header)
	if err != nil {
		t.Fatal(err)
	}
	if p.Body, err = body(m); err != nil {
		t.Fatal(err)
	}
	return p
}

// away is a bucket that cannot be reached.
type away struct{}

var errAway = errors.New("away")

func (away) Get(context.Context, string) (bus.Entry, error)                 { return bus.Entry{}, errAway }
func (away) Create(context.Context, string, []byte) (uint64, error)         { return 0, errAway }
func (away) Update(context.Context, string, []byte, uint64) (uint64, error) { return 0, errAway }

func TestPagesPassWhereTheMemoryIsAway(t *testing.T) {
	b := bustest.Start(t)
	publish(t, b, numbered(0))
	workWith(t, b, newWorker(t, Config{}, b, b.KV(bus.BucketFirstSeen)), away{})
	if n := len(stored(t, b, bus.StreamArticles)); n != 1 {
		t.Errorf("%d articles", n)
	}
}
