package frontier

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
)

func TestSeen(t *testing.T) {
	b := bustest.Start(t)
	s := NewSeen(b.KV(bus.BucketSeen))
	const url = "http://a.example/1"
	if _, ok, err := s.Get(t.Context(), url); ok || err != nil {
		t.Fatalf("Get of nothing: %v, %v", ok, err)
	}
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	want := Visit{V: 1, URL: url, Source: "yunhe", Kind: KindPage, Outcome: OutcomePage, Status: 200, Fetched: at, ETag: `"x"`, Hash: "00", Next: &at, Seq: 7}
	if err := s.Put(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	got, ok, err := s.Get(t.Context(), url)
	if !ok || err != nil {
		t.Fatalf("Get: %v, %v", ok, err)
	}
	if time.Since(got.Stored).Abs() > time.Minute {
		t.Errorf("stored %v", got.Stored)
	}
	got.Stored = time.Time{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !got.Due(at) || got.Due(at.Add(-time.Second)) || (Visit{}).Due(at) {
		t.Error("Due")
	}
}

func TestItemsThatAreNone(t *testing.T) {
	good, err := entry("/1").outgoing(host)
	if err != nil {
		t.Fatal(err)
	}
	if it := itemOf(bus.Message{Subject: good.Subject, Data: good.Data}); it.Err != nil {
		t.Fatalf("a good one: %v", it.Err)
	}
	for name, row := range map[string]struct{ subject, data string }{
		"no JSON":        {good.Subject, "{"},
		"no URL":         {good.Subject, `{"v":1}`},
		"another URL":    {good.Subject, strings.Replace(string(good.Data), "/1", "/2", 1)},
		"another host":   {strings.Replace(good.Subject, host, "b_example", 1), string(good.Data)},
		"newer version":  {good.Subject, strings.Replace(string(good.Data), `"v":1`, `"v":2`, 1)},
		"unknown kind":   {good.Subject, strings.Replace(string(good.Data), `"page"`, `"rumour"`, 1)},
		"source no name": {good.Subject, strings.Replace(string(good.Data), `"yunhe"`, `"a.b"`, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			if it := itemOf(bus.Message{Subject: row.subject, Data: []byte(row.data)}); !errors.Is(it.Err, ErrEntry) {
				t.Errorf("taken for an entry: %+v", it)
			}
		})
	}
}

// FuzzItem: whatever lies in URLS, what is taken for an entry is queued under the subject it came from.
func FuzzItem(f *testing.F) {
	good, err := entry("/1?a=b").outgoing(host)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good.Subject, good.Data)
	f.Add(good.Subject, []byte(`{"v":1,"url":"http://[::1]:80/","source":"x","kind":"feed"}`))
	f.Fuzz(func(t *testing.T, subject string, data []byte) {
		it := itemOf(bus.Message{Subject: subject, Data: data})
		if it.Err != nil {
			return
		}
		h, err := it.Host()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := news.ParseHostToken(h); err != nil {
			t.Fatalf("host %q: %v", h, err)
		}
		if m, err := it.outgoing(h); err != nil || !strings.HasSuffix(subject, m.Subject[strings.Index(m.Subject, h):]) {
			t.Fatalf("queued under %q, came from %q (%v)", m.Subject, subject, err)
		}
	})
}

func TestConfig(t *testing.T) {
	for name, row := range map[string]struct {
		c    Config
		good bool
	}{
		"defaults":         {Config{}, true},
		"shortest lease":   {Config{Request: time.Second, Lease: 6 * time.Second}, true},
		"lease too short":  {Config{Request: time.Second, Lease: 5 * time.Second}, false},
		"negative request": {Config{Request: -1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := row.c.Validate(); (err == nil) != row.good {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}
