package crawler

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/seeds"
)

func TestBackOffDoublesUpToItsMost(t *testing.T) {
	for n, want := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 3: 4 * time.Minute, 6: 32 * time.Minute, 7: time.Hour, 10_000: time.Hour} {
		for range 20 {
			if d := backOff(time.Minute, time.Hour, n); d < want || d > want*12/10 {
				t.Errorf("failure %d: %s, want %s and up to a fifth more", n, d, want)
			}
		}
	}
}

func TestPollsAreSpreadAndStable(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 7, 13, 0, time.UTC)
	const interval = 15 * time.Minute
	quarters := [4]int{}
	for i := range 1000 {
		id := fmt.Sprintf("source-%d", i)
		at := nextPoll(now, interval, id)
		if at.Before(now.Add(interval/2)) || at.After(now.Add(interval*3/2)) {
			t.Fatalf("%s: %s after now", id, at.Sub(now))
		}
		after := nextPoll(at, interval, id)
		if after.Sub(at) != interval {
			t.Fatalf("%s: %s between two polls", id, after.Sub(at))
		}
		quarters[at.Sub(at.Truncate(interval))*4/interval]++
	}
	for i, n := range quarters {
		if n < 200 || n > 300 {
			t.Errorf("quarter %d of the interval has %d of 1000 polls", i, n)
		}
	}
}

func TestConfigTellsEverySettingThatCannotBe(t *testing.T) {
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	err := Config{Contact: "call me", Slots: -1, Attempts: -1, Delay: -1, Lease: time.Second}.Validate()
	for _, want := range []string{"contact", "slots", "attempts", "delay", "lease"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told in: %v", want, err)
		}
	}
	c := Config{Contact: "https://news.example/bot"}.WithDefaults()
	if c.Fetch.UserAgent != "newsmill/1 (+https://news.example/bot)" || c.Fetch.LoopbackOnly {
		t.Errorf("user agent %q, loopback only %v", c.Fetch.UserAgent, c.Fetch.LoopbackOnly)
	}
	if c := (Config{}).WithDefaults(); !c.Fetch.LoopbackOnly {
		t.Error("without contact the web may be asked")
	}
}

func TestApplyChecksAllBeforeItWrites(t *testing.T) {
	good, bad := src("good", "http://a.example/", "a.example"), src("bad", "http://a.example/", "b.example")
	_, err := Apply(t.Context(), Stores{}, []seeds.Source{good, bad, good}, false) // no store: a write would crash
	if !errors.Is(err, seeds.ErrSource) {
		t.Fatalf("Apply: %v", err)
	}
	for _, want := range []string{`"bad"`, "twice"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told in: %v", want, err)
		}
	}
}

func TestDelayOfASharedHostIsTheLongest(t *testing.T) {
	table := newSourceTable(nil)
	for id, d := range map[string]time.Duration{"quick": time.Second / 2, "slow": 3 * time.Second, "own": 0} {
		s := src(id, "http://a.example/", "a.example")
		if id == "own" {
			s = src(id, "http://b.example/", "*.b.example", "b.example")
		}
		s.Politeness.Delay = seeds.Duration(d)
		m, err := s.Scope.Matcher()
		if err != nil {
			t.Fatal(err)
		}
		table.set(id, &source{Source: s, scope: m})
	}
	got := map[string]time.Duration{}
	for _, url := range []string{"http://a.example/x", "http://news.b.example/", "http://nobody.example/"} {
		u, err := weburl.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		got[url] = table.delay(u, 2*time.Second)
	}
	want := map[string]time.Duration{"http://a.example/x": 3 * time.Second, "http://news.b.example/": 2 * time.Second, "http://nobody.example/": 2 * time.Second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHealthTellsOnceForAll(t *testing.T) {
	var told []string
	h := &health{tell: func(err error) { told = append(told, fmt.Sprint(err)) }}
	room, tokens := h.report("room"), h.report("tokens")
	room(nil)
	room(errors.New("full"))
	tokens(errors.New("away"))
	room(nil)
	if h.err() == nil {
		t.Error("ready while tokens are away")
	}
	tokens(nil)
	if err := h.err(); err != nil {
		t.Errorf("not ready: %v", err)
	}
	if diff := cmp.Diff([]string{"full", "away", "<nil>"}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
