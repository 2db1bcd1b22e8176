package main

import (
	"context"
	"fmt"
	"time"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/normalizer/extract"
)

// fetchPage gets one page for extract, as the crawler would, but without asking robots.txt: a person asked for it.
func fetchPage(ctx context.Context, set *settings, address string) (extract.Input, error) {
	u, err := weburl.Parse(address)
	if err != nil {
		return extract.Input{}, &exitError{exitUsage, err}
	}
	c := set.Crawler
	agent := c.UserAgent
	if c.Contact != "" {
		agent += " (+" + c.Contact + ")"
	}
	f, err := fetch.New(fetch.Config{
		UserAgent: agent, MaxBytes: c.PageBytes, Total: c.FetchTime, Proxy: c.Proxy, Resolve: c.Resolve, LoopbackOnly: c.Contact == "", AllowPrivate: true,
	})
	if err != nil {
		return extract.Input{}, &exitError{exitUsage, err}
	}
	defer f.Close()
	page, err := f.Fetch(ctx, fetch.Request{URL: u})
	if err != nil {
		return extract.Input{}, err
	}
	if page.RedirectTo != "" {
		return extract.Input{}, fmt.Errorf("%s redirects to %s", address, page.RedirectTo)
	}
	if page.Status != 200 {
		return extract.Input{}, fmt.Errorf("%s answered with status %d", address, page.Status)
	}
	return extract.Input{URL: page.FinalURL, ContentType: page.ContentType, Body: page.Body, FetchedAt: time.Now()}, nil
}
