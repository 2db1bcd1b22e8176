package crawler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/demosite"
	"github.com/newsmill/newsmill/seeds"
)

func epaper(id, pattern string, days int, hosts ...string) seeds.Source {
	s := src(id, pattern, hosts...)
	s.Start[0].Kind, s.Start[0].Days = seeds.KindEpaper, days
	return s
}

// TestDemoEpaper reads the e-paper of the demo city, two issues with pages, by nothing but its dated address.
func TestDemoEpaper(t *testing.T) {
	t.Parallel()
	site, err := demosite.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	b := bustest.Start(t)
	s := StoresOf(b)
	one := epaper("yunhe-epaper", "http://epaper.yunhe.example/html/{yyyy}-{mm}/{dd}/index.htm", 2, "epaper.yunhe.example")
	c := quick(newWeb(t))
	c.Fetch.Resolve["epaper.yunhe.example"] = site.Addr()
	w, stop := start(t, s, c)
	apply(t, s, one) // its poll asks for the issues of these days, which the demo city does not have
	waitIdle(t, s)
	parsed, ok, err := w.sources.read(t.Context(), one.ID)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	evening := time.Date(2026, 11, 19, 23, 0, 0, 0, time.UTC) // 07:00 of the 20th in Shanghai
	if n, err := queueStart(t.Context(), w.front, w.seen, parsed, evening); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	waitIdle(t, s)
	stop()
	want := map[string]string{}
	for _, a := range demosite.Articles() {
		if strings.HasPrefix(a.URL, "http://epaper.") {
			want[a.URL] = "page"
		}
	}
	if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
}

// TestEpaperLayout reads a paper of another make: the first page leads on to the other pages, articles lie in another folder, and links
// lead to yesterday's issue, to PDFs and to other sites.
func TestEpaperLayout(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://paper.example"
	today, yesterday := time.Now().In(seeds.China), time.Now().In(seeds.China).AddDate(0, 0, -1)
	w.on(a+"/robots.txt", text(""))
	want := map[string]string{}
	for _, day := range []time.Time{today, yesterday} {
		date := day.Format("200601/02")
		var pages strings.Builder
		for n := 1; n <= 3; n++ {
			fmt.Fprintf(&pages, `<a href="/pc/layout/%s/node_%02d.html">第%02d版：要闻</a><a href="/pdf/%s/%02d.pdf">PDF</a>`, date, n, n, date, n)
		}
		for n := 1; n <= 3; n++ {
			art := fmt.Sprintf("%s/pc/content/%s/content_%d.html", a, date, 30000+n)
			w.on(art, article(day.Day()*10+n))
			want[art] = "page"
			w.on(fmt.Sprintf("%s/pc/layout/%s/node_%02d.html", a, date, n), text(fmt.Sprintf(`<html><body>%s<map><area href="%s"></map><a href="%s">标题</a>
<a href="/pc/layout/%s/node_01.html">上一期</a><a href="/pc/layout/202001/02/node_01.html">2020</a><a href="/about.html">关于</a><a href="http://other.example/pc/content/%s/content_1.html">外</a></body></html>`,
				pages.String(), art, art, yesterday.AddDate(0, 0, -1).Format("200601/02"), date)))
		}
	}
	for name, more := range map[string]func(*seeds.Source){
		"by usual names":    func(*seeds.Source) {},
		"by allow patterns": func(s *seeds.Source) { s.Scope.Allow = []string{`/content_\d+\.html`} },
	} {
		t.Run(name, func(t *testing.T) {
			b := bustest.Start(t)
			s := StoresOf(b)
			one := epaper("paper", a+"/pc/layout/{yyyy}{mm}/{dd}/node_01.html", 2, "paper.example")
			more(&one)
			apply(t, s, one)
			_, stop := start(t, s, quick(w, "paper.example"))
			waitIdle(t, s)
			before := len(w.requests())
			if err := PollNow(t.Context(), s, "paper"); err != nil {
				t.Fatal(err)
			}
			waitIdle(t, s)
			stop()
			if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
				t.Errorf("ends (-want +got):\n%s", diff)
			}
			if n := len(w.requests()) - before; n != 2 {
				t.Errorf("%d requests at the second poll, want the two issues", n)
			}
		})
	}
}

func TestStartOfEpaper(t *testing.T) {
	b := bustest.Start(t)
	s := StoresOf(b)
	f, seen := frontier.New(s.URLs, s.Tokens, s.Hosts, frontier.Config{}), frontier.NewSeen(s.Seen)
	one := epaper("paper", "http://paper.example/{yyyy}/{m}/{d}/?d={yy}{mm}{dd}", 4, "paper.example").WithDefaults()
	now := time.Date(2026, 3, 2, 16, 30, 0, 0, time.UTC) // 3 March in Shanghai
	read := frontier.Visit{URL: "http://paper.example/2026/3/1/?d=260301", Source: "paper", Kind: frontier.KindEpaper, Outcome: "discovery", Fetched: now}
	if err := seen.Put(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	if _, err := queueStart(t.Context(), f, seen, &source{Source: one}, now); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]int{
		"http://paper.example/2026/3/3/?d=260303": 1, "http://paper.example/2026/3/2/?d=260302": 1,
		"http://paper.example/2026/3/1/?d=260301": 0, "http://paper.example/2026/2/28/?d=260228": 1,
	} {
		e := frontier.Entry{URL: url, Source: "paper", Kind: frontier.KindEpaper, Fresh: strings.Contains(url, "/3/")}
		n, err := f.Add(t.Context(), e)
		if err != nil || 1-n != want {
			t.Errorf("%s: queued %d times, want %d, %v", url, 1-n, want, err)
		}
	}
}
