package storytest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Pair is two bodies and whether they are one story.
type Pair struct {
	Name  string // what was done to the copy, or the kind of look-alike
	A, B  string
	Alike bool
}

// Story is an article and its edited copies.
type Story struct {
	Name   string
	Bodies []string // the original first
}

// Pairs makes the labelled pairs: as many edited copies as look-alikes.
func Pairs(seed uint64, each int) []Pair {
	m := maker{rand.New(rand.NewPCG(seed, 1))}
	var pairs []Pair
	for range each {
		original := m.article(3 + m.IntN(6))
		body, names := m.copyOf(original)
		pairs = append(pairs, Pair{strings.Join(names, ", "), strings.Join(original, "\n"), body, true})
	}
	for i := range each {
		l := lookalikes[i%len(lookalikes)]
		a, b := l.make(m)
		pairs = append(pairs, Pair{l.name, a, b, false})
	}
	return pairs
}

// Stories makes articles with copies (up to most each), and between them look-alikes, each of which is a story of its own.
func Stories(seed uint64, n, most int) []Story {
	m := maker{rand.New(rand.NewPCG(seed, 2))}
	var all []Story
	for i := range n {
		original := m.article(3 + m.IntN(6))
		s := Story{Name: fmt.Sprintf("story %d", i), Bodies: []string{strings.Join(original, "\n")}}
		for range m.IntN(most + 1) {
			body, _ := m.copyOf(original)
			s.Bodies = append(s.Bodies, body)
		}
		l := lookalikes[i%len(lookalikes)]
		a, b := l.make(m)
		all = append(all, s, Story{l.name, []string{a}}, Story{l.name, []string{b}})
	}
	return all
}
