package news

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrPage is returned for the headers of a message that is not a fetched page.
var ErrPage = errors.New("not the headers of a fetched page")

// Page is one fetched page: the message in RAW, with the body as served (charset untouched, transfer encodings removed).
type Page struct {
	URL         string    // canonical form of the address that was asked for
	FinalURL    string    // canonical form of the address that answered
	Source      string    // source id
	Status      int       // HTTP status
	ContentType string    // as served; empty where the server sent none
	FetchedAt   time.Time // when the answer began, by the server's clock
	FirstSeen   time.Time // zero where not known
	Redirects   []string  // addresses between URL and FinalURL
	Published   time.Time // the date a feed gave; zero where none did
	Title       string    // the title a feed gave
	Trace       string    // traceparent
	Body        []byte
}

// ID is the page's event id.
func (p Page) ID() string { return RawID(p.URL, p.FetchedAt) }

// Header gives the headers of the page's message in RAW. encoding names how the payload is compressed.
func (p Page) Header(encoding string) Header {
	h := Event{ID: p.ID(), Type: TypeRaw, Stage: StageCrawler, Subject: p.URL, Time: p.FetchedAt, Trace: p.Trace}.Header("application/octet-stream")
	h[HeaderURL] = EncodeValue(p.URL)
	h[HeaderFinalURL] = EncodeValue(p.FinalURL)
	h[HeaderStatus] = strconv.Itoa(p.Status)
	h[HeaderRawContentType] = EncodeValue(p.ContentType)
	h[HeaderFetchedAt] = FormatTime(p.FetchedAt)
	h[HeaderEncoding] = encoding
	if !p.FirstSeen.IsZero() {
		h[HeaderFirstSeen] = FormatTime(p.FirstSeen)
	}
	if len(p.Redirects) > 0 {
		h[HeaderRedirects] = EncodeValue(strings.Join(p.Redirects, " "))
	}
	if !p.Published.IsZero() {
		h[HeaderPublishedHint] = p.Published.Format(time.RFC3339)
	}
	if p.Title != "" {
		h[HeaderTitleHint] = EncodeValue(p.Title)
	}
	return h
}

// ParsePage reads the headers of a message in RAW; the caller adds the body. The error wraps ErrPage.
func ParsePage(subject string, h Header) (Page, error) {
	s, err := ParseSubject(subject)
	if err != nil || s.Kind != "raw" {
		return Page{}, fmt.Errorf("%w: subject %q", ErrPage, subject)
	}
	p := Page{
		Source:      s.Source,
		URL:         DecodeValue(h[HeaderURL]),
		FinalURL:    DecodeValue(h[HeaderFinalURL]),
		ContentType: DecodeValue(h[HeaderRawContentType]),
		Title:       DecodeValue(h[HeaderTitleHint]),
		Trace:       h[HeaderTraceparent],
		Redirects:   strings.Fields(DecodeValue(h[HeaderRedirects])),
	}
	if p.URL == "" {
		return Page{}, fmt.Errorf("%w: no %s", ErrPage, HeaderURL)
	}
	if p.FinalURL == "" {
		p.FinalURL = p.URL
	}
	if p.Status, err = strconv.Atoi(h[HeaderStatus]); err != nil {
		return Page{}, fmt.Errorf("%w: %s %q", ErrPage, HeaderStatus, h[HeaderStatus])
	}
	for name, to := range map[string]*time.Time{HeaderFetchedAt: &p.FetchedAt, HeaderFirstSeen: &p.FirstSeen, HeaderPublishedHint: &p.Published} {
		if h[name] == "" {
			continue
		}
		if *to, err = time.Parse(time.RFC3339, h[name]); err != nil {
			return Page{}, fmt.Errorf("%w: %s %q", ErrPage, name, h[name])
		}
	}
	if p.FetchedAt.IsZero() {
		return Page{}, fmt.Errorf("%w: no %s", ErrPage, HeaderFetchedAt)
	}
	return p, nil
}
