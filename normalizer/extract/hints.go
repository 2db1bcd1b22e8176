package extract

import (
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// hintNodes are the elements that a source's selectors name. Nil maps, the usual case, answer no.
type hintNodes struct {
	remove, body        map[*html.Node]bool
	title, date, author string
}

// findHints runs the selectors. A selector that is broken or finds nothing is as if it were not there.
func findHints(doc *html.Node, h Hints) hintNodes {
	return hintNodes{
		remove: selected(doc, h.Remove),
		body:   selected(doc, h.Body),
		title:  firstText(doc, h.Title),
		date:   firstText(doc, h.Date),
		author: firstText(doc, h.Author),
	}
}

func selected(doc *html.Node, selector string) map[*html.Node]bool {
	if selector == "" {
		return nil
	}
	group, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil
	}
	var nodes map[*html.Node]bool
	for _, n := range cascadia.QueryAll(doc, group) {
		if nodes == nil {
			nodes = map[*html.Node]bool{}
		}
		nodes[n] = true
	}
	return nodes
}

func firstText(doc *html.Node, selector string) string {
	if selector == "" {
		return ""
	}
	group, err := cascadia.ParseGroup(selector)
	if err != nil {
		return ""
	}
	n := cascadia.Query(doc, group)
	if n == nil {
		return ""
	}
	if v := attr(n, "content"); v != "" {
		return Fold(v)
	}
	return Fold(rawText(n))
}
