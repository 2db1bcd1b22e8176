package indexer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/indexer/story"
)

// Stories finds reprints: it groups articles with the same text under the one that appeared first.
//
// It looks twice. Place is asked before articles are written, so that most reprints are found as such the moment they can be found. It does
// not see what others are writing at the same time; Settle is asked once they can be found, sees what there is, and changes by
// compare-and-set what is not right: until a look changes nothing. What a story is depends on the articles alone and not on the order in which
// they came (story.Group), so that any number of looks by any number of processes end the same.
type Stories struct {
	index   *elastic.Client
	metrics *Metrics
	log     *slog.Logger
}

// NewStories works on an index. m nil keeps metrics nobody reads, log nil is slog.Default().
func NewStories(index *elastic.Client, m *Metrics, log *slog.Logger) *Stories {
	if m == nil {
		m = NewMetrics(nil)
	}
	return &Stories{index: index, metrics: m, log: cmp.Or(log, slog.Default())}
}

// storyWindow is how far apart two articles are first seen at most to be one story: a text that comes again next year is news again.
const storyWindow = 60 * 24 * time.Hour

// Bounds of what one article is compared with: of each story that it may belong to the first and those that share most keys with it.
const (
	mostStories   = 8
	mostOfAStory  = 3
	mostPeers     = 50 // of the same batch, for each key
	textsAtOnce   = 200
	mostOrphans   = 300 // of a story that lost its first, compared with each other
	notYetWritten = ""  // month of an article that Place is asked about
)

// card is an article on the board.
type card struct {
	told    elastic.Told
	text    story.Text
	read    bool   // text is there
	fresh   bool   // asked about: its links are found by its text, whatever the index says
	absent  bool   // asked about and not in the index
	matters bool   // its story is looked at
	was     string // story of another that the index has it in, as Place finds it
	root    int
}

func (c *card) node() story.Node {
	return story.Node{ID: c.told.ID, Since: story.Since(c.told.News), Gone: c.told.Gone || c.absent}
}

// board is what one look sees.
type board struct {
	cards []*card
	byID  map[string]int
	links [][2]int
}

func newBoard() *board { return &board{byID: map[string]int{}} }

// add puts an article on the board once.
func (b *board) add(c *card) int {
	if i, ok := b.byID[c.told.ID]; ok {
		return i
	}
	c.root = len(b.cards)
	b.byID[c.told.ID] = c.root
	b.cards = append(b.cards, c)
	return c.root
}

func (b *board) find(i int) int {
	for b.cards[i].root != i {
		i = b.cards[i].root
	}
	return i
}

func (b *board) linked(i, j int) bool { return b.find(i) == b.find(j) }

func (b *board) link(i, j int) {
	b.links = append(b.links, [2]int{i, j})
	b.cards[b.find(i)].root = b.find(j)
}

// group gives the places of all cards.
func (b *board) group() []story.Place {
	nodes := make([]story.Node, len(b.cards))
	for i, c := range b.cards {
		nodes[i] = c.node()
	}
	return story.Group(nodes, b.links)
}

// Place says for documents that are about to be written which story they belong to, by what can be found in the index now and by the
// documents themselves. Where the index cannot be asked each stands alone; Settle mends that.
func (s *Stories) Place(ctx context.Context, docs []*elastic.Document) {
	b := newBoard()
	of := make([]int, len(docs)) // document -> card
	for i, d := range docs {
		text := story.Read(d.Body)
		d.Bands = text.Bands()
		d.StoryID, d.NearDuplicateOf, d.Reprints = d.ID, "", 0
		c := &card{told: elastic.Told{Ref: elastic.Ref{Month: notYetWritten, ID: d.ID}, News: d.Article, Bands: d.Bands}, text: text, read: true, fresh: true}
		of[i] = b.add(c)
		if b.cards[of[i]].told.News.Version < d.Version {
			c.root = of[i]
			b.cards[of[i]] = c // of two states of one article the newer counts
		}
	}
	if err := s.look(ctx, b); err != nil {
		s.log.Debug("looking for reprints", "error", err)
		s.metrics.Stories.WithLabelValues("failed").Inc()
		return
	}
	places := b.group()
	for i, d := range docs {
		c := b.cards[of[i]]
		// One that is in a story stays there until Settle, which then sees the story that it leaves.
		d.StoryID = cmp.Or(c.was, places[of[i]].Story)
		if d.StoryID != d.ID {
			d.NearDuplicateOf = d.StoryID
			s.metrics.Stories.WithLabelValues("reprint").Inc()
			continue
		}
		d.Reprints = max(places[of[i]].Reprints, c.told.Reprints)
	}
}

// look finds for the articles that Place was asked about those that have the same text.
func (s *Stories) look(ctx context.Context, b *board) error {
	fresh := len(b.cards)
	q := b.bandsQuery(nil)
	for _, c := range b.cards {
		q.IDs = append(q.IDs, c.told.ID)
	}
	hits, err := s.index.Stories(ctx, q)
	if err != nil {
		return err
	}
	for _, h := range hits {
		if i, ok := b.byID[h.ID]; ok && i < fresh {
			if c := b.cards[i]; !h.Gone && h.Story == h.ID {
				c.told.Reprints = h.Reprints
			} else if !h.Gone {
				c.was = h.Story
			}
			continue
		}
		b.add(&card{told: h})
	}
	if err := s.compare(ctx, b); err != nil {
		return err
	}
	return s.firsts(ctx, b)
}

// firsts links the articles of the index that were found alike to the first of their story.
func (s *Stories) firsts(ctx context.Context, b *board) error {
	var missing []string
	for _, c := range b.cards {
		if _, ok := b.byID[c.told.Story]; c.matters && !c.fresh && !ok {
			missing = append(missing, c.told.Story)
		}
	}
	if len(missing) > 0 {
		hits, err := s.index.Stories(ctx, elastic.StoryQuery{IDs: dedupe(missing)})
		if err != nil {
			return err
		}
		for _, h := range hits {
			b.add(&card{told: h})
		}
	}
	for i, c := range b.cards {
		if f, ok := b.byID[c.told.Story]; ok && c.matters && !c.fresh && f != i && !b.cards[f].fresh {
			b.link(i, f)
		}
	}
	return nil
}

func dedupe(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

// bandsQuery asks for what may be alike one of the fresh articles.
func (b *board) bandsQuery(not []string) elastic.StoryQuery {
	q := elastic.StoryQuery{Not: not}
	for _, c := range b.cards {
		if !c.fresh || c.told.Gone || c.absent || len(c.told.Bands) == 0 {
			continue
		}
		q.Bands = append(q.Bands, c.told.Bands...)
		seen := c.told.News.FirstSeen
		if from := seen.Add(-storyWindow); q.Since.IsZero() || from.Before(q.Since) {
			q.Since = from
		}
		if to := seen.Add(storyWindow); to.After(q.Until) {
			q.Until = to
		}
	}
	q.Bands = dedupe(q.Bands)
	return q
}

// pair is two cards to be compared.
type pair struct{ fresh, other int }

// compare links every fresh article to those on the board that have the same text.
func (s *Stories) compare(ctx context.Context, b *board) error {
	pairs := b.pairs()
	if err := s.readTexts(ctx, b, pairs); err != nil {
		return err
	}
	for _, p := range pairs {
		x, y := b.cards[p.fresh], b.cards[p.other]
		if x.read && y.read && !b.linked(p.fresh, p.other) && story.Alike(x.text, y.text) {
			b.link(p.fresh, p.other)
			x.matters, y.matters = true, true
		}
	}
	return nil
}

// pairs gives what is worth comparing, the likeliest first: a fresh article with those of the index that share keys with it, a few of each
// story, and with its peers.
func (b *board) pairs() []pair {
	others, peers := map[string][]int{}, map[string][]int{}
	for i, c := range b.cards {
		if c.told.Gone || c.absent {
			continue
		}
		for _, k := range c.told.Bands {
			if !c.fresh {
				others[k] = append(others[k], i)
			} else if len(peers[k]) < mostPeers {
				peers[k] = append(peers[k], i)
			}
		}
	}
	var pairs []pair
	for i, c := range b.cards {
		if !c.fresh || c.told.Gone || c.absent {
			continue
		}
		shared, sharedPeers := map[int]int{}, map[int]bool{}
		for _, k := range c.told.Bands {
			for _, j := range others[k] {
				if gap := c.told.News.FirstSeen.Sub(b.cards[j].told.News.FirstSeen).Abs(); gap <= storyWindow {
					shared[j]++
				}
			}
			for _, j := range peers[k] {
				if j < i && !sharedPeers[j] {
					sharedPeers[j] = true
					pairs = append(pairs, pair{i, j})
				}
			}
		}
		pairs = append(pairs, b.likeliest(i, shared)...)
	}
	return pairs
}

// likeliest takes of each story its first and those with the most keys in common.
func (b *board) likeliest(fresh int, shared map[int]int) []pair {
	list := make([]int, 0, len(shared))
	for j := range shared {
		list = append(list, j)
	}
	isFirst := func(j int) int {
		if b.cards[j].told.Story == b.cards[j].told.ID {
			return 1
		}
		return 0
	}
	slices.SortFunc(list, func(x, y int) int {
		return cmp.Or(cmp.Compare(shared[y], shared[x]), cmp.Compare(isFirst(y), isFirst(x)), cmp.Compare(b.cards[x].told.ID, b.cards[y].told.ID))
	})
	taken := map[string]int{}
	var pairs []pair
	for _, j := range list {
		id := b.cards[j].told.Story
		n, known := taken[id]
		if !known && len(taken) >= mostStories || n-isFirst(j) >= mostOfAStory {
			continue
		}
		taken[id]++
		pairs = append(pairs, pair{fresh, j})
	}
	return pairs
}

// readTexts reads the bodies that pairs need, a part at a time, and keeps what is needed to compare them.
func (s *Stories) readTexts(ctx context.Context, b *board, pairs []pair) error {
	need := map[int]bool{}
	for _, p := range pairs {
		need[p.fresh], need[p.other] = true, true
	}
	var refs []elastic.Ref
	for i, c := range b.cards {
		if need[i] && !c.read {
			refs = append(refs, c.told.Ref)
		}
	}
	for part := range slices.Chunk(refs, textsAtOnce) {
		told, err := s.index.Tell(ctx, part, true)
		if err != nil {
			return fmt.Errorf("comparing texts: %w", err)
		}
		for r, t := range told {
			c := b.cards[b.byID[r.ID]]
			c.text, c.read = story.ReadClauses(t.News.Body), !t.Gone
		}
	}
	return nil
}
