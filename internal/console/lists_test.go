package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/internal/bus"
)

type deadAnswer struct {
	Total   uint64   `json:"total"`
	Letters []letter `json:"letters"`
}

func TestDeadLetter(t *testing.T) {
	b := &fakeBus{dead: []bus.Message{deadLetter(4)}, streams: []bus.StreamInfo{{Name: bus.StreamDead, Messages: 1, FirstSeq: 4, LastSeq: 4}}}
	var got deadAnswer
	get(t, newConsole(t, Config{Bus: b}), "/api/dead", &got)
	want := deadAnswer{1, []letter{{
		Seq: 4, At: time.Date(2026, 11, 20, 8, 0, 4, 0, time.UTC), Stage: "normalizer", Source: "yunhe", Host: "news.yunhe.example",
		URL: "http://news.yunhe.example/路", Link: "http://news.yunhe.example/路", Reason: "undecodable",
		Means: "the bytes are text in no known charset", Error: "no charset fits 云", Deliveries: 3, Bytes: 5,
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNewestDeadLetters(t *testing.T) {
	sequences := func(from, to, step uint64) (seqs []uint64) {
		for seq := from; seq <= to; seq += step {
			seqs = append(seqs, seq)
		}
		return seqs
	}
	for _, row := range []struct {
		name        string
		seqs        []uint64
		newest      uint64
		want, reads int // letters, and most messages read for them
	}{
		{"none", nil, 0, 0, 0},
		{"few", sequences(1, 5, 1), 5, 5, 5},
		{"many without gaps", sequences(1, 5000, 1), 5000, 100, 100},
		{"many with gaps", sequences(1, 50001, 50), 50001, 100, 300},
		{"old ones and one new", append(sequences(1, 300, 1), 100_000), 100_000, 100, 310},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := &fakeBus{}
			info := bus.StreamInfo{Name: bus.StreamDead, Messages: uint64(len(row.seqs)), FirstSeq: 1}
			for _, seq := range row.seqs {
				b.dead = append(b.dead, deadLetter(seq))
				info.LastSeq = seq
			}
			b.streams = []bus.StreamInfo{info}
			var got deadAnswer
			get(t, newConsole(t, Config{Bus: b}), "/api/dead", &got)
			if len(got.Letters) != row.want || got.Total != info.Messages || b.scanned > row.reads {
				t.Errorf("%d letters of %d, %d read", len(got.Letters), got.Total, b.scanned)
			}
			for i, l := range got.Letters {
				if i == 0 && l.Seq != row.newest || i > 0 && l.Seq >= got.Letters[i-1].Seq {
					t.Fatalf("letter %d has sequence %d", i, l.Seq)
				}
			}
		})
	}
}

func TestDeadLettersThatCannotBeRead(t *testing.T) {
	var got map[string]string
	w := get(t, newConsole(t, Config{Bus: &fakeBus{err: errors.New("no responders")}}), "/api/dead", &got)
	if w.Code != 502 || got["error"] != "no responders" {
		t.Errorf("%d %v", w.Code, got)
	}
}

func TestHosts(t *testing.T) {
	var hosts fakeHosts
	for i := range 1000 {
		hosts = append(hosts, bus.Entry{Key: fmt.Sprintf("h%d_example", i), Value: []byte(`{"delay_ms": 5}`), Time: time.Unix(int64(i*7919%1000), 0)})
	}
	hosts = append(hosts, bus.Entry{Key: "news_yunhe_example-_8080", Value: []byte("no JSON"), Time: time.Unix(5000, 0)})
	var got struct {
		Total int
		Hosts []struct {
			Host    string
			Updated time.Time
			State   json.RawMessage
		}
	}
	get(t, newConsole(t, Config{Bus: &fakeBus{}, Hosts: hosts}), "/api/hosts", &got)
	if got.Total != 1001 || len(got.Hosts) != maxHosts || got.Hosts[0].Host != "news.yunhe.example:8080" || string(got.Hosts[0].State) != "null" {
		t.Errorf("%d of %d, first %+v", len(got.Hosts), got.Total, got.Hosts[0])
	}
	if last := got.Hosts[maxHosts-1]; last.Updated.Unix() != 801 || string(last.State) != `{"delay_ms":5}` {
		t.Errorf("last %+v", last)
	}
	get(t, newConsole(t, Config{Bus: &fakeBus{}}), "/api/hosts", &got)
	if got.Total != 0 || got.Hosts == nil {
		t.Errorf("without a bucket: %+v", got)
	}
}
