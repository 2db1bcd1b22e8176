package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/normalizer/extract"
)

// pageLine is one page to measure; articleLine and rejectLine are the answers.
type pageLine struct {
	ID          string `json:"id"`
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
	HTML        []byte `json:"html_base64"`
}

type articleLine struct {
	ID          string  `json:"id"`
	Ordinal     int     `json:"ordinal"`
	Title       string  `json:"title"`
	Body        string  `json:"body"`
	Author      string  `json:"author"`
	Source      string  `json:"source"`
	PublishedAt string  `json:"published_at"`
	Ms          float64 `json:"ms"`
}

type rejectLine struct {
	ID          string  `json:"id"`
	Rejected    string  `json:"rejected"`
	Detail      string  `json:"detail,omitempty"`
	Title       string  `json:"title,omitempty"`
	PublishedAt string  `json:"published_at,omitempty"`
	Ms          float64 `json:"ms"`
}

type errorLine struct {
	ID    string `json:"id"`
	Error string `json:"error"`
}

// extractLines is the adapter for measurements. A line that is no page is answered with an error line, and the rest goes on.
func extractLines(r io.Reader, w io.Writer) error {
	collectLess()
	in, out := &lineReader{r: bufio.NewReaderSize(r, 1<<16)}, bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		line, err := in.next()
		if len(bytes.TrimSpace(line)) > 0 {
			for _, answer := range extractLine(line) {
				if err := enc.Encode(answer); err != nil {
					return err
				}
			}
			if err := out.Flush(); err != nil { // a line for a line, for whoever waits for it
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// collectLess lets garbage grow to five times what lives before it is collected, unless the operator set GOGC. What lives while a
// page is extracted is a few times the page, so that by default the collector would run for every second page.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// lineReader gives lines of any length in a buffer that the next line reuses.
type lineReader struct {
	r    *bufio.Reader
	line []byte
}

// next gives a line with its end; with an error what came before it.
func (l *lineReader) next() ([]byte, error) {
	l.line = l.line[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.line = append(l.line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l.line, err
		}
	}
}

func extractLine(line []byte) []any {
	p, ok := readPageLine(line)
	if !ok {
		if err := json.Unmarshal(line, &p); err != nil {
			return []any{errorLine{ID: p.ID, Error: err.Error()}}
		}
	}
	if p.URL == "" {
		p.URL = "http://page.example/"
	}
	started := time.Now()
	result := extract.Extract(extract.Input{URL: p.URL, ContentType: p.ContentType, Body: p.HTML, FetchedAt: started})
	ms := float64(time.Since(started).Microseconds()) / 1e3
	if r := result.Reject; r != nil {
		return []any{rejectLine{ID: p.ID, Rejected: r.Reason.Code, Detail: r.Detail, Title: r.Title, PublishedAt: lineDate(r.PublishedAt), Ms: ms}}
	}
	var lines []any
	for _, a := range result.Articles {
		names := a.Authors
		if len(names) == 0 {
			names = a.Editors
		}
		lines = append(lines, articleLine{
			ID: p.ID, Ordinal: a.Page.Ordinal, Title: a.Title, Body: a.Body, Author: strings.Join(names, ", "),
			Source: a.Origin, PublishedAt: lineDate(a.PublishedAt), Ms: ms,
		})
	}
	return lines
}

func lineDate(d *news.Date) string {
	if d == nil {
		return ""
	}
	return fmt.Sprint(d)
}

// readPageLine reads a line as its writers write it: an object of the four strings, the page in standard base64. False means that
// something else stands there, and the line is left to encoding/json, which takes four times as long for a string of 100 kB.
func readPageLine(line []byte) (p pageLine, ok bool) {
	var page []byte
	rest := bytes.TrimSpace(line)
	if len(rest) < 2 || rest[0] != '{' || rest[len(rest)-1] != '}' {
		return pageLine{}, false
	}
	rest = rest[1 : len(rest)-1]
	for more := true; more; {
		var key, value []byte
		var ok bool
		if key, rest, ok = plainString(rest, true); !ok {
			return pageLine{}, false
		}
		if rest = bytes.TrimLeft(rest, " "); len(rest) == 0 || rest[0] != ':' {
			return pageLine{}, false
		}
		if value, rest, ok = plainString(rest[1:], string(key) != "html_base64"); !ok {
			return pageLine{}, false
		}
		switch string(key) {
		case "id":
			p.ID = string(value)
		case "url":
			p.URL = string(value)
		case "content_type":
			p.ContentType = string(value)
		case "html_base64":
			page = value
		default:
			return pageLine{}, false
		}
		rest = bytes.TrimLeft(rest, " ")
		if more = len(rest) > 0; more {
			if rest[0] != ',' {
				return pageLine{}, false
			}
			rest = rest[1:]
		}
	}
	p.HTML = make([]byte, base64.StdEncoding.DecodedLen(len(page)))
	n, err := base64.StdEncoding.Decode(p.HTML, page)
	p.HTML = p.HTML[:n]
	return p, err == nil
}

// plainString gives the JSON string at the front of b and what is behind it. False is for anything but printable ASCII without
// escapes; unchecked strings are base64, whose decoder knows what belongs there but for line ends.
func plainString(b []byte, check bool) (s, rest []byte, ok bool) {
	b = bytes.TrimLeft(b, " ")
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(b[1:], '"')
	if end < 0 {
		return nil, nil, false
	}
	s, rest = b[1:end+1], b[end+2:]
	if !check {
		return s, rest, bytes.IndexByte(s, '\r') < 0
	}
	for _, c := range s {
		if c < ' ' || c > '~' || c == '\\' {
			return nil, nil, false
		}
	}
	return s, rest, true
}
