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

// pageFails is how many failures of pages a host has until it is not the pages that are at fault.
const pageFails = 3

// pauseAfter is the pause of the host after a failure. Where the page may be what is at fault, the page waits and not the host, until
// several have failed.
func (v *visit) pauseAfter(f *failure, attempts, fails int) (rest time.Duration) {
	c := v.w.cfg
	log := v.w.cfg.Log.With("host", v.hold.Host(), "url", v.it.URL, "attempt", attempts, "failures", fails, "error", f.Error())
	if !f.host && f.retryAfter == 0 && fails < pageFails {
		if d := backOff(f.base, c.MaxBackOff, attempts); v.hold.Defer(v.it, d) {
			log.Info("page waits", "for", d)
			return 0
		}
	}
	n := fails
	if !f.host {
		n = max(fails-pageFails, 0) + 1
	}
	rest = backOff(f.base, c.MaxBackOff, n)
	if f.broken && fails >= brokenFails {
		rest = jitter(c.MaxBackOff)
	}
	if f.retryAfter > 0 {
		rest = jitter(min(f.retryAfter, c.MaxRetryAfter))
	}
	v.w.metrics.backoffs.Inc()
	if !f.silent {
		v.hold.Defer(v.it, rest+rest/2) // then another page has its turn: one that is always refused must not hide the others
	}
	if rest >= c.MaxBackOff && v.hold.Park() {
		v.w.metrics.parked.Inc()
		log.Warn("host parked", "for", rest)
		return rest
	}
	log.Info("host rests", "for", rest)
	return rest
}

// brokenFails is how many times in a row the name of a host is not found, or its certificate does not hold, until it is parked at once:
// such faults last until somebody mends them.
const brokenFails = 3

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
