package indexer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/indexer/story"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

const (
	// findable is when an article can be found at the latest: the refresh interval of the index, and some time for the refresh itself.
	findable = 1300 * time.Millisecond
	// lookAgain is when a story that was changed is looked at once more.
	lookAgain = 1500 * time.Millisecond
	// mostLooks ends the looking where others change a story all the time; the next article of it goes on.
	mostLooks = 8
)

var errUnsettled = errors.New("the story of the article has just changed")

// Handle takes a batch of news.indexed, waits until these articles can be found, and settles their stories.
func (s *Stories) Handle(ctx context.Context, batch []bus.Message) []error {
	verdicts := make([]error, len(batch))
	var newest time.Time
	refs := make([]elastic.Ref, len(batch))
	for i, m := range batch {
		if m.Time.After(newest) {
			newest = m.Time
		}
		var e news.Indexed
		if json.Unmarshal(m.Data, &e) != nil {
			continue // an event of a newer release, or somebody else's: nothing to look at
		}
		if month, ok := s.index.MonthOfIndex(e.Index); ok {
			refs[i] = elastic.Ref{Month: month, ID: e.ID}
		}
	}
	if err := sleep(ctx, min(time.Until(newest)+findable, findable)); err != nil {
		return fill(verdicts, bus.Down(err))
	}
	unsettled, err := s.Settle(ctx, refs)
	if err != nil {
		return fill(verdicts, s.fate(err))
	}
	for i, m := range batch {
		if unsettled[refs[i].ID] && m.Deliveries < mostLooks {
			verdicts[i] = bus.Later(errUnsettled, lookAgain)
		}
	}
	return verdicts
}

func fill(verdicts []error, err error) []error {
	for i := range verdicts {
		verdicts[i] = err
	}
	return verdicts
}

// fate is that of an event: it is only a reason to look, so it is never a dead letter.
func (s *Stories) fate(err error) error {
	s.metrics.Stories.WithLabelValues("failed").Inc()
	if v := fate(err); outcome(v) == "down" {
		return v
	}
	s.log.Warn("stories are left as they are", "error", err)
	return nil
}

// Settle looks at the stories of articles, those that are gone or deleted too, and puts right what is wrong. It answers with the articles whose
// story was changed, by this call or by another meanwhile: a count that rests on it may be wrong until they are looked at once more.
func (s *Stories) Settle(ctx context.Context, refs []elastic.Ref) (unsettled map[string]bool, err error) {
	b, err := s.ask(ctx, refs)
	if err != nil || len(b.cards) == 0 {
		return nil, err
	}
	if err := s.compare(ctx, b); err != nil {
		return nil, err
	}
	if err := s.members(ctx, b); err != nil {
		return nil, err
	}
	if err := s.keepTogether(ctx, b); err != nil {
		return nil, err
	}
	return s.write(ctx, b)
}

// ask puts the articles on the board, and what may be alike them.
func (s *Stories) ask(ctx context.Context, refs []elastic.Ref) (*board, error) {
	b := newBoard()
	refs = slices.DeleteFunc(slices.Clone(refs), func(r elastic.Ref) bool { return r.ID == "" })
	told, err := s.index.Tell(ctx, refs, false)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range refs {
		t, ok := told[r]
		if !ok {
			t = elastic.Told{Ref: r, Story: r.ID}
		}
		b.add(&card{told: t, fresh: true, absent: !ok, matters: true})
		ids = append(ids, r.ID)
	}
	if len(ids) == 0 {
		return b, nil
	}
	ids = dedupe(ids)
	hits, err := s.index.Stories(ctx, b.bandsQuery(ids))
	if err != nil {
		return nil, err
	}
	for _, h := range hits {
		b.add(&card{told: h})
	}
	return b, nil
}

// members puts the whole of every story on the board that one of the articles is in, was in, or is the first of.
func (s *Stories) members(ctx context.Context, b *board) error {
	var stories, fresh []string
	for _, c := range b.cards {
		if c.fresh {
			fresh = append(fresh, c.told.ID)
			stories = append(stories, c.told.ID)
		}
		if c.matters {
			stories = append(stories, c.told.Story)
		}
	}
	stories = dedupe(slices.DeleteFunc(stories, func(id string) bool { return id == "" }))
	hits, err := s.index.Stories(ctx, elastic.StoryQuery{Stories: stories, IDs: stories, Not: dedupe(fresh)})
	if err != nil {
		return err
	}
	for _, h := range hits {
		b.cards[b.add(&card{told: h})].matters = true
	}
	return nil
}

// keepTogether links the articles that nobody asked about to the first of their story, as the index says. Those that have lost it, because
// it is gone or has another text now, are compared with it and with each other.
func (s *Stories) keepTogether(ctx context.Context, b *board) error {
	lost := map[string][]int{}
	for i, c := range b.cards {
		if c.fresh || !c.matters || c.told.Story == c.told.ID || c.told.Gone {
			continue
		}
		f, ok := b.byID[c.told.Story]
		if ok && !b.cards[f].fresh && !b.cards[f].told.Gone {
			b.link(i, f)
			continue
		}
		lost[c.told.Story] = append(lost[c.told.Story], i)
	}
	var pairs []pair
	for id, orphans := range lost {
		if f, ok := b.byID[id]; ok && !b.cards[f].told.Gone && !b.cards[f].absent {
			for _, i := range orphans {
				pairs = append(pairs, pair{f, i})
			}
		}
		for n, i := range orphans[:min(len(orphans), mostOrphans)] {
			for _, j := range orphans[:n] {
				pairs = append(pairs, pair{i, j})
			}
		}
	}
	if err := s.readTexts(ctx, b, pairs); err != nil {
		return err
	}
	for _, p := range pairs {
		x, y := b.cards[p.fresh], b.cards[p.other]
		if x.read && y.read && !b.linked(p.fresh, p.other) && story.Alike(x.text, y.text) {
			b.link(p.fresh, p.other)
		}
	}
	return nil
}

// write changes what is not as the board says.
func (s *Stories) write(ctx context.Context, b *board) (map[string]bool, error) {
	places := b.group()
	var changed []int
	var refs []elastic.Ref
	for i, c := range b.cards {
		if c.matters && !c.absent && wrong(c.told, places[i]) {
			changed = append(changed, i)
			refs = append(refs, c.told.Ref)
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	now, err := s.index.Tell(ctx, refs, false)
	if err != nil {
		return nil, err
	}
	touched := map[int]bool{} // roots of stories that are not as they were
	var changes []elastic.Placing
	for _, i := range changed {
		c := b.cards[i]
		touched[b.find(i)] = true
		t, ok := now[c.told.Ref]
		if !ok || t.News.Version != c.told.News.Version || t.Story != c.told.Story || t.Gone != c.told.Gone {
			continue // changed since it could be found: the next look sees it
		}
		if wrong(t, places[i]) {
			changes = append(changes, elastic.Placing{Told: t, To: places[i].Story, Reprints: places[i].Reprints})
		}
	}
	// The first of a story before the others: who makes it a reprint of another at the same time then fails, and looks again.
	order := make([]int, len(changes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(follows(changes[x]), follows(changes[y])) })
	sorted := make([]elastic.Placing, len(order))
	for n, i := range order {
		sorted[n] = changes[i]
	}
	for n, v := range s.index.Place(ctx, sorted) {
		switch v.Outcome {
		case elastic.Failed:
			return nil, fmt.Errorf("article %s: %w", sorted[n].ID, v.Err)
		case elastic.Conflict:
			s.metrics.Stories.WithLabelValues("conflict").Inc()
		default:
			s.metrics.Stories.WithLabelValues("changed").Inc()
		}
	}
	unsettled := map[string]bool{}
	for i, c := range b.cards {
		if c.fresh && touched[b.find(i)] {
			unsettled[c.told.ID] = true
		}
	}
	return unsettled, nil
}

func follows(p elastic.Placing) int {
	if p.To == p.ID {
		return 0
	}
	return 1
}

// wrong tells whether the index says something else of an article than it should.
func wrong(t elastic.Told, p story.Place) bool {
	copyOf := p.Story
	if copyOf == t.ID {
		copyOf = ""
	}
	return t.Story != p.Story || t.Reprints != p.Reprints || t.News.NearDuplicateOf != copyOf
}
