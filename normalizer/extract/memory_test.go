package extract

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// told is a memory of so many pages, and of the lines on so many of them.
type told struct {
	pages int
	lines map[string]int
}

func (m told) Pages() int         { return m.pages }
func (m told) Generation() string { return fmt.Sprintf("g%d", m.pages) }
func (m told) Seen(f uint64) (on, of int) {
	for line, n := range m.lines {
		if fingerprint(lineKey(Fold(line))) == f {
			return n, m.pages
		}
	}
	return 0, 0
}

// every has seen each block whose fingerprint it picks on all of its pages.
type every struct{ pick func(uint64) bool }

func (every) Pages() int         { return 100 }
func (every) Generation() string { return "all" }
func (m every) Seen(f uint64) (on, of int) {
	if m.pick(f) {
		return 100, 100
	}
	return 0, 0
}

func paras(lines ...string) string { return "<p>" + strings.Join(lines, "</p>\n<p>") + "</p>" }

const (
	storyA   = "青禾市图书馆从本周起把闭馆时间推迟到夜里十点，自习室保留两百个座位，凭身份证入座。"
	storyB   = "馆长白简说，推迟闭馆是读者投票的结果，三千张选票里有两千六百张赞成。"
	storyC   = "第一天夜里来了四百人，最后一位读者离开的时候，门外的公交车还有一班。"
	closing  = "我们在青禾，为您记录这座城市每一天的晨昏。"
	preamble = "开栏的话：青禾建城四百年，城里的老行当一年比一年少。本栏目走访还在做活的匠人，请他们说说手上的功夫和心里的打算，每周刊出一篇，盼读者来信推荐身边的老手艺人，我们一同把他们的故事留下来。"
	advert   = "点开青禾客户端，看更多现场画面"
)

func TestMemory(t *testing.T) {
	long := strings.Repeat("凡在本网刊出的文字和图片都由作者授权，转用的单位请先来函，", 12) + "来函请寄编辑部。"
	toc := []string{"第一篇写东门的箍桶匠，刊于三月二日。", "第二篇写修了四十年钟表的人，刊于三月九日。", "第三篇写城南的纸伞铺，刊于三月十六日。"}
	lead := "打开青禾客户端，听这篇报道。"
	rows := []struct {
		name  string
		body  []string
		pages int
		lines map[string]int
		gone  []string
	}{
		{"closing line of the site", []string{storyA, storyB, closing}, 100, map[string]int{closing: 40}, []string{closing}},
		{"closing line of a weekly series", []string{storyA, storyB, closing}, 200, map[string]int{closing: 8}, []string{closing}},
		{"seen twice in a hundred", []string{storyA, storyB, closing}, 100, map[string]int{closing: 2}, nil},
		{"seen on two of four", []string{storyA, storyB, closing}, 4, map[string]int{closing: 2}, []string{closing}},
		{"seen on three of ten", []string{storyA, storyB, closing}, 10, map[string]int{closing: 3}, []string{closing}},
		{"too few pages", []string{storyA, storyB, closing}, 2, map[string]int{closing: 2}, nil},
		{"line at the head", []string{lead, storyA, storyB}, 100, map[string]int{lead: 30}, []string{lead}},
		{"preamble of a small series", []string{preamble, storyA, storyB, storyC}, 100, map[string]int{preamble: 5}, nil},
		{"preamble over much of the site", []string{preamble, storyA, storyB, storyC}, 100, map[string]int{preamble: 20}, []string{preamble}},
		{"table of contents of a series", append([]string{storyA, storyB}, toc...), 100, map[string]int{toc[0]: 9, toc[1]: 9, toc[2]: 9}, toc},
		{"long text", []string{storyA, storyB, storyC, storyA + storyB + storyC, long}, 100, map[string]int{long: 100}, nil},
		{"reprint", []string{storyA, storyB, storyC}, 100, map[string]int{storyA: 4, storyB: 4, storyC: 4}, nil},
		{"reprint with a new first sentence", []string{"据青禾日报消息，图书馆改了时间。", storyA, storyB, storyC}, 100, map[string]int{storyA: 40, storyB: 40, storyC: 40}, nil},
		{"brief under a longer standing text", []string{storyA, preamble}, 100, map[string]int{preamble: 60}, nil},
		{"brief under a longer standing text and a line", []string{storyA, preamble, closing}, 100, map[string]int{preamble: 60, closing: 60}, []string{closing}},
		{"a lead that every edition has", []string{"今天白天晴，夜间多云。", storyA, storyB}, 400, map[string]int{"今天白天晴，夜间多云。": 5}, nil},
		{"line between paragraphs, rare", []string{storyA, advert, storyB}, 100, map[string]int{advert: 10}, nil},
		{"line between paragraphs, everywhere", []string{storyA, advert, storyB}, 100, map[string]int{advert: 60}, []string{advert}},
		{"subheading of every report", []string{storyA, "<b>今年的打算</b>", storyB}, 100, map[string]int{"今年的打算": 90}, nil},
		{"numbered heading of every report", []string{storyA, "二、今年的打算", storyB}, 100, map[string]int{"二、今年的打算": 90}, nil},
		{"speaker of every interview", []string{storyA, "青禾日报记者：", storyB}, 100, map[string]int{"青禾日报记者：": 90}, nil},
		{"letter", []string{"各区人民政府，市政府各部门：", storyA, storyB, "特此通知。", "青禾市人民政府办公室"}, 100,
			map[string]int{"各区人民政府，市政府各部门：": 90, "特此通知。": 90, "青禾市人民政府办公室": 90}, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			in := Input{Body: []byte(pageOf("<title>图书馆开到十点</title>", `<div class="content"><h1>图书馆开到十点</h1>`+paras(row.body...)+"</div>"))}
			alone := one(t, in)
			in.Memory = told{row.pages, row.lines}
			got := one(t, in)
			var want []string
			for _, p := range strings.Split(alone.Body, "\n") {
				if !slices.Contains(row.gone, p) {
					want = append(want, p)
				}
			}
			if got.Body != strings.Join(want, "\n") {
				_, trace := Explain(in)
				var b strings.Builder
				_ = trace.WriteText(&b)
				t.Errorf("body\n%s\nwant\n%s\n%s", got.Body, strings.Join(want, "\n"), b.String())
			}
			if len(row.gone) > 0 && alone.Body == got.Body {
				t.Error("the page alone lost the lines already: the row shows nothing")
			}
			if wantG := map[bool]string{true: fmt.Sprintf("g%d", row.pages)}[row.pages >= minPages]; got.Extractor.Memory != wantG || alone.Extractor.Memory != "" {
				t.Errorf("generation %q, alone %q", got.Extractor.Memory, alone.Extractor.Memory)
			}
		})
	}
}

func TestMemoryIsExplained(t *testing.T) {
	in := Input{URL: "https://www.qinghe.example/1", ContentType: "text/html", Memory: told{100, map[string]int{closing: 40}},
		Body: []byte(pageOf("<title>图书馆开到十点</title>", "<h1>图书馆开到十点</h1>"+paras(storyA, storyB, closing)))}
	r, trace := Explain(in)
	i := slices.IndexFunc(trace.Blocks, func(b TraceBlock) bool { return b.Text == closing })
	if i < 0 || trace.Blocks[i].Keep || trace.Blocks[i].Rule != "memory 40/100" {
		t.Errorf("blocks %+v", trace.Blocks)
	}
	if r.Learn == nil || r.Learn.Dropped != 1 || !slices.Contains(r.Learn.Blocks, fingerprint(lineKey(closing))) {
		t.Errorf("what was dropped is learned all the same: %+v", r.Learn)
	}
}

func TestWhatAPageTeaches(t *testing.T) {
	page := func(body string) Input {
		return Input{URL: "https://www.qinghe.example/1", ContentType: "text/html", Body: []byte(pageOf("<title>图书馆开到十点</title>", body)), Memory: told{}}
	}
	r := Extract(page("<h1>图书馆开到十点</h1>" + paras(storyA, storyB, closing) + `<p><a href="/2">另一篇</a></p><p>版权所有 青禾新闻网</p>`))
	l := r.Learn
	if l == nil {
		t.Fatal("nothing learned")
	}
	for text, want := range map[string]bool{storyA: true, closing: true, "另一篇": false, "版权所有 青禾新闻网": false} {
		if slices.Contains(l.Blocks, fingerprint(lineKey(text))) != want {
			t.Errorf("%q learned: %v", text, !want)
		}
	}
	if !slices.Equal(l.Text, []uint64{fingerprint(lineKey(storyA)), fingerprint(lineKey(storyB))}) && len(l.Text) != 3 {
		t.Errorf("text %x", l.Text)
	}
	if r := Extract(page("<p>404</p>")); r.Reject == nil || r.Learn != nil {
		t.Errorf("a rejected page taught %+v", r.Learn)
	}
	in := page("<h1>图书馆开到十点</h1>" + paras(storyA, storyB))
	in.Memory = nil
	if r := Extract(in); r.Learn != nil {
		t.Errorf("learned without a memory: %+v", r.Learn)
	}
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprintf("第%d位读者说，图书馆晚一点关门，对上夜班的人很方便。", i))
	}
	if r := Extract(page("<h1>图书馆开到十点</h1>" + paras(many...))); len(r.Learn.Blocks) != maxLessons || !slices.IsSorted(r.Learn.Blocks) || len(r.Learn.Text) != textPrints {
		t.Errorf("%d blocks, %d of text", len(r.Learn.Blocks), len(r.Learn.Text))
	}
}

// TestNoMemoryTakesAnArticle runs every page of testdata with memories that claim to have seen everything, or half of everything, on
// every page: the articles stay as many, with their ids and titles, and keep most of their text.
func TestNoMemoryTakesAnArticle(t *testing.T) {
	files, err := filepath.Glob("testdata/pages/*.*")
	if err != nil {
		t.Fatal(err)
	}
	memories := map[string]Memory{"all": every{func(uint64) bool { return true }}}
	for bit := range 12 {
		memories[fmt.Sprintf("bit %d", bit)] = every{func(f uint64) bool { return f>>bit&1 == 1 }}
		memories[fmt.Sprintf("not bit %d", bit)] = every{func(f uint64) bool { return f>>bit&1 == 0 }}
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".json") {
			continue
		}
		in := pageInput(t, file)
		alone := Extract(in)
		for name, m := range memories {
			in.Memory = m
			if why := differs(alone, Extract(in)); why != "" {
				t.Errorf("%s, memory %q: %s", file, name, why)
			}
		}
	}
}

func differs(alone, with Result) string {
	if len(alone.Articles) != len(with.Articles) || (alone.Reject == nil) != (with.Reject == nil) {
		return fmt.Sprintf("%d articles, alone %d", len(with.Articles), len(alone.Articles))
	}
	for i, a := range with.Articles {
		b := alone.Articles[i]
		switch {
		case a.ID != b.ID || a.Title != b.Title || a.Version != b.Version || a.Page != b.Page:
			return fmt.Sprintf("%s %q, alone %s %q", a.ID, a.Title, b.ID, b.Title)
		case weightOf(a.Body)*20 < weightOf(b.Body)*9: // joining lines moves the weight a little
			return "most of the body is gone:\n" + a.Body + "\nalone\n" + b.Body
		case a.Body == "":
			return "an empty body"
		}
	}
	return ""
}

// TestFingerprintIsStored pins the hash (FNV-1a, 64 bits: the published vectors), for records of every site hold it.
func TestFingerprintIsStored(t *testing.T) {
	for key, want := range map[string]uint64{"": 0xcbf29ce484222325, "a": 0xaf63dc4c8601ec8c, "foobar": 0x85944171f73967e8} {
		if got := fingerprint(key); got != want {
			t.Errorf("%q: %x", key, got)
		}
	}
}

func BenchmarkMemory(b *testing.B) {
	in := pageInput(b, "testdata/pages/gov_notice.html")
	for name, m := range map[string]Memory{"alone": nil, "known": every{func(f uint64) bool { return f%16 == 0 }}} {
		in.Memory = m
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Extract(in)
			}
		})
	}
}
