package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxJoined bounds how long a paragraph grows by joining, so that a page of broken lines alone stays linear.
const maxJoined = 16 << 10

// paragraphs gives the kept blocks of a range as paragraphs: the cells of a table row in one line, sentences that a column or page
// break cut in two joined again, a line that repeats the one before it once.
func (p *page) paragraphs(from, to int) []string {
	var out []string
	var prev *block
	for i := from; i < to; i++ {
		b := &p.blocks[i]
		if !b.keep {
			continue
		}
		last := len(out) - 1
		switch {
		case last >= 0 && b.text == out[last] && b.n > 4:
		case last >= 0 && len(out[last]) > maxJoined:
			out = append(out, b.text)
		case last >= 0 && sameRow(prev, b):
			out[last] += " " + b.text
		case last >= 0 && p.continues(prev, b, out[last]):
			out[last] = joinText(out[last], b.text)
		default:
			out = append(out, b.text)
		}
		prev = b
	}
	return out
}

// sameRow tells the cells of one row of a data table. Cells that hold paragraphs of their own lay out the page.
func sameRow(a, b *block) bool {
	return a.row > 0 && a.row == b.row && a.cell != b.cell && a.n < 40 && b.n < 40 && !a.stop
}

// continues tells whether b goes on with the sentence that before ends in: before is long and ends in the middle, b holds the rest
// of a sentence and does not begin as paragraphs begin.
func (p *page) continues(a, b *block, before string) bool {
	if b.heading > 0 || a.heading > 0 || b.indent && b.line || b.item || a.item || a.bold != b.bold || isOutline(b.text) || hasOfficeEnd(strings.TrimRight(a.text, "）) "), creditEnds) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(b.text)
	if isLatin(last) && isLatin(first) || last == ',' && isLatin(first) {
		return unicode.IsLower(first) && len(before) > 40 && (isLatin(last) || last == ',')
	}
	if last == '，' || last == '、' || last == ',' && isIdeographic(first) {
		return a.n >= 20 && b.punct > 0 && !startsParagraph(b.text)
	}
	if !isIdeographic(last) || a.n < 30 || b.punct == 0 || isOutline(a.text) && a.punct == 0 {
		return false
	}
	if !isIdeographic(first) && !strings.ContainsRune("，。、；：,.;:”’)）》", first) {
		return false
	}
	return a.punct > 0 && !startsParagraph(b.text)
}

// creditEnds close captions, which lack a full stop and are not cut sentences.
var creditEnds = []string{"摄", "攝", "供图", "供圖", "资料图", "資料圖"}

func isLatin(r rune) bool { return r < 0x250 && unicode.IsLetter(r) }

func joinText(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	if isLatin(first) && (isLatin(last) || last == ',') {
		return a + " " + b
	}
	return a + b
}

// openers begin paragraphs and hardly ever the second half of a sentence.
var openers = []string{
	"据", "近日", "日前", "今年", "去年", "昨天", "昨日", "今天", "今日", "目前", "当前", "此外", "另外", "同时", "其次", "再次", "首先", "最后", "最终", "随后", "随着", "记者", "本报", "会议", "会上", "会后", "全会", "活动", "下午", "上午", "当天", "当日", "截至",
	"一是", "二是", "三是", "四是", "五是", "六是", "七是", "第一", "第二", "第三", "一、", "二、", "三、", "四、", "下一步", "接下来", "与此同时", "事实上", "但是", "然而", "不过", "对此", "对于", "为了", "通过", "根据", "按照", "自从", "从今年", "该", "他说", "她说", "他表示", "她表示", "其中", "值得", "针对", "由于", "因此", "所以", "图为", "图片", "问", "答", "附", "注", "市", "省", "县", "区委", "“", "《", "【", "(", "（",
}

// speech verbs end the first clause of a paragraph that begins with a speaker: 某某指出，
var speech = []string{"指出", "强调", "表示", "说", "认为", "介绍", "要求", "称", "透露", "告诉记者", "主持", "提出", "坦言", "回忆", "解释", "建议", "呼吁", "補充", "補充說", "强調", "表示說", "說"}

// startsParagraph tells whether a line begins as paragraphs do.
func startsParagraph(s string) bool {
	for _, w := range openers {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	end := strings.IndexAny(s, ",:，：。")
	if i := strings.IndexFunc(s, isSentencePunct); i >= 0 && (end < 0 || i < end) {
		end = i
	}
	if end <= 0 || utf8.RuneCountInString(s[:end]) > 14 {
		return false
	}
	clause := s[:end]
	for _, w := range speech {
		if strings.HasSuffix(clause, w) {
			return true
		}
	}
	return false
}

// noteWords begin what sites put in brackets behind the last or before the first sentence of a paragraph.
var noteWords = []string{"原标题", "原標題", "责任编辑", "責任編輯", "责编", "编辑:", "校对", "文章来源", "转载自"}

// cutNotes takes those notes off the paragraphs and gives them as lines to mine.
func cutNotes(paragraphs []string) ([]string, []*block) {
	var out []string
	var notes []*block
	for _, para := range paragraphs {
		for _, pair := range []string{"（）", "()", "[]", "【】"} {
			open, size := utf8.DecodeRuneInString(pair)
			end := pair[size:]
			if i := strings.LastIndex(para, string(open)); i > 0 && strings.HasSuffix(para, end) && len(para)-i < 240 && isCredit(para[i:]) {
				notes = append(notes, noteBlock(para[i:]))
				para = strings.TrimSpace(para[:i])
			}
			if i := strings.Index(para, end); strings.HasPrefix(para, string(open)) && i > 0 && i < 240 && i+len(end) < len(para) && isCredit(para[:i]) {
				notes = append(notes, noteBlock(para[:i+len(end)]))
				para = strings.TrimSpace(para[i+len(end):])
			}
		}
		if para != "" {
			out = append(out, para)
		}
	}
	return out, notes
}

func isCredit(note string) bool {
	key := strings.TrimLeft(lineKey(note), "([")
	for _, w := range noteWords {
		if strings.HasPrefix(key, w) {
			return true
		}
	}
	return false
}

func noteBlock(text string) *block {
	b := &block{text: text}
	b.measure()
	b.match = matchLine(b)
	return b
}
