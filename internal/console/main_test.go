package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeBus holds what a test puts in; it knows the stream DEAD only.
type fakeBus struct {
	mu        sync.Mutex
	err       error
	streams   []bus.StreamInfo
	consumers []bus.ConsumerInfo
	dead      []bus.Message
	asked     int // calls of Streams
	scanned   int // messages handed out by Scan
	subscribe func(ctx context.Context, f func(bus.Message)) error
}

func (b *fakeBus) Streams(context.Context) ([]bus.StreamInfo, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	return b.streams, b.err
}

func (b *fakeBus) Consumers(context.Context) ([]bus.ConsumerInfo, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.consumers, b.err
}

func (b *fakeBus) Scan(_ context.Context, stream string, o bus.ScanOptions, f func(bus.Message) error) error {
	if stream != bus.StreamDead {
		return fmt.Errorf("scan of %s", stream)
	}
	for _, m := range b.dead {
		if m.Seq < o.Seq {
			continue
		}
		b.scanned++
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}

func (b *fakeBus) Subscribe(ctx context.Context, subject string, f func(bus.Message)) error {
	if subject != "news.>" || b.subscribe == nil {
		return errors.New("subscribe to " + subject)
	}
	return b.subscribe(ctx, f)
}

type fakeHosts []bus.Entry

func (h fakeHosts) Each(_ context.Context, f func(bus.Entry) error) error {
	for _, e := range h {
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

type fakeSearch struct {
	results    Results
	err        error
	query      string
	from, size int
}

func (s *fakeSearch) Search(_ context.Context, query string, from, size int) (Results, error) {
	s.query, s.from, s.size = query, from, size
	return s.results, s.err
}

func (s *fakeSearch) Count(context.Context) (int64, error) { return s.results.Total, s.err }

func newConsole(t *testing.T, c Config) *Console {
	t.Helper()
	k, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// get asks at a loopback address and reads the JSON of the answer into v.
func get(t *testing.T, h http.Handler, path string, v any) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8222"+path, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if v != nil {
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			t.Fatalf("%s: %v in %s", path, err, w.Body)
		}
	}
	return w
}

func deadLetter(seq uint64) bus.Message {
	return bus.Message{
		Subject: news.DeadSubject(news.StageNormalizer, "yunhe", "news_yunhe_example"), Stream: bus.StreamDead, Seq: seq,
		Time: time.Date(2026, 11, 20, 8, 0, int(seq), 0, time.UTC), Data: []byte("bytes"),
		Header: news.Header{
			news.HeaderCeSubject: news.EncodeValue("http://news.yunhe.example/路"), news.HeaderDeadReason: news.Undecodable.Code,
			news.HeaderDeadError: news.EncodeValue("no charset fits 云"), news.HeaderDeadDeliveries: "3",
		},
	}
}

var (
	_ Bus   = (*bus.Bus)(nil)
	_ Hosts = (*bus.KV)(nil)
)
