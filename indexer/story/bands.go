package story

import (
	"encoding/base64"
	"encoding/binary"
)

// The bands: bandRows minima to each of bandCount keys. Two texts of which the share s of the word sequences is common (Jaccard) have a key in
// common with probability 1-(1-s^rows)^count: 0.94 at s = 0.55, 0.98 at 0.6, above 0.999 at 0.7; 0.02 at 0.1.
const (
	bandCount = 16
	bandRows  = 3
)

// leastLetters is the length of a text that is compared at all: a shorter one (a caption, "more tomorrow") says nothing about who has it from whom.
const leastLetters = 80

// seeds make bandCount*bandRows hash functions of one.
var seeds = func() (s [bandCount * bandRows]uint64) {
	for i := range s {
		s[i] = mix(uint64(i+1)*0x9e3779b97f4a7c15) | 1
	}
	return s
}()

// Bands gives the keys by which texts like this one are found; none for a text that is too short. They are frozen: an index holds them.
//
// They are minima of hashes over the word sequences (Broder: On the resemblance and containment of documents, 1997), not pieces of a
// simhash (Manku, Jain, Das Sarma: Detecting near-duplicates for web crawling, 2007). A reprint without a paragraph or with an editor's line
// differs in many of the 64 bits: of the labelled copies two thirds have a 16-bit piece in common with their original, and 8-bit pieces, which
// would find 19 of 20, are also found in every eighth article that has nothing to do with it (TestBandsAgainstSimhash).
func (t Text) Bands() []string {
	if t.letters < leastLetters || len(t.shingles) == 0 {
		return nil
	}
	var least [bandCount * bandRows]uint64
	for i := range least {
		least[i] = ^uint64(0)
	}
	for _, h := range t.shingles {
		for i, s := range seeds {
			v := h * s
			v ^= v >> 32
			if v < least[i] {
				least[i] = v
			}
		}
	}
	keys := make([]string, bandCount)
	var b [8]byte
	for band := range keys {
		h := uint64(band + 1)
		for _, v := range least[band*bandRows : (band+1)*bandRows] {
			h = mix(h*fnvPrime ^ v)
		}
		binary.BigEndian.PutUint64(b[:], h)
		keys[band] = base64.RawURLEncoding.EncodeToString(b[:6])
	}
	return keys
}
