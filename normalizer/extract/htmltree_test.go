package extract

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// outline writes a tree as text, without what the builder leaves out.
func outline(n *html.Node) string {
	var b strings.Builder
	var write func(n *html.Node, depth int)
	write = func(n *html.Node, depth int) {
		if depth > 600 {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Parent != n || c.PrevSibling != nil && c.PrevSibling.NextSibling != c || c.NextSibling == nil && n.LastChild != c {
				b.WriteString("BROKEN LINKS\n")
			}
			switch c.Type {
			case html.TextNode:
				fmt.Fprintf(&b, "%*s%q\n", depth, "", sameLines(c.Data))
			case html.CommentNode:
				fmt.Fprintf(&b, "%*s#\n", depth, "")
			case html.ElementNode:
				attrs := map[string]string{}
				for _, a := range c.Attr {
					attrs[a.Key] = a.Val
				}
				if c.Namespace != "" || c.DataAtom == atom.Template {
					fmt.Fprintf(&b, "%*s<%s>…\n", depth, "", c.Data)
					continue
				}
				fmt.Fprintf(&b, "%*s<%s> %v\n", depth, "", c.Data, attrs)
				write(c, depth+1)
			}
		}
	}
	write(n, 0)
	return b.String()
}

// FuzzTree holds the tree against that of html.Parse.
func FuzzTree(f *testing.F) {
	for _, s := range []string{
		"<p>a<p>b<div>c</p>d", "<b><p>x</b>y</p>z", "<a href=1>x<a href=2>y<div>z</a>w</div>", "<table><tr><td>a<td>b</table>c", "<table>x<b>y<tr><td>z</b></table>w", "<ul><li>a<li>b<ul><li>c</ul></ul>",
		"<font><p><font><p>a</font></font>b", "<select><option>a<option>b</select><input>", "<svg><path d=x/><style>a{}</style><p>x</svg>y", "<svg><title>x</title><g></div></g></svg>a", "<template><p>x</template>y<template>",
		"<dl><dt>a<dd>b<dt>c</dl>", "<h1>a<h2>b</h1>c", "</p>x</br>y", "x<frameset><frame></frameset>y", "<frameset><frame></frameset><noframes>x</noframes>", "<body class=a>x<body class=b id=c><html lang=zh>", "<title>a</title><meta name=b>c<title>d</title>",
		"<form><div><form></form></div>x</form>y", "<table><form><tr><td><input type=hidden></form></table>", "<ruby>a<rt>b<rp>c</ruby>", "<button>a<button>b</p></button>", "<object><b></object>x", "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.0 Transitional//EN\"><p><table><tr>",
		"<table><caption>a<td>b</table>", "<table><colgroup><col>a<tbody><tr></tbody></table>", "<pre>\n\na</pre><listing>\r\nb</listing>", "a</body>b</html>c<!--d-->", "<nobr>a<nobr>b", "<math><mi>x<p>y</mi></math>z", "<image src=a>", "<b><b><b><b><p>x",
		"<i><b><div><u></b>x</i>y</u>", "<p><b id=1><i id=2><u id=3><s id=4></p><p>x</b>y", "<table><tr><td><table><tr><td>a</table></table>", "<hr><select><hr><option>", "<head></head> <link><p>", "<noscript><p>a</noscript>b",
	} {
		f.Add(s)
	}
	files, _ := filepath.Glob("testdata/pages/*.html")
	for _, file := range files {
		f.Add(string(pageInput(f, file).Body))
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
		want, err := html.Parse(strings.NewReader(s))
		got := buildTree(s)
		if err != nil || got == nil {
			if (err == nil) != (got != nil) && len(s) < 4096 && !strings.Contains(strings.ToLower(s), "<svg") && !strings.Contains(strings.ToLower(s), "<math") && !strings.Contains(strings.ToLower(s), "<template") {
				t.Fatalf("tree %t, want error %v", got != nil, err)
			}
			return
		}
		if isOwnWay(want) {
			return
		}
		if a, b := outline(got), outline(want); a != b {
			t.Fatalf("the tree is\n%swant\n%s", a, b)
		}
	})
}

// isOwnWay tells whether a page holds what the builder simplifies: HTML within <svg> and <math>, space among frames, what <template> does to the
// rules around it.
func isOwnWay(doc *html.Node) bool {
	for n := range doc.Descendants() {
		if n.Namespace != "" && n.FirstChild != nil || n.DataAtom == atom.Template || n.DataAtom == atom.Frameset || len(n.Attr) >= maxAttrs {
			return true
		}
	}
	return false
}

// TestTreeOfTagSoup holds the trees of random tags against those of html.Parse: every rule meets every other.
func TestTreeOfTagSoup(t *testing.T) {
	tags := strings.Fields("a b i font nobr p div span h1 h2 ul ol li dl dt dd table caption colgroup col thead tbody tr td th form input button select option optgroup textarea title script style link meta br hr img pre center object marquee ruby rt rp html head body article section label iframe noscript custom-tag image")
	attrs := []string{"", "", "", "", " class=a", " class=b", " id=x class=a", " type=hidden", " href=/"}
	texts := []string{"x", " ", "\n", "云河", "<!-- -->", "a&amp;b", "&nbsp;"}
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 15_000 {
		var b strings.Builder
		if n%3 > 0 {
			b.WriteString("<!DOCTYPE html>")
		}
		few := tags
		if n%2 == 0 { // a few kinds of tags meet more often
			few = make([]string, 5)
			for i := range few {
				few[i] = tags[rng.IntN(len(tags))]
			}
		}
		for range 3 + rng.IntN(40) {
			tag := few[rng.IntN(len(few))]
			switch rng.IntN(8) {
			case 0, 1, 2:
				b.WriteString("<" + tag + attrs[rng.IntN(len(attrs))] + ">")
			case 3, 4, 5:
				b.WriteString("</" + tag + ">")
			default:
				b.WriteString(texts[rng.IntN(len(texts))])
			}
		}
		want, err := html.Parse(strings.NewReader(b.String()))
		if err != nil {
			continue
		}
		if got := buildTree(b.String()); got == nil || outline(got) != outline(want) {
			t.Fatalf("page %d, %s\nthe tree is\n%swant\n%s", n, b.String(), outline(got), outline(want))
		}
	}
}
