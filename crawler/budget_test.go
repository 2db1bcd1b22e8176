package crawler

import (
	"fmt"
	"testing"
	"time"

	"github.com/newsmill/newsmill/internal/bus/bustest"
)

func numbered(i int) string { return fmt.Sprintf("/p%d.html", i) }

func TestBudgetIsShared(t *testing.T) {
	kv := StoresOf(bustest.Start(t)).Progress
	now := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)
	var one, two budgets
	ask := func(b *budgets, perHour, perDay int, first bool, now time.Time) bool {
		t.Helper()
		wait, err := b.take(t.Context(), kv, "budget=source=yunhe", perHour, perDay, first, now)
		if err != nil {
			t.Fatal(err)
		}
		return wait == 0
	}
	n := 0
	for range 200 {
		for _, b := range []*budgets{&one, &two} {
			if ask(b, 100, 0, false, now) {
				n++
			}
		}
	}
	if n != 80 {
		t.Errorf("%d pages of a backlog in an hour with a budget of 100, of which 20 are kept for news", n)
	}
	for range 100 {
		if ask(&one, 100, 0, true, now) {
			n++
		}
	}
	if n != 100 {
		t.Errorf("%d pages in an hour with a budget of 100", n)
	}
	if wait, _ := one.take(t.Context(), kv, "budget=source=yunhe", 100, 0, true, now); wait != 30*time.Minute {
		t.Errorf("it waits %s; the hour ends in 30 minutes", wait)
	}
	if !ask(&two, 100, 0, true, now.Add(time.Hour)) {
		t.Error("nothing in the next hour")
	}
	for range 500 {
		if ask(&one, 0, 150, true, now.Add(2*time.Hour)) {
			n++
		}
	}
	if n < 140 || n > 150 {
		t.Errorf("%d pages in a day with a budget of 150", n)
	}
	if wait, _ := one.take(t.Context(), kv, "budget=source=yunhe", 0, 150, true, now); wait != 15*time.Hour+30*time.Minute {
		t.Errorf("it waits %s; the day ends in 15.5 hours", wait)
	}
}

// TestBudgetPutsOff holds that what is over the budget waits, and that other sources of the host go on.
func TestBudgetPutsOff(t *testing.T) {
	t.Parallel()
	if now := time.Now().UTC(); now.Minute() == 59 && now.Second() > 30 {
		time.Sleep(time.Duration(61-now.Second()) * time.Second) // the budget of the next hour would be another
	}
	w := newWeb(t)
	const a = "http://a.example"
	var pages []string
	for i := range 12 {
		w.on(a+numbered(i), article(i))
		pages = append(pages, numbered(i))
	}
	w.on(a+"/", list(pages...))
	w.on(a+"/other/", list("/other/1.html"))
	w.on(a+"/other/1.html", article(99))
	s := StoresOf(bustest.Start(t))
	one, other := src("yunhe", a+"/", "a.example"), src("other", a+"/other/", "a.example")
	one.Politeness.PagesPerHour = 6
	apply(t, s, one, other)
	_, stop := start(t, s, quick(w, "a.example"))
	waitFor(t, "the budget is used, and the other source read", func() bool { return len(w.requests()) >= 8 && w.count(a+"/other/1.html") == 1 })
	waitFor(t, "all others were looked at", func() bool {
		n, err := s.frontier().Queued(t.Context(), "a_example")
		if err != nil {
			t.Fatal(err)
		}
		return n == 7
	})
	time.Sleep(300 * time.Millisecond)
	stop()
	if n := len(w.requests()); n != 6+2 {
		t.Errorf("%d requests, want 6 of the budget and 2 of the other source", n)
	}
	if n, err := s.frontier().Queued(t.Context(), "a_example"); n != 7 || err != nil {
		t.Errorf("%d wait, want 7; %v", n, err)
	}
}
