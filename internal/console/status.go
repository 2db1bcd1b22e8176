package console

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

const (
	sampleAge  = time.Second      // an answer may be this old: many pages open ask the server no more than one
	rateWindow = 10 * time.Second // over which rates are taken
)

// status is the answer of /api/status. Rates are null until there are two samples.
type status struct {
	At        time.Time        `json:"at"`
	Counts    counts           `json:"counts"`
	Stages    []stage          `json:"stages"`
	Streams   []streamStatus   `json:"streams"`
	Consumers []consumerStatus `json:"consumers"`
	Problems  []string         `json:"problems"`
}

type counts struct {
	Queued     uint64 `json:"queued"`   // URLs in the frontier
	Pages      uint64 `json:"pages"`    // ever stored in RAW
	Articles   uint64 `json:"articles"` // ever stored in ARTICLES, each version and each news.gone
	Dead       uint64 `json:"dead"`     // letters in DEAD now
	Searchable *int64 `json:"searchable"`
}

// stage is one worker: what waits for it, what it has in hand, what it gets done.
type stage struct {
	Name    string   `json:"name"`
	Waiting uint64   `json:"waiting"`
	Working uint64   `json:"working"`
	Rate    *float64 `json:"rate"` // a second
}

type streamStatus struct {
	Name     string     `json:"name"`
	Messages uint64     `json:"messages"`
	Bytes    uint64     `json:"bytes"`
	MaxBytes int64      `json:"max_bytes"`
	LastTime *time.Time `json:"last_time"`
	Rate     *float64   `json:"rate"`
}

type consumerStatus struct {
	Name        string `json:"name"`
	Stream      string `json:"stream"`
	Pending     uint64 `json:"pending"`
	AckPending  uint64 `json:"ack_pending"`
	Redelivered uint64 `json:"redelivered"`
}

// sample is the state at one moment.
type sample struct {
	at         time.Time
	streams    []bus.StreamInfo
	consumers  []bus.ConsumerInfo
	searchable *int64
	problems   []string
}

// sampler asks for the state when somebody looks, and remembers enough to tell rates.
type sampler struct {
	bus    Bus
	search Searcher
	now    func() time.Time

	mu      sync.Mutex // also keeps two from asking at the same time
	samples []sample   // oldest first, at most rateWindow back
}

func (s *sampler) status(ctx context.Context) status {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.samples); n == 0 || s.now().Sub(s.samples[n-1].at) >= sampleAge {
		s.add(s.take(ctx))
	}
	return statusOf(s.samples[0], s.samples[len(s.samples)-1])
}

func (s *sampler) add(next sample) {
	s.samples = append(s.samples, next)
	for len(s.samples) > 1 && next.at.Sub(s.samples[0].at) > rateWindow {
		s.samples = s.samples[1:]
	}
}

// take asks for the state. What cannot be told is a problem to be shown, not a failure: the rest is shown all the same.
func (s *sampler) take(ctx context.Context) sample {
	var now sample
	var err error
	if now.streams, err = s.bus.Streams(ctx); err != nil {
		now.problems = append(now.problems, "streams: "+err.Error())
	}
	if now.consumers, err = s.bus.Consumers(ctx); err != nil {
		now.problems = append(now.problems, "consumers: "+err.Error())
	}
	if s.search != nil {
		if n, err := s.search.Count(ctx); err != nil {
			now.problems = append(now.problems, "search: "+err.Error())
		} else {
			now.searchable = &n
		}
	}
	now.at = s.now()
	return now
}

func statusOf(before, now sample) status {
	streams, consumers := byStream(now.streams), byConsumer(now.consumers)
	wereStreams, wereConsumers := byStream(before.streams), byConsumer(before.consumers)
	seconds := now.at.Sub(before.at).Seconds()
	streamRate := func(name string) *float64 {
		was, known := wereStreams[name]
		return rate(was.LastSeq, streams[name].LastSeq, known, seconds)
	}
	doneRate := func(name string) *float64 {
		was, known := wereConsumers[name]
		return rate(was.Delivered, consumers[name].Delivered, known, seconds)
	}
	out := status{
		At: now.at, Streams: []streamStatus{}, Consumers: []consumerStatus{}, Problems: append([]string{}, now.problems...),
		Counts: counts{
			Queued: streams[bus.StreamURLs].Messages, Pages: streams[bus.StreamRaw].LastSeq, Articles: streams[bus.StreamArticles].LastSeq,
			Dead: streams[bus.StreamDead].Messages, Searchable: now.searchable,
		},
	}
	crawler := consumers[bus.ConsumerCrawl]
	out.Stages = []stage{
		{Name: "crawler", Waiting: streams[bus.StreamURLs].Messages, Working: crawler.AckPending, Rate: streamRate(bus.StreamRaw)},
	}
	for _, name := range []string{bus.ConsumerNormalizer, bus.ConsumerIndexer} {
		c := consumers[name]
		out.Stages = append(out.Stages, stage{Name: name, Waiting: c.Pending, Working: c.AckPending, Rate: doneRate(name)})
	}
	for _, s := range now.streams {
		one := streamStatus{Name: s.Name, Messages: s.Messages, Bytes: s.Bytes, MaxBytes: s.MaxBytes, Rate: streamRate(s.Name)}
		if !s.LastTime.IsZero() && s.LastSeq > 0 {
			one.LastTime = &s.LastTime
		}
		out.Streams = append(out.Streams, one)
	}
	for _, c := range now.consumers {
		out.Consumers = append(out.Consumers, consumerStatus{c.Name, c.Stream, c.Pending, c.AckPending, c.Redelivered})
	}
	return out
}

// rate is nil where it cannot be told: one sample only, unknown before, or a stream that was made anew.
func rate(was, now uint64, known bool, seconds float64) *float64 {
	if !known || seconds <= 0 || now < was {
		return nil
	}
	r := float64(now-was) / seconds
	return &r
}

func byStream(infos []bus.StreamInfo) map[string]bus.StreamInfo {
	m := map[string]bus.StreamInfo{}
	for _, s := range infos {
		m[s.Name] = s
	}
	return m
}

func byConsumer(infos []bus.ConsumerInfo) map[string]bus.ConsumerInfo {
	m := map[string]bus.ConsumerInfo{}
	for _, c := range infos {
		m[c.Name] = c
	}
	return m
}

func (k *Console) serveStatus(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), apiTimeout)
	defer cancel()
	reply(w, http.StatusOK, k.status.status(ctx))
}
