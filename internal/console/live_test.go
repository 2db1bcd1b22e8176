package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

func TestEventOf(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	header := news.Header{news.HeaderCeSubject: news.EncodeValue("http://news.yunhe.example/路"), news.HeaderCeTime: news.FormatTime(at)}
	for _, row := range []struct {
		name string
		in   bus.Message
		want event
	}{
		{"a page", bus.Message{Subject: "news.raw.yunhe.news_yunhe_example", Header: header, Data: []byte{0x28, 0xb5, 0x2f, 0xfd}},
			event{At: at, Kind: "raw", Source: "yunhe", Host: "news.yunhe.example", URL: "http://news.yunhe.example/路", Link: "http://news.yunhe.example/路"}},
		{"an article", bus.Message{Subject: "news.article.yunhe.h", Header: header, Data: []byte(`{"title":"云河","url":"https://h/b"}`)},
			event{At: at, Kind: "article", Source: "yunhe", Host: "h", URL: "https://h/b", Link: "https://h/b", Title: "云河"}},
		{"a discard", bus.Message{Subject: "news.discarded.crawler.yunhe.h", Header: header, Data: []byte(`{"reason":"robots","detail":"d","url":"http://h/"}`)},
			event{At: at, Kind: "discarded", Stage: "crawler", Source: "yunhe", Host: "h", URL: "http://h/", Link: "http://h/", Reason: "robots", Detail: "d"}},
		{"a dead letter", deadLetter(1),
			event{At: at.Add(time.Second), Kind: "dead", Stage: "normalizer", Source: "yunhe", Host: "news.yunhe.example", URL: "http://news.yunhe.example/路",
				Link: "http://news.yunhe.example/路", Reason: "undecodable", Detail: "no charset fits 云"}},
		{"no link to a script", bus.Message{Subject: "news.article.s.h", Data: []byte(`{"url":"javascript:alert(1)"}`), Time: at},
			event{At: at, Kind: "article", Source: "s", Host: "h", URL: "javascript:alert(1)"}},
		{"broken JSON", bus.Message{Subject: "news.article.s.h", Data: []byte(`{`), Time: at}, event{At: at, Kind: "article", Source: "s", Host: "h"}},
		{"not of the contract", bus.Message{Subject: "news.x", Time: at}, event{At: at}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, eventOf(row.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLiveStream(t *testing.T) {
	messages := make(chan bus.Message)
	b := &fakeBus{subscribe: func(ctx context.Context, f func(bus.Message)) error {
		for {
			select {
			case m := <-messages:
				f(m)
			case <-ctx.Done():
				return nil
			}
		}
	}}
	k := newConsole(t, Config{Bus: b})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- k.Run(ctx) }()
	server := httptest.NewServer(k)
	defer server.Close()

	send := func(title string) {
		messages <- bus.Message{Subject: "news.article.s.h", Data: []byte(`{"title":"` + title + `"}`), Time: time.Unix(1, 0)}
	}
	send("before")
	r, err := http.Get(server.URL + "/api/live")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := r.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("content type %q", got)
	}
	lines := bufio.NewScanner(r.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var e event
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					t.Fatal(err)
				}
				return e.Title
			}
		}
		return "ended"
	}
	if got := next(); got != "before" {
		t.Errorf("first event %q", got)
	}
	send(`line\nbreak`)
	if got := next(); got != "line\nbreak" {
		t.Errorf("second event %q", got)
	}
	cancel()
	if got := next(); got != "ended" {
		t.Errorf("after the end %q", got)
	}
	if err := <-ran; err != nil {
		t.Error(err)
	}
	if w := get(t, k, "/api/live", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("joined after the end: %d", w.Code)
	}
}

func TestSlowStreamIsDropped(t *testing.T) {
	h := newHub()
	slow, _ := h.join()
	fast, _ := h.join()
	for i := range clientBuffer + 1 {
		h.publish(event{Title: "x"})
		if <-fast; i == clientBuffer && len(fast) != 0 {
			t.Error("the fast one got too many")
		}
	}
	n := 0
	for range slow { // ends: it was closed
		n++
	}
	if n != clientBuffer || len(h.clients) != 1 || len(h.recent) != recentEvents {
		t.Errorf("%d events, %d streams, %d recent", n, len(h.clients), len(h.recent))
	}
	h.leave(slow) // a second time is no harm
	for range maxClients - 1 {
		if _, ok := h.join(); !ok {
			t.Fatal("refused")
		}
	}
	if _, ok := h.join(); ok {
		t.Error("more streams than the most")
	}
}

func TestRunTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		b := &fakeBus{subscribe: func(context.Context, func(bus.Message)) error {
			if calls++; calls == 3 {
				cancel()
			}
			return errors.New("away")
		}}
		var log strings.Builder
		k, err := New(Config{Bus: b, Log: slog.New(slog.NewTextHandler(io.Writer(&log), nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Run(ctx); err != nil {
			t.Error(err)
		}
		if calls != 3 || strings.Count(log.String(), "\n") != 1 {
			t.Errorf("%d calls, log %s", calls, log.String())
		}
	})
}
