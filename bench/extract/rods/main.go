// Command rods is what the extraction bench measures others against: the cost of the adapter alone, of our decoding, of parsing what the
// peers' simple decoding gives, and our extractor without the command around it. Same JSON lines as newsmill extract --jsonl; answers
// are empty.
//
//	rods adapter-only | decode-only | parse-only | extract
//
// It never measures time: bench.py takes the CPU of the whole process. It ends with one JSON line on stderr, the allocations of the
// work itself, JSON left out. It is a program: nobody imports it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/newsmill/newsmill/normalizer/extract"
)

type request struct {
	ID          string `json:"id"`
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
	HTML        []byte `json:"html_base64"`
}

type answer struct {
	ID    string `json:"id"`
	Error string `json:"error,omitempty"`
}

var works = map[string]func(request) error{
	"adapter-only": func(request) error { return nil },
	"decode-only": func(q request) error {
		_, _, err := extract.Decode(q.HTML, q.ContentType)
		return err
	},
	"parse-only": func(q request) error { // not our decoding, whose cost must not hide in what we are compared with
		_, err := html.Parse(strings.NewReader(decode(q.HTML)))
		return err
	},
	"extract": func(q request) error {
		extract.Extract(extract.Input{URL: q.URL, ContentType: q.ContentType, Body: q.HTML, FetchedAt: time.Now()})
		return nil
	},
}

func main() {
	if len(os.Args) != 2 || works[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: rods adapter-only | decode-only | parse-only | extract")
		os.Exit(2)
	}
	if err := serve(works[os.Args[1]], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "rods:", err)
		os.Exit(1)
	}
}

func serve(work func(request) error, r io.Reader, w, summary io.Writer) error {
	in, out := bufio.NewReaderSize(r, 1<<20), bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	var pages, objects, size uint64
	for {
		line, readErr := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var q request
			if err := json.Unmarshal(line, &q); err != nil {
				return fmt.Errorf("page %d: %w", pages+1, err)
			}
			a := answer{ID: q.ID}
			o, s := allocated()
			err := work(q)
			o2, s2 := allocated()
			pages, objects, size = pages+1, objects+o2-o, size+s2-s
			if err != nil {
				a.Error = err.Error()
			}
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
