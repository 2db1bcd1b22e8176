package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/newsmill/newsmill/news"
)

// dateLabelKind is what the words before a date say that it is.
type dateLabelKind uint8

const (
	noLabel      dateLabelKind = iota
	publishLabel               // 发布时间
	updateLabel                // 更新时间: later than the publication, or all there is
	writtenLabel               // 成文日期: a document's own date, before its publication
	vagueLabel                 // 某某日期: nobody knows which
	otherLabel                 // 打印时间, 截止日期, 今天是: no date of the article
)

// dateLabels are the words before a date, as line keys without their colon, the longer of two before the shorter.
var dateLabels = []struct {
	word string
	kind dateLabelKind
}{
	{"打印时间", otherLabel}, {"打印日期", otherLabel}, {"列印時間", otherLabel}, {"今天是", otherLabel}, {"今天", otherLabel}, {"现在是", otherLabel}, {"当前时间", otherLabel}, {"系统时间", otherLabel}, {"北京时间", noLabel},
	{"截止时间", otherLabel}, {"截止日期", otherLabel}, {"截至", otherLabel}, {"有效期至", otherLabel}, {"有效期", otherLabel}, {"失效日期", otherLabel}, {"废止日期", otherLabel}, {"报名时间", otherLabel}, {"活动时间", otherLabel}, {"开标时间", otherLabel}, {"上市时间", otherLabel}, {"上映时间", otherLabel},
	{"注册时间", otherLabel}, {"注册日期", otherLabel}, {"登录时间", otherLabel}, {"评论时间", otherLabel}, {"回复时间", otherLabel}, {"加入时间", otherLabel}, {"生效日期", otherLabel}, {"实施日期", otherLabel}, {"施行日期", otherLabel}, {"抓取时间", otherLabel}, {"访问时间", otherLabel}, {"会议时间", otherLabel}, {"咨询时间", otherLabel}, {"留言时间", otherLabel},
	{"accessed", otherLabel}, {"retrieved", otherLabel}, {"copyright", otherLabel}, {"©", otherLabel}, {"printed", otherLabel}, {"expires", otherLabel}, {"deadline", otherLabel}, {"joined", otherLabel},
	{"成文日期", writtenLabel}, {"成文时间", writtenLabel}, {"发文日期", writtenLabel}, {"发文时间", writtenLabel}, {"生成日期", writtenLabel}, {"制发日期", writtenLabel}, {"形成日期", writtenLabel}, {"公文时效", otherLabel}, {"签发日期", writtenLabel},
	{"更新时间", updateLabel}, {"更新日期", updateLabel}, {"更新时间为", updateLabel}, {"最后更新", updateLabel}, {"最近更新", updateLabel}, {"更新于", updateLabel}, {"最后修改", updateLabel}, {"修改时间", updateLabel}, {"更新時間", updateLabel}, {"最後更新", updateLabel}, {"最新更新", updateLabel}, {"编辑于", updateLabel}, {"修订于", updateLabel}, {"更新", updateLabel},
	{"updated", updateLabel}, {"lastupdated", updateLabel}, {"updatedon", updateLabel}, {"updatedat", updateLabel}, {"modified", updateLabel}, {"lastmodified", updateLabel}, {"edited", updateLabel}, {"aktualisiert", updateLabel}, {"aktualisiertam", updateLabel}, {"stand", updateLabel}, {"misàjour", updateLabel}, {"misàjourle", updateLabel}, {"actualizado", updateLabel},
	{"actualizadoel", updateLabel}, {"aggiornato", updateLabel}, {"aggiornatoil", updateLabel}, {"atualizado", updateLabel}, {"atualizadoem", updateLabel}, {"bijgewerkt", updateLabel}, {"güncelleme", updateLabel}, {"uppdaterad", updateLabel}, {"oppdatert", updateLabel}, {"opdateret", updateLabel}, {"päivitetty", updateLabel}, {"aktualizacja", updateLabel}, {"обновлено", updateLabel}, {"оновлено", updateLabel},
	{"수정", updateLabel}, {"更新日", updateLabel}, {"最終更新", updateLabel}, {"diperbarui", updateLabel}, {"cậpnhật", updateLabel}, {"ažurirano", updateLabel},
	{"入力", publishLabel}, {"등록", publishLabel}, {"입력", publishLabel}, {"公開", publishLabel}, {"掲載", publishLabel}, {"配信", publishLabel}, {"公開日", publishLabel}, {"veröffentlicht", publishLabel}, {"veröffentlichtam", publishLabel}, {"erstellt", publishLabel}, {"publiéle", publishLabel}, {"publié", publishLabel}, {"publicado", publishLabel},
	{"publicadoel", publishLabel}, {"publicadoem", publishLabel}, {"pubblicato", publishLabel}, {"pubblicatoil", publishLabel}, {"gepubliceerd", publishLabel}, {"opublikowano", publishLabel}, {"опубликовано", publishLabel}, {"опубліковано", publishLabel}, {"publicerad", publishLabel}, {"publisert", publishLabel}, {"julkaistu", publishLabel}, {"yayınlanma", publishLabel}, {"giriş", publishLabel}, {"objavljeno", publishLabel}, {"dipublikasikan", publishLabel},
	{"postedon", publishLabel}, {"publishedon", publishLabel}, {"publishedat", publishLabel}, {"publicationdate", publishLabel}, {"firstpublished", publishLabel}, {"date", publishLabel}, {"released", publishLabel}, {"datum", publishLabel},
	{"发布", publishLabel}, {"發布", publishLabel}, {"發佈", publishLabel}, {"发表", publishLabel}, {"發表", publishLabel}, {"刊登", publishLabel}, {"提供时间", publishLabel}, {"上传时间", publishLabel}, {"创建时间", publishLabel}, {"建立時間", publishLabel}, {"发帖时间", publishLabel}, {"张贴日期", publishLabel},
}

// labelBefore says what the text right before a date calls it.
func labelBefore(before string) dateLabelKind {
	if len(before) > 90 {
		before = before[len(before)-90:]
		for !utf8.RuneStart(before[0]) {
			before = before[1:]
		}
	}
	const edge = " :：[(（【|-–—,/·•"
	key := strings.TrimRight(lineKey(before), edge)
	if key == "" {
		return noLabel
	}
	shown := strings.TrimRight(before, edge) // with its spaces: 来源：某报 时间
	for _, l := range dateLabels {
		if !strings.HasSuffix(key, l.word) {
			continue
		}
		if l.kind == publishLabel && isIdeographic(firstRune(l.word)) && runsOn(shown, l.word) {
			continue // a sentence that ends in 发布
		}
		return l.kind
	}
	for _, l := range labels {
		if l.field == fieldDate && strings.HasSuffix(key, l.word) {
			if runsOn(shown, l.word) {
				return vagueLabel // 入稿日期 is not 日期
			}
			return publishLabel
		}
	}
	return noLabel
}

// runsOn tells whether a character of Chinese stands right before the word that a text ends with.
func runsOn(text, word string) bool {
	rest, ok := strings.CutSuffix(text, word)
	r, _ := utf8.DecodeLastRuneInString(rest)
	return ok && isIdeographic(r)
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// findUpdated gives the date behind a word for update, in a line that may hold the publication too.
func findUpdated(s string) (dateValue, span) {
	for start := 0; start < len(s); {
		v, at := findDate(s[start:])
		if at.end == 0 {
			break
		}
		if labelBefore(s[:start+at.start]) == updateLabel {
			return v, span{start + at.start, start + at.end}
		}
		start += at.end
	}
	return dateValue{}, span{}
}

// headDates reads the lines around the title and those that rules took for head lines. A line gives its first date, or the first
// one that is called the publication.
func (p *page) headDates(head []headLine) []dateOffer {
	var out []dateOffer
	for i, b := range head {
		if b.n > 120 || b.hidden {
			continue
		}
		v, at := findDate(b.text)
		if at.end == 0 {
			if v, at = labelledROC(b.text); at.end == 0 {
				if o, ok := p.relativeOffer(head, i); ok {
					out = append(out, o)
				}
				continue
			}
		}
		kind := p.labelOf(head, i, at)
		if kind >= updateLabel { // a second date of the line may be the publication
			if w, at2 := findDate(b.text[at.end:]); at2.end > 0 && labelBefore(b.text[:at.end+at2.start]) == publishLabel {
				v, at, kind = w, span{at.end + at2.start, at.end + at2.end}, publishLabel
			}
		}
		if kind == otherLabel {
			continue
		}
		d := p.newDate(v, "head-line")
		if d == nil {
			continue
		}
		trust, why := p.lineTrust(b, v, kind, at)
		if trust > 0.15 {
			out = append(out, dateOffer{date: d, value: v, kind: "line", from: lineName(b.at), trust: trust, why: why})
		}
	}
	return keepBest(out, 6)
}

// keepBest bounds a list of offers, the most trusted first to stay.
func keepBest(out []dateOffer, limit int) []dateOffer {
	for len(out) > limit {
		worst := 0
		for i := range out {
			if out[i].trust <= out[worst].trust {
				worst = i
			}
		}
		out = append(out[:worst], out[worst+1:]...)
	}
	return out
}

// labelOf says what the words before a date call it: in its line, or in the cell before it.
func (p *page) labelOf(head []headLine, i int, at span) dateLabelKind {
	before := head[i].text[:at.start]
	if kind := labelBefore(before); kind != noLabel || strings.TrimSpace(before) != "" || i == 0 {
		return kind
	}
	if prev := head[i-1]; prev.n <= 10 && prev.row == head[i].row && !prev.hidden {
		return labelBefore(prev.text)
	}
	return noLabel
}

// lineTrust says how far the date of a line is the article's: by its label, its exactness and where the line stands.
func (p *page) lineTrust(b headLine, v dateValue, kind dateLabelKind, at span) (trust float64, why string) {
	trust = 0.7
	switch kind {
	case publishLabel:
		trust, why = 0.84, "labelled as published"
	case updateLabel:
		trust, why = 0.6, "labelled as updated"
	case vagueLabel:
		trust, why = 0.52, "with a label that is not known"
	case writtenLabel:
		trust, why = 0.55, "a document's own date"
	}
	if rank(v.precision) >= rank(news.PrecisionMinute) {
		trust += 0.08
	}
	if b.match != nil && b.match.verdict == mine {
		trust += 0.06
	}
	switch i := b.at; {
	case b.foot:
		trust -= 0.3
		why = joinWhy("below the text's beginning", why)
	case p.title.block >= 0 && i > p.title.last && i <= p.first+1 && i-p.title.last <= 6:
		trust += 0.08
		why = joinWhy("under the headline", why)
	case p.title.block >= 0 && i < p.title.block-3:
		trust -= 0.2
		why = joinWhy("well above the headline", why)
	}
	if b.match == nil && (b.n > 60 || b.isSentence()) {
		trust -= 0.35
		why = joinWhy("within a sentence", why)
	}
	if b.caption || b.match == nil && kind == noLabel && weightOf(b.text[:at.start])+weightOf(b.text[at.end:]) > 14 {
		trust -= 0.25
		why = joinWhy("among other words", why)
	}
	if b.linkShare() > 0.5 {
		trust -= 0.35
		why = joinWhy("within a link", why)
	}
	if p.boxes[b.box].dark {
		trust -= 0.2
		why = joinWhy("beside the article", why)
	}
	return min(trust, 0.99), why
}

// relativeOffer reads a short line above the text that is a time relative to the fetch.
func (p *page) relativeOffer(head []headLine, i int) (dateOffer, bool) {
	b := head[i]
	if b.foot || b.n > 24 || b.linkShare() > 0.5 || p.in.FetchedAt.Unix() <= 0 {
		return dateOffer{}, false
	}
	text := b.text
	if len(text) > maxRelative*2 || b.n > 8 && !strings.ContainsAny(text, "0123456789") {
		return dateOffer{}, false
	}
	now := p.in.FetchedAt.In(p.zone())
	for _, v := range append([]pair{{fieldDate, text}}, readPairs(text)...) {
		parts := strings.FieldsFunc(v.value, func(r rune) bool { return r == '|' || r == '·' || r == '•' || r == '｜' })
		if words := strings.Fields(v.value); len(words) > 1 { // 某某发布 2小时前
			parts = append(parts, words[len(words)-1])
		}
		for _, part := range parts {
			if d, ok := relativeDate(part, now); ok {
				return dateOffer{date: d, value: dateValue{zone: p.zone()}, kind: "line", from: lineName(b.at), trust: 0.42, why: "relative to the fetch"}, true
			}
		}
	}
	if v, ok := yearlessDate(text, now); ok {
		if d := p.newDate(v, "head-line"); d != nil {
			return dateOffer{date: d, value: v, kind: "line", from: lineName(b.at), trust: 0.44, why: "the year is that of the fetch"}, true
		}
	}
	return dateOffer{}, false
}
