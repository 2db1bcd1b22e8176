package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/demosite"
)

// TestFrontierScripts runs the commands on sources and on the frontier against a NATS server with a frontier of known content, and a web of
// its own.
func TestFrontierScripts(t *testing.T) {
	site, err := demosite.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	var table []string
	for name, addr := range demosite.Resolve(site.Addr()) {
		table = append(table, name+"="+addr)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/frontier", UpdateScripts: *update, Setup: func(e *testscript.Env) error {
		server := bustest.StartServer(t)
		fillFrontier(t, server.Bus(t, bus.Config{}))
		e.Setenv("NEWSMILL_NATS", server.URL())
		e.Setenv("NEWSMILL_RESOLVE", strings.Join(table, ";"))
		e.Setenv("XDG_DATA_HOME", e.WorkDir)
		return os.WriteFile(filepath.Join(e.WorkDir, "demo.yaml"), demosite.Seeds(), 0o600)
	}})
}

func fillFrontier(t *testing.T, b *bus.Bus) {
	t.Helper()
	s := crawler.StoresOf(b)
	f := frontier.New(s.URLs, s.Tokens, s.Hosts, frontier.Config{})
	_, err := f.Add(t.Context(),
		frontier.Entry{URL: "http://a.example/1", Source: "yunhe", Kind: frontier.KindPage},
		frontier.Entry{URL: "http://a.example/2", Source: "yunhe", Kind: frontier.KindPage, Fresh: true},
		frontier.Entry{URL: "http://a.example/3", Source: "other", Kind: frontier.KindPage},
		frontier.Entry{URL: "http://b.example/sitemap.xml#1", Source: "yunhe", Kind: frontier.KindSlice, Slow: true, Links: make([]frontier.Ref, 7)})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AddLater(t.Context(), frontier.Entry{URL: "http://b.example/4", Source: "yunhe", Kind: frontier.KindPage, Step: 1}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	seen := frontier.NewSeen(s.Seen)
	for url, outcome := range map[string]string{"http://a.example/dead": "fetch_failed", "http://a.example/404": "not_found", "http://a.example/page": "page",
		"http://c.example/403": "http_status"} {
		if err := seen.Put(t.Context(), frontier.Visit{URL: url, Source: "yunhe", Kind: frontier.KindPage, Outcome: outcome}); err != nil {
			t.Fatal(err)
		}
	}
}
