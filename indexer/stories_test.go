package indexer_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/indexer/story/storytest"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
)

// told gives an article a body, and the minute after noon at which it was published.
func told(n, version, minute int, body string) news.Article {
	a := article(n, version)
	a.Body, a.ContentHash = body, news.ContentHash(a.Title, body)
	a.FetchedAt = noon.Add(24*time.Hour + time.Duration(version)*time.Minute)
	a.FirstSeen = noon.Add(24 * time.Hour)
	a.PublishedAt = &news.Date{Time: noon.Add(time.Duration(minute) * time.Minute), Precision: news.PrecisionMinute, From: "meta"}
	a.Version = news.Version(a.FetchedAt, 1)
	return a
}

// place is what the index says of an article's story, by number.
type place struct{ Story, Reprints int }

// places reads the stories of articles 0 to n-1.
func (r *rig) places(t *testing.T, n int) []place {
	t.Helper()
	number := map[string]int{"": -1}
	for i := range n {
		number[article(i, 0).ID] = i
	}
	docs := r.documents(t)
	got := make([]place, n)
	for i := range n {
		d, ok := docs[article(i, 0).ID]
		if !ok {
			got[i] = place{-2, 0}
			continue
		}
		got[i] = place{number[d.StoryID], d.Reprints}
		if want := d.StoryID; want != d.NearDuplicateOf && (want != d.ID || d.NearDuplicateOf != "") {
			t.Errorf("article %d is in story %q and a near-duplicate of %q", i, d.StoryID, d.NearDuplicateOf)
		}
	}
	return got
}

// allSettled waits until the stories are settled too.
func (r *rig) allSettled(t *testing.T) {
	t.Helper()
	r.settled(t)
	eventually(t, "the stories are settled", func() bool {
		list, err := r.bus.Consumers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.Name == bus.ConsumerStories {
				return c.Pending == 0 && c.AckPending == 0
			}
		}
		return false
	})
}

// TestLabelledStories: the labelled set through two indexers at once, shuffled and with repeats, on a real Elasticsearch.
func TestLabelledStories(t *testing.T) {
	r := newRig(t, true)
	var of []int // article -> story
	var first []int
	var all []bus.Outgoing
	for s, st := range storytest.Stories(11, 28, 5) {
		first = append(first, len(of))
		for copied, body := range st.Bodies {
			n := len(of)
			of = append(of, s)
			a := told(n, 1, 10*copied, body)
			all = append(all, message(t, a, 0))
			if n%3 == 0 {
				all = append(all, message(t, a, 1))
			}
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	r.publish(t, all...)
	r.run(t, r.bus, indexer.Config{Batch: 20})
	r.run(t, r.bus, indexer.Config{Batch: 15})
	r.allSettled(t)

	got := r.places(t, len(of))
	var right, wrong, missed, apart int
	stories := map[int]int{}
	for i, p := range got {
		stories[p.Story]++
		for j := range i {
			together := got[j].Story == p.Story
			switch {
			case together && of[i] == of[j]:
				right++
			case together:
				wrong++
			case of[i] == of[j]:
				missed++
			default:
				apart++
			}
		}
	}
	t.Logf("%d articles of %d stories: %d pairs together, %d merged wrongly, %d missed, %d apart", len(of), len(first), right, wrong, missed, apart)
	if recall := float64(right) / float64(right+missed); wrong > 0 || recall < 0.95 {
		t.Errorf("recall %.3f, %d merged wrongly", recall, wrong)
	}
	for i, p := range got {
		if of[p.Story] != of[i] {
			continue // counted above
		}
		if p.Story == i && p.Reprints != stories[i]-1 {
			t.Errorf("article %d counts %d reprints and has %d", i, p.Reprints, stories[i]-1)
		}
		if p.Story != i && (p.Story > i || p.Reprints != 0) {
			t.Errorf("article %d is a reprint of %d, a later one, or counts %d", i, p.Story, p.Reprints)
		}
	}
	r.collapsed(t, len(stories))
	if dead := r.events(t, bus.StreamDead); len(dead) != 0 {
		t.Errorf("dead letters: %v", dead)
	}
}

// collapsed asks as a search UI would: one hit a story.
func (r *rig) collapsed(t *testing.T, want int) {
	t.Helper()
	seen := map[string]bool{}
	body := r.ask(t, "POST", "/"+r.index.Alias()+"/_search?filter_path=hits.hits._id,hits.hits.fields",
		`{"size":1000,"_source":false,"collapse":{"field":"story_id"},"query":{"bool":{"must_not":{"exists":{"field":"gone_at"}}}}}`)
	for _, part := range strings.Split(body, `"_id":"`)[1:] {
		seen[part[:32]] = true
	}
	if len(seen) != want {
		t.Errorf("collapsed to %d hits, want %d", len(seen), want)
	}
}

var body = func() func(int) string {
	stories := storytest.Stories(5, 6, 0)
	return func(n int) string { return stories[3*n].Bodies[0] }
}()

// cut is a body without its last paragraph, with an editor's line.
func cut(s string) string {
	return "来源：海州日报　编辑：李堃\n" + s[:strings.LastIndex(s, "\n")]
}

// TestStorySteps: what happens to a story, one event after the other.
func TestStorySteps(t *testing.T) {
	r, _, w := ready(t)
	stories := indexer.NewStories(r.index, nil, bustest.Quiet())
	handle := func(messages ...bus.Outgoing) {
		t.Helper()
		for _, v := range w.Handle(t.Context(), delivered(messages...)) {
			if v != nil {
				t.Fatal(v)
			}
		}
		r.settle(t, stories, messages)
	}
	x, y := body(0), body(1)
	for _, step := range []struct {
		name string
		send []bus.Outgoing
		want []place
	}{
		{"alone", []bus.Outgoing{message(t, told(0, 1, 30, x), 0)}, []place{{0, 0}}},
		{"a reprint", []bus.Outgoing{message(t, told(1, 1, 40, cut(x)), 0)}, []place{{0, 1}, {0, 0}}},
		{"two at once, and another story", []bus.Outgoing{
			message(t, told(2, 1, 50, x), 0), message(t, told(3, 1, 60, x+"\n（完）"), 0), message(t, told(4, 1, 20, y), 0),
		}, []place{{0, 3}, {0, 0}, {0, 0}, {0, 0}, {4, 0}}},
		{"the earliest comes last", []bus.Outgoing{message(t, told(5, 1, 10, x), 0)}, []place{{5, 0}, {5, 0}, {5, 0}, {5, 0}, {4, 0}, {5, 4}}},
		{"a reprint is read again", []bus.Outgoing{message(t, told(1, 2, 40, x), 0)}, []place{{5, 0}, {5, 0}, {5, 0}, {5, 0}, {4, 0}, {5, 4}}},
		{"the first is read again", []bus.Outgoing{message(t, told(5, 2, 10, cut(x)), 0)}, []place{{5, 0}, {5, 0}, {5, 0}, {5, 0}, {4, 0}, {5, 4}}},
		{"a reprint becomes another story", []bus.Outgoing{message(t, told(2, 2, 50, y), 0)}, []place{{5, 0}, {5, 0}, {4, 0}, {5, 0}, {4, 1}, {5, 3}}},
		{"the first becomes something else", []bus.Outgoing{message(t, told(5, 3, 10, body(2)), 0)}, []place{{0, 2}, {0, 0}, {4, 0}, {0, 0}, {4, 1}, {5, 0}}},
		{"and the same again", []bus.Outgoing{message(t, told(5, 4, 10, x), 0)}, []place{{5, 0}, {5, 0}, {4, 0}, {5, 0}, {4, 1}, {5, 3}}},
	} {
		handle(step.send...)
		if diff := cmp.Diff(step.want, r.places(t, len(step.want))); diff != "" {
			t.Fatalf("%s: stories (-want +got):\n%s", step.name, diff)
		}
	}
	// The first goes: the next one is the first.
	handle(goneMessage(t, 24*60+9, article(5, 0).ID))
	if diff := cmp.Diff([]place{{0, 2}, {0, 0}, {4, 0}, {0, 0}, {4, 1}, {5, 0}}, r.places(t, 6)); diff != "" {
		t.Errorf("after the first went (-want +got):\n%s", diff)
	}
	r.collapsed(t, 2)
	// One fetch read by a newer extractor: Elasticsearch's version of the first has run ahead, and the newer one is written all the same.
	again := told(0, 1, 30, x)
	again.Version, again.Title = again.Version+1, "海州新闻，再读一遍"
	handle(message(t, again, 0), message(t, told(0, 1, 30, x), 5))
	if d := r.documents(t)[again.ID]; d.Version != again.Version || d.Title != again.Title || d.Reprints != 2 {
		t.Errorf("version %d, %q, %d reprints", d.Version, d.Title, d.Reprints)
	}
}

// settle looks at the articles of messages until nothing changes, as the consumer of their events would.
func (r *rig) settle(t *testing.T, s *indexer.Stories, messages []bus.Outgoing) {
	t.Helper()
	var refs []elastic.Ref
	for _, m := range messages {
		var a news.Article
		if err := json.Unmarshal(m.Data, &a); err != nil {
			t.Fatal(err)
		}
		refs = append(refs, elastic.Ref{Month: "2026.11", ID: a.ID})
	}
	for range 10 {
		if err := r.index.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		unsettled, err := s.Settle(t.Context(), refs)
		if err != nil {
			t.Fatal(err)
		}
		if len(unsettled) == 0 {
			return
		}
	}
	t.Fatal("the stories do not come to rest")
}

// TestStoryRaces: reprints that are written at the same moment by workers that cannot see each other's end in one story.
func TestStoryRaces(t *testing.T) {
	r := newRig(t, false)
	if _, err := r.index.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	const stories, copies = 4, 6
	var refs []elastic.Ref
	done := make(chan []error, stories*copies)
	for s := range stories {
		for n := range copies {
			a := told(s*copies+n, 1, 30-n, body(s))
			refs = append(refs, elastic.Ref{Month: elastic.MonthOf(a.FirstSeen), ID: a.ID})
			w := r.worker(t, &recorder{}, indexer.Config{})
			go func() { done <- w.Handle(t.Context(), delivered(message(t, a, 0))) }()
		}
	}
	for range refs {
		for _, v := range <-done {
			if v != nil {
				t.Fatal(v)
			}
		}
	}
	// Looks from six sides at once, each at some of them, until none finds anything to change.
	errs := make(chan error, copies)
	for n := range copies {
		s := indexer.NewStories(r.index, nil, bustest.Quiet())
		var mine []elastic.Ref
		for i, ref := range refs {
			if i%copies == n {
				mine = append(mine, ref)
			}
		}
		go func() {
			for range 20 {
				time.Sleep(rand.N(20 * time.Millisecond))
				if err := r.index.Refresh(t.Context()); err != nil {
					errs <- err
					return
				}
				unsettled, err := s.Settle(t.Context(), mine)
				if err != nil || len(unsettled) == 0 {
					errs <- err
					return
				}
			}
			errs <- fmt.Errorf("no end")
		}()
	}
	for range copies {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	want := make([]place, stories*copies)
	for i := range want {
		want[i].Story = i/copies*copies + copies - 1
		if want[i].Story == i {
			want[i].Reprints = copies - 1
		}
	}
	if diff := cmp.Diff(want, r.places(t, len(want))); diff != "" {
		t.Errorf("stories (-want +got):\n%s", diff)
	}
}
