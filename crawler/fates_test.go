package crawler

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

type smallOut struct{ Output }

func (smallOut) MaxPayload() int { return 20_000 }

// TestRareFates are the ends that a listing does not lead to by itself: entries that are put into the frontier directly.
func TestRareFates(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	w.on(a+"/big.html", text(strings.Repeat("云河", 400_000)))
	w.on(a+"/dense.html", text(noise(60_000)))
	w.on(a+"/out.html", redirect("http://elsewhere.example/x.html"))
	w.on(a+"/unfollowed/", text(`<meta name="robots" content="nofollow"><a href="/p1.html">x</a>`))
	w.on(a+"/feed.xml", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		_, _ = rw.Write([]byte(`<rss version="2.0"><channel><item><title>云河大桥通车</title><link>` + a + `/bridge.html</link>` +
			`<pubDate>Fri, 20 Nov 2026 08:12:00 +0800</pubDate></item></channel></rss>`))
	})
	w.on(a+"/bridge.html", article(7))
	w.on(a+"/nofeed.xml", text("<p>no feed</p>"))
	w.on(a+"/seen.html", article(1))
	w.on(a+"/again.html", article(2))

	b := bustest.Start(t)
	s := StoresOf(b)
	source := src("yunhe", a+"/feed.xml", "a.example")
	source.Start[0].Kind = seeds.KindFeed
	source.Scope.Deny = []string{"^/denied"}
	apply(t, s, source)
	c := quick(w, "a.example")
	c.Fetch.MaxBytes = 1 << 20
	small := s
	small.Out = smallOut{s.Out}
	worker, err := New(small, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	page := func(path string) frontier.Entry {
		return frontier.Entry{URL: a + path, Source: "yunhe", Kind: frontier.KindPage}
	}
	removed, listing, nofeed, again := page("/removed.html"), page("/unfollowed/"), page("/nofeed.xml"), page("/again.html")
	removed.Source, listing.Kind, nofeed.Kind, again.Revisit = "former", frontier.KindListing, frontier.KindFeed, true
	if _, err := worker.front.Add(t.Context(), page("/big.html"), page("/dense.html"), page("/out.html"), page("/denied/x.html"), removed, listing,
		nofeed, page("/seen.html"), again); err != nil {
		t.Fatal(err)
	}
	if _, err := s.URLs.Add(t.Context(), bus.Outgoing{Subject: "newsmill.frontier.url.a_example.00", Data: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/seen.html", "/again.html"} {
		err := frontier.NewSeen(s.Seen).Put(t.Context(), frontier.Visit{URL: a + path, Outcome: frontier.OutcomePage, Seq: 1 << 40})
		if err != nil {
			t.Fatal(err)
		}
	}
	start(t, small, c)
	waitIdle(t, s)

	got := whatWasTold(t, b)
	want := map[string]string{
		a + "/big.html": "too_large", a + "/dense.html": "message_too_large", a + "/out.html": "out_of_scope", a + "/denied/x.html": "out_of_scope",
		a + "/removed.html": "source_removed", a + "/unfollowed/": "robots", a + "/nofeed.xml": "wrong_type", a + "/seen.html": "expired",
		a + "/again.html": "page", a + "/bridge.html": "page", "": "dead bad_message",
	}
	if diff := cmp.Diff(want, got.ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	if o := lastOutcome(t, s, a+"/seen.html"); o != frontier.OutcomePage {
		t.Errorf("an expired entry made SEEN say %q", o)
	}
	for _, p := range got.pages {
		if p.URL == a+"/bridge.html" && (p.Title != "云河大桥通车" || !p.Published.Equal(time.Date(2026, 11, 20, 0, 12, 0, 0, time.UTC)) || p.Trace == "") {
			t.Errorf("what the feed said did not come along: %+v", p)
		}
	}
	if o := lastOutcome(t, s, a+"/feed.xml"); o != news.Discovery.Code {
		t.Errorf("the feed ended as %q", o)
	}
}
