package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// credits is what head lines, editor lines and bylines say about an article's making.
type credits struct {
	origin           string
	authors, editors []string
	section          string
}

// headLine is a line around the article with its index among the page's blocks; -1 is a note that was cut off a paragraph.
type headLine struct {
	*block
	at int
}

// readCredits mines the lines that rules took out around an article, then the structured data, then the bylines in the text.
func (p *page) readCredits(lines []headLine, paragraphs []string) credits {
	var c credits
	for _, l := range lines {
		if l.match == nil || l.match.verdict != mine || l.n > 150 {
			continue
		}
		switch l.match.name {
		case "breadcrumb":
			if c.section == "" {
				c.section = crumbSection(l.text, p.title.text)
			}
		case "edition":
			if c.section == "" {
				c.section = editionOf(l.text)
			}
		default:
			c.readLine(l.block)
		}
	}
	p.offerNames("author", c.authors, "labelled line", 0.9)
	p.offerNames("editor", c.editors, "labelled line", 0.9)
	if c.origin != "" {
		p.note(offer{field: "origin", value: c.origin, from: "head line", confidence: 0.9, won: true, why: "the page says so in a line"})
	}
	inText := bylineNames(paragraphs)
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
			for _, name := range splitNames(v.value) {
				c.authors = addName(c.authors, name)
			}
		case fieldEditor:
			for _, name := range splitNames(v.value) {
				c.editors = addName(c.editors, name)
			}
		case fieldNone:
			if c.origin == "" && b.match == &ruleHeadLine {
				c.origin = bareOrigin(v.value)
			}
		}
	}
}

// statedCredits fills in what the markup says. The author is a person where the page names one anywhere; the site or an agency is
// the author only where the page says so itself and names nobody.
func (p *page) statedCredits(c *credits, lines []headLine, named bool) {
	if c.origin == "" {
		v, name := p.facts.first("contentsource", "article:source", "source", "bytedance:source", "weibo:article:source", "mediaid", "copyrightholder")
		if c.origin = cleanOrigin(v); c.origin != "" {
			p.note(offer{field: "origin", value: c.origin, from: "meta " + name, confidence: 0.8, won: true})
		}
	}
	if p.hints.author != "" {
		c.authors = splitNames(p.hints.author)
		p.offerNames("author", c.authors, "hint", 1)
	}
	if len(c.authors) == 0 && !named {
		c.authors = p.statedAuthors(c.origin, lines)
	}
	if len(c.editors) == 0 {
		v, _ := p.facts.first("editor", "responsibleeditor")
		c.editors = splitNames(v)
		p.offerNames("editor", c.editors, "meta editor", 0.8)
	}
	if c.section == "" {
		c.section, _ = p.facts.first("columnname", "article:section")
	}
	if c.section == "" {
		c.section = p.facts.linked.section
	}
	if c.section == "" {
		c.section = crumbSection(strings.Join(p.facts.linked.crumbs, ">"), p.title.text)
	}
}

// authorMeta are the names of <meta> that hold an author.
var authorMeta = []string{"author", "article:author", "dc.creator", "dcterms.creator", "byl", "sailthru.author", "parsely-author", "article.author", "citation_author", "twitter:data1", "dcsext.author", "cxenseparse:author", "authors", "article:author:name", "article_author"}

// statedAuthors asks the places that name authors outside the labelled lines, the most trusted first.
func (p *page) statedAuthors(origin string, lines []headLine) []string {
	site := keyOf(p.siteName())
	house := func(name string) bool {
		key := keyOf(name)
		return key == "" || key == site || key == keyOf(p.facts.linked.publisher) || key == keyOf(origin)
	}
	var people, houses []string
	sort := func(names []string) (out []string) {
		for _, name := range names {
			if house(name) {
				houses = addName(houses, name)
			} else {
				out = addName(out, name)
			}
		}
		return out
	}
	if people = sort(cleanPeople(p.facts.linked.people)); len(people) > 0 {
		p.offerNames("author", people, "json-ld author", 0.88)
		return people
	}
	for _, name := range authorMeta {
		v := p.facts.meta[name]
		if v == "" || strings.HasPrefix(v, "http") || name == "twitter:data1" && !strings.EqualFold(p.facts.meta["twitter:label1"], "written by") {
			continue
		}
		if people = sort(metaPeople(v)); len(people) > 0 {
			p.offerNames("author", people, "meta "+name, 0.8)
			return people
		}
	}
	if names, at := p.bylineElements(); len(names) > 0 {
		if people = sort(names); len(people) > 0 {
			p.offerNames("author", people, "byline element, "+lineName(at), 0.75)
			return people
		}
	}
	if names, at := p.bylineLine(lines); len(names) > 0 {
		p.offerNames("author", names, "byline, "+lineName(at), 0.7)
		return names
	}
	for _, name := range p.facts.linked.bodies {
		houses = addName(houses, name)
	}
	if len(houses) > 0 && !p.chinese() {
		p.offerNames("author", houses[:1], "the site itself", 0.4)
		return houses[:1]
	}
	return nil
}

// cleanPeople takes what is no name out of the authors of JSON-LD, and cuts several names in one.
func cleanPeople(names []string) []string {
	var out []string
	for _, name := range names {
		for _, part := range metaPeople(name) {
			out = addName(out, part)
		}
	}
	return out
}

// metaPeople reads the value of an author's <meta> or JSON-LD name.
func metaPeople(v string) []string {
	v = Fold(v)
	if strings.HasPrefix(v, "http") || strings.Contains(v, "://") || strings.HasPrefix(v, "@") {
		return nil
	}
	v, _ = cutBy(v)
	if containsHan(v) {
		return splitNames(v)
	}
	var out []string
	for _, word := range []string{" and ", " und ", " et ", " with ", " & "} {
		v = strings.ReplaceAll(v, word, ",")
	}
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '/' }) {
		part = strings.Trim(part, " .:-–—\"")
		for _, role := range []string{" 기자", "기자"} {
			part = strings.TrimSuffix(part, role)
		}
		if low := strings.ToLower(part); len(part) < 2 || strings.Contains(part, "@") || strings.HasPrefix(low, "www.") || low == "admin" || low == "administrator" || low == "null" || low == "undefined" || low == "unknown" || strings.HasSuffix(low, "developer") || isDigits(part) {
			continue
		}
		if utf8.RuneCountInString(part) <= 60 {
			out = addName(out, part)
		}
	}
	return out
}

// cleanOrigin takes an origin out of its brackets and drops what stands behind it.
func cleanOrigin(s string) string {
	s = Fold(s)
	if _, at := findDate(s); at.end > 0 {
		s = s[:at.start]
	}
	if inner, ok := between(s, "《", "》"); ok {
		s = inner
	}
	for _, stop := range []string{"字号", "字体", "【", "[", "|", "浏览", "点击", "打印", "分享", "评论", "手机看", "我要", "扫", " 作者", "原文", "http"} {
		if i := strings.Index(s, stop); i > 0 {
			s = s[:i]
		}
	}
	s = strings.Trim(s, " :：|,，;；.。-—_()（）[]【】《》\"“”/>")
	if fields := strings.Fields(s); len(fields) > 1 && containsHan(s) && utf8.RuneCountInString(fields[0]) >= 3 {
		s = fields[0]
	}
	if s == "网络" || s == "互联网" || s == "本站" || s == "原创" || s == "转载" {
		return ""
	}
	if utf8.RuneCountInString(s) > 30 && containsHan(s) || utf8.RuneCountInString(s) > 60 || !hasLetter(s) {
		return ""
	}
	return s
}

func hasLetter(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }

func between(s, from, to string) (string, bool) {
	_, rest, ok := strings.Cut(s, from)
	if !ok {
		return "", false
	}
	inner, _, ok := strings.Cut(rest, to)
	return inner, ok
}

// bareOrigin reads the name of a paper or site that stands beside the date without a label.
func bareOrigin(s string) string {
	if _, at := findDate(s); at.end > 0 {
		s = s[:at.start] + " " + s[at.end:]
	}
	fields := strings.Fields(s)
	if len(fields) == 1 && utf8.RuneCountInString(fields[0]) >= 4 && utf8.RuneCountInString(fields[0]) <= 14 && containsHan(fields[0]) {
		return cleanOrigin(fields[0])
	}
	for _, part := range fields {
		part = cleanOrigin(part)
		for _, end := range []string{"报", "网", "社", "日报", "晚报", "在线", "新闻", "电视台", "广播", "客户端", "周刊", "杂志", "频道", "融媒体中心", "時報", "日報", "晚報", "報", "網"} {
			if strings.HasSuffix(part, end) && utf8.RuneCountInString(part) >= 3 {
				return part
			}
		}
	}
	return ""
}

// crumbSection gives the last name of a breadcrumb that is a section.
func crumbSection(text, title string) string {
	for _, sep := range []string{":", "："} {
		if _, after, ok := strings.Cut(text, sep); ok {
			text = after
		}
	}
	parts := strings.FieldsFunc(text, func(r rune) bool {
		return r == '>' || r == '》' || r == '»' || r == '›' || r == '→' || r == '＞' || r == '/' || r == '〉' || r == '≫' || r == '-' || r == '|'
	})
	for _, part := range slices.Backward(parts) {
		part = strings.TrimSpace(part)
		switch key := keyOf(part); {
		case part == "" || key == "正文" || key == "内容" || key == "详情" || key == "详细内容" || key == "文章" || key == "新闻详情" || key == "首页" || key == "首頁" || key == "home" || key == "文章内容" || key == "信息内容" || key == "内容页" || key == "查看内容" || key == "浏览文章" || key == "文章正文" || key == "正文内容":
		case utf8.RuneCountInString(part) > 20 || key == keyOf(title) || len(key) >= 18 && strings.HasPrefix(keyOf(title), key):
		default:
			return part
		}
	}
	return ""
}

// roleWords stand before or behind names.
var roleWords = []string{"全媒体记者", "融媒体记者", "首席记者", "特派记者", "本报记者", "本网记者", "实习记者", "见习记者", "特约记者", "特约通讯员", "新华社记者", "通讯员", "通訊員", "记者", "記者", "实习生", "作者", "责任编辑", "编辑"}

// notNames are what follows 记者 where no name does.
var notNames = []string{"从", "在", "获悉", "了解", "采访", "近日", "昨日", "今日", "今天", "昨天", "看到", "发现", "报道", "来到", "注意", "表示", "日前", "走进", "节", "站", "会", "团", "证", "协会", "问", "手记", "观察", "调查", "当天", "随后", "多方", "查询", "致电", "联系", "见到", "介绍", "现场", "跟随", "提问"}

// splitNames cuts a list of people: 张三、李四 / 张三 李四 / 张三/文 李四/摄.
func splitNames(s string) []string {
	s = Fold(s)
	if s == "" || len(s) > 240 {
		return nil
	}
	for _, w := range roleWords {
		s = strings.ReplaceAll(s, w, " ")
	}
	han := containsHan(s)
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return r == ',' || r == '，' || r == '、' || r == ';' || r == '；' || r == '/' || r == '／' || r == '|' || r == '｜' || r == '(' || r == ')' || r == '（' || r == '）' || r == '[' || r == ']' || r == '_' || r == '&' || han && r == ' '
	})
	var out []string
	for i := 0; i < len(parts); i++ {
		name := strings.Trim(parts[i], " :：.。·-—")
		if han && utf8.RuneCountInString(name) == 1 && i+1 < len(parts) && utf8.RuneCountInString(strings.TrimSpace(parts[i+1])) == 1 {
			name += strings.TrimSpace(parts[i+1]) // 张 三: padded to the width of three
			i++
		}
		if isName(name) {
			out = addName(out, name)
		}
	}
	return out
}

// isName accepts two to four ideographs, foreign names with a dot between, and up to four Latin words.
func isName(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 2 || n > 40 || !hasLetter(s) {
		return false
	}
	if strings.ContainsAny(s, "0123456789") {
		return false
	}
	if containsHan(s) {
		for _, w := range []string{"报道", "報導", "報道", "摄", "攝", "整理", "供图", "提供"} {
			if strings.HasSuffix(s, w) && n > 2 {
				return false
			}
		}
		for _, w := range notNames {
			if strings.HasPrefix(s, w) {
				return false
			}
		}
		switch s {
		case "文图", "摄影", "报道", "综合", "图文", "供稿", "佚名", "本站", "本报", "本报讯", "原创", "admin", "未知", "转载", "网络", "撰文", "摄影报道", "整理", "电", "讯", "综合报道", "本网", "采写":
			return false
		}
		return n <= 4 || strings.ContainsAny(s, "·•") && n <= 16 || n <= 10 && hasASCIILetter(s) || n <= 12 && (strings.HasSuffix(s, "办公室") || strings.HasSuffix(s, "工作室") || strings.HasSuffix(s, "宣传部"))
	}
	return len(strings.Fields(s)) <= 5 && s != "admin" && s != "null" && s != "undefined"
}

func hasASCIILetter(s string) bool { return strings.IndexFunc(s, isASCIILetter) >= 0 }

func addName(list []string, name string) []string {
	if name == "" || len(list) >= 16 || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// bylineNames reads the reporters that the text names in brackets: 本报讯（记者 张三 通讯员 李四）, 电（记者张三、李四）, and at the end （张三）.
func bylineNames(paragraphs []string) []string {
	var out []string
	for i, para := range paragraphs {
		if i > 2 && i < len(paragraphs)-2 {
			continue
		}
		head := para
		if i <= 2 && len(head) > 400 {
			head = head[:400]
		}
		for _, open := range []string{"（", "("} {
			rest := head
			for range 6 {
				_, after, ok := strings.Cut(rest, open)
				if !ok {
					break
				}
				rest = after
				inner := after
				if end := strings.IndexAny(after, ")）"); end >= 0 {
					inner = after[:end]
				}
				if len(inner) < 150 && hasRole(inner) {
					for _, name := range splitNames(stripAffiliation(inner)) {
						out = addName(out, name)
					}
				}
			}
		}
	}
	return out
}

func hasRole(s string) bool {
	return strings.Contains(s, "记者") || strings.Contains(s, "通讯员") || strings.Contains(s, "記者") || strings.Contains(s, "通訊員") || strings.HasPrefix(s, "作者") || strings.Contains(s, "实习生")
}

// stripAffiliation drops the words before a role: 新华社“新华视点”记者张三.
func stripAffiliation(s string) string {
	for _, w := range []string{"记者", "記者"} {
		if i := strings.Index(s, w); i > 0 && i < 40 {
			return s[i:]
		}
	}
	return s
}

// startsName tells whether a text begins as a Chinese name does: two to four ideographs and no more.
func startsName(s string) bool {
	n := 0
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			break
		}
		n++
		if n == 5 {
			return false
		}
	}
	return n >= 2
}
