package extract

import (
	"fmt"
	"unicode/utf8"
)

// simhash is Charikar's 64-bit hash over trigrams of letters and digits (Manku, Jain, Das Sarma: Detecting Near-Duplicates for Web
// Crawling, 2007), as 16 hex digits. Texts that differ in a few words differ in a few bits. The hash of a trigram is 64-bit FNV-1a
// over its characters as 32-bit little-endian numbers, finished by mix.
func simhash(s string) string {
	var sums bitSums
	var window [3]rune
	n := 0
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		i += size
		if classOf(r)&(isLetterClass|isNumberClass) == 0 {
			continue
		}
		window[0], window[1], window[2] = window[1], window[2], lowerRune(r)
		if n++; n < 3 {
			continue
		}
		h := uint64(fnvOffset)
		for _, w := range window {
			h = (h ^ uint64(w&0xFF)) * fnvPrime
			h = (h ^ uint64(w>>8&0xFF)) * fnvPrime
			h = (h ^ uint64(w>>16&0xFF)) * fnvPrime
			h *= fnvPrime // the highest byte of a character is zero
		}
		sums.add(mix(h))
	}
	return fmt.Sprintf("%016x", sums.majority())
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// bitSums counts how often each bit was set, eight counters of eight bits to a word until one might overflow.
type bitSums struct {
	total  [64]int
	packed [8]uint64
	held   int // hashes in packed
	n      int
}

func (x *bitSums) add(bits uint64) {
	for i := range x.packed {
		x.packed[i] += spreadBits[bits>>(8*i)&0xFF]
	}
	if x.held++; x.held == 255 {
		x.flush()
	}
}

func (x *bitSums) flush() {
	for i, v := range x.packed {
		for j := range 8 {
			x.total[8*i+j] += int(v >> (8 * j) & 0xFF)
		}
		x.packed[i] = 0
	}
	x.n += x.held
	x.held = 0
}

// majority has the bits that were set more often than not.
func (x *bitSums) majority() uint64 {
	x.flush()
	var out uint64
	for i, v := range x.total {
		if 2*v > x.n {
			out |= 1 << i
		}
	}
	return out
}

// spreadBits gives each bit of a byte a byte of its own.
var spreadBits = buildSpread()

func buildSpread() *[256]uint64 {
	var t [256]uint64
	for b := range t {
		for i := range 8 {
			t[b] |= uint64(b) >> i & 1 << (8 * i)
		}
	}
	return &t
}

// mix is the finalizer of SplitMix64; FNV alone leaves the high bits of short keys alike.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
