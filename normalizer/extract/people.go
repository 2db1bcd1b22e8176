package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// roleWords stand before or behind names.
var roleWords = []string{"全媒体记者", "融媒体记者", "首席记者", "特派记者", "本报记者", "本网记者", "实习记者", "见习记者", "特约记者", "特约通讯员", "新华社记者", "通讯员", "通訊員", "记者", "記者", "实习生", "作者", "责任编辑", "编辑"}

// notNames are what follows 记者 where no name does.
var notNames = []string{"我要", "我有", "分享", "点击", "查看", "关注", "更多", "手机", "打印", "关闭", "字号", "倒序", "只看", "举报", "纠错", "收藏", "返回", "上一", "下一", "从", "在", "获悉", "了解", "采访", "近日", "昨日", "今日", "今天", "昨天", "看到", "发现", "报道", "来到", "注意", "表示", "日前", "走进", "节", "站", "会", "团", "证", "协会", "问", "手记", "观察", "调查", "当天", "随后", "多方", "查询", "致电", "联系", "见到", "介绍", "现场", "跟随", "提问"}

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
		name := strings.Trim(parts[i], " :：.。·-—□■●◆○【】")
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
		case "文图", "摄影", "报道", "综合", "图文", "供稿", "佚名", "本站", "本报", "本报讯", "原创", "admin", "未知", "转载", "网络", "撰文", "摄影报道", "整理", "电", "讯", "综合报道", "本网", "采写", "公開日", "更新日", "南都", "查看更多":
			return false
		}
		return n <= 4 || strings.ContainsAny(s, "·•") && n <= 16 || n <= 10 && hasASCIILetter(s) || n <= 12 && (strings.HasSuffix(s, "办公室") || isOffice(s) || strings.HasSuffix(s, "工作室") || strings.HasSuffix(s, "宣传部"))
	}
	return len(strings.Fields(s)) <= 5 && s != "admin" && s != "null" && s != "undefined"
}

func hasASCIILetter(s string) bool { return strings.IndexFunc(s, isASCIILetter) >= 0 }

// isOffice tells the offices and departments that sign for their articles.
func isOffice(s string) bool {
	for _, end := range []string{"系", "学院", "部", "处", "局", "中心", "委员会", "团委", "党委", "工会", "编辑部", "评论员", "课题组", "记者站", "通讯组"} {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}

func addName(list []string, name string) []string {
	if name == "" || len(list) >= 16 || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
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
