package story

// The rule by which two texts are one. A reprint keeps its clauses letter by letter and loses or gains whole lines.
const (
	leastOfShorter = 0.75 // share of the shorter text that stands in the longer, clause by clause
	leastOfLonger  = 0.55 // and of the longer in the shorter: a digest is not its first item, a teaser not the article
	leastWords     = 3    // letters beside the numbers in a clause that may contradict
)

// Alike tells whether two texts are the same but for a line or a paragraph more or less and small edits, without contradicting each other in a
// number. It is symmetric.
func Alike(a, b Text) bool {
	if a.letters < leastLetters || b.letters < leastLetters {
		return false
	}
	shorter, longer := a.letters, b.letters
	if shorter > longer {
		shorter, longer = longer, shorter
	}
	if float64(shorter) < leastOfLonger*float64(longer) {
		return false
	}
	common := common(a, b)
	return float64(common) >= leastOfShorter*float64(shorter) && float64(common) >= leastOfLonger*float64(longer) && !contradict(a, b)
}

// common counts the letters of the clauses that both have, as often as both have them.
func common(a, b Text) int {
	left := make(map[uint64]int, len(a.clauses))
	for _, c := range a.clauses {
		left[c.exact]++
	}
	n := 0
	for _, c := range b.clauses {
		if left[c.exact] > 0 {
			left[c.exact]--
			n += c.size
		}
	}
	return n
}

// contradict tells whether a clause of one text stands in the other with another number, and nowhere as it is.
func contradict(a, b Text) bool {
	inA, inB := map[uint64]bool{}, map[uint64]bool{}
	for _, c := range a.clauses {
		inA[c.exact] = true
	}
	for _, c := range b.clauses {
		inB[c.exact] = true
	}
	open := map[uint64]bool{} // what a has with numbers and b does not have as it is
	for _, c := range a.clauses {
		if c.number && c.words >= leastWords && !inB[c.exact] {
			open[c.masked] = true
		}
	}
	if len(open) == 0 {
		return false
	}
	for _, c := range b.clauses {
		if c.number && c.words >= leastWords && !inA[c.exact] && open[c.masked] {
			return true
		}
	}
	return false
}
