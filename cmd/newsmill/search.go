package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/newsmill/newsmill/indexer/elastic"
)

type searchCmd struct {
	Text     []string `arg:"" optional:"" help:"Words to find; without them the newest articles."`
	Size     int      `help:"How many." default:"10"`
	From     int      `help:"How many to skip."`
	Source   []string `help:"Only of these sources." sep:","`
	Section  []string `help:"Only of these sections." sep:","`
	Language []string `help:"Only in these languages (zh-Hans, en …)." sep:","`
	Facets   bool     `help:"Show the counts by source, site, section, language, origin and author too."`
	JSON     bool     `help:"Print the answer as JSON."`
}

// Run asks the alias, as any search UI would.
func (c *searchCmd) Run(ctx context.Context, set *settings, s streams) error {
	client, err := set.openElastic()
	if err != nil {
		return err
	}
	result, err := client.Search(ctx, elastic.Query{
		Text: strings.Join(c.Text, " "), Size: c.Size, From: c.From, Sources: c.Source, Sections: c.Section, Languages: c.Language, Facets: c.Facets,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(result)
	}
	fmt.Fprintf(s.out, "%d found in %d ms\n", result.Total, result.TookMS)
	for i, h := range result.Hits {
		date := ""
		if h.PublishedAt != nil {
			date = h.PublishedAt.String()
		}
		fmt.Fprintf(s.out, "\n%d. %s\n   %s  %s  %s\n   %s\n", c.From+i+1, h.Title, date, h.SiteName, h.Section, h.URL)
		for _, fragment := range h.Highlights["body"] {
			fmt.Fprintf(s.out, "   … %s\n", plain(fragment))
		}
	}
	for name, buckets := range result.Facets {
		fmt.Fprintf(s.out, "\n%s:", name)
		for _, b := range buckets {
			fmt.Fprintf(s.out, "  %s %d", b.Value, b.Count)
		}
	}
	if len(result.Facets) > 0 {
		fmt.Fprintln(s.out)
	}
	return nil
}

var mark = regexp.MustCompile(`</?em>`)

// plain makes terminal text of a highlighted fragment, with what matched in brackets.
func plain(fragment string) string {
	text := mark.ReplaceAllStringFunc(fragment, func(tag string) string {
		if tag == "<em>" {
			return "【"
		}
		return "】"
	})
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}
