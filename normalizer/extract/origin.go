package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanOrigin takes an origin out of its brackets and drops what stands behind it.
func cleanOrigin(s string) string {
	s = Fold(s)
	if _, at := findDate(s); at.end > 0 {
		s = s[:at.start]
	}
	if inner, ok := between(s, "《", "》"); ok && strings.HasPrefix(strings.TrimLeft(s, " 【[（("), "《") {
		s = inner
	} else if i := strings.Index(s, "《"); i > 0 {
		s = s[:i]
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
	if strings.HasPrefix(s, "、") || strings.HasSuffix(s, "时间") || strings.HasSuffix(s, "圖片") || strings.HasSuffix(s, "图片") || s == "未知" || s == "网络" || s == "互联网" || s == "本站" || s == "原创" || s == "转载" {
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

// originEnds end the names of papers, stations, sites and offices.
var originEnds = []string{"报", "网", "社", "在线", "电视台", "广播", "广播电台", "客户端", "周刊", "杂志", "融媒体中心", "传媒", "報", "網", "電視台", "周報", "新闻网", "资讯", "之声", "出版社", "学院", "大学", "宣传部", "办公室", "委员会", "局", "厅", "政府网", "视频", "头条", "發佈", "发布", "融媒", "晚報", "公報", "公报", "通讯社", "站"}

// notOrigins are fields of head lines that are neither origin nor person.
var notOrigins = map[string]bool{"原创": true, "转载": true, "首发": true, "时间": true, "时政新闻": true, "新闻": true, "国内": true, "国际": true, "社会": true, "正文": true, "视频": true, "更新": true, "发布": true, "置顶": true, "热点": true, "编辑": true, "网站": true, "本站": true, "晚間新聞": true, "新聞": true}

// bareOrigin reads the name of a paper or site that stands beside the date without a label, or the people that do.
func bareOrigin(s string) (origin string, people []string) {
	if _, at := findDate(s); at.end > 0 {
		if name := posterOf(s, at); name != "" {
			return "", []string{name}
		}
		s = s[:at.start] + " " + s[at.end:]
	}
	var fields []string
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '|' || r == '｜' || r == '·' || r == '•' || r == '丨' }) {
		f = strings.Trim(f, "()（）,，:：-—/")
		if i := strings.IndexAny(f, "[【(（"); i > 0 {
			f = f[:i]
		}
		if f == "" || notOrigins[f] || isDigits(f) || strings.HasSuffix(f, "时间") || strings.HasPrefix(f, "星期") || containsAny(f, "评论", "阅读", "浏览", "参与", "分享", "点击", "字号") || firstRune(f) == '、' || !containsHan(f) && !isBrand(f) || f[0] >= '0' && f[0] <= '9' && !strings.HasPrefix(f, "21") {
			continue
		}
		fields = append(fields, f)
	}
	for _, f := range fields {
		for _, end := range originEnds {
			if strings.HasSuffix(f, end) && utf8.RuneCountInString(f) >= 3 && !isChineseName(f) {
				return cleanOrigin(f), people
			}
		}
	}
	for _, f := range fields {
		if isChineseName(f) {
			people = append(people, f)
		}
	}
	if len(people) > 0 {
		return "", people
	}
	if n := len(fields); n == 1 && utf8.RuneCountInString(fields[0]) >= 4 && utf8.RuneCountInString(fields[0]) <= 14 {
		return cleanOrigin(fields[0]), nil
	}
	return "", nil
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// isBrand accepts a Latin name that is written as one: GameForce.
func isBrand(s string) bool {
	return len(s) >= 4 && len(s) <= 20 && s[0] >= 'A' && s[0] <= 'Z' && strings.IndexFunc(s, func(r rune) bool { return !isASCIILetter(r) }) < 0
}
