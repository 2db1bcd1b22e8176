package console

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

const (
	maxLetters = 100
	maxHosts   = 200
)

// letter is a dead letter as the page shows it: without its payload.
type letter struct {
	Seq        uint64    `json:"seq"` // in DEAD
	At         time.Time `json:"at"`
	Stage      string    `json:"stage"`
	Source     string    `json:"source"`
	Host       string    `json:"host"`
	URL        string    `json:"url"`
	Link       string    `json:"link,omitempty"`
	Reason     string    `json:"reason"`
	Means      string    `json:"means"`
	Error      string    `json:"error"`
	Deliveries int       `json:"deliveries"`
	Bytes      int       `json:"bytes"`
}

func letterOf(m bus.Message) letter {
	e := eventOf(m)
	reason, _ := news.ReasonByCode(e.Reason)
	deliveries, _ := strconv.Atoi(m.Header[news.HeaderDeadDeliveries])
	return letter{
		Seq: m.Seq, At: m.Time, Stage: e.Stage, Source: e.Source, Host: e.Host, URL: e.URL, Link: e.Link,
		Reason: e.Reason, Means: reason.Means, Error: e.Detail, Deliveries: deliveries, Bytes: len(m.Data),
	}
}

// serveDead answers {"total", "letters"}: the newest letters, newest first.
func (k *Console) serveDead(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), apiTimeout)
	defer cancel()
	total, letters, err := newestLetters(ctx, k.config.Bus)
	if err != nil {
		fail(w, http.StatusBadGateway, err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]any{"total": total, "letters": letters})
}

// newestLetters reads DEAD from its end. Letters that were retried have left gaps, so it looks further back until it has enough.
func newestLetters(ctx context.Context, b Bus) (total uint64, letters []letter, err error) {
	streams, err := b.Streams(ctx)
	if err != nil {
		return 0, nil, err
	}
	dead := byStream(streams)[bus.StreamDead]
	letters = []letter{}
	if dead.Messages == 0 {
		return 0, letters, nil
	}
	want := int(min(dead.Messages, maxLetters))
	for back := uint64(maxLetters); ; back *= 8 {
		from := dead.FirstSeq
		if dead.LastSeq >= from+back {
			from = dead.LastSeq - back + 1
		}
		letters = letters[:0]
		err := b.Scan(ctx, bus.StreamDead, bus.ScanOptions{Seq: from}, func(m bus.Message) error {
			if len(letters) == maxLetters {
				letters = append(letters[:0], letters[1:]...)
			}
			letters = append(letters, letterOf(m))
			return nil
		})
		if err != nil {
			return 0, nil, err
		}
		if len(letters) >= want || from == dead.FirstSeq {
			slices.Reverse(letters)
			return dead.Messages, letters, nil
		}
	}
}

// host is the state of one host. The value is shown as it is stored: what is in it is the crawler's.
type host struct {
	Host    string          `json:"host"`
	Updated time.Time       `json:"updated"`
	State   json.RawMessage `json:"state"` // null where it is no JSON
}

// serveHosts answers {"total", "hosts"}: those whose state changed last.
func (k *Console) serveHosts(w http.ResponseWriter, r *http.Request) {
	hosts := []host{}
	total := 0
	if k.config.Hosts != nil {
		ctx, cancel := context.WithTimeout(r.Context(), apiTimeout)
		defer cancel()
		err := k.config.Hosts.Each(ctx, func(e bus.Entry) error {
			total++
			hosts = append(hosts, hostOf(e))
			if len(hosts) >= 2*maxHosts { // a million hosts must not be held to show 200
				hosts = newest(hosts)
			}
			return nil
		})
		if err != nil {
			fail(w, http.StatusBadGateway, err.Error())
			return
		}
	}
	reply(w, http.StatusOK, map[string]any{"total": total, "hosts": newest(hosts)})
}

func hostOf(e bus.Entry) host {
	h := host{Host: hostName(e.Key), Updated: e.Time, State: json.RawMessage("null")}
	if json.Valid(e.Value) {
		h.State = slices.Clone(e.Value)
	}
	return h
}

func newest(hosts []host) []host {
	slices.SortFunc(hosts, func(a, b host) int { return b.Updated.Compare(a.Updated) })
	return hosts[:min(len(hosts), maxHosts)]
}
