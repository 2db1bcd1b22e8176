package story

import (
	"time"

	"github.com/newsmill/newsmill/news"
)

// Node is an article among others that may be the same story.
type Node struct {
	ID    string
	Since time.Time // see Since
	Gone  bool      // hidden: it cannot be the first of a story
}

// Since is when an article appeared, as far as can be told: when it was published, and never later than it was first seen. A date without a time
// counts as the end of its day.
func Since(a news.Article) time.Time {
	seen := a.FirstSeen
	if seen.IsZero() {
		seen = a.FetchedAt
	}
	if a.PublishedAt == nil {
		return seen.UTC()
	}
	at := a.PublishedAt.Time
	switch a.PublishedAt.Precision {
	case news.PrecisionDay:
		at = at.AddDate(0, 0, 1)
	case news.PrecisionMonth, news.PrecisionYear:
		return seen.UTC()
	}
	if at.IsZero() || at.After(seen) {
		return seen.UTC()
	}
	return at.UTC()
}

// before is the order of a story: by time, and where that is equal by id, so that everybody finds the same first.
func (n Node) before(o Node) bool {
	if !n.Since.Equal(o.Since) {
		return n.Since.Before(o.Since)
	}
	return n.ID < o.ID
}

// Place is where an article stands in its story.
type Place struct {
	Story    string // id of the first; the article's own where it is the first or alone
	Reprints int    // of the first: how many others there are that are not gone
}

// Group puts nodes that are linked, directly or through others, into one story each. The answer does not depend on the order of nodes and
// links. A node that is gone links others and is not counted; it stands in a story of its own.
func Group(nodes []Node, links [][2]int) []Place {
	root := make([]int, len(nodes))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, l := range links {
		root[find(l[0])] = find(l[1])
	}
	first, size := map[int]int{}, map[int]int{}
	for i, n := range nodes {
		if n.Gone {
			continue
		}
		r := find(i)
		size[r]++
		if f, ok := first[r]; !ok || n.before(nodes[f]) {
			first[r] = i
		}
	}
	places := make([]Place, len(nodes))
	for i, n := range nodes {
		places[i] = Place{Story: n.ID}
		if n.Gone {
			continue
		}
		r := find(i)
		if f := first[r]; f != i {
			places[i].Story = nodes[f].ID
		} else {
			places[i].Reprints = size[r] - 1
		}
	}
	return places
}
