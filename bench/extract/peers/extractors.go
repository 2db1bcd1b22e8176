package main

import (
	"net/url"
	"strings"
	"time"

	readeck "codeberg.org/readeck/go-readability/v2"
	shiori "github.com/go-shiori/go-readability"
	"github.com/markusmobius/go-trafilatura"
)

// extractor makes what it can of a decoded page.
type extractor func(text string, u *url.URL) (answer, error)

// extractors are the peers in their recommended settings; -fast is go-trafilatura without its fallback to other extractors.
var extractors = map[string]extractor{
	"go-trafilatura":        goTrafilatura(trafilatura.Options{EnableFallback: true}),
	"go-trafilatura-fast":   goTrafilatura(trafilatura.Options{}),
	"go-readability-v2":     readabilityV2,
	"go-readability-shiori": readabilityShiori,
}

func goTrafilatura(opts trafilatura.Options) extractor {
	return func(text string, u *url.URL) (answer, error) {
		opts := opts
		opts.OriginalURL, opts.ExcludeComments = u, true
		r, err := trafilatura.Extract(strings.NewReader(text), opts)
		if err != nil {
			return answer{}, err
		}
		m := r.Metadata
		return answer{Title: m.Title, Body: r.ContentText, Author: m.Author, Date: day(&m.Date)}, nil
	}
}

func readabilityV2(text string, u *url.URL) (answer, error) {
	p := readeck.NewParser()
	a, err := p.Parse(strings.NewReader(text), u)
	if err != nil {
		return answer{}, err
	}
	var body strings.Builder
	if a.Node != nil {
		if err := a.RenderText(&body); err != nil {
			return answer{}, err
		}
	}
	t, _ := a.PublishedTime() // its error says that the page names no date
	return answer{Title: a.Title(), Body: body.String(), Author: a.Byline(), Date: day(&t)}, nil
}

func readabilityShiori(text string, u *url.URL) (answer, error) {
	a, err := shiori.FromReader(strings.NewReader(text), u)
	if err != nil {
		return answer{}, err
	}
	return answer{Title: a.Title, Body: a.TextContent, Author: a.Byline, Date: day(a.PublishedTime)}, nil
}

func day(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
