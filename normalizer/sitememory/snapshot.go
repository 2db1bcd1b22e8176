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
	seen       map[uint64]sighting // of the fingerprints that several texts had
	generation string
}

// sighting is where a block was seen.
type sighting struct {
	first uint16 // number of the text that had it first, oldest text = 0
	on    uint16 // how many had it
}

// Snapshot counts the record. A page whose text stood on an older page teaches nothing.
func (r Record) Snapshot() *Snapshot {
	seen := map[uint64]sighting{}
	marks := marks{}
	texts := 0
	for i := len(r.pages) - 1; i >= 0; i-- { // oldest first
		p := &r.pages[i]
		if marks.knows(p.Text) {
			continue
		}
		marks.add(p.Text, texts)
		for _, f := range p.Blocks {
			k, ok := seen[f]
			if !ok {
				k.first = uint16(texts)
			}
			k.on++
			seen[f] = k
		}
		texts++
	}
	maps.DeleteFunc(seen, func(_ uint64, k sighting) bool { return k.on < 2 })
	s := &Snapshot{pages: texts, seen: maps.Clone(seen)} // the clone gives the room of the others back
	s.generation = fmt.Sprintf("%d-%08x", s.pages, s.sum())
	return s
}

// marks tells by its longest blocks a text that stood on another page: fingerprint of a long block -> texts that have it.
type marks map[uint64][]int

func (m marks) add(text []uint64, n int) {
	for _, f := range text {
		m[f] = append(m[f], n)
	}
}

// knows tells whether one text has more than half of the long blocks. A standing text under a short article is one of two.
func (m marks) knows(text []uint64) bool {
	shared := map[int]int{}
	for _, f := range text {
		for _, n := range m[f] {
			if shared[n]++; shared[n]*2 > len(text) {
				return true
			}
		}
	}
	return false
}

func (s *Snapshot) sum() uint32 {
	h := crc32.NewIEEE()
	for _, f := range slices.Sorted(maps.Keys(s.seen)) {
		fmt.Fprintf(h, "%x %d %d\n", f, s.seen[f].first, s.seen[f].on)
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

// Seen tells how many of them had a block with the fingerprint, of how many since the first that had it. One that only a single text
// had counts as not seen.
func (s *Snapshot) Seen(fingerprint uint64) (on, of int) {
	if s == nil {
		return 0, 0
	}
	k, ok := s.seen[fingerprint&printMask]
	if !ok {
		return 0, 0
	}
	return int(k.on), s.pages - int(k.first)
}

// Generation names the state: the number of texts and a sum over what is known. Equal names are equal memories.
func (s *Snapshot) Generation() string {
	if s == nil {
		return "0"
	}
	return s.generation
}
