package crawler

import (
	"context"
	"errors"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/discover"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

const (
	issueDay   = "2006-01-02"
	issueAgain = 3 * time.Hour // until a page of a recent issue is looked at again: issues are put up piece by piece
	recentDays = 2             // issues of so many days are recent
)

// epaper is the end of a visit that brought an issue of an e-paper or one of its pages: the other pages are read in the same way, articles are
// queued. Links to other issues are left alone; their own days bring them.
func (v *visit) epaper(ctx context.Context, resp *fetch.Response, f fate) (fate, error) {
	base, err := weburl.Parse(resp.FinalURL)
	if err != nil {
		return fate{}, err
	}
	day, err := time.ParseInLocation(issueDay, v.it.Issue, seeds.China)
	if err != nil {
		f.reason, f.detail = news.BadMessage, "issue "+v.it.Issue
		return f, nil
	}
	links, _, _, err := discover.Links(resp.Body, resp.ContentType, base)
	if errors.Is(err, discover.ErrNoFollow) {
		f.reason, f.detail, f.again = news.Robots, err.Error(), tomorrow
		return f, nil
	}
	recent := v.hold.Now().Sub(day) < recentDays*tomorrow
	f.reason = news.Discovery
	if recent {
		f.again = issueAgain
	}
	var articles []discover.Link
	start := v.startPages()
	for _, l := range links {
		url := l.URL.Canonical()
		if start[url] {
			continue
		}
		switch v.src.partOf(l, day) {
		case partArticle:
			articles = append(articles, l)
		case partPage:
			last, known, err := v.w.seen.Get(ctx, url)
			if err != nil {
				return fate{}, err
			}
			if known && !last.Due(v.hold.Now()) {
				continue
			}
			e := v.child(url, frontier.KindEpaper)
			e.Depth, e.Fresh, e.Revisit, e.Issue = 1, recent, known, v.it.Issue
			f.queue = append(f.queue, e)
		}
	}
	entries, err := v.unknown(ctx, articles)
	for i := range entries {
		entries[i].Depth, entries[i].Fresh = 2, recent
	}
	f.queue = append(f.queue, entries...)
	return f, err
}

// What a link of an e-paper leads to.
const (
	partNone = iota
	partPage
	partArticle
)

var (
	// node_2.htm, page01.html, layout-3.html, ban_4: how the usual e-paper systems name the pages of an issue
	pageName = regexp.MustCompile(`(?i)^(?:node|page|layout|ban|banmian|bm|edition|section)[_-]?[a-z]?\d*(?:\.[a-z]{3,5})?$`)
	// 第03版：要闻, A12版, 02：时政
	pageText = regexp.MustCompile(`第\s*[0-9A-Za-z一二三四五六七八九十百]{1,4}\s*版|^[A-Z]?\d{1,3}\s*[版:：]`)
	// what may be a page at all
	pageExt = map[string]bool{"": true, ".htm": true, ".html": true, ".shtml": true, ".xhtml": true, ".asp": true, ".aspx": true, ".jsp": true,
		".php": true, ".do": true, ".xml": true}
)

// partOf tells what a link is to the issue of a day. Where the source has allow patterns they say what an article is, and everything else of
// the issue is a page; without them the usual names of pages decide.
func (s *source) partOf(l discover.Link, day time.Time) int {
	host, pathQuery := l.URL.HostPort(), l.URL.PathQuery()
	if !s.scope.Follows(host, pathQuery) || !pageExt[strings.ToLower(path.Ext(l.URL.Path()))] {
		return partNone
	}
	allowed := len(s.Scope.Allow) > 0
	article := s.scope.InScope(host, pathQuery)
	switch dates := s.datesOf(pathQuery, day); {
	case dates == dateOther:
		return partNone
	case dates == dateNone:
		if allowed && article {
			return partArticle // the pattern is the operator's word
		}
		return partNone
	}
	named := pageName.MatchString(path.Base(l.URL.Path())) || pageText.MatchString(l.Text)
	switch {
	case allowed && article:
		return partArticle
	case allowed || named:
		return partPage
	}
	return partArticle
}

// The dates that an address holds.
const (
	dateNone = iota
	dateIssue
	dateOther
)

// dateIn finds dates as addresses of e-papers have them: 2026-11/20, 20261120, 2026/11/20, 202611/20, 2026-11-20.
var dateIn = regexp.MustCompile(`(20\d\d)[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?:\D|$)`)

// datesOf tells whether an address holds the issue's date, in the source's own form or a usual one, or that of another issue alone.
func (s *source) datesOf(pathQuery string, day time.Time) int {
	for _, start := range s.Start {
		if start.Kind != seeds.KindEpaper {
			continue
		}
		if dated := start.Dated(day); dated != "" {
			if _, after, ok := strings.Cut(pathQuery, dated); ok && (after == "" || after[0] < '0' || after[0] > '9') {
				return dateIssue
			}
		}
	}
	found := dateNone
	for _, m := range dateIn.FindAllStringSubmatch(pathQuery, -1) {
		if m[1]+"-"+m[2]+"-"+m[3] == day.Format(issueDay) {
			return dateIssue
		}
		found = dateOther
	}
	return found
}
