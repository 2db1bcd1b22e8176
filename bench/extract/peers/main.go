// Command peers runs one Go article extractor that is not ours as a bench adapter: JSON lines of pages on stdin, JSON lines of answers
// on stdout, the same as newsmill extract --jsonl. It is a module of its own, so that newsmill never depends on a peer.
//
//	peers NAME | -list | -versions
//
// It never measures time: bench.py takes the CPU of the whole process. It ends with one JSON line on stderr, the allocations of decoding
// and extracting, JSON left out. It is a program: nobody imports it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"time"
)

// pageTimeout is how long, by the clock, a page may take; the goroutine that hangs on it is left behind.
const pageTimeout = 2 * time.Minute

// request is one page as it was served.
type request struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	HTML []byte `json:"html_base64"`
}

// answer is what the extractor made of it, or its error.
type answer struct {
	ID     string `json:"id"`
	Title  string `json:"title,omitempty"`
	Body   string `json:"body,omitempty"`
	Author string `json:"author,omitempty"`
	Date   string `json:"published_at,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	names := slices.Sorted(maps.Keys(extractors))
	switch {
	case len(args) != 1:
		return fmt.Errorf("usage: peers -list | -versions | %s", strings.Join(names, " | "))
	case args[0] == "-list":
		fmt.Println(strings.Join(names, "\n"))
		return nil
	case args[0] == "-versions":
		return printVersions()
	case extractors[args[0]] == nil:
		return fmt.Errorf("no extractor %q; there are %s", args[0], strings.Join(names, ", "))
	}
	return serve(extractors[args[0]], os.Stdin, os.Stdout, os.Stderr)
}

func printVersions() error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("no build information")
	}
	for _, d := range info.Deps {
		if strings.Contains(d.Path, "readability") || strings.HasSuffix(d.Path, "go-trafilatura") || d.Path == "golang.org/x/net" {
			fmt.Println(d.Path, d.Version)
		}
	}
	return nil
}

// warmUp is an invented page: what an extractor builds on first use belongs to its start, which bench.py takes off.
const warmUp = `<html lang="en"><head><title>Bridge opened</title><meta name="date" content="2024-03-05"></head><body><article><h1>Bridge opened</h1>
<p class="byline">By Ann Example, 5 March 2024</p><p>The new bridge over the river was opened on Tuesday morning, after four years of work, said the town.</p>
<p>About nine hundred people walked over it in the first hour, most of them from the villages on the other side of the river.</p></article></body></html>`

func serve(extract extractor, r io.Reader, w, summary io.Writer) error {
	bounded(extract, request{HTML: []byte(warmUp)})
	in, out := bufio.NewReaderSize(r, 1<<20), bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	var pages, objects, size uint64
	for {
		line, readErr := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var q request
			if err := json.Unmarshal(line, &q); err != nil {
				return fmt.Errorf("page %d: %w", pages+1, err)
			}
			o, s := allocated()
			a := bounded(extract, q)
			o2, s2 := allocated()
			pages, objects, size = pages+1, objects+o2-o, size+s2-s
			if err := enc.Encode(a); err != nil {
				return err
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(readErr, io.EOF) {
			return json.NewEncoder(summary).Encode(map[string]uint64{"pages": pages, "allocs": objects, "alloc_bytes": size})
		} else if readErr != nil {
			return readErr
		}
	}
}

// allocated gives the objects, tiny ones too, and bytes that the process has allocated so far. It stops nothing and lags by what is left in
// a few spans, about 2 % over thirty pages.
func allocated() (objects, size uint64) {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/tiny/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() + s[1].Value.Uint64(), s[2].Value.Uint64()
}

// bounded extracts one page; a panic and a page that takes too long are errors of that page.
func bounded(extract extractor, q request) answer {
	done := make(chan answer, 1)
	go func() {
		var a answer
		var err error
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
			if err != nil {
				a = answer{Error: fmt.Sprintf("%.200s", err.Error())}
			}
			a.ID = q.ID
			done <- a
		}()
		a, err = extract(decode(q.HTML), address(q.URL))
	}()
	select {
	case a := <-done:
		return a
	case <-time.After(pageTimeout):
		return answer{ID: q.ID, Error: "timeout"}
	}
}

func address(s string) *url.URL {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		return u
	}
	return &url.URL{Scheme: "http", Host: "news.example", Path: "/"}
}
