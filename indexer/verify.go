package indexer

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// Streams reads stored messages in order, and how far consumers are. *bus.Bus is one.
type Streams interface {
	Scan(ctx context.Context, stream string, o bus.ScanOptions, f func(bus.Message) error) error
	Consumers(ctx context.Context) ([]bus.ConsumerInfo, error)
}

// Report says how the index stands to ARTICLES. An article counts once, in its newest state.
type Report struct {
	Articles  int    // in ARTICLES
	Found     int    // of them, in the index in that state or a newer one
	TakenDown int    // not in the index because the operator took them down
	Dead      int    // not in the index because a dead letter holds them
	Waiting   int    // not in the index yet: the indexer has not settled their message
	Missing   []Lack // not in the index, for no reason
	Older     []Lack // in the index in an older state, or visible though they are gone
}

// Lack is an article that the index lacks.
type Lack struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	Want int64  `json:"want"` // version
	Have int64  `json:"have"` // 0 where it is not there
	Gone bool   `json:"gone"` // it should be hidden

	seqs []uint64 // of the messages that mend it, in their order
}

type articleID [16]byte

// wanted is the newest state of an article by ARTICLES.
type wanted struct {
	version, gone int64 // of the newest article and of the newest word that it is gone
	seq, goneSeq  uint64
	takenDown     bool
}

func (w wanted) hidden() bool { return w.gone > w.version }

// Verify compares what ARTICLES holds with what the index holds, by ids and versions. It reads the stream once and keeps about 100 bytes an
// article in memory. What the index holds and the stream has let go by retention is not looked at.
func Verify(ctx context.Context, s Streams, index *elastic.Client, t *TakenDown) (Report, error) {
	settled, err := settledTo(ctx, s)
	if err != nil {
		return Report{}, err
	}
	want, err := wantedArticles(ctx, s, t)
	if err != nil {
		return Report{}, err
	}
	dead, err := deadArticles(ctx, s)
	if err != nil {
		return Report{}, err
	}
	if err := index.Refresh(ctx); err != nil {
		return Report{}, err
	}
	var r Report
	ids := slices.SortedFunc(maps.Keys(want), func(a, b articleID) int { return cmp.Compare(want[a].seq, want[b].seq) })
	for part := range slices.Chunk(ids, 1000) {
		names := make([]string, len(part))
		for i, id := range part {
			names[i] = hex.EncodeToString(id[:])
		}
		states, err := index.States(ctx, names)
		if err != nil {
			return Report{}, err
		}
		for i, id := range part {
			have, there := states[names[i]]
			r.judge(names[i], want[id], have, there, settled, dead[id])
		}
	}
	return r, r.nameURLs(ctx, s)
}

// nameURLs fills in the addresses, of which only those of what is missing are needed.
func (r *Report) nameURLs(ctx context.Context, s Streams) error {
	unnamed := map[uint64]*Lack{}
	for _, list := range [][]Lack{r.Missing, r.Older} {
		for i := range list {
			unnamed[list[i].seqs[0]] = &list[i]
		}
	}
	if len(unnamed) == 0 {
		return nil
	}
	first := slices.Min(slices.Collect(maps.Keys(unnamed)))
	return s.Scan(ctx, bus.StreamArticles, bus.ScanOptions{Seq: first}, func(m bus.Message) error {
		if l := unnamed[m.Seq]; l != nil {
			l.URL = news.DecodeValue(m.Header[news.HeaderCeSubject])
			delete(unnamed, m.Seq)
		}
		if len(unnamed) == 0 {
			return bus.ErrStop
		}
		return nil
	})
}

func (r *Report) judge(id string, w wanted, have elastic.Holding, there bool, settled uint64, dead bool) {
	r.Articles++
	l := Lack{ID: id, Want: max(w.version, w.gone), Have: have.Version, Gone: w.hidden(), seqs: []uint64{w.seq}}
	if w.hidden() {
		l.seqs = append(l.seqs, w.goneSeq)
	}
	switch {
	case there && have.Version >= l.Want && !w.takenDown:
		r.Found++
	case w.takenDown && !there:
		r.TakenDown++
	case w.takenDown:
		r.Older = append(r.Older, l) // still there though it was taken down
	case w.seq > settled || w.hidden() && w.goneSeq > settled:
		r.Waiting++
	case dead:
		r.Dead++
	case there:
		r.Older = append(r.Older, l)
	default:
		r.Missing = append(r.Missing, l)
	}
}

func settledTo(ctx context.Context, s Streams) (uint64, error) {
	consumers, err := s.Consumers(ctx)
	if err != nil {
		return 0, err
	}
	for _, c := range consumers {
		if c.Name == bus.ConsumerIndexer {
			return c.AckFloor, nil
		}
	}
	return 0, fmt.Errorf("consumer %s: %w", bus.ConsumerIndexer, bus.ErrNotFound)
}

func parseID(s string) (id articleID, ok bool) {
	n, err := hex.Decode(id[:], []byte(s))
	return id, err == nil && n == len(id) && len(s) == 2*len(id)
}

// wantedArticles reads ARTICLES by its headers; a body only where something was taken down.
func wantedArticles(ctx context.Context, s Streams, t *TakenDown) (map[articleID]wanted, error) {
	want := map[articleID]wanted{}
	err := s.Scan(ctx, bus.StreamArticles, bus.ScanOptions{}, func(m bus.Message) error {
		switch {
		case strings.HasPrefix(m.Subject, news.SubjectGone+"."):
			var g news.Gone
			if json.Unmarshal(m.Data, &g) != nil {
				return nil // a dead letter by now
			}
			for _, name := range g.IDs {
				if id, ok := parseID(name); ok {
					if w := want[id]; g.Version > w.gone {
						w.gone, w.goneSeq = g.Version, m.Seq
						want[id] = w
					}
				}
			}
		default:
			id, version, ok := eventOf(m)
			if !ok {
				return nil
			}
			w := want[id]
			if version >= w.version {
				w.version, w.seq = version, m.Seq
				w.takenDown = t.hasMessage(m)
				want[id] = w
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for id, w := range want {
		if w.version == 0 {
			delete(want, id) // only its end is left
		}
	}
	return want, nil
}

// eventOf reads id and version of an article off the id of its message: <id>-<version>, and /r<n> behind it at a retry.
func eventOf(m bus.Message) (articleID, int64, bool) {
	name, rest, _ := strings.Cut(m.Header[news.HeaderCeID], "-")
	rest, _, _ = strings.Cut(rest, "/")
	id, ok := parseID(name)
	version, err := strconv.ParseInt(rest, 10, 64)
	return id, version, ok && err == nil
}

func (t *TakenDown) hasMessage(m bus.Message) bool {
	if t == nil {
		return false
	}
	t.mu.RLock()
	none := len(t.keys) == 0
	t.mu.RUnlock()
	var a news.Article
	return !none && json.Unmarshal(m.Data, &a) == nil && t.Has(a)
}

// deadArticles lists the articles that lie in DEAD.
func deadArticles(ctx context.Context, s Streams) (map[articleID]bool, error) {
	dead := map[articleID]bool{}
	filter := news.SubjectDead + "." + string(news.StageIndexer) + ".>"
	err := s.Scan(ctx, bus.StreamDead, bus.ScanOptions{Filter: filter}, func(m bus.Message) error {
		l, err := bus.ParseDeadLetter(m)
		if err != nil {
			return nil // not one of ours
		}
		if id, _, ok := eventOf(bus.Message{Header: l.Original.Header}); ok {
			dead[id] = true
		}
		return nil
	})
	return dead, err
}
