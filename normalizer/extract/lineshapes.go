package extract

import (
	"strings"
	"unicode/utf8"
)

// Lines known by their form, beside those of linematch.go.
var (
	ruleRole      = lineRule{name: "editors", verdict: mine}
	rulePromotion = lineRule{name: "promotion", verdict: drop}
	rulePicture   = lineRule{name: "picture", verdict: drop}
)

// roles stand before the names of those who made a page.
var roles = map[string]bool{
	"编辑": true, "編輯": true, "责编": true, "責編": true, "校对": true, "校對": true, "审核": true, "監製": true, "监制": true, "统筹": true, "統籌": true, "策划": true, "策劃": true, "摄影": true, "攝影": true, "摄像": true, "剪辑": true, "制图": true, "设计": true, "美编": true, "制作": true, "出品": true, "撰文": true, "撰稿": true, "文字": true, "视频": true, "实习生": true, "值班": true, "总值班": true, "值班编委": true, "值班编辑": true, "主编": true, "编审": true, "终审": true, "总监制": true, "出品人": true, "总策划": true, "视频剪辑": true, "海报设计": true, "海报": true, "配音": true, "主播": true, "运营": true, "排版": true, "版式": true, "见习编辑": true, "责任校对": true, "本期编辑": true, "执行编辑": true, "文": true, "图": true,
}

// roleFirsts are the first characters of roles: most lines are turned down by them.
const roleFirsts = "编編责責校审監监统統策摄攝剪制设美出撰文视实值总主终海配运排版见本执图"

// isRoleLine fits a role with the names of people, parted by a space, colon or bar, once or more: 编辑 张三, 文｜张三 图｜李四.
func isRoleLine(b *block) bool {
	if b.n < 3 || b.n > 40 || b.punct > 4 || b.stop && !endsWithColon(b.text) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(b.text, "([（【［ "))
	if !strings.ContainsRune(roleFirsts, first) {
		return false
	}
	named, role := 0, false
	for _, part := range strings.FieldsFunc(b.text, isRoleBreak) {
		switch {
		case roles[part]:
			role = true
		case role && isChineseName(part):
			named++
		default:
			return false
		}
	}
	return named > 0
}

func isRoleBreak(r rune) bool {
	return strings.ContainsRune(" :：|｜丨/／、;；,，()（）[]【】", r)
}

// Promotion lines ask to follow an account or to open an app; news that tells of one is longer or a whole sentence.
var (
	promotionStarts = []string{"关注", "欢迎关注", "点击关注", "扫码关注", "敬请关注", "更多", "下载", "请下载", "打开", "长按", "點我", "按讚", "加入", "訂閱", "追蹤", "立即"}
	promotionEnds   = []string{"公众号", "客户端", "微博", "微信", "微信号", "视频号", "app", "抖音号", "头条号", "二维码", "二维码关注", "关注我们", "看新闻", "看更多新闻", "粉絲團", "電子報", "頻道", "官方帳號", "查看更多", "免费看", "看全文", "查看全文", "阅读全文"}
)

func isPromotion(b *block) bool {
	if b.n > 26 || b.stop && !strings.HasSuffix(b.text, "!") && !strings.HasSuffix(b.text, "！") {
		return false
	}
	key := strings.TrimRight(b.key, "!。.>”\"」)]~")
	if strings.HasSuffix(key, ",查看更多") || strings.HasSuffix(key, ",看更多") {
		return true
	}
	return beginsWith(strings.TrimLeft(key, "([\"“「"), promotionStarts) && hasOfficeEnd(key, promotionEnds)
}

func beginsWith(s string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// countedHeading gives the rule of a heading that carries a count: Comments (9), 3 comments, 相关新闻（5）.
func countedHeading(b *block) *lineRule {
	if b.n > 20 || b.punct > 1 || len(b.key) > 60 {
		return nil
	}
	bare := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, b.key)
	if len(bare) == len(b.key) {
		return nil
	}
	if i, ok := lineIndex.whole[trimLabel(bare)]; ok && lineRules[i].verdict == cut {
		return &lineRules[i]
	}
	return nil
}

// isArrowCaption fits captions under an arrow, as phones show them: ▲工人在安装传感器.
func isArrowCaption(b *block) bool {
	r, _ := utf8.DecodeRuneInString(b.text)
	switch r {
	case '▲', '△', '▼', '▽', '↑', '↓':
		return b.n >= 2 && b.n <= 60 && b.links == 0
	}
	return false
}
