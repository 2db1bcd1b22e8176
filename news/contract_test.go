package news_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/newsmill/newsmill/news"
)

// TestContractIsFrozen freezes subjects, headers, reasons and ids: what monitors rely on.
func TestContractIsFrozen(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "# subjects")
	for _, s := range []string{
		news.RawSubject("src", "news_yunhe_example"), news.ArticleSubject("src", "h"), news.IndexedSubject("src", "h"),
		news.DiscardedSubject(news.StageCrawler, "src", "h"), news.DeadSubject(news.StageIndexer, "src", "h"),
		news.GoneSubject("src", "h"), news.AlertSubject("watch"),
	} {
		fmt.Fprintln(&b, s)
	}
	fmt.Fprintln(&b, "# reasons: code, kind, stages")
	for _, r := range news.Reasons() {
		fmt.Fprintln(&b, r.Code, r.Kind, r.Stages)
	}
	at := time.Date(2026, 11, 20, 8, 30, 15, 250000001, time.UTC)
	article := news.ArticleID("http://news.yunhe.example/a")
	fmt.Fprintln(&b, "# ids")
	fmt.Fprintln(&b, news.URLHash("http://news.yunhe.example/a"))
	fmt.Fprintln(&b, article)
	fmt.Fprintln(&b, news.ArticleIDOf("http://news.yunhe.example/a", "云河大桥 通车！", 2), news.ArticleIDOf("http://news.yunhe.example/a", "", 2))
	fmt.Fprintln(&b, news.ContentHash("t", "b"))
	fmt.Fprintln(&b, news.Version(at, 7))
	event := news.ArticleEventID(article, news.Version(at, 7))
	fmt.Fprintln(&b, news.RawID("http://news.yunhe.example/a", at))
	fmt.Fprintln(&b, event)
	fmt.Fprintln(&b, news.IndexedID(event), news.DiscardedID(event, news.StageIndexer))
	fmt.Fprintln(&b, news.GoneID("http://news.yunhe.example/a", 5), news.DeadID("RAW", "normalizer", 12))
	fmt.Fprintln(&b, news.RetryID(event, 1), news.RetryID(news.RetryID(event, 1), 2))
	fmt.Fprintln(&b, "# headers of a page")
	page := fullPage(at)
	h := page.Header("zstd")
	delete(h, news.HeaderTraceparent) // random
	for _, name := range sortedKeys(h) {
		fmt.Fprintf(&b, "%s: %s\n", name, h[name])
	}
	golden(t, "testdata/contract.txt", []byte(b.String()))
}

func fullPage(at time.Time) news.Page {
	return news.Page{
		URL: "http://news.yunhe.example/路?a=1", FinalURL: "http://news.yunhe.example/final", Source: "yunhe-daily", Status: 200,
		ContentType: "text/html; charset=gbk", FetchedAt: at, FirstSeen: at.Add(-time.Hour), Redirects: []string{"http://news.yunhe.example/x"},
		Published: at.Add(-time.Hour).Truncate(time.Second), Title: "100% 云河",
	}
}

func sortedKeys(h news.Header) []string {
	var names []string
	for name := range h {
		names = append(names, name)
	}
	for i := range names { // insertion sort: a handful of names
		for j := i; j > 0 && names[j] < names[j-1]; j-- {
			names[j], names[j-1] = names[j-1], names[j]
		}
	}
	return names
}

func TestPageHeadersGoThereAndBack(t *testing.T) {
	want := fullPage(time.Date(2026, 11, 20, 8, 30, 15, 250000001, time.UTC))
	h := want.Header("zstd")
	for name, v := range h {
		for i := range len(v) {
			if v[i] < 0x20 || v[i] > 0x7e {
				t.Errorf("%s holds byte %#x", name, v[i])
			}
		}
	}
	got, err := news.ParsePage(news.RawSubject("yunhe-daily", "news_yunhe_example"), h)
	if err != nil {
		t.Fatal(err)
	}
	want.Trace = h[news.HeaderTraceparent]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParsePageRefuses(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 30, 15, 0, time.UTC)
	subject := news.RawSubject("s", "h")
	for name, spoil := range map[string]func(news.Header){
		"no url":        func(h news.Header) { delete(h, news.HeaderURL) },
		"bad status":    func(h news.Header) { h[news.HeaderStatus] = "ok" },
		"no fetched-at": func(h news.Header) { delete(h, news.HeaderFetchedAt) },
		"bad date":      func(h news.Header) { h[news.HeaderFirstSeen] = "yesterday" },
	} {
		t.Run(name, func(t *testing.T) {
			h := fullPage(at).Header("zstd")
			spoil(h)
			if _, err := news.ParsePage(subject, h); !errors.Is(err, news.ErrPage) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := news.ParsePage("news.article.s.h", fullPage(at).Header("zstd")); !errors.Is(err, news.ErrPage) {
		t.Errorf("wrong subject: got %v", err)
	}
}

func TestHostToken(t *testing.T) {
	for host, want := range map[string]string{
		"epaper.example.cn":       "epaper_example_cn",
		"Epaper.Example.CN.":      "epaper_example_cn",
		"a_b.example":             "a_-b_example",
		"a-_b.example":            "a-_-b_example",
		"xn--fiqs8s.example:8080": "xn--fiqs8s_example-_8080",
		"127.0.0.1:4000":          "127_0_0_1-_4000",
		"a_:80":                   "a_--_80",
		"[2001:db8::1]":           "v6_20010db8000000000000000000000001",
		"[2001:db8::1]:81":        "v6_20010db8000000000000000000000001-_81",
	} {
		got, err := news.HostToken(host)
		if err != nil || got != want {
			t.Errorf("HostToken(%q) = %q, %v; want %q", host, got, err, want)
		}
	}
	for _, host := range []string{"", ".", "a..b", "-a.b", "a-.b", "云河.example", "a b", "a.b:0x1", "a:99999", "a:", "[::1%eth0]", "v6." + strings.Repeat("0a", 16), "a/b", "a*b", "a>b"} {
		if got, err := news.HostToken(host); !errors.Is(err, news.ErrHost) {
			t.Errorf("HostToken(%q) = %q, %v; want an error", host, got, err)
		}
	}
}

func TestHostTokenIsInvertible(t *testing.T) {
	seen := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.OneOf(
			rapid.StringMatching(`([a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9_])?\.){0,3}[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9_])?(:[1-9][0-9]{0,3})?`),
			rapid.Custom(func(t *rapid.T) string {
				raw := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "v6"))
				return "[" + netip.AddrFrom16(raw).String() + "]"
			}),
		).Draw(t, "host")
		token, err := news.HostToken(host)
		if err != nil {
			return // a host that HostToken refuses is the table's matter
		}
		if !isToken(token) {
			t.Fatalf("%q is no token", token)
		}
		if other, ok := seen[token]; ok && other != host {
			t.Fatalf("%q and %q are both %q", other, host, token)
		}
		seen[token] = host
		back, err := news.ParseHostToken(token)
		if err != nil || back != host {
			t.Fatalf("%q -> %q -> %q, %v", host, token, back, err)
		}
	})
}

func isToken(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func FuzzParseHostToken(f *testing.F) {
	for _, s := range []string{"a_b", "a_-b", "a-_80", "v6_" + hex.EncodeToString(make([]byte, 16)), "a-_-b", "a--_80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		host, err := news.ParseHostToken(token)
		if err != nil {
			return
		}
		if again, err := news.HostToken(host); err != nil || again != token {
			t.Errorf("%q -> %q -> %q, %v", token, host, again, err)
		}
	})
}

func TestParseSubject(t *testing.T) {
	for subject, want := range map[string]news.Subject{
		"news.raw.s.h":               {Kind: "raw", Source: "s", Host: "h"},
		"news.gone.s.h":              {Kind: "gone", Source: "s", Host: "h"},
		"news.discarded.crawler.s.h": {Kind: "discarded", Stage: news.StageCrawler, Source: "s", Host: "h"},
		"news.dead.indexer.s.h":      {Kind: "dead", Stage: news.StageIndexer, Source: "s", Host: "h"},
		"news.alert.bridges":         {Kind: "alert", Watch: "bridges"},
	} {
		got, err := news.ParseSubject(subject)
		if err != nil || got != want {
			t.Errorf("ParseSubject(%q) = %+v, %v", subject, got, err)
		}
	}
	for _, s := range []string{"", "news", "news.raw", "news.raw.s", "news.raw..h", "news.dead.s.h", "newsmill.raw.s.h", "news.other.s.h", "news.raw.s.h.x"} {
		if got, err := news.ParseSubject(s); !errors.Is(err, news.ErrSubject) {
			t.Errorf("ParseSubject(%q) = %+v, %v", s, got, err)
		}
	}
}

func TestHeaderValuesGoThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "value")
		e := news.EncodeValue(s)
		for i := range len(e) {
			if e[i] < 0x20 || e[i] > 0x7e {
				t.Fatalf("%q holds byte %#x", e, e[i])
			}
		}
		if got := news.DecodeValue(e); got != s {
			t.Fatalf("%q -> %q -> %q", s, e, got)
		}
	})
}

func TestChildTrace(t *testing.T) {
	parent := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	child := news.ChildTrace(parent)
	if child == parent || !strings.HasPrefix(child, "00-0af7651916cd43dd8448eb211c80319c-") || !strings.HasSuffix(child, "-01") {
		t.Errorf("child of %s is %s", parent, child)
	}
	for _, broken := range []string{"", "x", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"} {
		if got := news.ChildTrace(broken); len(got) != 55 || strings.Contains(got, "0af7651916cd43dd8448eb211c80319c") {
			t.Errorf("child of %q is %q", broken, got)
		}
	}
}

func TestVersionOrders(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	if news.Version(at.Add(time.Millisecond), 0) <= news.Version(at, news.MaxRevision) {
		t.Error("a newer fetch with an older extractor must win")
	}
	if news.Version(at, 2) <= news.Version(at, 1) {
		t.Error("of one fetch the newer extractor must win")
	}
	defer func() {
		if recover() == nil {
			t.Error("a revision of 1000 must panic")
		}
	}()
	news.Version(at, news.MaxRevision+1)
}

func TestDateString(t *testing.T) {
	at := time.Date(2026, 5, 3, 8, 30, 1, 0, time.FixedZone("", 8*3600))
	for p, want := range map[news.Precision]string{
		news.PrecisionYear: "2026", news.PrecisionMonth: "2026-05", news.PrecisionDay: "2026-05-03",
		news.PrecisionMinute: "2026-05-03T08:30:01+08:00", news.PrecisionSecond: "2026-05-03T08:30:01+08:00",
	} {
		if got := (news.Date{Time: at, Precision: p}).String(); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
}

func TestReasonByCode(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range news.Reasons() {
		if seen[r.Code] || !news.ValidToken(r.Code) || len(r.Stages) == 0 || r.Means == "" {
			t.Errorf("bad row %+v", r)
		}
		seen[r.Code] = true
		if got, ok := news.ReasonByCode(r.Code); !ok || got.Code != r.Code {
			t.Errorf("%s not found", r.Code)
		}
	}
	if _, ok := news.ReasonByCode("nonsense"); ok {
		t.Error("found nonsense")
	}
}
