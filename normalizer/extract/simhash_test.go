package extract

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"
	"unicode"
)

// TestSimhashBits holds the packed counters against the definition, one bit at a time.
func TestSimhashBits(t *testing.T) {
	plain := func(s string) string {
		var sums [64]int
		var letters []rune
		for _, r := range s {
			if unicode.IsLetter(r) || unicode.IsNumber(r) {
				letters = append(letters, unicode.ToLower(r))
			}
		}
		for i := 2; i < len(letters); i++ {
			h := fnv.New64a()
			for _, w := range letters[i-2 : i+1] {
				_, _ = h.Write([]byte{byte(w), byte(w >> 8), byte(w >> 16), byte(w >> 24)})
			}
			for b := range sums {
				if mix(h.Sum64())>>b&1 == 1 {
					sums[b]++
				} else {
					sums[b]--
				}
			}
		}
		var out uint64
		for b, v := range sums {
			if v > 0 {
				out |= 1 << b
			}
		}
		return fmt.Sprintf("%016x", out)
	}
	const text = "云河市档案馆十二日起延长开放时间，The Archive of Yunhe opens until 9 pm；𠮷野家 and Ünïcode İstanbul №5. "
	for _, n := range []int{0, 1, 2, 6, 40} {
		for cut := range 12 {
			s := strings.ToValidUTF8(strings.Repeat(text, n)[min(cut, n):], "")
			if got, want := simhash(s), plain(s); got != want {
				t.Errorf("%d times cut at %d: %s, want %s", n, cut, got, want)
			}
		}
	}
}
