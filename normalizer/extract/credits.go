package extract

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// credits is what head lines, editor lines and bylines say about an article's making.
type credits struct {
	origin           string
	bare             string // what stands beside the date without a label: the origin where no label names one
	authors, editors []string
	section          string
	chinese          bool // the page is
	beside           bool // the line stands where the origin may stand without a label
}

// headLine is a line around the article with its index among the page's blocks; -1 is a note that was cut off a paragraph.
type headLine struct {
	*block
	at int
}

// readCredits mines the lines that rules took out around an article, then the structured data, then the bylines in the text.
func (p *page) readCredits(lines []headLine, paragraphs []string, headline int) credits {
	c := credits{chinese: p.chinese()}
	for i, l := range lines {
		if l.match != nil && l.match.verdict != mine {
			c.readPoster(l.block)
			c.readEditors(l.block)
			if e := editionIn(l.text); l.match.name == "prevnext" && c.section == "" {
				c.section = e
			}
			continue
		}
		if l.n > 150 {
			continue
		}
		if l.match == nil {
			p.readUnmatched(&c, l)
			continue
		}
		c.beside = (l.at <= p.first || !p.boxes[l.box].dark) && (headline < 0 || l.at < 0 || l.at >= headline-2)
		switch l.match.name {
		case "breadcrumb":
			c.readPoster(l.block)
			if c.section == "" {
				c.section = crumbSection(l.text, p.title.text)
			}
		case "edition":
			if c.section == "" {
				c.section = editionOf(l.text)
			}
		default:
			c.readLine(l.block)
			c.readNextCell(lines, i)
		}
	}
	p.offerNames("author", c.authors, "labelled line", 0.9)
	p.offerNames("editor", c.editors, "labelled line", 0.9)
	switch {
	case c.origin != "":
		p.note(offer{field: "origin", value: c.origin, from: "labelled line", confidence: 0.9, won: true})
		if c.bare != "" && c.bare != c.origin {
			p.note(offer{field: "origin", value: c.bare, from: "beside the date", confidence: 0.6, why: "a label names another"})
		}
	case c.bare != "":
		c.origin = c.bare
		p.note(offer{field: "origin", value: c.origin, from: "beside the date", confidence: 0.6, won: true})
	}
	inText := bylineNames(paragraphs)
	if len(c.editors) == 0 {
		c.editors = editorsInText(paragraphs)
	}
	p.statedCredits(&c, lines, len(inText) > 0)
	p.offerNames("author", inText, "byline in the text", 0.9)
	for _, name := range inText {
		c.authors = addName(c.authors, name)
	}
	return c
}

// offerNames notes names for Explain.
func (p *page) offerNames(field string, names []string, from string, confidence float64) {
	if len(names) > 0 {
		p.note(offer{field: field, value: strings.Join(names, ", "), from: from, confidence: confidence, won: true})
	}
}

// readLine takes the labelled values of one line. A head line may hold its origin without a label, beside the date.
func (c *credits) readLine(b *block) {
	for _, v := range readPairs(b.text) {
		if _, at := findDate(v.value); at.end > 0 && v.field != fieldNone {
			v.value = v.value[:at.start]
		}
		switch v.field {
		case fieldOrigin:
			if c.origin == "" {
				c.origin = cleanOrigin(v.value)
			}
		case fieldAuthor:
			c.addAuthors(v.value)
		case fieldReporter:
			names, _ := namesAhead(nil, v.value)
			for _, name := range append(names, roleNames(v.value)...) {
				c.authors = addName(c.authors, name)
			}
		case fieldEditor:
			for _, name := range splitNames(v.value) {
				c.editors = addName(c.editors, name)
			}
		case fieldNone:
			if b.match == &ruleHeadLine {
				c.readBare(v.value)
			}
		}
	}
}

// addAuthors takes names out of the value of an author's label.
func (c *credits) addAuthors(value string) {
	names := roleNames(value)
	if len(names) == 0 {
		names = splitNames(value)
	}
	for _, name := range names {
		c.authors = addName(c.authors, name)
	}
}

// readNextCell reads the value of a label that stands alone in its table cell.
func (c *credits) readNextCell(lines []headLine, i int) {
	l := lines[i]
	f, width := labelAt(l.text, 0)
	if width == 0 || strings.Trim(l.text[width:], " :：") != "" || l.row == 0 || i+1 >= len(lines) {
		return
	}
	next := lines[i+1]
	if next.row != l.row || next.n > 24 || next.hidden || next.isSentence() {
		return
	}
	switch f {
	case fieldOrigin:
		if c.origin == "" {
			c.origin = cleanOrigin(next.text)
		}
	case fieldAuthor, fieldReporter:
		c.addAuthors(next.text)
	}
}

// editionIn finds 第06版：城区 within a line of links to the other pages of a paper.
func editionIn(text string) string {
	i := strings.Index(text, "第")
	if i < 0 {
		return ""
	}
	text = text[i:]
	for _, end := range []string{"下一版", "上一版", "下一", "上一"} {
		text, _, _ = strings.Cut(text, end)
	}
	return editionOf(strings.TrimSpace(text))
}

// readPoster reads who posted out of a forum's line of date and name, which other rules took.
func (c *credits) readPoster(b *block) {
	if b.n > 60 || len(c.authors) > 0 {
		return
	}
	if _, at := findDate(b.text); at.end > 0 {
		c.authors = addName(c.authors, posterOf(b.text, at))
	}
}

// readEditors reads the editors out of a short line that other rules took: 【纠错】【责任编辑：张三】, 编辑 张三｜校对 李四.
func (c *credits) readEditors(b *block) {
	if b.n > 40 || len(c.editors) > 0 || b.linkShare() > 0.6 {
		return
	}
	for _, v := range readPairs(b.text) {
		if v.field == fieldEditor {
			for _, name := range splitNames(v.value) {
				c.editors = addName(c.editors, name)
			}
		}
	}
}

// readUnmatched looks at short lines that no rule took: between headline and text at all, right below the text at those with a label.
func (p *page) readUnmatched(c *credits, l headLine) {
	switch {
	case l.keep || l.hidden || p.title.text == "":
	case l.at > p.title.last && l.at <= p.first+1:
		c.readHeadPiece(l.block)
		if !p.japanese() {
			c.readKorean(l.text)
		}
	case l.at > p.last && l.at <= p.last+3 && l.n <= 20 && l.links == 0:
		for _, v := range readPairs(l.text) {
			if v.field == fieldReporter || v.field == fieldAuthor {
				c.addAuthors(v.value)
			}
		}
	}
}

// readKorean reads the name before the Korean word for reporter.
func (c *credits) readKorean(text string) {
	before, _, ok := strings.Cut(text, " 기자")
	if fields := strings.Fields(before); ok && len(text) < 120 && len(fields) > 0 {
		if name := fields[len(fields)-1]; utf8.RuneCountInString(name) >= 2 && utf8.RuneCountInString(name) <= 4 && firstRune(name) >= 0xAC00 && firstRune(name) <= 0xD7A3 {
			c.authors = addName(c.authors, name)
		}
	}
}

// readHeadPiece reads a line such as 顶端新闻记者李四/文, 执笔/海风, 来自某某广播, 某某发布 2小时前, or a name alone.
func (c *credits) readHeadPiece(b *block) {
	if b.n > 40 || b.isSentence() || b.links > 0 || !c.chinese {
		return
	}
	if rest, ok := strings.CutPrefix(b.text, "来自"); ok && b.n <= 14 && c.origin == "" {
		c.origin = cleanOrigin(rest)
	}
	if words := strings.Fields(b.text); len(words) == 2 && strings.HasSuffix(words[1], "前") && words[1][0] <= '9' && c.bare == "" {
		c.bare, _ = bareOrigin(words[0])
	}
	for _, name := range roleNames(b.text) {
		c.authors = addName(c.authors, name)
	}
	for _, v := range readPairs(b.text) {
		switch v.field {
		case fieldAuthor:
			for _, name := range splitNames(v.value) {
				c.authors = addName(c.authors, name)
			}
		case fieldOrigin:
			if c.origin == "" {
				c.origin = cleanOrigin(v.value)
			}
		}
	}
	if len(c.authors) == 0 {
		names := strings.FieldsFunc(b.text, func(r rune) bool { return r == ' ' || r == '、' })
		for _, name := range names {
			if !isChineseName(name) || len(names) > 3 {
				return
			}
		}
		for _, name := range names {
			c.authors = addName(c.authors, name)
		}
	}
}

// readBare reads what stands beside the date without a label: a name with the word for reporter, an origin, a person.
func (c *credits) readBare(s string) {
	names := roleNames(s)
	for _, name := range names {
		c.authors = addName(c.authors, name)
	}
	origin, people := bareOrigin(s)
	if c.bare == "" && c.beside && (containsHan(origin) || c.chinese) {
		c.bare = origin
	}
	if len(c.authors) == 0 && c.chinese {
		for _, name := range people {
			c.authors = addName(c.authors, name)
		}
	}
}

// crumbSection gives the last name of a breadcrumb that is a section.
func crumbSection(text, title string) string {
	for _, sep := range []string{":", "："} {
		if _, after, ok := strings.Cut(text, sep); ok {
			text = after
		}
	}
	for _, home := range []string{"Startseite ", "Home ", "Accueil ", "Inicio ", "Главная ", "Forside ", "首页 ", "首頁 "} {
		text = strings.TrimPrefix(text, home)
	}
	parts := strings.FieldsFunc(text, func(r rune) bool {
		return r == '>' || r == '》' || r == '»' || r == '›' || r == '→' || r == '＞' || r == '/' || r == '〉' || r == '≫' || r == '-' || r == '|'
	})
	for _, part := range slices.Backward(parts) {
		part = strings.TrimSpace(part)
		switch key := keyOf(part); {
		case part == "" || key == "正文" || key == "内容" || key == "详情" || key == "详细内容" || key == "文章" || key == "新闻详情" || key == "首页" || key == "首頁" || key == "home" || key == "文章内容" || key == "信息内容" || key == "内容页" || key == "查看内容" || key == "浏览文章" || key == "記事" || strings.HasPrefix(key, "查看") || key == "startseite" || key == "accueil" || key == "inicio" || key == "главная" || key == "当前位置" || key == "文章正文" || key == "正文内容":
		case utf8.RuneCountInString(part) > 20 || key == keyOf(title) || len(key) >= 18 && strings.HasPrefix(keyOf(title), key):
		default:
			return part
		}
	}
	return ""
}
