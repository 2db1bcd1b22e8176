package extract

import (
	"bufio"
	"fmt"
	"io"
)

// Trace is how a page came to its result: every block of text in the order of the page, with what was seen of it and why it stayed
// or went, and before them every candidate for a field of metadata with its place, its confidence and why it won or lost.
type Trace struct {
	Charset string       `json:"charset"`
	Main    string       `json:"main"` // the element that was taken for the article's
	Title   string       `json:"title"`
	TitleBy string       `json:"title_by"`
	Values  []TraceValue `json:"values"` // what the page offers as metadata, and what was taken
	Blocks  []TraceBlock `json:"blocks"`
	Result  string       `json:"result"`
}

// TraceBlock is one block with its features and verdict.
type TraceBlock struct {
	Text      string  `json:"text"`
	Element   string  `json:"element"` // of the innermost element: tag and class
	Weight    int     `json:"weight"`  // ideographs and words' letters, weighted
	LinkShare float64 `json:"link_share"`
	Punct     int     `json:"punct"`
	Heading   int     `json:"heading"`
	Prose     float64 `json:"prose"`
	Keep      bool    `json:"keep"`
	Rule      string  `json:"rule"`
}

func newTrace(r Result, p *page) Trace {
	t := Trace{Result: fmt.Sprintf("%d articles", len(r.Articles))}
	if r.Reject != nil {
		t.Result = fmt.Sprintf("rejected: %s (%s)", r.Reject.Reason.Code, r.Reject.Detail)
	}
	if p == nil {
		return t
	}
	t.Charset, t.Title, t.TitleBy = p.charset, p.title.text, p.title.from
	t.Main = p.boxes[p.main].sign
	t.Values = p.traceValues()
	for i := range p.blocks {
		b := &p.blocks[i]
		t.Blocks = append(t.Blocks, TraceBlock{
			Text: b.text, Element: p.boxes[b.box].sign, Weight: b.n, LinkShare: b.linkShare(), Punct: b.punct, Heading: b.heading, Prose: b.prose(), Keep: b.keep, Rule: b.rule,
		})
	}
	return t
}

// WriteText writes the trace for people, one line a block: + kept, - dropped, the rule, the features, the text.
func (t Trace) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "charset %s\nmain    %s\ntitle   %q by %s\nresult  %s\n\n", t.Charset, t.Main, t.Title, t.TitleBy, t.Result)
	for _, v := range t.Values {
		fmt.Fprintf(out, "%c %-8s %.2f %-28q from %s: %s\n", mark(v.Won), v.Field, v.Confidence, shorten(v.Value, 60), v.From, v.Why)
	}
	if len(t.Values) > 0 {
		fmt.Fprintln(out)
	}
	for _, b := range t.Blocks {
		fmt.Fprintf(out, "%c %-18s n=%-4d link=%.2f punct=%-3d h=%d prose=%-5.0f <%s> %s\n", mark(b.Keep), b.Rule, b.Weight, b.LinkShare, b.Punct, b.Heading, b.Prose, shorten(b.Element, 40), shorten(b.Text, 120))
	}
	return out.Flush()
}

func mark(kept bool) rune {
	if kept {
		return '+'
	}
	return '-'
}

func shorten(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
