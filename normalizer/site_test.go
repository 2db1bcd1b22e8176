package normalizer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/normalizer/extract"
	"github.com/newsmill/newsmill/normalizer/sitememory"
)

// A generated site of 200 pages: what its text is and what stands around it is known, so that what the memory brings and what it costs
// can be counted. The standing lines are ones that no table of rules knows.

// sitePage is one page of it with what must and what must not come out.
type sitePage struct {
	kind  string
	url   string
	html  string
	text  []string // paragraphs of the articles
	leaks []string // standing lines
}

// The standing lines of the two templates, of the column, and the column's introduction, which belongs to its articles or not, as one
// likes: it is not counted.
var (
	footA    = []string{"云河在线，与这座城市里每一个认真生活的人同行。", "喜欢这篇文章的话，点亮屏幕下方的小星星吧。"}
	headB    = "本站刚刚换上新颜，诚邀您说说哪里用着不顺手。"
	middleB  = "轻触图片可以看到更清楚的画面"
	footB    = []string{"每天清晨六点，云河在线准时送到您手边。", "云河在线编辑部设在北门街旧邮局二楼，周一至周五上午接待来访读者，来时请在楼下登记，门卫会带您上楼；不便前来的读者可以把信投进门口的绿色信箱，我们每天傍晚取信，来信必复。"}
	columnA  = "下个星期的同一天，我们还在老地方等您。"
	columnIn = "编者的话：城里的老味道一年比一年少，本栏目每周走进一家小铺，听掌柜讲锅灶边上的事，也请读者来信推荐。"
)

var (
	places  = []string{"北门街", "渡口新村", "东堤码头", "云河二中", "南岸书屋", "青石桥市场", "河湾公园", "老粮库", "西岭乡", "水厂路", "小柳巷", "文化馆"}
	people  = []string{"白简", "陆小满", "祁远山", "宋采薇", "丁一舟", "何守田", "温如故", "段青禾", "沈渡", "岳明阶", "孟春耕", "柯望舒"}
	things  = []string{"修缮屋顶", "夜间班车", "旧书交换", "雨水管道", "老年食堂", "河道清淤", "儿童合唱", "灯光改造", "菜摊搬迁", "消防演练", "共享雨伞", "停车收费"}
	views   = []string{"大家都很上心", "办起来并不容易", "比预想的顺利", "还要再听听邻居的意见", "账目会贴在门口", "年底前能见分晓", "先从小处做起", "不能耽误上学的孩子", "老人们最盼这件事", "经费已经有了着落"}
	actions = []string{"走访了", "核对了", "登记了", "回复了", "安排了", "检查了", "更换了", "收到了"}
)

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// sentence gives a paragraph that hardly comes twice.
func sentence(r *rand.Rand) string {
	s := fmt.Sprintf("%s的%s从%d月%d日起有了新的安排，负责人%s说，他们%s%d户人家，%s。", pick(r, places), pick(r, things), 1+r.IntN(12), 1+r.IntN(28), pick(r, people), pick(r, actions), 10+r.IntN(900), pick(r, views))
	if r.IntN(2) == 0 {
		s += fmt.Sprintf("住在%s的%s算了一笔账，%s能省下%d元，%s。", pick(r, places), pick(r, people), pick(r, things), 10+r.IntN(5000), pick(r, views))
	}
	return s
}

func sentences(r *rand.Rand, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = sentence(r)
	}
	return out
}

const changeAt = 120 // the page from which on the site has its second template

// generateSite gives the pages in the order in which they are fetched.
func generateSite() []sitePage {
	r := rand.New(rand.NewPCG(2026, 3))
	reprinted := sentences(r, 5)
	var site []sitePage
	for n := range 200 {
		p := sitePage{kind: "news", url: fmt.Sprintf("http://www.yunhe.example/2026/%04d.html", n)}
		title := fmt.Sprintf("%s的%s有了新安排（%d）", pick(r, places), pick(r, things), n)
		switch {
		case n%25 == 7: // one text under eight addresses
			p.kind, p.text, title = "reprint", reprinted, "青石桥市场的菜摊搬到哪里去"
		case n%10 == 3:
			p.kind, p.text = "column", sentences(r, 4)
			p.leaks = append(p.leaks, columnA)
		case n%20 == 9:
			p.kind = "letter"
			p.text = append(append([]string{"各街道办事处，市直各部门："}, sentences(r, 3)...), "特此通知。", "云河市人民政府办公室")
		case n%20 == 15:
			p.kind = "interview"
			for range 3 {
				p.text = append(p.text, "云河日报：", sentence(r), "读者代表：", sentence(r))
			}
		case n%10 == 6:
			p.kind, p.text = "brief", []string{sentence(r)}
		default:
			p.text = sentences(r, 3+r.IntN(4))
		}
		p.html, p.leaks = layOut(n, title, p)
		site = append(site, p)
	}
	return site
}

// layOut puts the text of a page into the template of its time.
func layOut(n int, title string, p sitePage) (page string, leaks []string) {
	lines := slices.Clone(p.text)
	if p.kind == "column" {
		lines = append(append([]string{columnIn}, lines...), columnA)
	}
	leaks = p.leaks
	if n < changeAt {
		lines = append(lines, footA...)
		leaks = append(leaks, footA...)
		return `<html><head><meta charset="utf-8"><title>` + title + `_云河在线</title></head><body><div class="nav"><a href="/">首页</a> <a href="/bd">本地</a> <a href="/ms">民生</a></div>
<div class="article"><h1>` + title + `</h1><p class="info">2026-03-02 08:30 来源：云河日报</p><p>` + strings.Join(lines, "</p>\n<p>") + `</p></div>
<div class="foot">版权所有 云河在线 云ICP备00000000号</div></body></html>`, leaks
	}
	if len(lines) > 3 && p.kind != "interview" {
		lines = slices.Insert(lines, 2, middleB)
		leaks = append(leaks, middleB)
	}
	lines = append(append([]string{headB}, lines...), footB...)
	leaks = append(append(leaks, headB), footB...)
	return `<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>` + title + ` - 云河在线</title></head><body><header><ul><li><a href="/">首页</a></li><li><a href="/bd">本地</a></li></ul></header>
<main><h2 class="title">` + title + `</h2><div class="meta"><span>2026年4月6日</span> <span>云河日报</span></div><section class="text"><div>` + strings.Join(lines, "</div>\n<div>") + `</div></section></main>
<footer><p>云河在线 版权所有</p></footer></body></html>`, leaks
}

// tally is what came of a range of pages.
type tally struct {
	pages, leaking, leaked, lost, articles int
	kinds                                  map[string]int // leaks by kind of page
}

func (a *tally) add(p sitePage, r extract.Result) {
	a.pages++
	a.articles += len(r.Articles)
	body := "\n"
	for _, x := range r.Articles {
		body += x.Body + "\n"
	}
	before := a.leaked
	for _, l := range p.leaks {
		if strings.Contains(body, l) {
			a.leaked++
		}
	}
	if a.leaked > before {
		a.leaking++
		if a.kinds == nil {
			a.kinds = map[string]int{}
		}
		a.kinds[p.kind] += a.leaked - before
	}
	for _, l := range p.text {
		if !strings.Contains(body, l) {
			a.lost++
		}
	}
}

// TestMemoryOnAGeneratedSite reads the site in order, as the worker does: extract with what is known, then learn.
func TestMemoryOnAGeneratedSite(t *testing.T) {
	phases := []struct {
		name     string
		from, to int
	}{{"first pages", 0, 4}, {"first template", 4, changeAt}, {"first after the change", changeAt, changeAt + 8}, {"second template", changeAt + 8, 200}}
	alone, with := make([]tally, len(phases)), make([]tally, len(phases))
	var record sitememory.Record
	for n, p := range generateSite() {
		i := slices.IndexFunc(phases, func(ph struct {
			name     string
			from, to int
		}) bool {
			return n >= ph.from && n < ph.to
		})
		in := extract.Input{URL: p.url, ContentType: "text/html", Body: []byte(p.html), FetchedAt: fetchedAt.Add(time.Duration(n) * time.Minute)}
		alone[i].add(p, extract.Extract(in))
		in.Memory = record.Snapshot()
		r := extract.Extract(in)
		with[i].add(p, r)
		if r.Learn == nil {
			t.Fatalf("page %d taught nothing: %+v", n, r.Reject)
		}
		record = record.Merge([]sitememory.Page{{URL: uint64(n), At: in.FetchedAt, Text: r.Learn.Text, Blocks: r.Learn.Blocks}})
	}
	var a, b tally
	for i, ph := range phases {
		t.Logf("%-22s %3d pages: leaking pages %3d -> %3d, lines %3d -> %3d, paragraphs lost %d -> %d, articles %d -> %d, left %v",
			ph.name, alone[i].pages, alone[i].leaking, with[i].leaking, alone[i].leaked, with[i].leaked, alone[i].lost, with[i].lost, alone[i].articles, with[i].articles, with[i].kinds)
		a.leaked, b.leaked, a.lost, b.lost = a.leaked+alone[i].leaked, b.leaked+with[i].leaked, a.lost+alone[i].lost, b.lost+with[i].lost
		if alone[i].articles != with[i].articles {
			t.Errorf("%s: %d articles, alone %d", ph.name, with[i].articles, alone[i].articles)
		}
	}
	if b.lost > a.lost {
		t.Errorf("%d paragraphs lost, alone %d", b.lost, a.lost)
	}
	if b.leaked*10 > a.leaked {
		t.Errorf("%d standing lines leaked, alone %d: the memory hardly helps", b.leaked, a.leaked)
	}
}
