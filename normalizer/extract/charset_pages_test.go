package extract

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// charsetMeta finds the label that a page has, so that another may stand in its place.
var charsetMeta = regexp.MustCompile(`(?i)<meta[^>]+charset[^>]*>`)

// pageLabels are the ways in which pages say their charset, %s being its name: rightly, twice, quoted oddly, late, not at all.
var pageLabels = []struct{ name, head string }{
	{"absent", ""},
	{"meta", `<meta charset="%s">`},
	{"http-equiv", `<meta http-equiv="Content-Type" content="text/html; charset=%s" />`},
	{"no quotes", `<META HTTP-EQUIV=Content-Type CONTENT=text/html;charset=%s>`},
	{"quotes within quotes", `<meta http-equiv="Content-Type" content="text/html; charset='%s'">`},
	{"half a quote", `<meta charset="%s>`},
	{"doubled, the wrong one first", `<meta charset="iso-8859-1"><meta charset="%s">`},
	{"doubled, the wrong one last", `<meta charset="%s"><meta http-equiv="Content-Type" content="text/html; charset=utf-8">`},
	{"utf-8", `<meta charset="utf-8">`},
	{"gb2312", `<meta charset="gb2312">`},
	{"big5", `<meta charset="big5">`},
	{"latin1", `<meta charset="iso-8859-1">`},
	{"unknown", `<meta charset="x-unknown">`},
}

// pageEncodings are the charsets of Chinese pages with their name in labels.
var pageEncodings = []struct {
	label string
	enc   encoding.Encoding
}{
	{"gb18030", simplifiedchinese.GB18030},
	{"gbk", simplifiedchinese.GBK},
	{"big5", traditionalchinese.Big5},
	{"utf-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	{"utf-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"utf-8", encoding.Nop},
}

// TestPagesInEveryCharset encodes every Chinese page of testdata anew and labels it in every way: it must read the same.
func TestPagesInEveryCharset(t *testing.T) {
	pages := 0
	for _, file := range pagePaths(t, "testdata/pages/*.html") {
		in := pageInput(t, file)
		text, charset, err := Decode(in.Body, in.ContentType)
		if err != nil || len(text) > 60<<10 || countScripts([]string{text}).han < 100 {
			continue
		}
		pages++
		for _, e := range pageEncodings {
			for _, l := range pageLabels {
				labelled := relabel(text, strings.Replace(l.head, "%s", e.label, 1))
				body, err := e.enc.NewEncoder().Bytes([]byte(labelled))
				if err != nil {
					continue // the charset lacks a character of the page
				}
				got, name, err := Decode(body, "text/html")
				if err != nil || strings.TrimSpace(got) != strings.TrimSpace(labelled) {
					t.Errorf("%s (%s) in %s labelled %q: read as %s, %v: %s", pageName(file), charset, e.label, l.name, name, err, firstDifference(labelled, got))
				}
			}
		}
	}
	if pages < 40 {
		t.Errorf("only %d pages", pages)
	}
}

// relabel puts a label in the place of the page's own.
func relabel(text, label string) string {
	text = charsetMeta.ReplaceAllString(text, "")
	if i := strings.Index(text, "<head>"); i >= 0 {
		return text[:i+6] + label + text[i+6:]
	}
	return label + text
}

func firstDifference(want, got string) string {
	a, b := []rune(want), []rune(got)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return string(a[i:min(len(a), i+12)]) + " became " + string(b[i:min(len(b), i+12)])
		}
	}
	return "one is longer"
}
