package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/normalizer/extract"
)

type extractCmd struct {
	Page        string `arg:"" optional:"" help:"File, or http(s) address; standard input where it is left out or -."`
	URL         string `name:"url" help:"Address of the page, where it is a file." default:"http://page.example/"`
	ContentType string `help:"Content-Type of the page, where it is a file."`
	JSONL       bool   `name:"jsonl" help:"Read JSON lines {id, url, content_type, html_base64} and write a line for each article, or {id, rejected}."`
	Explain     bool   `help:"Print every block with its features and the rule that kept or dropped it."`
	HTML        bool   `name:"html" help:"With --explain: as an HTML page on which kept and dropped blocks are coloured."`
}

// maxFile is more than the extractor takes, so that a file that is too large is refused by its rule.
const maxFile = extract.MaxPage + 1

func (c *extractCmd) Run(ctx context.Context, set *settings, s streams) error {
	if c.JSONL {
		return extractLines(s.in, s.out)
	}
	in, err := c.input(ctx, set, s)
	if err != nil {
		return err
	}
	if c.Explain {
		result, trace := extract.Explain(in)
		if c.HTML {
			return trace.WriteHTML(s.out)
		}
		if err := trace.WriteText(s.out); err != nil {
			return err
		}
		return printResult(s.out, result)
	}
	return printResult(s.out, extract.Extract(in))
}

func (c *extractCmd) input(ctx context.Context, set *settings, s streams) (extract.Input, error) {
	if strings.HasPrefix(c.Page, "http://") || strings.HasPrefix(c.Page, "https://") {
		return fetchPage(ctx, set, c.Page)
	}
	in := extract.Input{URL: c.URL, ContentType: c.ContentType, FetchedAt: time.Now()}
	from := s.in
	if c.Page != "" && c.Page != "-" {
		f, err := os.Open(c.Page)
		if err != nil {
			return in, err
		}
		defer f.Close()
		from = f
	}
	var err error
	in.Body, err = io.ReadAll(io.LimitReader(from, maxFile))
	return in, err
}

// printResult writes the articles as JSON, or says on what ground there is none.
func printResult(w io.Writer, r extract.Result) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if r.Reject != nil {
		return enc.Encode(map[string]string{"rejected": r.Reject.Reason.Code, "detail": r.Reject.Detail, "title": r.Reject.Title})
	}
	for _, a := range r.Articles {
		if err := enc.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

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
	in, out := bufio.NewReaderSize(r, 1<<20), bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
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

func extractLine(line []byte) []any {
	var p pageLine
	if err := json.Unmarshal(line, &p); err != nil {
		return []any{errorLine{ID: p.ID, Error: err.Error()}}
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
