package crawler

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
)

// spent is the record of a budget in the bucket progress: how many pages were granted in the current hour and day.
type spent struct {
	V     int   `json:"v"`
	Hour  int64 `json:"hour"` // since 1970
	HourN int   `json:"hour_n"`
	Day   int64 `json:"day"`
	DayN  int   `json:"day_n"`
}

// reserved is the share of a budget that is kept for news and polls.
const reserved = 5 // one in five

// grantMost is how many pages a crawler takes out of a budget at a time, so that it does not write a record for each page. What a crawler that
// ends has not used is lost to the budget, which errs to the polite side.
const grantMost = 10

// budgets holds what this crawler was granted.
type budgets struct {
	mu   sync.Mutex
	left map[string]grant
}

type grant struct {
	hour int64
	n    int
}

// spend takes one page out of the budgets that hold for an entry. wait is 0 where it may be asked for, else the time until there is room again.
func (v *visit) spend(ctx context.Context) (wait time.Duration, err error) {
	p := v.src.Politeness
	for _, b := range []struct {
		key       string
		hour, day int
	}{
		{"budget=source=" + v.src.ID, p.PagesPerHour, p.PagesPerDay},
		{"budget=host=" + v.hold.Host(), p.HostPagesPerHour, p.HostPagesPerDay},
	} {
		if b.hour == 0 && b.day == 0 {
			continue
		}
		wait, err := v.w.budgets.take(ctx, v.w.in.Progress, b.key, b.hour, b.day, v.it.Fresh || v.it.Poll, v.hold.Now())
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	return 0, nil
}

// take uses a page of what was granted, or asks for more.
func (b *budgets) take(ctx context.Context, kv frontier.Bucket, key string, perHour, perDay int, first bool, now time.Time) (wait time.Duration, err error) {
	hour, day := now.Unix()/3600, now.Unix()/86400
	name := key
	if first {
		name += "=first"
	}
	b.mu.Lock()
	defer b.mu.Unlock() // also while a grant is asked for: the others would ask for one each
	if g := b.left[name]; g.hour == hour && g.n > 0 {
		g.n--
		b.left[name] = g
		return 0, nil
	}
	got, full := 0, false
	_, err = change(ctx, kv, key, func(s *spent) {
		if s.Hour != hour {
			s.Hour, s.HourN = hour, 0
		}
		if s.Day != day {
			s.Day, s.DayN = day, 0
		}
		s.V = 1
		room := min(roomIn(perHour, s.HourN, first), roomIn(perDay, s.DayN, first))
		got, full = max(min(room, share(perHour), share(perDay)), 0), roomIn(perDay, s.DayN, first) <= 0
		s.HourN += got
		s.DayN += got
	})
	if err != nil {
		return 0, fmt.Errorf("budget: %w", err)
	}
	if got == 0 {
		until := time.Unix((hour+1)*3600, 0)
		if full {
			until = time.Unix((day+1)*86400, 0)
		}
		return max(until.Sub(now), time.Second), nil
	}
	if b.left == nil {
		b.left = map[string]grant{}
	}
	b.left[name] = grant{hour, got - 1}
	return 0, nil
}

// roomIn is what is left of a budget; a budget of 0 is without bound.
func roomIn(budget, used int, first bool) int {
	if budget == 0 {
		return grantMost
	}
	if !first {
		budget -= budget / reserved
	}
	return budget - used
}

// share is how much of a budget one crawler may take at a time.
func share(budget int) int {
	if budget == 0 {
		return grantMost
	}
	return min(max(budget/20, 1), grantMost)
}

// budgetRest is the longest rest for a budget: its settings may change meanwhile.
const budgetRest = 10 * time.Minute

// overBudget keeps the entry for later: by itself where others of the host may go on, else the host rests.
func (v *visit) overBudget(wait time.Duration) fate {
	v.w.metrics.overBudget.Inc()
	wait = jitter(min(wait, budgetRest))
	if v.hold.Defer(v.it, wait) {
		return fate{later: true}
	}
	return fate{later: true, rest: wait}
}
