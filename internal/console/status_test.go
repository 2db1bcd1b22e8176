package console

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

func TestStatusTellsRatesAndLag(t *testing.T) {
	b := &fakeBus{
		streams: []bus.StreamInfo{
			{Name: bus.StreamURLs, Messages: 40, LastSeq: 100},
			{Name: bus.StreamRaw, Messages: 10, Bytes: 500, MaxBytes: 1000, LastSeq: 10, LastTime: time.Unix(1e9, 0)},
			{Name: bus.StreamArticles, LastSeq: 7}, {Name: bus.StreamDead, Messages: 2, LastSeq: 3},
		},
		consumers: []bus.ConsumerInfo{
			{Name: bus.ConsumerCrawl, Stream: bus.StreamTokens, AckPending: 4},
			{Name: bus.ConsumerNormalizer, Stream: bus.StreamRaw, Pending: 5, AckPending: 1, Delivered: 5},
		},
	}
	now := time.Unix(2e9, 0)
	k := newConsole(t, Config{Bus: b, Search: &fakeSearch{results: Results{Total: 6}}})
	k.status.now = func() time.Time { return now }

	var first status
	get(t, k, "/api/status", &first)
	if first.Counts.Queued != 40 || first.Counts.Pages != 10 || first.Counts.Articles != 7 || first.Counts.Dead != 2 || *first.Counts.Searchable != 6 {
		t.Errorf("counts: %+v", first.Counts)
	}
	if len(first.Stages) != 3 || first.Stages[0].Rate != nil || first.Stages[0].Waiting != 40 || first.Stages[0].Working != 4 {
		t.Errorf("stages: %+v", first.Stages)
	}
	if n := first.Stages[1]; n.Name != "normalizer" || n.Waiting != 5 || n.Working != 1 || n.Rate != nil {
		t.Errorf("normalizer: %+v", n)
	}
	if s := first.Streams[1]; s.LastTime == nil || first.Streams[0].LastTime != nil || s.Bytes != 500 || s.MaxBytes != 1000 {
		t.Errorf("streams: %+v", first.Streams)
	}

	now = now.Add(sampleAge / 2)
	get(t, k, "/api/status", &first)
	if b.asked != 1 {
		t.Errorf("the server was asked %d times within %s", b.asked, sampleAge)
	}

	now = now.Add(4*time.Second - sampleAge/2)
	b.streams = []bus.StreamInfo{{Name: bus.StreamRaw, LastSeq: 30}, {Name: bus.StreamArticles, LastSeq: 2}}
	b.consumers = []bus.ConsumerInfo{{Name: bus.ConsumerNormalizer, Delivered: 15}}
	var second status
	get(t, k, "/api/status", &second)
	if r := second.Stages[0].Rate; r == nil || *r != 5 {
		t.Errorf("crawler: %v", r)
	}
	if r := second.Stages[1].Rate; r == nil || *r != 2.5 {
		t.Errorf("normalizer: %v", r)
	}
	if r := second.Streams[1].Rate; r != nil {
		t.Errorf("a stream that was made anew: %v", *r)
	}

	for range 100 { // what is older than the window is forgotten
		now = now.Add(time.Second)
		get(t, k, "/api/status", &second)
	}
	if r := second.Stages[0].Rate; r == nil || *r != 0 || len(k.status.samples) > 11 {
		t.Errorf("after a rest: %v of %d samples", r, len(k.status.samples))
	}
}

func TestStatusShowsProblems(t *testing.T) {
	k := newConsole(t, Config{Bus: &fakeBus{err: errors.New("no responders")}, Search: &fakeSearch{err: errors.New("refused")}})
	var got status
	w := get(t, k, "/api/status", &got)
	if w.Code != 200 || strings.Join(got.Problems, "; ") != "streams: no responders; consumers: no responders; search: refused" || got.Counts.Searchable != nil {
		t.Errorf("%d %+v", w.Code, got)
	}
}
