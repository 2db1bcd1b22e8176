package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// Streams reads stored messages in order. *bus.Bus is one.
type Streams interface {
	Scan(ctx context.Context, stream string, o bus.ScanOptions, f func(bus.Message) error) error
}

// Visits reads all records of a bucket. *bus.KV is one.
type Visits interface {
	Each(ctx context.Context, f func(bus.Entry) error) error
}

// Queue counts what waits in the frontier. *bus.Set is one.
type Queue interface {
	Count(ctx context.Context, filter string) (uint64, error)
}

// Account says how the URLs that were accepted ended.
//
//	Queued + URLs          = accepted
//	URLs                   = Discovery + Discarded by the crawler + Dead by the crawler + Pages
//	Pages                  = WithArticles + Discarded by the normalizer + Dead by the normalizer + Open
type Account struct {
	Queued       int // URLs that wait in the frontier
	URLs         int // URLs that the crawler settled
	Fetched      int // of them, those that were asked for over HTTP
	Discovery    int // listings and feeds
	Pages        int // URLs whose page went to RAW
	WithArticles int // pages that have articles
	Open         int // pages that no normalizer has settled yet, or whose records have aged out

	Articles int // articles, each counted once however often it was published
	Indexed  int // of them, those that Elasticsearch accepted

	Discarded map[news.Stage]map[string]int // by stage and reason: URLs of crawler and normalizer, articles of the indexer
	Dead      map[news.Stage]map[string]int // dead letters that lie in DEAD, by stage and reason
}

// DiscardedTotal counts the URLs that rules set aside; superseded versions of articles are not among them.
func (a Account) DiscardedTotal() int {
	return sum(a.Discarded[news.StageCrawler]) + sum(a.Discarded[news.StageNormalizer])
}

// DeadTotal counts the dead letters.
func (a Account) DeadTotal() int {
	n := 0
	for _, reasons := range a.Dead {
		n += sum(reasons)
	}
	return n
}

func sum(reasons map[string]int) int {
	n := 0
	for _, k := range reasons {
		n += k
	}
	return n
}

// Lines gives the reasons in a stable order: "crawler not_found 3".
func Lines(byStage map[news.Stage]map[string]int) []string {
	var lines []string
	for _, stage := range []news.Stage{news.StageCrawler, news.StageNormalizer, news.StageIndexer} {
		for _, reason := range slices.Sorted(maps.Keys(byStage[stage])) {
			lines = append(lines, fmt.Sprintf("%s %s %d", stage, reason, byStage[stage][reason]))
		}
	}
	return lines
}

// outcome of a page after the crawler: the later record of the same URL wins.
type outcome struct {
	articles bool
	reason   string // of the normalizer's discard
	dead     string // of a dead letter of the normalizer
}

type reader struct {
	account  Account
	pages    map[string]*outcome // by URL that was asked for
	articles map[string]bool     // by id: whether it was indexed
}

// Read takes the account. What the streams have let go by age or retention is not counted in the later stages; its pages are Open.
func Read(ctx context.Context, s Streams, seen Visits, queue Queue) (Account, error) {
	r := reader{
		account:  Account{Discarded: map[news.Stage]map[string]int{}, Dead: map[news.Stage]map[string]int{}},
		pages:    map[string]*outcome{},
		articles: map[string]bool{},
	}
	// The frontier last: what it settles meanwhile is then counted as settled, never as missing.
	for _, step := range []func() error{
		func() error { return s.Scan(ctx, bus.StreamArticles, bus.ScanOptions{}, r.article) },
		func() error { return s.Scan(ctx, bus.StreamEvents, bus.ScanOptions{}, r.event) },
		func() error { return s.Scan(ctx, bus.StreamDead, bus.ScanOptions{}, r.dead) },
		func() error { return seen.Each(ctx, r.visit) },
	} {
		if err := step(); err != nil {
			return Account{}, fmt.Errorf("account: %w", err)
		}
	}
	n, err := queue.Count(ctx, ">")
	if err != nil {
		return Account{}, fmt.Errorf("account: %w", err)
	}
	r.account.Queued = int(n)
	for _, indexed := range r.articles {
		r.account.Articles++
		if indexed {
			r.account.Indexed++
		}
	}
	return r.account, nil
}

func (r *reader) page(url string) *outcome {
	o := r.pages[url]
	if o == nil {
		o = &outcome{}
		r.pages[url] = o
	}
	return o
}

func (r *reader) article(m bus.Message) error {
	if !strings.HasPrefix(m.Subject, news.SubjectArticle+".") {
		return nil
	}
	id, _, _ := strings.Cut(m.Header[news.HeaderCeID], "-")
	if !r.articles[id] {
		r.articles[id] = false
	}
	*r.page(news.DecodeValue(m.Header[news.HeaderURL])) = outcome{articles: true}
	return nil
}

func (r *reader) event(m bus.Message) error {
	s, err := news.ParseSubject(m.Subject)
	if err != nil {
		return nil // not one of the contract's: nothing to account for
	}
	switch s.Kind {
	case "indexed":
		id, _, _ := strings.Cut(m.Header[news.HeaderCeID], "-")
		r.articles[id] = true
	case "discarded":
		var d news.Discarded
		if err := json.Unmarshal(m.Data, &d); err != nil {
			return fmt.Errorf("%s: %w", m.Subject, err)
		}
		switch s.Stage {
		case news.StageNormalizer:
			*r.page(d.URL) = outcome{reason: d.Reason}
		case news.StageIndexer:
			add(r.account.Discarded, s.Stage, d.Reason)
		}
	}
	return nil
}

func (r *reader) dead(m bus.Message) error {
	stage, reason := news.Stage(m.Header[news.HeaderDeadStage]), m.Header[news.HeaderDeadReason]
	add(r.account.Dead, stage, reason)
	if stage == news.StageNormalizer {
		r.page(news.DecodeValue(m.Header[news.HeaderURL])).dead = reason
	}
	return nil
}

func (r *reader) visit(e bus.Entry) error {
	var v frontier.Visit
	if err := json.Unmarshal(e.Value, &v); err != nil {
		return fmt.Errorf("visit %s: %w", e.Key, err)
	}
	a := &r.account
	a.URLs++
	if !v.Fetched.IsZero() {
		a.Fetched++
	}
	if v.Outcome == frontier.OutcomePage {
		a.Pages++
		switch o := r.pages[v.URL]; {
		case o == nil:
			a.Open++
		case o.articles:
			a.WithArticles++
		case o.reason != "":
			add(a.Discarded, news.StageNormalizer, o.reason)
		}
		return nil
	}
	reason, known := news.ReasonByCode(v.Outcome)
	switch {
	case !known:
		return fmt.Errorf("visit of %s: unknown outcome %q", v.URL, v.Outcome)
	case reason.Kind == news.KindDiscovery:
		a.Discovery++
	case reason.Kind == news.KindDiscard:
		add(a.Discarded, news.StageCrawler, v.Outcome)
	}
	return nil
}

func add(byStage map[news.Stage]map[string]int, stage news.Stage, reason string) {
	if byStage[stage] == nil {
		byStage[stage] = map[string]int{}
	}
	byStage[stage][reason]++
}

// Gap tells by how much the counts do not add up: 0 where every accepted URL is accounted for and nothing is on its way.
func (a Account) Gap() int {
	crawler := a.URLs - a.Discovery - sum(a.Discarded[news.StageCrawler]) - sum(a.Dead[news.StageCrawler]) - a.Pages
	normalizer := a.Pages - a.WithArticles - sum(a.Discarded[news.StageNormalizer]) - sum(a.Dead[news.StageNormalizer])
	return abs(crawler) + abs(normalizer)
}

func abs(n int) int { return max(n, -n) }
