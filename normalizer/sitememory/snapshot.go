package sitememory

import (
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
)

// Snapshot is a record as the extractor asks it. It never changes and may be shared. Nil is an empty one.
type Snapshot struct {
	pages      int
	seen       map[uint64]int // of the fingerprints that more than one text had
	generation string
}

// Snapshot counts the record.
func (r Record) Snapshot() *Snapshot {
	groups := r.groups()
	last := map[uint64]int{} // the last group counted for a fingerprint, so that each counts once
	seen := map[uint64]int{}
	n := 0
	for g, group := range groups {
		n++
		for _, i := range group {
			for _, f := range r.pages[i].Blocks {
				if last[f] != g+1 {
					last[f] = g + 1
					seen[f]++
				}
			}
		}
	}
	maps.DeleteFunc(seen, func(_ uint64, n int) bool { return n < 2 })
	s := &Snapshot{pages: n, seen: maps.Clone(seen)} // the clone gives the room of the others back
	s.generation = fmt.Sprintf("%d-%08x", n, s.sum())
	return s
}

// groups gives the pages, oldest first, those with the same text together.
func (r Record) groups() [][]int {
	var groups [][]int
	byMark := map[uint64][]int{} // fingerprint of a long block -> groups that have it
	for i := len(r.pages) - 1; i >= 0; i-- {
		text := r.pages[i].Text
		g := sameText(text, byMark)
		if g < 0 {
			g = len(groups)
			groups = append(groups, nil)
			for _, f := range text {
				byMark[f] = append(byMark[f], g)
			}
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// sameText gives the group that has more than half of the long blocks, or -1.
func sameText(text []uint64, byMark map[uint64][]int) int {
	if len(text) == 0 {
		return -1
	}
	shared := map[int]int{}
	for _, f := range text {
		for _, g := range byMark[f] {
			if shared[g]++; shared[g]*2 > len(text) {
				return g
			}
		}
	}
	return -1
}

func (s *Snapshot) sum() uint32 {
	h := crc32.NewIEEE()
	for _, f := range slices.Sorted(maps.Keys(s.seen)) {
		fmt.Fprintf(h, "%x %d\n", f, s.seen[f])
	}
	return h.Sum32()
}

// Pages is how many texts were learned from.
func (s *Snapshot) Pages() int {
	if s == nil {
		return 0
	}
	return s.pages
}

// Seen is how many of them had a block with the fingerprint; one that only a single text had counts as not seen.
func (s *Snapshot) Seen(fingerprint uint64) int {
	if s == nil {
		return 0
	}
	return s.seen[fingerprint&printMask]
}

// Generation names the state: the number of texts and a sum over what is known. Equal names are equal memories.
func (s *Snapshot) Generation() string {
	if s == nil {
		return "0"
	}
	return s.generation
}
