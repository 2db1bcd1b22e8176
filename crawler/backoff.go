package crawler

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// backOff is the pause after the n-th failure in a row (from 1): base doubling up to most, and up to a fifth more, so that hosts that
// failed together are not asked together.
func backOff(base, most time.Duration, n int) time.Duration {
	d := base
	for i := 1; i < n && d < most; i++ {
		d *= 2
	}
	return jitter(min(d, most))
}

func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d + rand.N(d/5+1)
}

// nextPoll is the next time at which a source is due: k × interval + hash(id) mod interval, so that the polls of all sources spread
// evenly over the interval and stay where they are when a crawler restarts. It is at least half an interval away from now.
func nextPoll(now time.Time, interval time.Duration, id string) time.Time {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	offset := time.Duration(h.Sum64() % uint64(interval))
	earliest := now.Add(interval / 2)
	at := earliest.Truncate(interval).Add(offset)
	if at.Before(earliest) {
		at = at.Add(interval)
	}
	return at
}
