package extract

import (
	"fmt"
	"strings"

	"github.com/newsmill/newsmill/news"
)

// Words that pages without an article show. They count only where there is next to no prose beside them.
var (
	soft404Words   = []string{"404", "页面不存在", "页面没有找到", "页面未找到", "页面已删除", "网页不存在", "您访问的页面", "你访问的页面", "您要查看的", "您要访问的", "找不到页面", "找不到您", "文章不存在", "内容不存在", "信息不存在", "该文章已", "该内容已", "已被删除", "已删除或", "已下线", "頁面不存在", "找不到網頁", "找不到頁面", "notfound", "pagenotfound", "nolongeravailable", "doesn'texist", "doesnotexist", "couldnotbefound", "couldn'tfind"}
	challengeWords = []string{"安全验证", "人机验证", "滑动验证", "请完成验证", "完成下方验证", "拖动滑块", "正在验证", "验证您是", "访问过于频繁", "请求过于频繁", "访问频繁", "访问被拒绝", "您的访问被", "访问验证", "浏览器安全检查", "正在检查您的浏览器", "请稍候,正在跳转", "请开启javascript", "请启用javascript", "checkingyourbrowser", "justamoment", "verifyyouarehuman", "areyouarobot", "enablejavascriptandcookies", "ddosprotection", "accessdenied", "attentionrequired", "captcha", "waf"}
	loginWords     = []string{"请登录", "请先登录", "登录后查看", "登录后阅读", "登录后继续", "会员专享", "请输入用户名", "请输入密码", "忘记密码", "用户登录", "登录账号", "請登入", "signin", "logintocontinue", "pleaselogin", "subscribetocontinue"}
	parkedWords    = []string{"域名出售", "该域名", "此域名", "域名正在出售", "域名已过期", "domainisforsale", "buythisdomain", "domainisparked", "domainname"}
)

// sitePages are the headlines of pages about the site itself.
var sitePages = map[string]bool{
	"关于我们": true, "關於我們": true, "联系我们": true, "聯絡我們": true, "网站简介": true, "本站简介": true, "本会简介": true, "商会简介": true, "协会简介": true, "公司简介": true, "报社简介": true, "网站地图": true, "网站声明": true, "版权声明": true, "免责声明": true,
	"隐私政策": true, "隱私權政策": true, "用户协议": true, "服务条款": true, "使用帮助": true, "广告服务": true, "人才招聘": true, "招聘信息": true, "加入我们": true, "友情链接": true, "aboutus": true, "contactus": true, "about": true, "contact": true, "privacypolicy": true, "termsofuse": true, "termsofservice": true, "cookiepolicy": true,
}

// minArticle is the least weight of a body: briefs of two sentences are news, a caption is not.
const minArticle = 24

// reject gives the reason why the page holds no article, or nil.
func (p *page) reject() *Rejection {
	p.bounds()
	shown, links, linkLines := 0, 0, 0
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.hidden {
			continue
		}
		shown += b.n
		if b.linkShare() > 0.6 {
			links += b.n
			linkLines++
		}
	}
	kept, lines, sentences, prose := p.bodyWeight()
	if kept < 300 {
		if r := p.noPage(kept, shown); r != nil {
			return r
		}
	}
	switch {
	case shown == 0 && p.facts.scripts > 0:
		return p.rejection(news.Challenge, "nothing but script")
	case shown == 0:
		return p.rejection(news.Empty, "no text")
	case p.script.total*10 < kept*3:
		return p.rejection(news.NotArticle, "figures without text")
	case kept == 0 || sentences == 0 && (kept < 120 || !p.headed() && kept < 15*lines):
		if linkLines >= 5 && links*2 > shown {
			return p.rejection(news.NotArticle, fmt.Sprintf("a listing: %d lines of links", linkLines))
		}
		if p.facts.inputs >= 4 {
			return p.rejection(news.NotArticle, fmt.Sprintf("a form of %d fields", p.facts.inputs))
		}
		if shown < 200 {
			return p.rejection(news.TooShort, fmt.Sprintf("%d characters in all", shown))
		}
		return p.rejection(news.NotArticle, "no sentence")
	case kept < minArticle:
		if linkLines >= 5 && links*2 > shown || linkLines >= 8 {
			return p.rejection(news.NotArticle, fmt.Sprintf("a listing: %d lines of links", linkLines))
		}
		return p.rejection(news.TooShort, fmt.Sprintf("%d characters of text", kept))
	}
	if key := keyOf(p.title.text); kept < 600 && sitePages[key] && !p.headed() {
		return p.rejection(news.NotArticle, "a page about the site: "+p.title.text)
	}
	if d := p.listing(kept, sentences, prose, links, linkLines); d != "" {
		return p.rejection(news.NotArticle, d)
	}
	return nil
}

func (p *page) bodyWeight() (kept, lines, sentences int, prose float64) {
	for i := range p.blocks {
		if b := &p.blocks[i]; b.keep {
			kept += b.n
			lines++
			prose += b.prose()
			if b.isSentence() {
				sentences++
			}
		}
	}
	return kept, lines, sentences, prose
}

// noPage recognises pages that say there is nothing here, by their title and their few lines.
func (p *page) noPage(kept, shown int) *Rejection {
	title := lineKey(p.facts.docTitle)
	var b strings.Builder
	for i := range p.blocks {
		if x := &p.blocks[i]; !x.hidden && x.linkShare() < 0.5 && b.Len() < 4096 {
			b.WriteString(x.key)
			b.WriteByte('\n')
		}
	}
	text := b.String()
	for _, t := range []struct {
		reason news.Reason
		words  []string
		titled bool // the title alone is enough
	}{
		{news.Challenge, challengeWords, true},
		{news.Soft404, soft404Words, true},
		{news.Parked, parkedWords, false},
		{news.Login, loginWords, false},
	} {
		for _, w := range t.words {
			inTitle := strings.Contains(title, w) && !isDigits(w) || w == "404" && strings.HasPrefix(strings.TrimPrefix(title, "http"), "404")
			inText := strings.Contains(text, w) && w != "waf" && w != "404" && w != "domainname"
			if t.titled && inTitle && kept < 200 && p.fewSentences(3) || inText && (kept < 60 || shown < 160 && p.fewSentences(3)) && (t.reason.Code != news.Login.Code || p.facts.password || shown < 300) {
				return p.rejection(t.reason, "the page says "+w)
			}
		}
	}
	if p.facts.password && kept < 80 && !p.headed() {
		return p.rejection(news.Login, "a password field and no text")
	}
	if shown < 20 && p.facts.scripts > 200 {
		return p.rejection(news.Challenge, "script instead of text")
	}
	return nil
}

func (p *page) fewSentences(limit int) bool {
	n := 0
	for i := range p.blocks {
		if b := &p.blocks[i]; b.keep && b.isSentence() {
			n++
		}
	}
	return n <= limit
}

// listing tells pages that offer articles from pages that are one: lines of links outweigh the text, or teasers alternate with links.
func (p *page) listing(kept, sentences int, prose float64, links, linkLines int) string {
	if p.plain || p.boxes[p.main].body || p.headed() {
		return ""
	}
	inner, teasers := 0, 0
	linked := false // the last block was a link
	for i := max(p.first-3, 0); i <= p.last; i++ {
		b := &p.blocks[i]
		if b.hidden || b.match != nil {
			continue
		}
		if b.keep && b.isSentence() {
			if linked {
				teasers++
			}
			linked = false
		}
		if b.linkShare() > 0.6 && b.n >= 5 {
			inner++
			linked = true
		}
	}
	average := kept / max(sentences, 1)
	least, share, short := 3, 6, 130
	if p.titled() { // an article with links to others between its paragraphs
		least, share, short = 8, 8, 70
	}
	switch {
	case teasers >= least && teasers*10 >= sentences*share && average < short:
		return fmt.Sprintf("a listing: %d links among %d short texts", inner, sentences)
	case linkLines >= 12 && prose < 60 && links > kept*8 && p.title.from != "heading":
		return fmt.Sprintf("a listing: %d lines of links and hardly any text", linkLines)
	}
	return ""
}

// titled tells whether the page says when it was published as an article, or a headline that <title> repeats, and that is longer
// than the names of sections, stands above the body.
func (p *page) titled() bool {
	if stated, _ := p.facts.first("article:published_time"); stated != "" {
		return true
	}
	i := p.likelyHeadline()
	return i >= 0 && p.blocks[i].n >= 10 && i <= p.first+1 && p.first-i <= 40
}

// headed tells whether the body stands under a headline of its own with a date or source line near it, which listings lack.
func (p *page) headed() bool {
	if p.facts.linked.found && p.facts.linked.published != "" && p.title.from == "heading" {
		return true
	}
	if p.title.from != "heading" || p.title.block < 0 || p.first < 0 || p.title.block > p.first+1 || p.first-p.title.block > 25 {
		return false
	}
	for i := max(p.title.block-3, 0); i <= min(p.first+1, len(p.blocks)-1); i++ {
		b := &p.blocks[i]
		if b.match == nil || b.match.verdict != mine {
			continue
		}
		if _, at := findDate(b.text); at.end > 0 || b.match.name == "source-line" {
			return true
		}
	}
	return false
}

// rejection fills in what is known of the page beside the reason.
func (p *page) rejection(reason news.Reason, detail string) *Rejection {
	title := p.title.text
	if title == "" {
		title = trimSiteName(p.facts.docTitle, p.siteName())
	}
	r := &Rejection{Reason: reason, Detail: detail, Title: title}
	r.PublishedAt = p.publishedAt(p.linesAround(part{to: len(p.blocks)}, false))
	return r
}
