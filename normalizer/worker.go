package normalizer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/normalizer/extract"
	"github.com/newsmill/newsmill/normalizer/sitememory"
)

// Publisher stores messages: when Publish returns nil the message is persisted. It recognises a repeat by its id.
type Publisher interface {
	Publish(ctx context.Context, m bus.Outgoing) (bus.Ack, error)
	MaxPayload() int
}

// FirstSeen keeps for each canonical URL when it was first seen. Create writes only what is not there (bus.ErrExists), so of two
// normalizers with the same article one decides and the other reads.
type FirstSeen interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Create(ctx context.Context, key string, value []byte) (revision uint64, err error)
}

// SourceHints knows what the operator said about a source.
type SourceHints interface {
	Hints(source string) Hints
}

// Hints of a source; the zero value says nothing.
type Hints struct {
	Language string        `json:"language"`
	Hints    extract.Hints `json:"hints"`
}

// Worker turns messages of RAW into messages of ARTICLES.
type Worker struct {
	config    Config
	publisher Publisher
	firstSeen FirstSeen
	sources   SourceHints
	extract   func(extract.Input) extract.Result
	memory    *memory // while Run works; nil = none
	metrics   *Metrics
	log       *slog.Logger
}

// New gives a worker. sources may be nil.
func New(c Config, p Publisher, f FirstSeen, sources SourceHints, m *Metrics, log *slog.Logger) (*Worker, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Worker{config: c.withDefaults(), publisher: p, firstSeen: f, sources: sources, extract: extract.Extract, metrics: m, log: log}, nil
}

// Run works until ctx ends and the pages in work are settled. It is called once.
func (w *Worker) Run(ctx context.Context, b *bus.Bus, onDown func(error)) error {
	return w.work(ctx, b, b.KV(bus.BucketSite), onDown)
}

// work is Run with the bucket of the site memories.
func (w *Worker) work(ctx context.Context, b *bus.Bus, sites sitememory.KV, onDown func(error)) error {
	stop, err := w.startMemory(ctx, sites)
	if err != nil {
		return err
	}
	defer stop()
	return b.Consume(ctx, bus.ConsumeOptions{
		Durable: bus.ConsumerNormalizer, Stage: news.StageNormalizer, Workers: w.config.Workers, Drain: w.config.Drain, OnDown: onDown,
	}, w)
}

// Handle settles each page: it is acknowledged when the last of its articles, or the event that there is none, is stored.
func (w *Worker) Handle(ctx context.Context, batch []bus.Message) []error {
	verdicts := make([]error, len(batch))
	for i, m := range batch {
		verdicts[i] = w.one(ctx, m)
	}
	return verdicts
}

func (w *Worker) one(ctx context.Context, m bus.Message) error {
	page, err := news.ParsePage(m.Subject, m.Header)
	if err != nil {
		return bus.Drop(news.BadMessage, err)
	}
	subject, err := news.ParseSubject(m.Subject)
	if err != nil {
		return bus.Drop(news.BadMessage, err)
	}
	page.Body, err = body(m)
	if errors.Is(err, bus.ErrTooLarge) {
		return w.discard(ctx, page, subject.Host, news.TooLarge, err.Error(), "")
	} else if err != nil {
		return bus.Drop(news.BadMessage, fmt.Errorf("%s: %w", page.URL, err))
	}
	w.metrics.bytes.Add(float64(len(page.Body)))
	known := w.memory.of(ctx, page, subject.Host)
	result, err := w.run(page, known)
	if err == nil {
		err = w.pass(ctx, page, subject.Host, result)
	}
	w.memory.settle(page, known, err)
	if err == nil {
		at := m.Time
		if at.IsZero() {
			at = page.FetchedAt
		}
		w.memory.learn(subject.Host, at, result)
	}
	return err
}

// pass stores what came of a page.
func (w *Worker) pass(ctx context.Context, page news.Page, host string, result extract.Result) error {
	if r := result.Reject; r != nil {
		if r.Reason.Kind == news.KindDead {
			return bus.Drop(r.Reason, fmt.Errorf("%s: %s", page.FinalURL, r.Detail))
		}
		return w.discard(ctx, page, host, r.Reason, r.Detail, r.Title)
	}
	for _, a := range result.Articles {
		if err := w.publish(ctx, page, host, a); err != nil {
			return err
		}
	}
	if result.Learn != nil {
		w.metrics.lines.Add(float64(result.Learn.Dropped))
	}
	w.metrics.pages.WithLabelValues("articles").Inc()
	w.log.Debug("normalized", "url", page.URL, "articles", len(result.Articles))
	return nil
}

// body gives the page's bytes as they were served.
func body(m bus.Message) ([]byte, error) {
	switch e := m.Header[news.HeaderEncoding]; e {
	case "zstd":
		return bus.Decompress(m.Data, extract.MaxPage)
	case "":
		return m.Data, nil
	default:
		return nil, fmt.Errorf("unknown encoding %q", e)
	}
}

// run extracts within the time cap. A page that takes longer, or makes the extractor crash, is a dead letter; the goroutine of a
// page that takes longer ends by itself, for the extractor's work is bounded by the page's size.
func (w *Worker) run(page news.Page, known *sitememory.Snapshot) (extract.Result, error) {
	var said Hints
	if w.sources != nil {
		said = w.sources.Hints(page.Source)
	}
	in := extract.Input{
		URL: page.FinalURL, CanonicalURL: page.URL, ContentType: page.ContentType, Body: page.Body, FetchedAt: page.FetchedAt,
		PublishedHint: page.Published, TitleHint: page.Title, Language: said.Language, Hints: said.Hints,
	}
	if known != nil {
		in.Memory = known
	}
	if len(page.Redirects) > 0 || page.FinalURL != page.URL {
		in.CanonicalURL = "" // what answered is what the article is
	}
	type answer struct {
		result extract.Result
		err    error
	}
	done := make(chan answer, 1)
	started := time.Now()
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- answer{err: bus.Drop(news.Crash, fmt.Errorf("%s: %v\n%s", page.FinalURL, r, debug.Stack()))}
			}
		}()
		done <- answer{result: w.extract(in)}
	}()
	timer := time.NewTimer(w.config.Timeout)
	defer timer.Stop()
	select {
	case a := <-done:
		w.metrics.seconds.Observe(time.Since(started).Seconds())
		return a.result, a.err
	case <-timer.C:
		return extract.Result{}, bus.Drop(news.Timeout, fmt.Errorf("%s: not extracted within %s", page.FinalURL, w.config.Timeout))
	}
}

// publish stores one article. Its id and version make a repeat of it harmless.
func (w *Worker) publish(ctx context.Context, page news.Page, host string, a news.Article) error {
	a.Source = page.Source
	seen, err := w.firstSeenAt(ctx, page, a.CanonicalURL)
	if err != nil {
		return bus.Down(fmt.Errorf("first-seen of %s: %w", a.CanonicalURL, err))
	}
	a.FirstSeen = seen
	raw, err := json.Marshal(a)
	if err != nil {
		return bus.Drop(news.BadMessage, fmt.Errorf("%s: %w", page.URL, err))
	}
	if len(raw) > w.publisher.MaxPayload() {
		return w.discard(ctx, page, host, news.MessageLarge, fmt.Sprintf("the article has %d bytes", len(raw)), a.Title)
	}
	event := news.Event{
		ID: news.ArticleEventID(a.ID, a.Version), Type: news.TypeArticle, Stage: news.StageNormalizer, Subject: a.URL, Time: page.FetchedAt, Trace: page.Trace,
	}
	if _, err := w.publisher.Publish(ctx, bus.Outgoing{Subject: news.ArticleSubject(page.Source, host), Header: header(event, page), Data: raw}); err != nil {
		return bus.Down(fmt.Errorf("publish %s: %w", a.URL, err))
	}
	w.metrics.articles.Inc()
	return nil
}

// header gives the event's headers and the address that was asked for, by which the account joins a page and what came of it.
func header(e news.Event, page news.Page) news.Header {
	h := e.Header("application/json")
	h[news.HeaderURL] = news.EncodeValue(page.URL)
	return h
}

// firstSeenAt gives when the canonical URL was first seen, and remembers it where that is now.
func (w *Worker) firstSeenAt(ctx context.Context, page news.Page, canonicalURL string) (time.Time, error) {
	key := news.URLHash(canonicalURL)
	e, err := w.firstSeen.Get(ctx, key)
	if errors.Is(err, bus.ErrNotFound) {
		at := page.FetchedAt.UTC()
		if !page.FirstSeen.IsZero() {
			at = page.FirstSeen.UTC()
		}
		_, err = w.firstSeen.Create(ctx, key, []byte(news.FormatTime(at)))
		if err == nil {
			return at, nil
		}
		if !errors.Is(err, bus.ErrExists) {
			return time.Time{}, err
		}
		e, err = w.firstSeen.Get(ctx, key)
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, string(e.Value))
}

// discard records that a rule set the page aside.
func (w *Worker) discard(ctx context.Context, page news.Page, host string, reason news.Reason, detail, title string) error {
	raw, err := json.Marshal(news.Discarded{
		V: news.SchemaVersion, Stage: news.StageNormalizer, Reason: reason.Code, Detail: detail, URL: page.URL, Source: page.Source, Title: title, At: page.FetchedAt,
	})
	if err != nil {
		return bus.Drop(news.BadMessage, fmt.Errorf("%s: %w", page.URL, err))
	}
	event := news.Event{
		ID: news.DiscardedID(page.ID(), news.StageNormalizer), Type: news.TypeDiscarded, Stage: news.StageNormalizer, Subject: page.URL, Time: page.FetchedAt, Trace: page.Trace,
	}
	if _, err := w.publisher.Publish(ctx, bus.Outgoing{
		Subject: news.DiscardedSubject(news.StageNormalizer, page.Source, host), Header: header(event, page), Data: raw,
	}); err != nil {
		return bus.Down(fmt.Errorf("publish discard of %s: %w", page.URL, err))
	}
	w.metrics.pages.WithLabelValues(reason.Code).Inc()
	w.log.Info("discarded", "stage", "normalizer", "url", page.URL, "reason", reason.Code, "detail", detail)
	return nil
}
