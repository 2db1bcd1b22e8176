package frontier

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

// TestWakeLater holds that nothing is woken before its time, and that everything is woken after it, however long nobody looked.
func TestWakeLater(t *testing.T) {
	b := bustest.Start(t)
	f := New(b.Set(bus.StreamURLs), b.Schedules(bus.StreamTokens), b.KV(bus.BucketHosts), Config{})
	noon := time.Date(2026, 11, 20, 12, 0, 30, 0, time.UTC)
	var want []string
	for i, d := range []time.Duration{-100 * time.Hour, -13 * time.Hour, -time.Minute, 0, time.Minute, 90 * time.Minute, 13 * time.Hour, 40 * 24 * time.Hour} {
		e := Entry{URL: fmt.Sprintf("http://a.example/%d", i), Source: "yunhe", Kind: KindPage, Step: 1}
		if err := f.AddLater(t.Context(), e, noon.Add(d)); err != nil {
			t.Fatal(err)
		}
		if err := f.AddLater(t.Context(), e, noon.Add(d)); err != nil { // again
			t.Fatal(err)
		}
	}
	check := func(since, now time.Time, urls ...int) {
		t.Helper()
		n, err := f.WakeLater(t.Context(), since, now)
		if err != nil || n != len(urls) {
			t.Fatalf("%d woken, want %d, %v", n, len(urls), err)
		}
		for _, i := range urls {
			want = append(want, fmt.Sprintf("url http://a.example/%d", i))
		}
		var got []string
		err = Selection{}.Each(t.Context(), b, func(lane string, it Item) error {
			if lane != "later" {
				got = append(got, lane+" "+it.URL)
			}
			return nil
		})
		slices.Sort(got)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("queued (-want +got):\n%s%v", diff, err)
		}
	}
	check(time.Time{}, noon, 0, 1, 2)
	check(noon, noon.Add(29*time.Second))
	check(noon, noon.Add(time.Minute), 3)
	check(noon.Add(time.Minute), noon.Add(2*time.Minute), 4)
	check(noon.Add(2*time.Minute), noon.Add(13*time.Hour+time.Minute), 5, 6) // over midnight
	check(time.Time{}, noon.Add(89*24*time.Hour), 7)
	if n, _, err := f.Kept(t.Context(), ""); n != 0 || err != nil {
		t.Errorf("%d are left, %v", n, err)
	}
}
