package extract

import (
	"strings"
	"unicode/utf8"
)

// bylineNames reads the reporters that the text names in brackets: 本报讯（记者 张三 通讯员 李四）, 电（记者张三、李四）, and at the end
// （张三 李四） or （张三 上海报道）.
func bylineNames(paragraphs []string) []string {
	var out []string
	for i, para := range paragraphs {
		early, late := i <= 2, i >= len(paragraphs)-2
		if !early && !late {
			continue
		}
		if early {
			out = bracketNames(out, para[:runeCut(para, 400)])
		}
		if late && (!early || len(para) > 400) {
			out = bracketNames(out, para[runeCut(para, len(para)-240):])
		}
		if late {
			for _, name := range signature(para) {
				out = addName(out, name)
			}
		}
	}
	return out
}

// editorsInText reads （編輯：張三） at the end of the last paragraph.
func editorsInText(paragraphs []string) []string {
	last := paragraphs[len(paragraphs)-1]
	last = last[runeCut(last, len(last)-120):]
	for _, word := range []string{"編輯：", "编辑：", "責任編輯：", "责编：", "編輯:", "编辑:"} {
		i := strings.LastIndex(last, word)
		if i < 0 || i == 0 || !strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(last[:i], "責任"), "责任"), "（") && !strings.HasSuffix(last[:i], "(") {
			continue
		}
		value := last[i+len(word):]
		if end := strings.IndexAny(value, ")）"); end > 0 {
			return splitNames(strings.NewReplacer("／", " ", "/", " ").Replace(value[:end]))
		}
	}
	return nil
}

// runeCut gives an offset of at most n bytes (at least 0) that does not cut a character.
func runeCut(s string, n int) int {
	n = min(max(n, 0), len(s))
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// bracketNames adds the names in those brackets of a text that hold a word for reporter.
func bracketNames(out []string, text string) []string {
	for _, open := range []string{"（", "(", "【", "〔"} {
		rest := text
		for range 6 {
			_, after, ok := strings.Cut(rest, open)
			if !ok {
				break
			}
			rest = after
			inner := after
			if end := strings.IndexAny(after, ")）】〕"); end >= 0 {
				inner = after[:end]
			}
			if len(inner) >= 150 || !hasRole(inner) {
				continue
			}
			names := roleNames(inner)
			if len(names) == 0 && !strings.Contains(inner, "记者从") {
				names = splitNames(stripAffiliation(inner))
			}
			for _, name := range names {
				out = addName(out, name)
			}
		}
	}
	return out
}

// signature reads brackets at the very end of a paragraph that hold names, and at most the place they report from.
func signature(para string) []string {
	para = strings.TrimRight(para, " ")
	if !strings.HasSuffix(para, "）") && !strings.HasSuffix(para, ")") {
		return nil
	}
	open := max(strings.LastIndex(para, "（"), strings.LastIndex(para, "("))
	if open < 0 || len(para)-open > 60 {
		return nil
	}
	inner := strings.Trim(para[open:], "（()） ")
	parts := strings.FieldsFunc(inner, func(r rune) bool { return r == ' ' || r == '、' || r == '/' || r == ',' || r == '，' })
	var out []string
	for i, part := range parts {
		if isChineseName(part) {
			out = addName(out, part)
		} else if i == 0 || !containsAny(part, "报道", "報導", "综合", "电", "摄", "文") {
			return nil
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
