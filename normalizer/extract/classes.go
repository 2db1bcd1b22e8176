package extract

import (
	"strings"

	"golang.org/x/net/html"
)

// polarity is what the class and id of an element say about the text in it.
type polarity int8

const (
	neutral  polarity = 0
	positive polarity = 1
	negative polarity = -1
	// doubtful is negative unless the element holds prose and hardly anything else: templates use these words for articles too
	// (content-nav-section, ranking-intro, articleSingle print, elementor-widget).
	doubtful polarity = -2
)

// Whole words of class and id, after cutting at everything but letters and at camelCase. The Chinese CMS families name their
// parts in pinyin: zhengwen (正文), neirong (内容), dibu (底部), daohang (导航), fenxiang (分享), pinglun (评论), tuijian (推荐).
var classWords = map[string]polarity{
	"article": positive, "articles": neutral, "content": positive, "contents": positive, "post": positive, "entry": positive, "story": positive,
	"text": positive, "txt": positive, "zoom": positive, "trs": positive, "ueditor": positive, "detail": positive, "artibody": positive,
	"zhengwen": positive, "neirong": positive, "wenzhang": positive, "paragraph": positive, "prose": positive, "cont": positive, "con": positive,
	"articlebody": positive, "articlecontent": positive, "vsbcontent": positive, "maintext": positive, "endtext": positive, "newscontent": positive,

	"nav": doubtful, "navbar": negative, "navigation": doubtful, "menu": doubtful, "breadcrumb": negative, "breadcrumbs": negative, "crumb": negative, "crumbs": negative,
	"footer": negative, "foot": doubtful, "bottom": doubtful, "copyright": negative, "copyrights": negative, "sidebar": negative, "side": doubtful, "aside": negative, "rail": doubtful,
	"related": negative, "relate": negative, "relates": negative, "recommend": negative, "recommended": negative, "recommends": negative, "hot": doubtful, "rank": doubtful, "ranking": doubtful, "trending": negative, "popular": doubtful,
	"comment": negative, "comments": negative, "reply": negative, "disqus": negative, "pinglun": negative,
	"share": negative, "sharing": negative, "social": negative, "sns": negative, "bdshare": negative, "jiathis": negative, "fenxiang": negative, "addthis": negative,
	"tool": doubtful, "tools": doubtful, "toolbar": negative, "pager": negative, "pagination": negative, "pagebar": negative, "fanye": negative, "prev": doubtful, "next": doubtful, "prevnext": negative, "pagenav": negative,
	"ad": negative, "ads": negative, "advert": negative, "advertisement": negative, "adv": negative, "gg": negative, "guanggao": negative, "sponsor": negative, "sponsored": negative, "promo": negative, "promotion": negative,
	"login": negative, "register": negative, "search": doubtful, "sousuo": negative, "qrcode": negative, "ewm": negative, "erweima": negative, "download": doubtful,
	"links": doubtful, "friendlink": negative, "friendlinks": negative, "youlian": negative, "popup": negative, "modal": negative, "cookie": negative, "cookies": negative, "newsletter": negative, "subscribe": negative, "subscription": negative,
	"tags": doubtful, "tag": doubtful, "keywords": doubtful, "disclaimer": negative, "tuijian": negative, "dibu": negative, "daohang": negative, "xgxw": negative, "xgyd": negative, "xgwz": negative, "weizhi": negative, "position": doubtful,
	"topbar": negative, "logo": doubtful, "banner": doubtful, "statement": doubtful, "shengming": negative, "vote": doubtful, "digg": doubtful, "mood": negative, "survey": doubtful, "widget": doubtful, "skip": doubtful, "print": doubtful, "feedback": doubtful, "jubao": negative, "correction": doubtful, "outbrain": negative, "taboola": negative, "teaser": doubtful, "teasers": doubtful, "promobox": negative, "mostread": negative, "readmore": negative, "caption": neutral,
}

// Parts of words run together, as in relatedNewsBox written in lower case.
var classParts = []string{
	"breadcrumb", "footer", "copyright", "sidebar", "related", "recommend", "comment", "bdshare", "sharebox", "sharebar", "toolbar", "pagination",
	"hotnews", "ranklist", "friendlink", "qrcode", "advert", "newsletter", "disclaimer", "xiangguan", "tuijian", "fenxiang", "pinglun", "erweima",
}

// crumbWords mark the path of sections above an article.
var crumbWords = map[string]bool{"breadcrumb": true, "breadcrumbs": true, "crumb": true, "crumbs": true, "weizhi": true, "position": true, "location": true, "path": true, "dqwz": true, "local": true, "currentpath": true, "bread": true}

// captionWords mark the text below a picture.
var captionWords = map[string]bool{"caption": true, "figcaption": true, "captions": true, "photocaption": true, "imgcaption": true, "tuzhu": true, "tushuo": true, "pictext": true, "imgtitle": true, "imginfo": true, "legend": true, "credit": true}

// classInfo is what the attributes of an element say.
type classInfo struct {
	polarity polarity
	crumb    bool
	caption  bool
	title    bool
	author   bool
	sign     string
}

// classSays is what the words of one class or id say.
type classSays struct{ pos, neg, doubt, crumb, caption, title, author bool }

// classCache keeps what the values on a page say: most of them come many times.
type classCache map[string]classSays

func (c classCache) read(value string) classSays {
	says, ok := c[value]
	if ok {
		return says
	}
	eachWord(value, func(w string) {
		switch classWords[w] {
		case positive:
			says.pos = true
		case negative:
			says.neg = true
		case doubtful:
			says.doubt = true
		}
		says.crumb = says.crumb || crumbWords[w]
		says.caption = says.caption || captionWords[w]
		says.title = says.title || w == "title" || w == "headline" || w == "heading" || w == "biaoti" || w == "bt" || w == "tit"
		says.author = says.author || isAuthorWord(w)
		for _, part := range classParts {
			if len(w) > len(part) && strings.Contains(w, part) {
				says.neg = true
			}
		}
	})
	c[value] = says
	return says
}

// readClass reads class, id, role and itemprop of an element. Negative words win over doubtful ones, those over positive ones.
func (c classCache) readClass(n *html.Node) classInfo {
	var info classInfo
	var pos, neg, doubt bool
	for _, a := range n.Attr {
		switch a.Key {
		case "class", "id":
			value := a.Val[:min(len(a.Val), 256)]
			if a.Key == "class" {
				info.sign = value
			}
			says := c.read(value)
			pos, neg, doubt = pos || says.pos, neg || says.neg, doubt || says.doubt
			info.crumb, info.caption = info.crumb || says.crumb, info.caption || says.caption
			info.title, info.author = info.title || says.title, info.author || says.author
		case "role":
			switch a.Val {
			case "navigation", "complementary", "contentinfo", "search", "dialog":
				neg = true
			case "article", "main":
				pos = true
			}
		case "itemprop":
			if a.Val == "articleBody" {
				pos = true
			}
		}
	}
	switch {
	case neg:
		info.polarity = negative
	case doubt:
		info.polarity = doubtful
	case pos:
		info.polarity = positive
	}
	return info
}

// eachWord cuts at everything but ASCII letters and before capitals that follow small letters, and gives the words in lower case.
func eachWord(s string, f func(string)) {
	start := -1
	for i := 0; i <= len(s); i++ {
		letter := i < len(s) && isASCIILetter(rune(s[i]))
		camel := letter && start >= 0 && s[i] < 'a' && i > 0 && s[i-1] >= 'a' && s[i-1] <= 'z'
		if start >= 0 && (!letter || camel) {
			f(strings.ToLower(s[start:i]))
			start = -1
		}
		if letter && start < 0 {
			start = i
		}
	}
}
