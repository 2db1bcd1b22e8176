package main

import (
	"context"
	"errors"
	"sync"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/console"
)

// lateSearch is the index for the console and the progress line, from when there is one.
type lateSearch struct {
	mu    sync.Mutex
	index *elastic.Client
	urls  []string
	then  []func(urls []string)
}

var errNoIndexYet = errors.New("no index yet: Elasticsearch is starting")

// client gives the index, or errNoIndexYet.
func (l *lateSearch) client() (*elastic.Client, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.index == nil {
		return nil, errNoIndexYet
	}
	return l.index, nil
}

// set says that the index is there, and at which addresses.
func (l *lateSearch) set(c *elastic.Client, urls []string) {
	l.mu.Lock()
	l.index, l.urls = c, urls
	then := l.then
	l.then = nil
	l.mu.Unlock()
	for _, f := range then {
		f(urls)
	}
}

// onReady calls f when the index is there, at once where it is.
func (l *lateSearch) onReady(f func(urls []string)) {
	l.mu.Lock()
	if l.index == nil {
		l.then = append(l.then, f)
		l.mu.Unlock()
		return
	}
	urls := l.urls
	l.mu.Unlock()
	f(urls)
}

// Count tells how many articles are searchable.
func (l *lateSearch) Count(ctx context.Context) (int64, error) {
	c, err := l.client()
	if err != nil {
		return 0, err
	}
	n, err := c.Count(ctx, elastic.Query{})
	return int64(n), err
}

// Search finds articles for the console.
func (l *lateSearch) Search(ctx context.Context, query string, from, size int) (console.Results, error) {
	c, err := l.client()
	if err != nil {
		return console.Results{}, err
	}
	found, err := c.Search(ctx, elastic.Query{Text: query, From: from, Size: size})
	if err != nil {
		return console.Results{}, err
	}
	results := console.Results{Total: int64(found.Total)}
	for _, h := range found.Hits {
		hit := console.Hit{ID: h.ID, URL: h.URL, Title: h.Title, Site: h.SiteName, Source: h.Source, Highlights: h.Highlights["body"]}
		if h.PublishedAt != nil {
			hit.Published = h.PublishedAt.String()
		}
		if marked := h.Highlights["title"]; len(marked) > 0 {
			hit.TitleHighlight = marked[0]
		}
		results.Hits = append(results.Hits, hit)
	}
	return results, nil
}
