package extract

import "strings"

// founderData is what the e-paper system of Founder (方正翔宇) writes about an article into a comment of the page, before its text:
// <!--enpproperty <articleid>1</articleid><date>2026-04-08 00:00:00.0</date><author>…</author><title>…</title> …-->.
type founderData struct{ date, author, title, subtitle, section string }

// maxFounder bounds the comment.
const maxFounder = 8 << 10

// readFounder looks for the comment. A page with several holds several articles, for which it says nothing.
func (f *facts) readFounder(text string) {
	const mark = "<!--enpproperty"
	i := strings.Index(text, mark)
	if i < 0 || strings.LastIndex(text, mark) != i {
		return
	}
	data := text[i+len(mark) : min(len(text), i+maxFounder)]
	data, _, ok := strings.Cut(data, "-->")
	if !ok {
		return
	}
	field := func(name string) string {
		v, _ := between(data, "<"+name+">", "</"+name+">")
		return Fold(withoutTags(v))
	}
	f.founder = founderData{date: field("date"), author: field("author"), title: field("title"), subtitle: field("subtitle"), section: field("nodename")}
}
