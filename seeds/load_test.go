package seeds

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestBadFiles holds the message of every mistake: testdata/<mistake>.bad.yaml gives testdata/<mistake>.txt, word for word.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad files", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".bad.yaml")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources, err := Parse(filepath.Base(file), data)
			if err == nil || sources != nil {
				t.Fatalf("got %d sources, %v; want an error and nothing else", len(sources), err)
			}
			got, golden := err.Error()+"\n", filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestGood(t *testing.T) {
	yes := true
	want := []Source{
		{
			ID: "yunhe-daily", Name: "云河日报", Language: "zh-Hans", Interval: Duration(10 * time.Minute),
			IntervalMin: Duration(5 * time.Minute), IntervalMax: Duration(2 * time.Hour), Revisit: []Duration{Duration(2 * time.Hour), Duration(72 * time.Hour)},
			SilentAfter: Duration(12 * time.Hour),
			Start: []Start{{URL: "https://www.yunhe.example/news/index.html", Kind: KindListing}, {URL: "https://www.yunhe.example/rss.xml", Kind: KindFeed},
				{URL: "https://epaper.news.yunhe.example/html/{yyyy}-{mm}/{dd}/index.htm", Kind: KindEpaper, Days: 3}, {URL: "https://www.yunhe.example/sitemap.xml", Kind: KindSitemap}},
			Scope: Scope{Hosts: []string{"www.yunhe.example", "*.news.yunhe.example"}, Allow: []string{`^/news/\d{4}/`, `^/rss\.xml$`},
				Deny: []string{`^/news/\d{4}/photo/`}},
			MaxDepth: 2, Discover: true, MaxAge: Duration(30 * 24 * time.Hour), Politeness: Politeness{Delay: Duration(2 * time.Second), PagesPerHour: 600, PagesPerDay: 5000, HostPagesPerHour: 300, HostPagesPerDay: 2500},
			Hints:    Hints{Title: "h1.title", Body: "#content", Date: ".date", Author: ".author", Remove: ".share, .qr"},
			Verified: &yes, Cookies: true, Proxy: "http://proxy.example:3128",
		},
		{
			ID: "yunhe-local", Name: "云河内网", Interval: Duration(2 * time.Second), IntervalMin: Duration(time.Second), IntervalMax: Duration(8 * time.Second), Revisit: DefaultRevisit(), AllowPrivate: true,
			Start:    []Start{{URL: "http://127.0.0.1:8080/", Kind: KindListing}},
			Scope:    Scope{Hosts: []string{"127.0.0.1:8080"}},
			MaxDepth: DefaultMaxDepth, MaxPages: DefaultMaxPages,
		},
	}
	got, err := Load("testdata/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// What goes into the bucket comes out of it.
	for _, s := range got {
		text, err := json.Marshal(s)
		var back Source
		if err != nil || json.Unmarshal(text, &back) != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Errorf("through JSON, -want +got:\n%s", diff)
		}
		if err := back.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	source := func(id string) string {
		return "sources:\n  - id: " + id + "\n    name: 云河\n    start: [{url: 'https://www.yunhe.example/'}]\n"
	}
	a := write("a.yaml", source("a"))
	b := write("b.yml", source("b"))
	write("notes.txt", "not read")
	write("below/c.yaml", "not read: [")
	if got, err := Load(dir); err != nil || len(got) != 2 || got[0].ID != "a" || got[1].ID != "b" {
		t.Errorf("a folder: got %v, %v", got, err)
	}
	if got, err := Load(b, a, dir); err != nil || len(got) != 2 {
		t.Errorf("the same files twice: got %v, %v", got, err)
	}

	write("z.yaml", source("a"))
	write("y.yaml", "sources: 5\n")
	got, err := Load(dir, filepath.Join(dir, "missing.yaml"), filepath.Join(dir, "empty"))
	if got != nil || err == nil {
		t.Fatalf("got %v, %v; want an error and nothing else", got, err)
	}
	for _, want := range []string{"missing.yaml", "y.yaml:1:10: sources is a number; want a list",
		"z.yaml:2:9: id \"a\" is taken by " + a + ":2"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	var e *Error
	if !errors.As(err, &e) || e.Line == 0 || e.Excerpt == "" {
		t.Errorf("no *Error in %v", err)
	}
	if _, err := Load(filepath.Join(dir, "below"), t.TempDir()); err == nil || !strings.Contains(err.Error(), "holds no *.yaml") {
		t.Errorf("an empty folder: %v", err)
	}
}

// FuzzParse holds: any bytes give sources that are valid, or errors that name the file; never both.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sources, err := Parse("x.yaml", data)
		if (err == nil) == (len(sources) == 0) {
			t.Fatalf("%d sources and %v", len(sources), err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "x.yaml") {
			t.Errorf("the error does not name the file: %v", err)
		}
		for _, s := range sources {
			if err := s.Validate(); err != nil {
				t.Errorf("%v", err)
			}
		}
	})
}
