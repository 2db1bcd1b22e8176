package main

import (
	"context"
	"encoding/json"

	"io"
	"os"
	"strings"
	"time"

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
