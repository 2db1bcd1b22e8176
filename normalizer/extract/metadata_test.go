package extract

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/news"
)

// headed is a page with the given head, headline and line below it.
func headed(head, line string) string {
	return pageOf(head, "<h1>图书馆开到十点</h1><p>"+line+"</p>"+story)
}

// TestPublished is the choice among the dates of a page, a row for each kind of conflict.
func TestPublished(t *testing.T) {
	const ld = `<script type="application/ld+json">{"@type":"NewsArticle","headline":"图书馆开到十点","datePublished":"2026-05-03T00:30:00Z","dateModified":"2026-05-04T02:00:00Z"}</script>`
	rows := []struct{ name, page, want string }{
		{"line alone", headed("", "发布时间：2026-05-03 08:30"), "2026-05-03T08:30:00+08:00 minute head-line"},
		{"markup alone", headed(ld, "无关的一行"), "2026-05-03T00:30:00Z second json-ld"},
		{"line and markup mean the same", headed(ld, "2026-05-03 08:30"), "2026-05-03T08:30:00+08:00 second json-ld"},
		{"the last change is no publication", headed(ld, "更新时间：2026-05-04 10:00"), "2026-05-03T00:30:00Z second json-ld"},
		{"the template's date of the build", headed(`<meta name="date" content="2026-06-30">`, "来源：云河日报 2026-05-03 08:30"), "2026-05-03T08:30:00+08:00 minute head-line"},
		{"today's date at the top", pageOf("", "<div>今天是2026年6月18日 星期四</div><p>首页</p><p>要闻</p><p>本地</p><p>文化</p><h1>图书馆开到十点</h1><p>2026-05-03</p>"+story), "2026-05-03 day head-line"},
		{"printed", pageOf("", "<h1>图书馆开到十点</h1><p>发布日期：2026-05-03</p>"+story+"<p>打印时间：2026-06-01 10:00</p>"), "2026-05-03 day head-line"},
		{"a comment's", pageOf("", "<h1>图书馆开到十点</h1><p>发布日期：2026-05-03</p>"+story+`<div class="comments"><p>读者甲 2026-05-09 10:00:21</p></div>`), "2026-05-03 day head-line"},
		{"a document's own and its publication", headed("", "成文日期：2026年4月28日 发布日期：2026年5月3日"), "2026-05-03 day head-line"},
		{"in cells", pageOf("", "<table><tr><td>成文日期：</td><td>2026年4月28日</td></tr><tr><td>发布日期：</td><td>2026年5月3日</td></tr></table><h1>图书馆开到十点</h1>"+story), "2026-05-03 day head-line"},
		{"within the text", pageOf("", "<h1>图书馆开到十点</h1>"+story+"<p>记者了解到，图书馆建成于2019年7月1日，当年十月开放，读者一直很多，周末更是座无虚席。</p>"), ""},
		{"after the fetch", headed("", "发布时间：2031-05-03 08:30"), ""},
		{"relative", headed("", "云河发布 3小时前"), "2026-11-20 day text"},
		{"broken JSON-LD", headed(`<script type="application/ld+json">{"@type":"NewsArticle","headline":"图书馆开到十点","datePublished":"2026-05-03T08:30:00+08:00",}</script>`, "无关的一行"), "2026-05-03T08:30:00+08:00 second json-ld"},
		{"microdata of a teaser", headed(`<meta property="article:published_time" content="2026-05-03T08:30:00+08:00">`, "无关的一行") + `<div><span itemprop="datePublished" content="2026-06-11T12:00:00+08:00"></span></div>`, "2026-05-03T08:30:00+08:00 second meta"},
		{"seconds since 1970", headed(`<meta name="publishdate" content="1777768200">`, "无关的一行"), "2026-05-03T00:30:00Z second meta"},
		{"a script where nothing else is", headed(`<script>var page = {"publishTime":"2026-05-03 08:30:00"}</script>`, "无关的一行"), "2026-05-03T08:30:00+08:00 second meta"},
		{"Taiwan's years", headed("", "發布單位：計畫科 發布日期：115-05-03"), "2026-05-03 day head-line"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := dateOf(one(t, Input{Body: []byte(row.page)}).PublishedAt); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestDateFromFeedAndAddress(t *testing.T) {
	page := []byte(headed("", "无关的一行"))
	a := one(t, Input{Body: page, URL: "https://www.qinghe.example/2026/05/03/1.html"})
	if got := dateOf(a.PublishedAt); got != "2026-05-03 day url" {
		t.Errorf("address: %q", got)
	}
	a = one(t, Input{Body: page, URL: "https://www.qinghe.example/2026/05/03/1.html", PublishedHint: time.Date(2026, 5, 3, 0, 30, 0, 0, time.UTC)})
	if got := dateOf(a.PublishedAt); got != "2026-05-03T00:30:00Z second feed" {
		t.Errorf("feed: %q", got)
	}
}

// TestDayOrder is 05/03/2026, which means two days.
func TestDayOrder(t *testing.T) {
	text := "<h1>The library stays open until ten</h1><p>Published 05/03/2026</p>" + strings.Repeat("<p>The library in the old town keeps its doors open until ten at night from this week on, the council said.</p>", 3)
	for _, row := range []struct{ lang, url, want string }{
		{"en-US", "https://www.qinghe.example/1", "2026-05-03"},
		{"en-GB", "https://www.qinghe.example/1", "2026-03-05"},
		{"en", "https://www.qinghe.co.uk/1", "2026-03-05"},
		{"de", "https://www.qinghe.example/1", "2026-03-05"},
	} {
		page := `<html lang="` + row.lang + `"><body>` + text + "</body></html>"
		if a := one(t, Input{Body: []byte(page), URL: row.url}); a.PublishedAt == nil || a.PublishedAt.Time.Format(time.DateOnly) != row.want {
			t.Errorf("%s: %v, want %s", row.lang, a.PublishedAt, row.want)
		}
	}
}

// TestCredits is who wrote, who edited and where from, a row for each way of saying it.
func TestCredits(t *testing.T) {
	rows := []struct {
		name, line      string
		origin          string
		authors, editor []string
	}{
		{"labels", "2026-05-03 来源：云河日报 作者：魏长风 责任编辑：苏晴", "云河日报", []string{"魏长风"}, []string{"苏晴"}},
		{"brackets around the origin", "2026-05-03 08:30 来源：《云河晚报》", "云河晚报", nil, nil},
		{"programme behind the origin", "2026-05-03 08:30 来源：云河广电《第一线》播放：3万", "云河广电", nil, nil},
		{"origin without a label", "云河日报 2026-05-03 08:30", "云河日报", nil, nil},
		{"person without a label", "2026-05-03 08:30 魏长风", "", []string{"魏长风"}, nil},
		{"counts are no names", "作者:海风吹 阅读(166) 评论(5) 发表于:2026-05-03 12:30", "", []string{"海风吹"}, nil},
		{"Taiwan", "2026-05-03 16:08 雲河新聞網／記者魏長風／雲河即時報導", "雲河新聞網", []string{"魏長風"}, nil},
		{"written by", "<!-- -->执笔/魏长风、苏晴", "", []string{"魏长风", "苏晴"}, nil},
		{"reporter and picture", "云河新闻记者魏长风/文 受访者供图", "", []string{"魏长风"}, nil},
		{"the picture's origin", "2026-05-03 图片来源：云河图片社", "", nil, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a := one(t, Input{Body: []byte(headed("", row.line))})
			if a.Origin != row.origin || !slices.Equal(a.Authors, row.authors) || !slices.Equal(a.Editors, row.editor) {
				t.Errorf("origin %q, authors %q, editors %q", a.Origin, a.Authors, a.Editors)
			}
		})
	}
}

func TestBylinesInText(t *testing.T) {
	rows := []struct {
		text string
		want []string
	}{
		{"本报讯（记者 魏长风 通讯员 苏晴）今天上午，图书馆开门。", []string{"魏长风", "苏晴"}},
		{"（雲通社記者石磊雲河13日電）捷運今天恢復。", []string{"石磊"}},
		{"【云河醒报记者林宜静云河报道】周末就是投票日。", []string{"林宜静"}},
		{"读者很满意。（总台记者 苏晴）", []string{"苏晴"}},
		{"读者很满意。（魏长风 苏晴）", []string{"魏长风", "苏晴"}},
		{"读者很满意。（魏长风 上海报道）", []string{"魏长风"}},
		{"读者很满意。（记者从现场获悉）", nil},
		{"读者很满意（见图）。", nil},
	}
	for _, row := range rows {
		t.Run(row.text, func(t *testing.T) {
			if got := bylineNames([]string{row.text}); !slices.Equal(got, row.want) {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestRoleNames(t *testing.T) {
	rows := []struct {
		text string
		want []string
	}{
		{"本报记者魏长风发自北京", []string{"魏长风"}},
		{"记者 张三、李四 通讯员 王五", []string{"张三", "李四", "王五"}},
		{"南都见习记者 林子沛", []string{"林子沛"}},
		{"本报记者 欧阳明月", []string{"欧阳明月"}},
		{"記者王小明／台北報導", []string{"王小明"}},
		{"记者 步青云", []string{"步青云"}},
		{"记者从市政府获悉", nil},
		{"记者调查 民意调查", nil},
		{"记者节", nil},
	}
	for _, row := range rows {
		if got := roleNames(row.text); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.text, got, row.want)
		}
	}
}

// TestAuthorsOfMarkup is what JSON-LD, meta and byline elements say.
func TestAuthorsOfMarkup(t *testing.T) {
	const text = `<h1>Night ferry returns after ten years</h1>%<p>The night ferry between the old harbour and the south bank will sail again from Friday, the council said.</p><p>Two wooden vessels will cross every half hour until two in the morning, and a ticket costs less than a coffee.</p>`
	rows := []struct {
		name, head, line string
		want             []string
	}{
		{"by", "", "<p>By Mara Lindqvist and Jon Ek</p>", []string{"Mara Lindqvist", "Jon Ek"}},
		{"by, with a role", "", "<p>By Mara Lindqvist, Harbour Correspondent</p>", []string{"Mara Lindqvist"}},
		{"class", "", `<div class="post-author"><img src=a.png> <a href="/mara">Mara Lindqvist</a> <span>Contributor</span></div>`, []string{"Mara Lindqvist"}},
		{"rel", "", `<span>by <a rel="author" href="/mara">Mara Lindqvist</a></span>`, []string{"Mara Lindqvist"}},
		{"person", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","author":[{"@type":"Person","givenName":"Mara","familyName":"Lindqvist"}]}</script>`, "", []string{"Mara Lindqvist"}},
		{"reference", `<script type="application/ld+json">{"@graph":[{"@type":"Article","headline":"x","author":{"@id":"#p1"}},{"@type":"Person","@id":"#p1","name":"Mara Lindqvist"}]}</script>`, "", []string{"Mara Lindqvist"}},
		{"address of a profile", `<meta property="article:author" content="https://social.example/mara">`, "<p>By Mara Lindqvist</p>", []string{"Mara Lindqvist"}},
		{"mail address", `<meta name="author" content="mara@qinghe.example">`, "<p>By Mara Lindqvist</p>", []string{"Mara Lindqvist"}},
		{"the site itself, for want of better", `<meta property="og:site_name" content="Qinghe Courier"><meta name="author" content="Qinghe Courier">`, "", []string{"Qinghe Courier"}},
		{"a person before the site", `<meta property="og:site_name" content="Qinghe Courier"><meta name="author" content="Qinghe Courier">`, "<p>By Mara Lindqvist</p>", []string{"Mara Lindqvist"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a := one(t, Input{Body: []byte(pageOf(row.head, strings.Replace(text, "%", row.line, 1)))})
			if !slices.Equal(a.Authors, row.want) {
				t.Errorf("%q, want %q", a.Authors, row.want)
			}
		})
	}
}

// TestHeadlines is the choice between what is shown and what the markup states.
func TestHeadlines(t *testing.T) {
	const text = "<p>The night ferry between the old harbour and the south bank will sail again from Friday, the council said.</p><p>Two wooden vessels will cross every half hour until two in the morning, and a ticket costs less than a coffee.</p>"
	rows := []struct{ name, head, body, want string }{
		{"the line above it in its element", `<meta property="og:title" content="Night ferry returns after ten years">`, "<h1><span>Harbour news</span> Night ferry returns after ten years</h1>" + text, "Night ferry returns after ten years"},
		{"site behind a bar", "<title>Night ferry returns after ten years | Harbour News</title>", "<h1>Night ferry returns after ten years</h1><p>Harbour News</p>" + text, "Night ferry returns after ten years"},
		{"short heading and a slogan", "<title>云河大桥 - 云河百科，自由的百科</title>", "<h1>云河大桥</h1><p>云河百科，自由的百科</p>" + story, "云河大桥"},
		{"the site's name in place of a title", "<title>云河新闻网</title>", "<table><tr><td>图书馆开到夜里十点</td></tr></table>" + story, "图书馆开到夜里十点"},
		{"markup within the markup", `<meta name="ArticleTitle" content="图书馆开到夜里十点&lt;div&gt;——读者投票的结果&lt;/div&gt;">`, "<p class=title>图书馆开到夜里十点</p><div>——读者投票的结果</div>" + story, "图书馆开到夜里十点——读者投票的结果"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if a := one(t, Input{Body: []byte(pageOf(row.head, row.body))}); a.Title != row.want {
				t.Errorf("%q, want %q", a.Title, row.want)
			}
		})
	}
}

func TestFounderComment(t *testing.T) {
	f := newFacts()
	f.readFounder("<html><!--enpproperty <date>2026-04-08 00:00:00.0</date><author>魏长风</author><title>茶摊</title><nodename>第03版：民生</nodename> enpproperty--></html>")
	if diff := cmp.Diff(founderData{date: "2026-04-08 00:00:00.0", author: "魏长风", title: "茶摊", section: "第03版：民生"}, f.founder, cmp.AllowUnexported(founderData{})); diff != "" {
		t.Error(diff)
	}
}

func TestPictures(t *testing.T) {
	a := one(t, Input{Body: []byte(pageOf("", `<h1>图书馆开到十点</h1><img src="/i/logo.png"><p><img src="/i/1.jpg" alt="1.jpg"></p><p>读者在自习室看书。魏长风 摄</p><img src="/i/1x1.gif"><img src="data:image/gif;base64,AAAA" data-src="/i/2.jpg">`+story+`<p><a href="/down.jsp?id=1&amp;name=zuowei.doc">座位表</a></p>`))})
	want := []news.Image{{URL: "https://www.qinghe.example/i/1.jpg", Caption: "读者在自习室看书。魏长风 摄"}, {URL: "https://www.qinghe.example/i/2.jpg"}}
	if diff := cmp.Diff(want, a.Images); diff != "" {
		t.Error(diff)
	}
	if len(a.Attachments) != 1 || a.Attachments[0].Title != "座位表" {
		t.Errorf("%v", a.Attachments)
	}
}

// TestExplainValues: the trace lists what the page offered and why the winner won.
func TestExplainValues(t *testing.T) {
	_, trace := Explain(Input{Body: []byte(headed(`<meta name="date" content="2026-06-01"><meta name="author" content="苏晴">`, "来源：云河日报 2026-05-03 08:30 作者：魏长风")), ContentType: "text/html", FetchedAt: fetched})
	won := map[string]string{}
	dates := 0
	for _, v := range trace.Values {
		if v.Won {
			won[v.Field] = v.Value
		}
		if v.Field == "date" {
			dates++
		}
		if v.Confidence <= 0 || v.From == "" {
			t.Errorf("%+v", v)
		}
	}
	if diff := cmp.Diff(map[string]string{"title": "图书馆开到十点", "date": "2026-05-03T08:30:00+08:00", "author": "魏长风", "origin": "云河日报"}, won); diff != "" || dates != 2 {
		t.Errorf("%d dates; %s", dates, diff)
	}
}
