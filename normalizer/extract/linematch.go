package extract

import (
	"strings"
	"unicode/utf8"
)

// Rules that need more than words.
var (
	ruleSeparator = lineRule{name: "separator", verdict: drop}
	ruleFile      = lineRule{name: "file-name", verdict: drop}
	ruleNumber    = lineRule{name: "long-id", verdict: drop}
	ruleURL       = lineRule{name: "address", verdict: mine}
	ruleHeadLine  = lineRule{name: "head-line", verdict: mine}
	ruleCrumb     = lineRule{name: "breadcrumb", verdict: mine}
	ruleMenu      = lineRule{name: "menu", verdict: drop}
	ruleEdition   = lineRule{name: "edition", verdict: mine}
	ruleByline    = lineRule{name: "byline", verdict: mine}
	rulePages     = lineRule{name: "page-counter", verdict: drop}
)

// matchLine gives the first rule that fits a line, or nil. Long lines are prose and cost nothing.
func matchLine(b *block) *lineRule {
	if b.n > 400 {
		return nil
	}
	if r := matchShape(b); r != nil {
		return r
	}
	i := lineIndex.find(b.key, func(rule int) bool {
		r := &lineRules[rule]
		// A sentence that begins like a label is no label.
		return b.n <= r.max && !(r.verdict == mine && r.name != "original-title" && b.n > 40 && b.punctInside() > 2)
	})
	switch {
	case i >= 0:
		return &lineRules[i]
	case isByline(b):
		return &ruleByline
	case isRoleLine(b):
		return &ruleRole
	case isPromotion(b):
		return &rulePromotion
	case isArrowCaption(b):
		return &rulePicture
	case isMenu(b.text):
		return &ruleMenu
	}
	return countedHeading(b)
}

// startEnds keeps short words from fitting longer ones: "分享" must not fit a sentence that begins with it. A word that ends
// within a word of text fits only when the line is hardly longer than it.
func startEnds(key, w string) bool {
	rest := key[len(w):]
	if rest == "" {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(w)
	next, _ := utf8.DecodeRuneInString(rest)
	if !isAlphanumeric(last) || !isLetter(next) {
		return true
	}
	if utf8.RuneCountInString(w) == 2 {
		return isChineseName(rest) || labelTails[rest]
	}
	return utf8.RuneCountInString(rest) <= 12 && !strings.ContainsAny(rest, ",。;?!") && utf8.RuneCountInString(w) > 2
}

// labelTails may follow a label of two characters directly; 打印本页 is a button, 打印技术走进课堂 is a subheading, and so is 一审判决.
var labelTails = map[string]bool{
	"本页": true, "此页": true, "本文": true, "文章": true, "窗口": true, "页面": true, "顶部": true, "首页": true, "主页": true, "列表": true, "目录": true, "新闻": true, "微博": true, "微信": true, "按钮": true, "功能": true, "频道": true, "上页": true, "本稿": true, "大中小": true, "小中大": true,
	"關閉": true, "本頁": true, "給好友": true, "给好友": true, "给朋友": true, "朋友圈": true, "收藏": true, "关闭": true, "打印": true, "分享": true, "举报": true, "到微信": true, "到微博": true, "一下": true,
}

// trimLabel takes the punctuation off both ends of a heading.
func trimLabel(key string) string {
	return strings.TrimFunc(key, func(r rune) bool { return !isAlphanumeric(r) })
}

// punctInside counts the commas and stops of a line, which labels have few of.
func (b *block) punctInside() int {
	n := 0
	for _, r := range b.key {
		if r == ',' || r == '。' || r == ';' || r == '!' || r == '?' {
			n++
		}
	}
	return n
}

// matchShape fits lines by their form.
func matchShape(b *block) *lineRule {
	key := b.key
	letters, digits, other := 0, 0, 0
	for _, r := range key {
		switch class := classOf(r); {
		case class&isDigitClass != 0:
			digits++
		case class&isLetterClass != 0:
			letters++
		default:
			other++
		}
	}
	if len(key) > 1200 {
		return nil
	}
	switch {
	case letters == 0 && digits == 0:
		return &ruleSeparator
	case letters == 0 && digits >= 12 && other <= 4 && b.n < 20:
		return &ruleNumber
	case isFileName(key):
		return &ruleFile
	case isAddress(key):
		return &ruleURL
	case b.crumb && b.n <= 60 && !b.stop:
		return &ruleCrumb
	case isCrumbPath(b):
		return &ruleCrumb
	case isPageCounter(key, letters):
		return &rulePages
	case b.n <= 24 && editionOf(b.text) != "":
		return &ruleEdition
	case b.n <= 60 && (digits > 0 || strings.Contains(key, "年")) && isHeadLine(b.text): // no date without either
		return &ruleHeadLine
	}
	return nil
}

func isFileName(key string) bool {
	if len(key) > 120 || strings.LastIndexByte(key, '.') < len(key)-5 || strings.ContainsAny(key, ",。;?!") {
		return false
	}
	for _, e := range fileEndings {
		if strings.HasSuffix(key, e) {
			return true
		}
	}
	return false
}

func isAddress(key string) bool {
	return (strings.HasPrefix(key, "http://") || strings.HasPrefix(key, "https://") || strings.HasPrefix(key, "www.")) && !containsHan(key)
}

// isCrumbPath fits "首页 > 新闻 > 本地" without a label: short names between arrows.
func isCrumbPath(b *block) bool {
	if b.n > 40 || b.stop || strings.Count(b.key, ">") < 2 && !(strings.Count(b.key, ">") == 1 && b.links >= 1) {
		return false
	}
	return !strings.ContainsAny(b.key, ",。;!?")
}

// isPageCounter fits "1/3", "[1][2][3]" and "1 2 3 下一页".
func isPageCounter(key string, letters int) bool {
	if len(key) > 40 {
		return false
	}
	if letters == 0 && len(key) >= 3 {
		a, b, ok := strings.Cut(key, "/")
		if ok && len(a) <= 3 && len(b) <= 3 && isDigits(a) && isDigits(b) {
			return true
		}
		return strings.HasPrefix(key, "[1][2]") || strings.HasPrefix(key, "(1)(2)") || strings.HasPrefix(key, "123") && len(key) < 9 && isDigits(key) && strings.HasPrefix("123456789", key)
	}
	return strings.HasSuffix(key, "下一页") || strings.HasSuffix(key, "下一頁")
}

// editionOf gives the page name of an e-paper that a line begins with, 第03版：副刊, without what stands behind it.
func editionOf(text string) string {
	rest, ok := strings.CutPrefix(text, "第")
	if !ok {
		return ""
	}
	digits := strings.TrimLeft(rest, "AB0123456789")
	after, ok := strings.CutPrefix(strings.TrimSpace(digits), "版")
	if !ok || len(digits) == len(rest) || after != "" && !strings.HasPrefix(after, "：") && !strings.HasPrefix(after, ":") && !strings.HasPrefix(after, " ") {
		return ""
	}
	if _, at := findDate(text); at.end > 0 {
		text = text[:at.start]
	}
	return strings.TrimSpace(text)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isMenu fits lines of short names between bars or spaces: "首页 | 概况 | 联系我们". Text pages keep menus so.
func isMenu(text string) bool {
	if len(text) > 1500 || strings.Count(text, " ") < 3 && strings.Count(text, "|") < 2 && !strings.Contains(text, "｜") && !strings.Contains(text, "┊") && !strings.Contains(text, "┃") && !strings.Contains(text, "│") {
		return false
	}
	bars, parts := countParts(text, isBar)
	fits := bars >= 3
	if !fits {
		n, ok := countParts(text, isSpace)
		fits, parts = n >= 4 && containsHan(text) && !containsHangul(text), ok // Korean parts its words by spaces
	}
	return fits && parts && (!endsSentence(text) || strings.HasSuffix(text, ":") || strings.HasSuffix(text, "："))
}

func isBar(r rune) bool { return r == '|' || r == '｜' || r == '┊' || r == '┃' || r == '│' }

func isSpace(r rune) bool { return r == ' ' }

func containsHangul(s string) bool {
	for _, r := range s {
		if r >= 0xAC00 && r <= 0xD7A3 {
			return true
		}
	}
	return false
}

// countParts counts the parts of a line, and tells whether all of them are short names.
func countParts(text string, sep func(rune) bool) (n int, short bool) {
	short = true
	for text != "" && (short || n < 4) {
		end := strings.IndexFunc(text, sep)
		part := text
		if text = text[len(text):]; end >= 0 {
			part, text = part[:end], part[end:]
			_, size := utf8.DecodeRuneInString(text)
			text = text[size:]
		}
		if part == "" {
			continue
		}
		n++
		short = short && utf8.RuneCountInString(strings.TrimSpace(part)) <= 14 && !strings.ContainsAny(part, "，。；？！,;“”")
	}
	return n, short
}
