package indexer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/elastictest"
	"github.com/newsmill/newsmill/news"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(elastictest.Wrap(m)) }

var noon = time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)

// proxy stands between the indexer and the real Elasticsearch and does to requests what a test asks for.
type proxy struct {
	*httptest.Server
	target string
	client *http.Client

	mu   sync.Mutex
	rule func(*http.Request) action // guarded by mu
}

// action is what becomes of a request.
type action int

const (
	pass    action = iota
	refuse         // the connection breaks, nothing was done
	swallow        // it is done, and the connection breaks before the answer
	busy           // 429 for the whole request, nothing was done
	half           // bulk: half of the documents are written, the others get 429 each
	some           // bulk: 30 of 100 documents get 429 each
	forbid         // 403, as when the credentials are wrong
	large          // 413, as from a proxy in between
)

func newProxy(t *testing.T) *proxy {
	t.Helper()
	tr := &http.Transport{}
	p := &proxy{target: elastictest.URL(t), client: &http.Client{Transport: tr}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); tr.CloseIdleConnections() })
	return p
}

func (p *proxy) set(rule func(*http.Request) action) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule = rule
}

// always is a rule.
func always(a action) func(*http.Request) action { return func(*http.Request) action { return a } }

func onlyBulk(a action) func(*http.Request) action {
	return func(r *http.Request) action {
		if strings.HasSuffix(r.URL.Path, "/_bulk") {
			return a
		}
		return pass
	}
}

// once does a to the first request whose method and path fit, and lets everything else pass.
func once(a action, method, path string) func(*http.Request) action {
	done := false
	return func(r *http.Request) action {
		if done || r.Method != method || !strings.Contains(r.URL.Path, path) {
			return pass
		}
		done = true
		return a
	}
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	do := pass
	if p.rule != nil {
		do = p.rule(r)
	}
	p.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch do {
	case refuse:
		panic(http.ErrAbortHandler)
	case busy:
		answer(w, 429, `{"error":{"type":"es_rejected_execution_exception","reason":"the queue is full"},"status":429}`)
	case forbid:
		answer(w, 403, `{"error":{"type":"security_exception","reason":"not your index"},"status":403}`)
	case large:
		answer(w, 413, "<html>")
	case half:
		p.part(w, r, body, func(i, docs int) bool { return i < (docs+1)/2 })
	case some:
		p.part(w, r, body, func(int, int) bool { return rand.IntN(100) >= 30 })
	case swallow:
		_, _ = p.forward(r, body)
		panic(http.ErrAbortHandler)
	default:
		res, b := p.forward(r, body)
		w.Header().Set("X-Elastic-Product", res.Header.Get("X-Elastic-Product"))
		answer(w, res.StatusCode, string(b))
	}
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (p *proxy) forward(r *http.Request, body []byte) (*http.Response, []byte) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, p.target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for _, h := range []string{"Content-Type", "Content-Encoding"} {
		if v := r.Header.Get(h); v != "" {
			out.Header.Set(h, v)
		}
	}
	res, err := p.client.Do(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = res.Body.Close() }()
	b, _ := io.ReadAll(res.Body)
	return res, b
}

// part writes those documents of a bulk request that keep names, by their place and how many there are; the others get 429.
func (p *proxy) part(w http.ResponseWriter, r *http.Request, body []byte, keep func(i, docs int) bool) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	plain, _ := io.ReadAll(z)
	lines := strings.SplitAfter(strings.TrimSuffix(string(plain), "\n"), "\n")
	docs := len(lines) / 2
	kept := make([]bool, docs)
	var send strings.Builder
	for i := range docs {
		if kept[i] = keep(i, docs); kept[i] {
			send.WriteString(strings.TrimSuffix(lines[2*i], "\n") + "\n" + strings.TrimSuffix(lines[2*i+1], "\n") + "\n")
		}
	}
	var got struct {
		Items []json.RawMessage `json:"items"`
	}
	if send.Len() > 0 {
		r.Header.Del("Content-Encoding")
		_, b := p.forward(r, []byte(send.String()))
		if err := json.Unmarshal(b, &got); err != nil {
			panic(err)
		}
	}
	items := make([]json.RawMessage, docs)
	for i := range items {
		if kept[i] {
			items[i], got.Items = got.Items[0], got.Items[1:]
			continue
		}
		items[i] = json.RawMessage(`{"index":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"the queue is full"}}}`)
	}
	b, _ := json.Marshal(map[string]any{"items": items})
	answer(w, 200, string(b))
}

// rig is a worker between a real bus and a real index.
type rig struct {
	bus   *bus.Bus
	proxy *proxy
	index *elastic.Client
}

// newRig gives an index of its own, and a bus if the test wants one.
func newRig(t *testing.T, withBus bool) *rig {
	t.Helper()
	r := &rig{proxy: newProxy(t)}
	index, err := elastic.New(elastic.Config{URLs: []string{r.proxy.URL}, Alias: elastictest.Prefix(t) + "news"})
	if err != nil {
		t.Fatal(err)
	}
	r.index = index
	t.Cleanup(index.Close)
	if withBus {
		r.bus = bustest.Start(t)
	}
	return r
}

// admin is the outside hand on the cluster.
func (r *rig) admin(t *testing.T, method, path, body string) {
	t.Helper()
	r.ask(t, method, path, body)
}

// ask is admin with the answer.
func (r *rig) ask(t *testing.T, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.proxy.target+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.proxy.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	return string(b)
}

func (r *rig) worker(t *testing.T, events indexer.Publisher, c indexer.Config) *indexer.Worker {
	t.Helper()
	c.Log = bustest.Quiet()
	w, err := indexer.New(c, r.index, events, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// run starts a worker on the rig's bus; it ends with the test.
func (r *rig) run(t *testing.T, events indexer.Publisher, c indexer.Config) *indexer.Worker {
	t.Helper()
	w := r.worker(t, events, c)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, r.bus) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return w
}

// settled waits until the indexer's consumer has nothing left.
func (r *rig) settled(t *testing.T) {
	t.Helper()
	eventually(t, "everything is settled", func() bool {
		list, err := r.bus.Consumers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.Name == bus.ConsumerIndexer {
				return c.Pending == 0 && c.AckPending == 0
			}
		}
		return false
	})
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for !f() {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute until %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// events gives what lies in a stream, by the first three tokens of the subject.
func (r *rig) events(t *testing.T, stream string) map[string][]bus.Message {
	t.Helper()
	found := map[string][]bus.Message{}
	err := r.bus.Scan(t.Context(), stream, bus.ScanOptions{}, func(m bus.Message) error {
		kind := strings.Join(strings.Split(m.Subject, ".")[:2], ".")
		found[kind] = append(found[kind], m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// documents reads what is in the index, refreshed.
func (r *rig) documents(t *testing.T) map[string]elastic.Document {
	t.Helper()
	if err := r.index.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	res, err := r.index.Search(t.Context(), elastic.Query{Gone: true, Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]elastic.Document{}
	for _, h := range res.Hits {
		if _, twice := docs[h.ID]; twice {
			t.Errorf("article %s is in the index twice", h.ID)
		}
		docs[h.ID] = h.Document
	}
	return docs
}

// article gives the n-th article of an invented newspaper, fetched minutes after noon.
func article(n, minutes int) news.Article {
	url := fmt.Sprintf("http://haizhou.test/2026/11/%d.html", n)
	fetched := noon.Add(time.Duration(minutes) * time.Minute)
	title, body := fmt.Sprintf("海州新闻第%d条", n), fmt.Sprintf("海州港今日吞吐量创新高。\n第%d版。", minutes)
	return news.Article{
		V: 1, ID: news.ArticleID(url), URL: url, CanonicalURL: url, Source: "haizhou", Title: title, Body: body, Language: "zh-Hans",
		FetchedAt: fetched, FirstSeen: noon, Page: news.Position{Ordinal: 1, Of: 1}, Words: 20,
		ContentHash: news.ContentHash(title, body), Simhash: "0123456789abcdef", Version: news.Version(fetched, 1),
		Extractor: news.Extractor{Revision: 1, Method: "blocks", Confidence: 1},
	}
}

const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// message is an article's message in ARTICLES; n tells repeats of one article apart.
func message(t *testing.T, a news.Article, n int) bus.Outgoing {
	t.Helper()
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	id := news.ArticleEventID(a.ID, a.Version)
	if n > 0 {
		id = news.RetryID(id, n)
	}
	h := news.Event{ID: id, Type: news.TypeArticle, Stage: news.StageNormalizer, Subject: a.URL, Time: a.FetchedAt, Trace: trace}.Header("application/json")
	return bus.Outgoing{Subject: news.ArticleSubject("haizhou", "haizhou_test"), Header: h, Data: data}
}

func goneMessage(t *testing.T, minutes int, ids ...string) bus.Outgoing {
	t.Helper()
	at := noon.Add(time.Duration(minutes) * time.Minute)
	g := news.Gone{V: 1, URL: "http://haizhou.test/x", Source: "haizhou", IDs: ids, Version: news.Version(at, 0), Reason: "not_found", At: at}
	data, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	h := news.Event{ID: news.GoneID(g.URL, g.Version), Type: news.TypeGone, Stage: news.StageCrawler, Subject: g.URL, Time: at}.Header("application/json")
	return bus.Outgoing{Subject: news.GoneSubject("haizhou", "haizhou_test"), Header: h, Data: data}
}

func (r *rig) publish(t *testing.T, messages ...bus.Outgoing) {
	t.Helper()
	for _, m := range messages {
		ack, err := r.bus.Publish(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if ack.Duplicate {
			t.Fatalf("the test's own message %s is a duplicate", m.Header[news.HeaderMsgID])
		}
	}
}

// delivered turns messages into a batch as a consumer would hand it over.
func delivered(messages ...bus.Outgoing) []bus.Message {
	batch := make([]bus.Message, len(messages))
	for i, m := range messages {
		batch[i] = bus.Message{Subject: m.Subject, Header: m.Header, Data: m.Data, Stream: bus.StreamArticles, Seq: uint64(i + 1), Deliveries: 1}
	}
	return batch
}

// recorder is a Publisher that keeps what it is given by id, as JetStream's deduplication does.
type recorder struct {
	mu  sync.Mutex
	ids []string
	all map[string]bus.Outgoing
}

func (r *recorder) Publish(_ context.Context, m bus.Outgoing) (bus.Ack, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := m.Header[news.HeaderMsgID]
	if r.all == nil {
		r.all = map[string]bus.Outgoing{}
	}
	_, twice := r.all[id]
	r.all[id] = m
	if !twice {
		r.ids = append(r.ids, id)
	}
	return bus.Ack{Duplicate: twice}, nil
}

func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := r.ids
	r.ids = nil
	return ids
}
