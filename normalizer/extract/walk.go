package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page is one page in work: what was collected, then what was decided. It lives for one call.
type page struct {
	in      Input
	charset string
	plain   bool // a text page
	facts   facts
	hints   hintNodes
	blocks  []block
	boxes   []box
	heads   []int    // headlines of a page with several articles; fewer than two = one article
	main    int      // the box that holds the article, or all of them
	regions []region // where the text of each article lies
	first   int      // first and last block of the body; -1 = none
	last    int
	title   foundTitle
	script  scriptCount
	offers  []offer // what the page offers as metadata
	siteOf  *string // siteKey, once asked for
}

// readHTML parses the page and collects blocks, boxes and facts in one walk.
func (p *page) readHTML(text string) {
	doc := parse(text)
	p.facts = newFacts()
	p.facts.readFounder(text)
	p.hints = findHints(doc, p.in.Hints)
	p.blocks, p.boxes = make([]block, 0, 16+len(text)/256), make([]box, 0, 16+len(text)/128)
	w := walker{p: p, classes: classCache{}, limit: limitsFor(text)}
	w.openBox(context{box: -1}, 0, classInfo{})
	w.children(doc, context{})
	w.flush(context{})
	p.closeBox(0)
}

// walker carries the block that is being collected.
type walker struct {
	p       *page
	buf     []byte
	classes classCache
	limit   limits
	linkN   int
	links   int
	strong  int // weight inside <b>, <strong>
	gap     bool
	line    bool
	indent  bool
	breaks  int
	row     int
	cell    int
	heading int
	titled  bool
	pending int // boxes opened so far
}

// context is what the elements around a text say; it goes down the tree by value.
type context struct {
	box                                       int
	heading, row, cell, depth                 int
	link, bold, item, caption, control, crumb bool
	hidden, titled                            bool
}

func (w *walker) children(n *html.Node, c context) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		switch child.Type {
		case html.TextNode:
			w.text(child.Data, c)
		case html.ElementNode:
			w.element(child, c)
		}
	}
}

// maxTitle bounds the bytes of <title> that are compared with every heading.
const maxTitle = 1024

// element routes one element: read for its facts, skipped, an inline piece of the running block, or a block of its own.
func (w *walker) element(n *html.Node, c context) {
	if w.p.hints.remove[n] {
		return
	}
	switch n.DataAtom {
	case atom.Script:
		w.p.readScript(n)
		return
	case atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Object, atom.Iframe, atom.Select, atom.Textarea, atom.Canvas, atom.Audio, atom.Video, atom.Datalist:
		return
	case atom.Title:
		if w.p.facts.docTitle == "" {
			raw := rawText(n)
			w.p.facts.docTitle = Fold(raw[:min(len(raw), maxTitle)])
		}
		return
	case atom.Meta:
		w.p.facts.readMeta(n)
		return
	case atom.Link:
		if strings.EqualFold(attr(n, "rel"), "canonical") && w.p.facts.canonical == "" {
			w.p.facts.canonical = strings.TrimSpace(attr(n, "href"))
		}
		return
	case atom.Br:
		w.lineBreak(c)
		return
	case atom.Img:
		w.image(n, c)
		return
	case atom.Input:
		w.p.facts.inputs++
		w.p.facts.password = w.p.facts.password || strings.EqualFold(attr(n, "type"), "password")
		return
	case atom.Html:
		w.p.facts.lang = attr(n, "lang")
	}
	w.readProps(n)
	if isBlock(n.DataAtom) || w.p.hints.body[n] {
		w.block(n, c)
	} else {
		w.inline(n, c)
	}
}

// readProps takes dates in microdata and time elements.
func (w *walker) readProps(n *html.Node) {
	for _, a := range n.Attr {
		switch a.Key {
		case "itemprop":
			if v := attr(n, "content") + attr(n, "datetime"); a.Val == "datePublished" {
				w.dateProp(n, v)
			} else if v != "" {
				w.p.facts.setMeta(strings.ToLower(a.Val), v)
			} else if a.Val == "author" || a.Val == "creator" {
				w.byline(n, true)
			}
		case "rel":
			if a.Val == "author" {
				w.byline(n, true)
			}
		case "datetime":
			if len(w.p.facts.times) < 32 {
				w.p.facts.times = append(w.p.facts.times, timeTag{a.Val, len(w.p.blocks)})
			}
		}
	}
}

func (w *walker) inline(n *html.Node, c context) {
	info := w.classes.readClass(n)
	if info.author && !c.hidden {
		w.byline(n, false)
	}
	c.hidden = c.hidden || isHidden(n)
	c.crumb = c.crumb || info.crumb
	c.caption = c.caption || info.caption
	c.titled = c.titled || info.title
	switch n.DataAtom {
	case atom.A:
		w.links++
		c.link = true
		w.fileLink(n, c)
	case atom.B, atom.Strong:
		c.bold = true
	case atom.Button, atom.Label:
		c.control = true
	}
	if info.polarity < neutral && !c.link && n.FirstChild != nil { // a part with a purpose of its own is a block, whatever its element
		w.block(n, c)
		return
	}
	w.children(n, c)
}

// block opens a box, collects what is inside, and closes both the running block and the box.
func (w *walker) block(n *html.Node, c context) {
	w.flush(c)
	info := w.classes.readClass(n)
	if info.author && !c.hidden {
		w.byline(n, false)
	}
	outer := c
	c.box = w.openBox(outer, n.DataAtom, info)
	c.depth++
	if w.p.hints.body[n] {
		w.p.boxes[c.box].body = true
	}
	c.hidden = c.hidden || isHidden(n)
	c.crumb = c.crumb || info.crumb
	c.caption = c.caption || info.caption
	c.titled = info.title && n.DataAtom != atom.Body
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		c.heading = int(n.Data[1] - '0')
	case atom.Li, atom.Dd, atom.Dt:
		c.item = true
	case atom.Figcaption:
		c.caption = true
	case atom.Form, atom.Fieldset, atom.Option:
		c.control = n.DataAtom == atom.Option
	case atom.Tr:
		w.row++
		c.row = w.row
	case atom.Td, atom.Th:
		w.cell++
		c.cell = w.cell
		c.item = false
	}
	w.children(n, c)
	w.flush(c)
	w.p.closeBox(c.box)
	w.gap = false
}

func (w *walker) openBox(c context, tag atom.Atom, info classInfo) int {
	x := box{parent: c.box, tag: tag, sign: tag.String() + " " + info.sign, start: len(w.p.blocks), depth: c.depth, class: info.polarity}
	switch tag {
	case atom.Nav, atom.Footer, atom.Aside, atom.Menu:
		x.class = negative
	case atom.Article, atom.Main:
		x.class = positive
	case atom.Html, atom.Body:
		x.class = neutral
	}
	if tag == 0 && c.box < 0 {
		x.parent = -1
	}
	if len(w.p.boxes) >= w.limit.boxes { // what is in it counts for the element around it
		return c.box
	}
	w.p.boxes = append(w.p.boxes, x)
	return len(w.p.boxes) - 1
}

func (p *page) closeBox(i int) { p.boxes[i].end = len(p.blocks) }

// text adds a run of text to the block.
func (w *walker) text(s string, c context) {
	if len(w.buf) == 0 {
		trimmed := strings.TrimLeft(s, " \t\r\n")
		if trimmed == "" {
			return
		}
		w.indent = strings.HasPrefix(trimmed, "\u3000") || strings.HasPrefix(trimmed, "\u00a0\u00a0")
	}
	before := len(w.buf)
	w.buf = appendFolded(w.buf, s)
	if len(w.buf) == before {
		return
	}
	if added := w.buf[before:]; string(added) != " " {
		w.breaks = 0
		if c.heading > 0 {
			w.heading = c.heading
		}
		w.titled = w.titled || c.titled
		if c.link || c.bold {
			n := weightOf(string(added))
			if c.link {
				w.linkN += n
			}
			if c.bold {
				w.strong += n
			}
		}
	}
	w.contextOf(c)
}

// contextOf remembers the innermost flags of the running block; flush reads them from its own context, which is the element's.
func (w *walker) contextOf(c context) {
	if c.caption || c.control || c.hidden || c.crumb {
		w.pending |= flagsOf(c)
	}
	if !c.hidden {
		w.pending |= flagShown
	}
}

const (
	flagCaption = 1 << iota
	flagControl
	flagHidden
	flagCrumb
	flagShown
)

func flagsOf(c context) int {
	f := 0
	if c.caption {
		f |= flagCaption
	}
	if c.control {
		f |= flagControl
	}
	if c.hidden {
		f |= flagHidden
	}
	if c.crumb {
		f |= flagCrumb
	}
	return f
}

func (w *walker) lineBreak(c context) {
	w.breaks++
	w.flush(c)
	w.line = true
	w.gap = w.gap || w.breaks > 1
}

// flush ends the running block.
func (w *walker) flush(c context) {
	if text := composed(string(trimSpaces(w.buf))); text != "" && len(w.p.blocks) < w.limit.blocks {
		b := block{
			text: text, box: c.box, linkN: w.linkN, links: w.links, heading: w.heading, item: c.item, row: c.row, cell: c.cell,
			gap: w.gap, line: w.line, indent: w.indent, titled: w.titled,
			caption: w.pending&flagCaption != 0, control: w.pending&flagControl != 0, crumb: w.pending&flagCrumb != 0,
			hidden: w.pending&flagHidden != 0 && w.pending&flagShown == 0,
		}
		b.measure()
		b.bold = b.n > 0 && w.strong >= b.n
		w.p.blocks = append(w.p.blocks, b)
		w.gap, w.line = false, false
	}
	w.buf = w.buf[:0]
	w.linkN, w.links, w.strong, w.heading, w.pending = 0, 0, 0, 0, 0
	w.indent, w.titled = false, false
}

func (p *page) readScript(n *html.Node) {
	text := rawText(n)
	p.facts.scripts += len(text)
	if strings.Contains(strings.ToLower(attr(n, "type")), "ld+json") {
		p.facts.readLinked(text)
	} else if len(text) < maxLinked && len(p.facts.scriptTexts) < 256 {
		p.facts.scriptTexts = append(p.facts.scriptTexts, text)
	}
}

// rawText is the text of a small subtree.
func rawText(n *html.Node) string {
	if n.FirstChild != nil && n.FirstChild == n.LastChild && n.FirstChild.Type == html.TextNode {
		return n.FirstChild.Data
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// isHidden reads what the markup itself hides; style sheets are not read.
func isHidden(n *html.Node) bool {
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			s := a.Val[:min(len(a.Val), 512)]
			if !strings.ContainsAny(s, ":") || !strings.ContainsAny(s, "yY") {
				continue // neither property stands there
			}
			s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
			if strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}
