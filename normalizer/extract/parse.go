package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// limits bound what a page may cost. They grow with its bytes, so that memory stays below eight times the page and 8 MB; real pages
// need a node for 20 bytes at the densest and have 20,000 of them at most.
type limits struct{ nodes, boxes, blocks, steps int }

func limitsFor(text string) limits {
	n := len(text)
	return limits{nodes: 25_000 + n/64, boxes: 12_000 + n/192, blocks: min(12_000+n/160, maxBlocks), steps: 1_000_000 + n*16}
}

// maxDepth is how deep the flat way in nests; deeper elements become siblings.
const maxDepth = 200

// parse gives the tree of a page. What the builder gives up (more than 512 open elements, as in old nests of <font>, and pages of tags
// alone) is built flat from its tokens, so that there is always a tree.
func parse(text string) *html.Node {
	if doc := buildTree(text); doc != nil {
		return doc
	}
	return parseFlat(text)
}

// parseFlat builds a tree in one pass over the tokens, with the few rules that matter for text: void elements have no content,
// a block closes an open paragraph, a list item or cell closes its open sibling, an end tag closes to its start tag if that is
// near. It is linear whatever the input.
func parseFlat(text string) *html.Node {
	doc := &html.Node{Type: html.DocumentNode}
	open := []*html.Node{doc}
	z := tokenizer{s: text}
	var t htmlToken
	for nodes, limit := 0, limitsFor(text).nodes; nodes < limit; {
		switch z.next(&t); t.kind {
		case endOfFile:
			return doc
		case textToken:
			if strings.TrimSpace(t.data) != "" {
				nodes++
				open[len(open)-1].AppendChild(&html.Node{Type: html.TextNode, Data: t.data})
			}
		case startTag:
			n := &html.Node{Type: html.ElementNode, DataAtom: t.atom, Data: t.data, Attr: t.attrs}
			open = closeImplied(open, n.DataAtom)
			nodes++
			open[len(open)-1].AppendChild(n)
			if !t.closing && !isVoid(n.DataAtom) && len(open) < maxDepth {
				open = append(open, n)
			}
		case endTag:
			open = closeTag(open, t.data)
		}
	}
	return doc
}

func closeImplied(open []*html.Node, tag atom.Atom) []*html.Node {
	top := open[len(open)-1].DataAtom
	switch {
	case top == 0:
	case top == atom.P && isBlock(tag), top == tag && (tag == atom.Li || tag == atom.Td || tag == atom.Tr || tag == atom.Dd || tag == atom.Dt || tag == atom.Option || tag == atom.A),
		top == atom.Td && tag == atom.Tr:
		return open[:len(open)-1]
	}
	return open
}

// closeTag looks for the start tag among the innermost open elements only, so that stray end tags cost nothing.
func closeTag(open []*html.Node, name string) []*html.Node {
	for i := len(open) - 1; i > 0 && i >= len(open)-32; i-- {
		if open[i].Data == name {
			return open[:i]
		}
	}
	return open
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// isBlock tells whether an element starts and ends a line.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Dt,
		atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hgroup, atom.Hr, atom.Html,
		atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Optgroup, atom.Option, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td,
		atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul:
		return true
	}
	return false
}

// isMarkup tells HTML from plain text: by the content type, and where that is silent by a tag near the front.
func isMarkup(text, contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch strings.TrimSpace(kind) {
	case "text/html", "application/xhtml+xml":
		return true
	case "text/plain", "text/markdown":
		head := strings.ToLower(strings.TrimSpace(text[:min(len(text), 512)]))
		return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
	}
	head := strings.ToLower(text[:min(len(text), 4096)])
	for _, tag := range []string{"<!doctype", "<html", "<head", "<body", "<div", "<p>", "<p ", "<table", "<meta", "<title", "<br", "<span", "<a "} {
		if strings.Contains(head, tag) {
			return true
		}
	}
	return false
}

// feedKind names feeds and sitemaps by their root element, whatever their content type; empty for everything else.
func feedKind(text string) string {
	head := strings.TrimSpace(text[:min(len(text), 2048)])
	if !strings.HasPrefix(head, "<") {
		return ""
	}
	for range 8 {
		switch {
		case strings.HasPrefix(head, "<?"), strings.HasPrefix(head, "<!--"):
			_, after, ok := strings.Cut(head, ">")
			if !ok {
				return ""
			}
			head = strings.TrimSpace(after)
		case strings.HasPrefix(head, "<rss"), strings.HasPrefix(head, "<feed"), strings.HasPrefix(head, "<rdf:RDF"):
			return "feed"
		case strings.HasPrefix(head, "<urlset"), strings.HasPrefix(head, "<sitemapindex"):
			return "sitemap"
		default:
			return ""
		}
	}
	return ""
}
