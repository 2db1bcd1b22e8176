package extract

import (
	"math"
	"strings"
	"unicode/utf8"
)

// ruleIndex finds the rules that may fit a line by the first character of their words, so that a line costs a few look-ups and
// not a walk over the whole table.
type ruleIndex struct {
	start map[rune][]ruleWord // words that must begin the line
	whole map[string]int      // words that must be the line, with the first rule that has them
	any   map[rune][]ruleWord // words that may stand anywhere
	first runeSet             // what begins the words of any
	pairs [128][2]uint64      // the letters that follow it, where both are ASCII
}

func (x *ruleIndex) addPair(w string) {
	switch {
	case len(w) == 1: // anything may follow
		x.pairs[w[0]] = [2]uint64{math.MaxUint64, math.MaxUint64}
	case w[1] < utf8.RuneSelf:
		x.pairs[w[0]][w[1]>>6] |= 1 << (w[1] & 63)
	}
}

// mayBegin tells quickly of most places in a line that no word of any begins there.
func (x *ruleIndex) mayBegin(r rune, rest string) bool {
	if !x.first.has(r) {
		return false
	}
	if r >= utf8.RuneSelf || len(rest) < 2 || rest[1] >= utf8.RuneSelf {
		return true
	}
	return x.pairs[r][rest[1]>>6]>>(rest[1]&63)&1 == 1
}

// runeSet is a set of characters of the Basic Multilingual Plane, a bit for each.
type runeSet [1 << 10]uint64

func (s *runeSet) add(r rune) { s[r>>6] |= 1 << (r & 63) }

func (s *runeSet) has(r rune) bool { return uint32(r) < 1<<16 && s[r>>6]>>(r&63)&1 == 1 }

type ruleWord struct {
	rule int
	word string
}

var lineIndex = buildRuleIndex(lineRules)

func buildRuleIndex(rules []lineRule) ruleIndex {
	x := ruleIndex{start: map[rune][]ruleWord{}, whole: map[string]int{}, any: map[rune][]ruleWord{}}
	for i, r := range rules {
		for _, w := range r.words {
			first, _ := utf8.DecodeRuneInString(w)
			switch r.where {
			case atStart:
				x.start[first] = append(x.start[first], ruleWord{i, w})
			case anywhere:
				x.any[first] = append(x.any[first], ruleWord{i, w})
				x.first.add(first)
				if first < utf8.RuneSelf {
					x.addPair(w)
				}
			case whole:
				if _, ok := x.whole[trimLabel(w)]; !ok {
					x.whole[trimLabel(w)] = i
				}
			}
		}
	}
	return x
}

// find gives the first rule of the table that fits the line, or -1. accept may turn a rule down for the block's other features.
func (x *ruleIndex) find(key string, accept func(rule int) bool) int {
	best := len(lineRules)
	try := func(rule int) {
		if rule < best && accept(rule) {
			best = rule
		}
	}
	begins := func(key string) {
		first, _ := utf8.DecodeRuneInString(key)
		for _, w := range x.start[first] {
			if w.rule < best && strings.HasPrefix(key, w.word) && startEnds(key, w.word) {
				try(w.rule)
			}
		}
	}
	begins(key)
	if inner := strings.TrimLeft(key, "([<\"-"); inner != key {
		begins(inner)
	}
	if len(key) < 64 {
		if rule, ok := x.whole[trimLabel(key)]; ok {
			try(rule)
		}
	}
	for i, r := range key {
		if !x.mayBegin(r, key[i:]) {
			continue
		}
		for _, w := range x.any[r] {
			if w.rule < best && strings.HasPrefix(key[i:], w.word) {
				try(w.rule)
			}
		}
	}
	if best == len(lineRules) {
		return -1
	}
	return best
}

// labelIndex holds the labels of head lines by their first byte's lower case, in the order of the table.
var labelIndex = buildLabelIndex(labels)

func buildLabelIndex(list []label) map[rune][]label {
	x := map[rune][]label{}
	for _, l := range list {
		first, _ := utf8.DecodeRuneInString(l.word)
		x[first] = append(x[first], l)
	}
	return x
}
