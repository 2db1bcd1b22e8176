package crawler

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

// lines is a log that tests read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// auditLine is one request as it is logged.
type auditLine struct {
	Msg        string
	Host, URL  string
	Start, End time.Time
	Status     int
	Delay      time.Duration
}

func (l *lines) audit(t *testing.T) []auditLine {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []auditLine
	for line := range strings.Lines(l.b.String()) {
		var a auditLine
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if a.Msg == "request" {
			out = append(out, a)
		}
	}
	return out
}

func audited(c Config) (Config, *lines) {
	l := &lines{}
	c.Log, c.LogRequests = slog.New(slog.NewJSONHandler(l, nil)), true
	return c, l
}

// TestABrokenPageDoesNotHideTheOthers: a page that always answers 500 waits by itself, and the others of its host go on meanwhile.
func TestABrokenPageDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	links := []string{"/broken.html"}
	for i := range 10 {
		links = append(links, fmt.Sprintf("/p%d.html", i))
		w.on("http://a.example"+links[i+1], article(i))
	}
	w.on("http://a.example/", list(links...))
	w.on("http://a.example/broken.html", status(500, "no"))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	c := quick(w, "a.example")
	c.FaultBackOff = time.Hour
	start(t, s, c)
	waitFor(t, "the other pages", func() bool { return len(whatWasTold(t, b).ends()) == 10 })
	if n := w.count("http://a.example/broken.html"); n != 1 {
		t.Errorf("the broken page was asked for %d times", n)
	}
}

// TestARefusedPageDoesNotHideTheOthers: 503 is the host's word, so it rests; but then it is another page's turn.
func TestARefusedPageDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/", list("/refused.html", "/p1.html", "/p2.html"))
	w.on("http://a.example/refused.html", status(503, "no"))
	w.on("http://a.example/p1.html", article(1))
	w.on("http://a.example/p2.html", article(2))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	c := quick(w, "a.example")
	c.BackOff, c.Attempts = time.Second, 4
	start(t, s, c)
	waitFor(t, "the other pages", func() bool { return len(whatWasTold(t, b).ends()) >= 2 })
	if n := w.count("http://a.example/refused.html"); n > 2 {
		t.Errorf("the refused page was asked for %d times before the others", n)
	}
}

// TestAHostThatSays429IsAskedLessAndLess, also where every second answer is a page.
func TestAHostThatSays429IsAskedLessAndLess(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	var links []string
	var mu sync.Mutex
	n := 0
	var refused []time.Time
	for i := range 12 {
		links = append(links, fmt.Sprintf("/p%d.html", i))
	}
	w.on("http://a.example/robots.txt", status(404, ""))
	w.on("http://a.example/", list(links...))
	w.on("http://a.example/*", func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if n++; n%2 == 0 {
			article(n)(rw, r)
			return
		}
		refused = append(refused, time.Now())
		status(429, "slower")(rw, r)
	})
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	c := quick(w, "a.example")
	c.BackOff, c.Attempts = 150*time.Millisecond, 10
	start(t, s, c)
	waitFor(t, "five refusals", func() bool { mu.Lock(); defer mu.Unlock(); return len(refused) >= 5 })
	mu.Lock()
	defer mu.Unlock()
	for i := 1; i < 5; i++ {
		least := c.BackOff << (i - 1)
		if gap := refused[i].Sub(refused[i-1]); gap < least {
			t.Errorf("refusal %d came %v after the one before, want %v at least", i+1, gap, least)
		}
	}
}

// TestTheAuditShowsEveryRequest: robots.txt and every hop is a line, and between two lines of a host lies the delay that the later one names.
func TestTheAuditShowsEveryRequest(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/robots.txt", redirect("/rules/robots.txt"))
	w.on("http://a.example/rules/robots.txt", text("User-agent: *\nAllow: /\nCrawl-delay: 0.2\n"))
	w.on("http://a.example/", list("/moved.html", "/p1.html", "/gone.html"))
	w.on("http://a.example/moved.html", redirect("/p2.html"))
	w.on("http://a.example/p1.html", article(1))
	w.on("http://a.example/p2.html", article(2))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	c, log := audited(quick(w, "a.example"))
	_, stop := start(t, s, c)
	waitIdle(t, s)
	stop()
	audit := log.audit(t)
	w.mu.Lock()
	asked := len(w.log)
	w.mu.Unlock()
	if len(audit) != asked {
		t.Errorf("%d lines for %d requests", len(audit), asked)
	}
	want := map[string]int{"/robots.txt": 302, "/rules/robots.txt": 200, "/": 200, "/moved.html": 302, "/p2.html": 200, "/p1.html": 200, "/gone.html": 404}
	for i, a := range audit {
		if path := strings.TrimPrefix(a.URL, "http://a.example"); want[path] != a.Status || a.Host != "a_example" {
			t.Errorf("%s: status %d, host %s; want %d", a.URL, a.Status, a.Host, want[path])
		}
		if i > 0 && a.Start.Sub(audit[i-1].End) < a.Delay {
			t.Errorf("%s began %v after the one before, %v was due", a.URL, a.Start.Sub(audit[i-1].End), a.Delay)
		}
	}
	if last := audit[len(audit)-1]; last.Delay != 200*time.Millisecond {
		t.Errorf("the delay was %v at the end", last.Delay)
	}
}

// TestASlowHostIsAskedSlowly: the pause is a multiple of what the last answer took.
func TestASlowHostIsAskedSlowly(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/robots.txt", status(404, ""))
	w.on("http://a.example/", list("/p1.html", "/p2.html"))
	for i := range 3 {
		w.on(fmt.Sprintf("http://a.example/p%d.html", i), func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(100 * time.Millisecond)
			article(i)(rw, r)
		})
	}
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	asked := w.requests()
	if len(asked) != 3 {
		t.Fatalf("%d requests", len(asked))
	}
	if pause := asked[2].start.Sub(asked[1].end); pause < 290*time.Millisecond {
		t.Errorf("%v after an answer that took %v", pause, asked[1].end.Sub(asked[1].start))
	}
}

// TestAHostWithABadCertificateIsParked: it is not tried every minute, and named once in the log.
func TestAHostWithABadCertificateIsParked(t *testing.T) {
	t.Parallel()
	w := newWeb(t) // speaks no TLS
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "https://a.example/", "a.example"))
	c, log := audited(quick(w, "a.example"))
	c.BackOff, c.MaxBackOff, c.Attempts = 50*time.Millisecond, time.Hour, 10
	start(t, s, c)
	waitFor(t, "a parked host", func() bool {
		st, err := Idle(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return len(st.Resting) == 1 && st.Resting[0].Parked
	})
	if n := len(log.audit(t)); n != brokenFails {
		t.Errorf("%d requests until it was parked, want %d", n, brokenFails)
	}
}

// TestRobotsOfAPage: noindex keeps a page from being an article, nofollow its links from being followed.
func TestRobotsOfAPage(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	w.on(a+"/", list("/header.html", "/meta.html", "/other.html", "/plain.html"))
	w.on(a+"/header.html", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-Robots-Tag", "noindex")
		article(1)(rw, r)
	})
	meta := func(content string) http.HandlerFunc {
		return text(`<html><head><meta name="Robots" content="` + content + `"><title>云河要闻</title></head><body><p>云河市消息。</p><a href="/deep.html">下一条新闻在这里</a></body></html>`)
	}
	w.on(a+"/meta.html", meta("noindex,nofollow"))
	w.on(a+"/other.html", meta("otherbot: none"))
	w.on(a+"/plain.html", article(2))
	w.on(a+"/deep.html", article(3))
	w.on("http://b.example/", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-Robots-Tag", "nofollow")
		list("/b.html")(rw, r)
	})
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", a+"/", "a.example"), src("b", "http://b.example/", "b.example"))
	start(t, s, quick(w, "a.example", "b.example"))
	waitIdle(t, s)
	want := map[string]string{a + "/header.html": "robots", a + "/meta.html": "robots", a + "/other.html": "page", a + "/plain.html": "page", "http://b.example/": "robots"}
	if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
}

// TestTheSameArticleInAnotherDress: of a page and its mobile and print versions, which name it as canonical, one is sent on, whichever comes first.
func TestTheSameArticleInAnotherDress(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	dress := func(canonical string) http.HandlerFunc {
		return text(`<html><head><link rel="canonical" href="` + canonical + `"><title>云河要闻</title></head><body><p>云河市消息。</p></body></html>`)
	}
	const www, m = "http://www.a.example", "http://m.a.example"
	w.on(m+"/", list(m+"/1.html", m+"/1_print.html", m+"/2.html", "/lost.html", www+"/1.html", www+"/2.html"))
	w.on(m+"/1.html", dress(www+"/1.html"))
	w.on(m+"/1_print.html", dress(www+"/1.html"))
	w.on(m+"/2.html", dress(www+"/2.html"))
	w.on(www+"/1.html", dress(www+"/1.html"))
	w.on(www+"/2.html", dress(www+"/2.html"))
	w.on(m+"/lost.html", dress(www+"/")) // a template's mistake
	b := bustest.Start(t)
	s := StoresOf(b)
	source := src("yunhe", m+"/", "m.a.example", "www.a.example")
	apply(t, s, source)
	start(t, s, quick(w, "m.a.example", "www.a.example"))
	waitIdle(t, s)
	got := whatWasTold(t, b)
	articles := map[string]int{}
	for _, p := range got.pages {
		u := p.URL[strings.LastIndexByte(p.URL, '/'):]
		articles[strings.TrimSuffix(strings.TrimSuffix(u, ".html"), "_print")]++
	}
	if articles["/lost"] != 1 {
		t.Errorf("a page that names the front page as canonical was sent on %d times", articles["/lost"])
	}
	// The two hosts are asked side by side, so both versions of an article may come before either is known.
	if n := articles["/1"]; n < 1 || n > 2 {
		t.Errorf("article 1 was sent on %d times", n)
	}
	if n := articles["/2"]; n < 1 || n > 2 {
		t.Errorf("article 2 was sent on %d times", n)
	}
	if end := got.ends()[m+"/1_print.html"]; end != "unchanged" {
		t.Errorf("the print version behind the mobile one ended as %q", end)
	}
}

// TestTheLastRobotsHolds: robots.txt answers 500 when it is asked for again; what it said last holds.
func TestTheLastRobotsHolds(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.on("http://a.example/robots.txt", status(500, "no"))
	w.on("http://a.example/", list("/p1.html", "/secret/p2.html"))
	w.on("http://a.example/p1.html", article(1))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", "http://a.example/", "a.example"))
	worker, err := New(s, quick(w, "a.example"), nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := weburl.Parse("http://a.example/")
	if err != nil {
		t.Fatal(err)
	}
	record := robotsRecord{Status: 200, Body: "User-agent: *\nDisallow: /secret/\n"}
	if _, err := worker.robots.put(t.Context(), u, record, time.Now()); err != nil {
		t.Fatal(err)
	}
	worker.robots.keep(robotsKey(u), record, time.Time{}) // too old in memory
	worker.robots.old = time.Now().Add(time.Hour)         // and in the bucket
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	waitIdle(t, s)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	want := map[string]string{"http://a.example/p1.html": "page", "http://a.example/secret/p2.html": "robots"}
	if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	if n := w.count("http://a.example/robots.txt"); n != 1 {
		t.Errorf("robots.txt was asked for %d times", n)
	}
}
