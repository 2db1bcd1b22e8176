package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A head line is the line of labels between title and text: 2026-05-03 08:30 来源：某报 作者：某人 字号：大 中 小.

// field is a kind of metadata that labels announce.
type field uint8

const (
	fieldNone field = iota
	fieldOrigin
	fieldAuthor
	fieldReporter // names of people follow, and nothing else does
	fieldEditor
	fieldDate
	fieldOther // counts, font sizes: known, of no use
)

// label is one row of the table of labels in head lines and editor lines.
type label struct {
	word  string
	field field
}

// labels, longer ones first where one begins another. Forms are line keys without the colon.
var labels = []label{
	{"信息来源", fieldOrigin}, {"文章来源", fieldOrigin}, {"稿件来源", fieldOrigin}, {"新闻来源", fieldOrigin}, {"内容来源", fieldOrigin}, {"消息来源", fieldOrigin}, {"本文来源", fieldOrigin}, {"文章來源", fieldOrigin}, {"来源网站", fieldOrigin},
	{"资料来源", fieldOrigin}, {"来源于", fieldOrigin}, {"来源", fieldOrigin}, {"來源", fieldOrigin}, {"稿源", fieldOrigin}, {"转自", fieldOrigin}, {"摘自", fieldOrigin}, {"转载自", fieldOrigin}, {"发布机构", fieldOrigin}, {"出处", fieldOrigin}, {"source", fieldOrigin}, {"原载", fieldOrigin}, {"发布单位", fieldOrigin}, {"发文机关", fieldOrigin}, {"发文单位", fieldOrigin}, {"公开责任部门", fieldOrigin}, {"供稿单位", fieldOrigin},
	{"责任编辑", fieldEditor}, {"責任編輯", fieldEditor}, {"值班编辑", fieldEditor}, {"实习编辑", fieldEditor}, {"网络编辑", fieldEditor}, {"新媒体编辑", fieldEditor}, {"文字编辑", fieldEditor}, {"责编", fieldEditor}, {"責編", fieldEditor}, {"编辑", fieldEditor}, {"編輯", fieldEditor}, {"主编", fieldEditor},
	{"责任校对", fieldOther}, {"校对", fieldOther}, {"审核人", fieldOther}, {"审核", fieldOther}, {"审校", fieldOther}, {"编审", fieldOther}, {"初审", fieldOther}, {"复审", fieldOther}, {"终审", fieldOther}, {"一审", fieldOther}, {"二审", fieldOther}, {"三审", fieldOther}, {"监制", fieldOther}, {"值班总编", fieldOther}, {"签发", fieldOther}, {"统筹", fieldOther}, {"策划", fieldOther}, {"审签", fieldOther}, {"审读", fieldOther}, {"编校", fieldOther}, {"排版", fieldOther}, {"录入", fieldOther}, {"发布人", fieldOther}, {"发布者", fieldOther}, {"美编", fieldOther}, {"审稿", fieldOther}, {"摄影", fieldOther}, {"制图", fieldOther},
	{"本报记者", fieldReporter}, {"本网记者", fieldReporter}, {"新华社记者", fieldReporter}, {"实习记者", fieldReporter}, {"见习记者", fieldReporter}, {"特约记者", fieldReporter}, {"全媒体记者", fieldReporter}, {"特约通讯员", fieldReporter}, {"通讯员", fieldReporter}, {"通訊員", fieldReporter}, {"记者", fieldReporter}, {"記者", fieldReporter}, {"作者", fieldAuthor}, {"采写", fieldAuthor}, {"撰稿人", fieldAuthor}, {"撰稿", fieldAuthor}, {"撰文", fieldAuthor}, {"供稿", fieldAuthor}, {"执笔", fieldAuthor}, {"執筆", fieldAuthor}, {"撰文/", fieldAuthor}, {"文字", fieldAuthor}, {"翻译", fieldOther}, {"译者", fieldOther}, {"译", fieldOther}, {"编译", fieldOther},
	{"发布日期", fieldDate}, {"发布时间", fieldDate}, {"发表时间", fieldDate}, {"发表日期", fieldDate}, {"发表于", fieldDate}, {"发布于", fieldDate}, {"更新时间", fieldDate}, {"更新日期", fieldDate}, {"发稿时间", fieldDate}, {"录入时间", fieldDate}, {"添加时间", fieldDate}, {"时间", fieldDate}, {"日期", fieldDate}, {"發布時間", fieldDate}, {"發佈時間", fieldDate}, {"發布日期", fieldDate}, {"發稿時間", fieldDate}, {"更新時間", fieldDate}, {"published", fieldDate}, {"posted", fieldDate}, {"updated", fieldDate},
	{"浏览次数", fieldOther}, {"浏览量", fieldOther}, {"浏览", fieldOther}, {"点击数", fieldOther}, {"点击次数", fieldOther}, {"点击量", fieldOther}, {"点击", fieldOther}, {"阅读次数", fieldOther}, {"阅读量", fieldOther}, {"阅读", fieldOther}, {"访问量", fieldOther}, {"人气", fieldOther}, {"评论数", fieldOther}, {"评论", fieldOther}, {"字号", fieldOther}, {"字体", fieldOther}, {"字號", fieldOther}, {"分享到", fieldOther}, {"分享", fieldOther}, {"打印", fieldOther}, {"收藏", fieldOther}, {"查看", fieldOther}, {"次数", fieldOther}, {"关闭", fieldOther},
}

// noiseWords may stand in a head line beside labels and dates and say nothing.
var noiseWords = []string{"[大中小]", "大中小", "关闭窗口", "关闭", "打印本页", "打印", "我要评论", "我有话说", "进入论坛", "条评论", "评论", "人参与", "复制链接", "手机看新闻", "分享到", "分享", "微信", "微博", "qq空间", "收藏", "字号", "字体", "次", "a+", "a-", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日", "星期天", "北京时间", "原创", "投稿", "纠错", "参与", "论坛", "转发", "编辑", "小", "中", "大", "年", "t", "|"}

// pair is one label with its value.
type pair struct {
	field field
	value string
}

// readPairs cuts a line at its labels. A label counts when a colon (or bar, slash, bracket) follows it, or for people also a
// space: 记者 张三. The text before the first label comes as fieldNone.
func readPairs(text string) []pair {
	if len(text) > 1200 {
		return nil
	}
	var out []pair
	current, start := fieldNone, 0
	for i := 0; i < len(text); {
		f, width := labelAt(text, i)
		if width == 0 {
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		out = appendPair(out, current, text[start:i])
		current, start = f, i+width
		i = start
	}
	return appendPair(out, current, text[start:])
}

func appendPair(out []pair, f field, value string) []pair {
	value = strings.Trim(value, " 　:：|｜/／丨()（）[]【】·,，;；-—>")
	if value == "" {
		return out
	}
	return append(out, pair{f, value})
}

// labelAt gives the label that begins at i with the width of it and its colon.
func labelAt(text string, i int) (field, int) {
	rest := text[i:]
	first, _ := utf8.DecodeRuneInString(rest)
	for _, l := range labelIndex[unicode.ToLower(first)] {
		if !strings.HasPrefix(rest, l.word) && !(isASCIILetter(rune(l.word[0])) && len(rest) >= len(l.word) && strings.EqualFold(rest[:len(l.word)], l.word)) {
			continue
		}
		after := strings.TrimLeft(rest[len(l.word):], " ")
		r, size := utf8.DecodeRuneInString(after)
		width := len(rest) - len(after)
		switch r {
		case ':', '：', '|', '｜', '丨', '∶', '︰', '/', '／', '】', ']', '》':
			if l.field == fieldAuthor && strings.HasSuffix(text[:i], "该") { // 只看该作者|倒序浏览
				return fieldOther, width + size
			}
			if l.field == fieldOrigin && ofPicture(text[:i]) {
				return fieldOther, width + size
			}
			return l.field, width + size
		}
		if (r == '(' || r == '（' || r == '[') && l.field == fieldOther {
			return l.field, width
		}
		if (l.field == fieldEditor || l.field == fieldOther && i > 0) && width > len(l.word) && startsName(after) && (i == 0 || startsCell(text[:i]) || strings.HasSuffix(text[:i], "（") || strings.HasSuffix(text[:i], "(")) {
			return l.field, width
		}
		if l.field == fieldReporter && isIdeographic(r) {
			return l.field, width
		}
		if l.field == fieldAuthor && (width > len(l.word) || startsName(after)) {
			return l.field, width
		}
		if l.field == fieldDate && r >= '0' && r <= '9' {
			return l.field, width
		}
		if l.field == fieldOrigin && (r == '《' || r == '"' || len(text) < 160 && startsCell(text[:i]) && unicode.IsLetter(r)) {
			return l.field, width
		}
	}
	return fieldNone, 0
}

// ofPicture tells whether the words before 来源 make it that of a picture or of figures.
func ofPicture(before string) bool {
	for _, w := range []string{"图片", "圖片", "照片", "图", "圖", "数据", "數據", "视频", "影片", "资料"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// startsCell tells whether what stands before a label ends a field of the line: a bar, a bracket.
func startsCell(before string) bool {
	before = strings.TrimRight(before, " ")
	return strings.HasSuffix(before, "|") || strings.HasSuffix(before, "｜") || strings.HasSuffix(before, "]")
}

// isByline fits a line that names reporters and nothing else: 某报记者 张三 李四.
func isByline(b *block) bool {
	if b.n < 4 || b.n > 24 || b.punct > 1 || !hasRole(b.text) {
		return false
	}
	i := strings.LastIndex(b.text, "记者")
	if i < 0 {
		i = strings.LastIndex(b.text, "通讯员")
	}
	if i < 0 || utf8.RuneCountInString(b.text[:i]) > 12 {
		return false
	}
	rest := strings.TrimLeft(b.text[i:], "记者通讯员 :：/")
	parts := strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == '、' || r == '/' })
	for _, part := range parts {
		if n := utf8.RuneCountInString(part); !isName(part) || n > 4 {
			return false
		}
	}
	return len(parts) > 0
}

// isHeadLine tells whether a line is nothing but a date, labels with short values and the noise of toolbars: what is left after
// taking those away is a short name (the origin, often without a label) or nothing.
func isHeadLine(text string) bool {
	_, span := findDate(text)
	if span.end == 0 {
		return false
	}
	pairs := 0
	for _, p := range readPairs(text) {
		if p.field != fieldNone && utf8.RuneCountInString(p.value) <= 30 {
			pairs++
		}
	}
	if pairs == 0 && span.start > 36 {
		return false
	}
	if endsSentence(text) && pairs == 0 {
		return false
	}
	rest := lineKey(text[:span.start] + " " + text[span.end:])
	if pairs > 0 {
		rest = ""
		for _, p := range readPairs(text[:span.start] + " " + text[span.end:]) {
			if p.field == fieldNone || utf8.RuneCountInString(p.value) > 30 {
				rest += lineKey(p.value)
			}
		}
	}
	for _, w := range noiseWords {
		rest = strings.ReplaceAll(rest, w, "")
	}
	letters := 0
	for _, r := range rest {
		if unicode.IsLetter(r) {
			letters++
		} else if r == '。' || r == ',' && pairs == 0 || r == '"' {
			return false
		}
	}
	limit := 10
	if !containsHan(rest) {
		limit = 24
	}
	return letters <= limit
}
