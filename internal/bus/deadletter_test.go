package bus_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
)

func letter(seq uint64, stored time.Time) bus.Letter {
	m := raw(int(seq))
	return bus.Letter{
		Stage: news.StageCrawler, Source: "yunhai", Host: "", Reason: news.HostDown, Err: errors.New("no route"), URL: "https://paper.example/新闻",
		Message: bus.Message{Subject: m.Subject, Header: m.Header, Data: m.Data, Stream: bus.StreamRaw, Consumer: "x", Seq: seq, Time: stored, Deliveries: 3},
	}
}

func TestBuryOnce(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	now := time.Now()
	for range 2 {
		if err := b.Bury(ctx, letter(7, now)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(deadLetters(t, b)); n != 1 {
		t.Errorf("%d letters of one message", n)
	}
	// Another message at the same place: its stream was deleted and made anew.
	if err := b.Bury(ctx, letter(7, now.Add(time.Minute))); err != nil {
		t.Fatal(err)
	}
	all := deadLetters(t, b)
	if len(all) != 2 {
		t.Fatalf("%d letters of two messages", len(all))
	}
	if l := all[0]; l.Host != "unknown" || l.URL != "https://paper.example/新闻" || l.Deliveries != 3 || !l.Stored.Equal(now) || l.Reason != "host_down" {
		t.Errorf("letter %+v", l)
	}
}

func TestBuryIntoFullDead(t *testing.T) {
	b := bustest.StartServer(t).Bus(t, bus.Config{DeadBytes: 8 << 10})
	var err error
	for n := uint64(1); n < 100 && err == nil; n++ {
		err = b.Bury(t.Context(), letter(n, time.Now()))
	}
	if !isDown(err) || !errors.Is(err, bus.ErrFull) {
		t.Errorf("full DEAD: %v, want a DownError of ErrFull", err)
	}
}

// A retry whose publish is taken for a duplicate of an attempt that has died since must not remove the letter without a new one.
func TestRetryPastDuplicate(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	if err := b.Bury(ctx, letter(1, time.Now())); err != nil {
		t.Fatal(err)
	}
	before := raw(1)
	before.Header[news.HeaderMsgID] = news.RetryID(before.Header[news.HeaderMsgID], 1)
	if _, err := b.Publish(ctx, before); err != nil {
		t.Fatal(err)
	}
	l := deadLetters(t, b)[0]
	ack, err := b.Retry(ctx, l.Seq)
	if err != nil || ack.Duplicate || ack.Seq != 2 {
		t.Errorf("retry: %+v %v, want a message of its own", ack, err)
	}
	m, err := b.Message(ctx, bus.StreamRaw, 2)
	if err != nil || m.Header[news.HeaderDeadRetry] != "2" {
		t.Errorf("retried: %v %v", m.Header, err)
	}
}

func TestRetryOfAnAddress(t *testing.T) {
	b, ctx := bustest.Start(t), t.Context()
	l := letter(1, time.Now())
	l.Message.Subject, l.Message.Stream = bus.FrontierURL("paper_example", "abc"), bus.StreamURLs
	if err := b.Bury(ctx, l); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Set(bus.StreamURLs).Add(ctx, bus.Outgoing{Subject: l.Message.Subject}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Retry(ctx, deadLetters(t, b)[0].Seq); err != nil {
		t.Fatalf("an address that is queued again already: %v", err)
	}
	if n := len(deadLetters(t, b)); n != 0 {
		t.Errorf("%d letters left", n)
	}
}

func TestParseDeadLetterRefuses(t *testing.T) {
	good := func() bus.Message {
		return bus.Message{Subject: "news.dead.crawler.a.b", Header: news.Header{
			news.HeaderDeadReason: "crash", news.HeaderDeadStream: "RAW", news.HeaderDeadSubject: "news.raw.a.b", news.HeaderDeadSeq: "1"}}
	}
	tests := []struct {
		name  string
		spoil func(*bus.Message)
		ok    bool
	}{
		{"the least", func(*bus.Message) {}, true},
		{"subject", func(m *bus.Message) { m.Subject = "news.raw.a.b" }, false},
		{"no reason", func(m *bus.Message) { delete(m.Header, news.HeaderDeadReason) }, false},
		{"sequence", func(m *bus.Message) { m.Header[news.HeaderDeadSeq] = "x" }, false},
		{"deliveries", func(m *bus.Message) { m.Header[news.HeaderDeadDeliveries] = "x" }, false},
		{"time", func(m *bus.Message) { m.Header[news.HeaderDeadAt] = "yesterday" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := good()
			tt.spoil(&m)
			if _, err := bus.ParseDeadLetter(m); (err == nil) != tt.ok || err != nil && !errors.Is(err, bus.ErrNotDead) {
				t.Error(err)
			}
		})
	}
}

// Any message that is buried can be read back as it was.
func FuzzDeadLetter(f *testing.F) {
	f.Add("a", "b", "X-Name", "value", "why")
	f.Add("", "坏", "ce-id", "%", "坏\n\x00%E5")
	f.Fuzz(func(t *testing.T, source, host, name, value, why string) {
		if len(why) > 2000 {
			return // cut on purpose
		}
		l := bus.Letter{Stage: news.StageCrawler, Source: source, Host: host, Reason: news.Crash, Err: errors.New(why), URL: "u",
			Message: bus.Message{Subject: "news.raw.a.b", Stream: "RAW", Seq: 9, Time: time.Unix(1, 2), Data: []byte("x"),
				Header: news.Header{"X-" + name: value, news.HeaderMsgID: "id"}}}
		m := bus.DeadMessage(l, time.Unix(3, 4))
		got, err := bus.ParseDeadLetter(bus.Message{Subject: m.Subject, Header: m.Header, Data: m.Data})
		if err != nil {
			t.Fatalf("%v: %v", m.Subject, err)
		}
		if got.Error != why || got.Original.Header["X-"+name] != value || got.Original.Header[news.HeaderMsgID] != "id" ||
			!got.Stored.Equal(l.Message.Time) || fmt.Sprint(got.StreamSeq) != "9" {
			t.Errorf("got %+v", got)
		}
	})
}
