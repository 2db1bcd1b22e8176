package seeds

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestShippedSources holds what the sources of this folder promise: they load, each says how far it may go, how often and how politely, and that
// nobody has seen it work, and its patterns fit each other.
func TestShippedSources(t *testing.T) {
	list, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 40 {
		t.Errorf("%d sources, want 40", len(list))
	}
	kinds, languages := map[string]int{}, map[string]int{}
	for _, s := range list {
		if s.Verified == nil || *s.Verified {
			t.Errorf("%s does not say verified: false", s.ID)
		}
		if s.Politeness.Delay.Std() < 2*time.Second || s.Interval.Std() < 15*time.Minute {
			t.Errorf("%s: delay %s, interval %s", s.ID, s.Politeness.Delay, s.Interval)
		}
		if s.AllowPrivate || s.Discover || s.Language == "" || len(s.Scope.Allow) == 0 || len(s.Scope.Hosts) == 0 {
			t.Errorf("%s: %+v", s.ID, s)
		}
		languages[s.Language]++
		for _, start := range s.Start {
			kinds[start.Kind]++
			if start.Kind == KindEpaper && start.Dated(time.Now()) == "" {
				t.Errorf("%s: no date in %s", s.ID, start.URL)
			}
		}
	}
	if kinds[KindEpaper] < 15 || kinds[KindListing] < 15 || kinds[KindFeed] < 5 || languages["en"] < 3 || languages["ja"] < 3 {
		t.Errorf("kinds %v, languages %v", kinds, languages)
	}
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if head, _, _ := strings.Cut(string(text), "sources:"); !strings.Contains(head, "verified: false") || !strings.Contains(head, "check --live") {
			t.Errorf("%s does not say at its head what verified: false means", file)
		}
	}
}

// TestShippedPatterns holds the patterns against an address of the form that they are for.
func TestShippedPatterns(t *testing.T) {
	list, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]Source{}
	for _, s := range list {
		byID[s.ID] = s
	}
	for _, c := range []struct {
		id, host, path string
		want           bool
	}{
		{"tianjin-ribao", "epaper.tianjinwe.com", "/tjrb/html/2026-11/20/content_152_7770531.htm", true},
		{"tianjin-ribao", "epaper.tianjinwe.com", "/tjrb/html/2026-11/20/node_1.htm", false},
		{"tianjin-ribao", "epaper.tianjinwe.com", "/jwb/html/2026-11/20/content_152_7770531.htm", false},
		{"tianjin-jinbin", "www.tjbh.com", "/c/2026-11-20/1234567.shtml", true},
		{"gov-cn", "www.gov.cn", "/yaowen/liebiao/202611/content_6900000.htm", true},
		{"stats-gov", "www.stats.gov.cn", "/sj/zxfb/202611/t20261120_1950000.html", true},
		{"stats-gov", "www.stats.gov.cn", "/sj/zxfb/index_1.html", false},
		{"guangxi-ribao", "gxrb.gxrb.com.cn", "/?name=gxrb&date=2026-11-20&code=001&xuhao=3", true},
		{"guangxi-ribao", "gxrb.gxrb.com.cn", "/?name=gxrb&date=2026-11-20&code=002", false},
		{"sichuan-ribao", "epaper.scdaily.cn", "/shtml/scrb/20261120/299999.shtml", true},
		{"sichuan-ribao", "epaper.scdaily.cn", "/shtml/scrb/20261120/v02.shtml", false},
		{"guardian-china", "www.theguardian.com", "/world/2026/nov/20/a-headline", true},
		{"nhk", "www3.nhk.or.jp", "/news/html/20261120/k10014000000.html", true},
	} {
		if got := byID[c.id].InScope(c.host, c.path); got != c.want {
			t.Errorf("%s: %s is in scope: %v", c.id, c.path, got)
		}
	}
}

func TestDatedAddresses(t *testing.T) {
	day := time.Date(2026, 3, 4, 17, 0, 0, 0, time.UTC) // the 5th in Shanghai
	for _, c := range []struct{ url, on, dated string }{
		{"http://p.example/html/{yyyy}-{mm}/{dd}/node_1.htm", "http://p.example/html/2026-03/05/node_1.htm", "2026-03/05"},
		{"http://p.example/{yy}{m}{d}?c=1", "http://p.example/2635?c=1", "2635"},
		{"http://p.example/?date={yyyy}-{mm}-{dd}&code=001", "http://p.example/?date=2026-03-05&code=001", "2026-03-05"},
	} {
		s := Start{URL: c.url, Kind: KindEpaper}
		if on, dated := s.On(day), s.Dated(day); on != c.on || dated != c.dated {
			t.Errorf("%s: %s and %s", c.url, on, dated)
		}
	}
	if s := (Start{URL: "http://p.example/{yyyy}", Kind: KindListing}); s.On(day) != s.URL {
		t.Error(s.On(day))
	}
}
