package discover

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/newsmill/newsmill/crawler/weburl"
)

// nextWords are the texts of a link to the next page, after arrows, brackets and spaces around them are gone. Those that are false are
// common names of sections too, so that their address must hold a digit.
var nextWords = map[string]bool{
	"下一页": true, "下页": true, "后一页": true, "后页": true, "下一頁": true, "下頁": true, "後一頁": true, "下一页面": true, "下翻": true,
	"next": false, "next page": false, "older": false, "older posts": false,
}

// arrows are the texts that mean next by themselves; ">>" and "»" mean the last page as often.
var arrows = map[string]bool{">": true, "›": true, "→": true, "＞": true}

// shortText is the longest text, in characters, of a link with rel=next that is still taken at its word: blogs give rel=next to the next
// article, under its headline.
const shortText = 8

// isNext guesses whether a link leads to another page of the same list.
func (s *scanner) isNext(rel string, l Link) bool {
	if l.URL.HostPort() != s.page.HostPort() {
		return false
	}
	text := strings.ToLower(strings.Trim(l.Text, " <>›»→＞[]【】()（）"))
	sure, word := nextWords[text]
	switch {
	case sure:
		return true
	case word || arrows[l.Text]:
		return strings.ContainsAny(l.URL.PathQuery(), "0123456789")
	}
	if n, ok := pageNumber(text); ok {
		return numbered(l.URL, s.page, func(v int) bool { return v == n || v == n-1 }) // many systems count from 0
	}
	if !hasWord(rel, "next") {
		return false
	}
	if text == "" { // a link element, or an arrow for a picture
		return numbered(l.URL, s.page, func(v int) bool { return v > 0 })
	}
	return utf8.RuneCountInString(text) <= shortText
}

// pageNumber reads the text of a numbered page link; the first page is no next page.
func pageNumber(text string) (int, bool) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "第"), "页")
	if len(text) == 0 || len(text) > 3 {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 2
}

var (
	// index_2.html, list-2.shtml, 2.html, node_53.htm: the number ends the name
	numberedName = regexp.MustCompile(`(?:^|[_-]|[a-zA-Z])(\d{1,3})(?:\.[a-z]{3,5})?$`)
	pageParam    = regexp.MustCompile(`(?i)^(?:.*page.*|p|pn|pg|pageno|cur|currentpage)=(\d{1,3})$`)
)

// numbered tells whether an address says that it is a page of the list at page, with a number that is right. The address must lie in
// the same folder, or differ in a page parameter: a calendar's numbers lead elsewhere.
func numbered(u, page weburl.URL, right func(int) bool) bool {
	is := func(digits string) bool {
		v, err := strconv.Atoi(digits)
		return err == nil && right(v)
	}
	for p := range strings.SplitSeq(u.Query(), "&") {
		if m := pageParam.FindStringSubmatch(p); m != nil {
			return is(m[1]) && u.Path() == page.Path()
		}
	}
	dir, name := path.Split(u.Path())
	from, _ := path.Split(page.Path())
	if name == "" { // /news/page/2/
		trimmed := strings.TrimSuffix(dir, "/")
		return path.Base(path.Dir(trimmed)) == "page" && is(path.Base(trimmed)) && strings.HasPrefix(dir, strings.TrimSuffix(from, "/"))
	}
	m := numberedName.FindStringSubmatch(name)
	return m != nil && dir == from && is(m[1])
}

// nextPages are the links of kind next: those that say so in words first, then by number.
func (s *scanner) nextPages() []weburl.URL {
	type page struct {
		number int // 0: said in words
		url    weburl.URL
	}
	var pages []page
	for _, l := range s.links {
		if l.Kind == KindNext {
			n, _ := pageNumber(strings.ToLower(l.Text))
			pages = append(pages, page{n, l.URL})
		}
	}
	slices.SortStableFunc(pages, func(a, b page) int { return cmp.Compare(a.number, b.number) })
	urls := make([]weburl.URL, 0, len(pages))
	for _, p := range pages {
		urls = append(urls, p.url)
	}
	if len(urls) == 0 {
		return nil
	}
	return urls
}

// createPage is the call by which listings of the content system TRS WCM, on half of the Chinese government's sites, write their page
// links: createPageHTML(pages, this page from 0, "index", "html").
var createPage = regexp.MustCompile(`createPageHTML\(\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*["']([\w.-]{1,64})["']\s*,\s*["'](\w{2,6})["']`)

// scripted adds the next page that a script would have written.
func (s *scanner) scripted(text []byte) {
	m := createPage.FindSubmatch(text)
	if m == nil {
		return
	}
	pages, _ := strconv.Atoi(string(m[1]))
	at, _ := strconv.Atoi(string(m[2]))
	if at+1 < pages {
		s.add(&anchor{href: string(m[3]) + "_" + strconv.Itoa(at+1) + "." + string(m[4]), rel: "next"})
	}
}
