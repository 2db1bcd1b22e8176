package console

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxQuery  = 500    // characters
	maxSize   = 50     // hits in one answer
	maxWindow = 10_000 // index.max_result_window of Elasticsearch
)

// segment is a piece of text, marked or not. The page makes elements of segments, so that no text of the web is ever read as markup.
type segment struct {
	Text string `json:"text"`
	Mark bool   `json:"mark,omitempty"`
}

type hit struct {
	ID        string      `json:"id"`
	Link      string      `json:"link,omitempty"`
	URL       string      `json:"url"`
	Title     []segment   `json:"title"`
	Site      string      `json:"site"`
	Published string      `json:"published"`
	Fragments [][]segment `json:"fragments"`
}

// serveSearch answers /api/search?q=&from=&size= with {"total", "hits"}.
func (k *Console) serveSearch(w http.ResponseWriter, r *http.Request) {
	if k.config.Search == nil {
		fail(w, http.StatusNotImplemented, "this console has no search")
		return
	}
	query := strings.TrimSpace(r.FormValue("q"))
	from, okFrom := number(r.FormValue("from"), 0)
	size, okSize := number(r.FormValue("size"), 10)
	switch {
	case query == "" || !utf8.ValidString(query) || utf8.RuneCountInString(query) > maxQuery:
		fail(w, http.StatusBadRequest, "q must be 1 to "+strconv.Itoa(maxQuery)+" characters")
		return
	case !okFrom || !okSize || size < 1 || size > maxSize || from > maxWindow-size:
		fail(w, http.StatusBadRequest, "size must be 1 to "+strconv.Itoa(maxSize)+", from plus size at most "+strconv.Itoa(maxWindow))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), apiTimeout)
	defer cancel()
	results, err := k.config.Search.Search(ctx, query, from, size)
	if err != nil {
		fail(w, http.StatusBadGateway, err.Error())
		return
	}
	hits := []hit{}
	for _, h := range results.Hits {
		hits = append(hits, hitOf(h))
	}
	reply(w, http.StatusOK, map[string]any{"total": results.Total, "hits": hits})
}

// number reads a number that is not negative; an absent one is other.
func number(s string, other int) (int, bool) {
	if s == "" {
		return other, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

func hitOf(h Hit) hit {
	out := hit{ID: h.ID, URL: h.URL, Link: link(h.URL), Site: h.Site, Published: h.Published, Title: []segment{{Text: h.Title}}, Fragments: [][]segment{}}
	if out.Site == "" {
		out.Site = h.Source
	}
	if h.TitleHighlight != "" {
		out.Title = segments(h.TitleHighlight)
	}
	for _, fragment := range h.Highlights {
		out.Fragments = append(out.Fragments, segments(fragment))
	}
	return out
}

// segments takes a highlight apart: <em> begins what is marked, </em> ends it, everything else is escaped text.
func segments(highlight string) []segment {
	out := []segment{}
	add := func(text string, mark bool) {
		if text != "" {
			out = append(out, segment{html.UnescapeString(text), mark})
		}
	}
	for highlight != "" {
		plain, rest, found := strings.Cut(highlight, "<em>")
		add(plain, false)
		if !found {
			break
		}
		var marked string
		marked, highlight, _ = strings.Cut(rest, "</em>")
		add(marked, true)
	}
	return out
}

func reply(w http.ResponseWriter, code int, v any) {
	data, err := json.Marshal(v)
	if err != nil { // a number that JSON does not know; nothing we make
		code, data = http.StatusInternalServerError, []byte(`{"error":"cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(data) // the browser went away: its own matter
}

func fail(w http.ResponseWriter, code int, text string) {
	reply(w, code, map[string]string{"error": text})
}
