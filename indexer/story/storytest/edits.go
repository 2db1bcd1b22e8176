package storytest

import (
	"fmt"
	"slices"
	"strings"
)

// edit is one thing that a newsroom does to a text that it takes over.
type edit struct {
	name string
	do   func(maker, []string) []string
}

var edits = []edit{
	{"as it is", func(_ maker, p []string) []string { return p }},
	{"editor line", func(m maker, p []string) []string { return append(p, "（责任编辑："+m.person()+"）") }},
	{"head line", func(m maker, p []string) []string {
		return slices.Insert(p, 0, fmt.Sprintf("来源：%s日报　记者：%s　编辑：%s", pick(m, cities), m.person(), m.person()))
	}},
	{"dateline", func(m maker, p []string) []string {
		p[0] = "本报讯（记者 " + m.person() + "）" + p[0]
		return p
	}},
	{"caption", func(m maker, p []string) []string {
		return slices.Insert(p, 1+m.IntN(len(p)), "图为"+pick(m, projects)+"现场。"+m.person()+" 摄")
	}},
	{"paragraph missing", func(m maker, p []string) []string {
		i := m.IntN(len(p))
		return slices.Delete(p, i, i+1)
	}},
	{"end missing", func(_ maker, p []string) []string { return p[:len(p)-1] }},
	{"paragraph more", func(m maker, p []string) []string { return append(p, m.fill(pick(m, sentences))) }},
	{"paragraphs joined", func(_ maker, p []string) []string {
		return slices.Concat([]string{p[0] + p[1]}, p[2:])
	}},
	{"paragraphs cut", func(_ maker, p []string) []string {
		var q []string
		for _, s := range p {
			q = append(q, strings.SplitAfterN(s, "。", 2)...)
		}
		return slices.DeleteFunc(q, func(s string) bool { return s == "" })
	}},
	{"other quotation marks", func(_ maker, p []string) []string { return replace(p, "“", "「", "”", "」") }},
	{"half-width marks", func(_ maker, p []string) []string { return replace(p, "，", ",", "：", ":", "（", "(", "）", ")") }},
	{"full-width digits", func(_ maker, p []string) []string {
		return mapRunes(p, func(r rune) rune {
			if '0' <= r && r <= '9' {
				return r - '0' + '０'
			}
			return r
		})
	}},
	{"spaces around digits", func(_ maker, p []string) []string {
		var q []string
		for _, s := range p {
			var b strings.Builder
			digit := false
			for _, r := range s {
				if is := '0' <= r && r <= '9'; is != digit {
					b.WriteByte(' ')
					digit = is
				}
				b.WriteRune(r)
			}
			q = append(q, b.String())
		}
		return q
	}},
	{"words edited", func(_ maker, p []string) []string {
		return replace(p, "目前已经", "目前已", "告诉记者", "对记者说", "不少", "许多", "据统计", "统计显示")
	}},
	{"names explained", func(m maker, p []string) []string {
		c := pick(m, cities)
		return replace(p, "从"+c, "从本省"+c, "来到"+c, "来到本省"+c)
	}},
	{"read more", func(_ maker, p []string) []string { return append(p, "更多精彩内容请关注本报客户端") }},
}

func replace(p []string, pairs ...string) []string {
	r := strings.NewReplacer(pairs...)
	for i := range p {
		p[i] = r.Replace(p[i])
	}
	return p
}

func mapRunes(p []string, f func(rune) rune) []string {
	for i := range p {
		p[i] = strings.Map(f, p[i])
	}
	return p
}

// copyOf edits a text by one to four edits that fit each other.
func (m maker) copyOf(original []string) (string, []string) {
	p := slices.Clone(original)
	var names []string
	removed := 0
	for _, i := range m.Perm(len(edits))[:1+m.IntN(4)] {
		e := edits[i]
		if strings.HasSuffix(e.name, "missing") {
			if removed++; removed > 1 || len(p) < 4 {
				continue
			}
		}
		p = e.do(m, p)
		names = append(names, e.name)
	}
	return strings.Join(p, "\n"), names
}
