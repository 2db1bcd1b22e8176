package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Paragraphs of the invented city of Qinghe, long enough to be taken for prose.
const (
	bridgeOne   = "青禾市三座老桥五月起装上健康监测设备，桥梁所的工作人员可以在值班室里看到每一次振动的数据。"
	bridgeTwo   = "设备由本地一所学校和两家企业共同研制，首批四十八个传感器已经完成调试，数据每十分钟上传一次。"
	bridgeThree = "桥梁所负责人说，下一步还要把城西的两座人行桥接入同一个平台，年底前完成全部安装工作。"
	ferryOne    = "The city of Alder Bay will run its ferries until midnight from June, the harbour board said on Tuesday, after two years of complaints about the last boat."
	ferryTwo    = "Two of the five boats were refitted over the winter, and a third will follow in autumn, so that crews can rest between the late crossings."
	ferryThree  = "Fares stay as they are for now, said the head of the board, but a season ticket for commuters is being discussed with the council."
)

// TestBody holds what is kept of the body against short pages, one row for each kind of fault.
func TestBody(t *testing.T) {
	paras := func(list ...string) string { return "<p>" + strings.Join(list, "</p><p>") + "</p>" }
	rows := []struct {
		name, html string
		want       []string
	}{
		{"standfirst between headline and body",
			`<h1>Ferries run until midnight from June</h1><p class="dek">Late crossings answer two years of complaints by commuters on both shores.</p><div class="meta">Jane Roe</div><div class="text">` + paras(ferryOne, ferryTwo, ferryThree) + `</div>`,
			[]string{"Late crossings answer two years of complaints by commuters on both shores.", ferryOne, ferryTwo, ferryThree}},
		{"paragraphs behind read more",
			`<h1>Ferries run until midnight from June</h1><div class="text">` + paras(ferryOne) + `<p style="display:none">` + ferryTwo + `</p><p style="display:none">` + ferryThree + `</p></div>`,
			[]string{ferryOne, ferryTwo, ferryThree}},
		{"subheadings open the body",
			`<h1>三座老桥装上监测设备</h1><div class="content"><p>每十分钟上传一次数据</p><p>年底前接入人行桥</p>` + paras(bridgeOne, bridgeTwo, bridgeThree) + `</div>`,
			[]string{"每十分钟上传一次数据", "年底前接入人行桥", bridgeOne, bridgeTwo, bridgeThree}},
		{"a caption above the body",
			`<h1>三座老桥装上监测设备</h1><div class="content"><p><img src="a.jpg"></p><p>工人在桥下安装传感器</p>` + paras(bridgeOne, bridgeTwo, bridgeThree) + `</div>`,
			[]string{bridgeOne, bridgeTwo, bridgeThree}},
		{"a caption between paragraphs is no cut sentence",
			`<h1>三座老桥装上监测设备</h1><div class="content">` + paras(bridgeOne, "五月三日上午，工人在青禾市老城桥下安装传感器，这是当天完工的第三处。本报记者 江流 摄", bridgeTwo, bridgeThree) + `</div>`,
			[]string{bridgeOne, "五月三日上午，工人在青禾市老城桥下安装传感器，这是当天完工的第三处。本报记者 江流 摄", bridgeTwo, bridgeThree}},
		{"a poll below",
			`<h1>三座老桥装上监测设备</h1><div class="content">` + paras(bridgeOne, bridgeTwo, bridgeThree) + `<div><h2>调查</h2><table><tr><td>1.你最常走哪座桥？</td></tr><tr><td>老城桥，离家近</td></tr><tr><td>西门桥，路好走</td></tr></table></div></div>`,
			[]string{bridgeOne, bridgeTwo, bridgeThree}},
		{"links that lost their addresses",
			`<h1>三座老桥装上监测设备</h1><div class="content">` + paras(bridgeOne, bridgeTwo, bridgeThree) + `<div><div>老城桥为何拆了又建</div><div>谁在桥上卖烤红薯?</div><div>十条江边小路</div><div>青禾人的一天</div></div></div>`,
			[]string{bridgeOne, bridgeTwo, bridgeThree}},
		{"said no comment",
			`<h1>三座老桥装上监测设备</h1><div class="content">` + paras(bridgeOne, "企业没有立即发表评论，但一位不愿具名的工程师说，设备的寿命大约为八年，之后需要整体更换。", bridgeThree) + `</div>`,
			[]string{bridgeOne, "企业没有立即发表评论，但一位不愿具名的工程师说，设备的寿命大约为八年，之后需要整体更换。", bridgeThree}},
		{"a related link among paragraphs",
			`<h1>Ferries run until midnight from June</h1><div class="text">` + paras(ferryOne, ferryTwo) + `<p>Read also</p><p><a href="/x">The harbour that time forgot</a></p>` + paras(ferryThree) + `</div>`,
			[]string{ferryOne, ferryTwo, ferryThree}},
		{"related teasers below",
			`<h1>Ferries run until midnight from June</h1><div class="text">` + paras(ferryOne, ferryTwo, ferryThree) + `<h3>You may also enjoy</h3><h4><a href="/x">Ten lighthouses</a></h4><p>A walk along the coast in ten stops.</p><h4><a href="/y">The old quay</a></h4><p>Stories of those who built it, told by their children.</p></div>`,
			[]string{ferryOne, ferryTwo, ferryThree}},
		{"credit in a figure",
			`<h1>Ferries run until midnight from June</h1><div class="text">` + paras(ferryOne) + `<figure><img src="a.jpg"><div>Jane Roe/The Alder Bay Post</div></figure>` + paras(ferryTwo, ferryThree) + `</div>`,
			[]string{ferryOne, ferryTwo, ferryThree}},
		{"about the author behind the body",
			`<div><h1>Ferries run until midnight from June</h1><div class="text">` + paras(ferryOne, ferryTwo, ferryThree, ferryOne, ferryTwo) + `</div><div class="x"><p>Jane Roe writes about ships, harbours and the people on them, and lives on the north shore, with two cats, a dog and a boat.</p></div></div>`,
			[]string{ferryOne, ferryTwo, ferryThree, ferryOne, ferryTwo}},
		{"an article in parts of one class",
			`<h1>Ferries run until midnight from June</h1><div><div><section class="part body-x">` + paras(ferryOne) + `</section></div><div><figure><img src="a.jpg"></figure></div><div><section class="part body-x">` + paras(ferryTwo, ferryThree) + `</section></div></div>`,
			[]string{ferryOne, ferryTwo, ferryThree}},
		{"class words of the whole page",
			`<div class="path-node position-relative location"><h1>Ferries run until midnight from June</h1><ul class="list"><li>Five boats</li></ul><div class="content-nav-section">` + paras(ferryOne, ferryTwo, ferryThree) + `</div></div>`,
			[]string{ferryOne, ferryTwo, ferryThree}},
		{"caption class around everything",
			`<h1>Ferries run until midnight from June</h1><div class="caption">` + paras(ferryOne, ferryTwo, ferryThree) + `</div>`,
			[]string{ferryOne, ferryTwo, ferryThree}},
		{"a text beside a gallery",
			`<h1>渡轮六月起开到午夜</h1><div class="text">` + paras(bridgeOne, bridgeTwo) + `</div><div class="slides"><figure><figcaption>` + bridgeThree + `</figcaption></figure><figure><figcaption>` + bridgeThree + bridgeTwo + `</figcaption></figure></div>`,
			[]string{bridgeOne, bridgeTwo}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			page := "<html><head><title>" + titleOf(row.html) + "</title></head><body>" + row.html + "</body></html>"
			r := Extract(Input{URL: "https://news.example/a.html", ContentType: "text/html; charset=utf-8", Body: []byte(page)})
			if len(r.Articles) != 1 {
				t.Fatalf("%d articles, %+v", len(r.Articles), r.Reject)
			}
			if diff := cmp.Diff(row.want, strings.Split(r.Articles[0].Body, "\n")); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func titleOf(html string) string {
	_, after, _ := strings.Cut(html, "<h1>")
	title, _, _ := strings.Cut(after, "</h1>")
	return title
}

// TestPostsOfABlogPage: posts with dates under their titles are articles of their own.
func TestPostsOfABlogPage(t *testing.T) {
	post := func(title, date, body string) string {
		return `<table><tr><td class="post-title">` + title + `</td></tr><tr><td class="post-date">` + date + `</td></tr><tr><td class="post-body">` + body + `</td></tr></table>`
	}
	page := "<html><head><title>江边的日子</title></head><body>" +
		post("修桥的人又来了", "2026-05-03 10:20:30", bridgeOne+bridgeTwo) + post("夜里听见江水的声音", "2026-05-02 09:10:20", bridgeThree+bridgeOne) + post("再走一遍老城桥吧", "2026-05-01 08:00:10", bridgeTwo+bridgeThree) + "</body></html>"
	r := Extract(Input{URL: "https://blog.example/", ContentType: "text/html; charset=utf-8", Body: []byte(page)})
	var got []string
	for _, a := range r.Articles {
		got = append(got, a.Title+": "+a.Body)
	}
	want := []string{"修桥的人又来了: " + bridgeOne + bridgeTwo, "夜里听见江水的声音: " + bridgeThree + bridgeOne, "再走一遍老城桥吧: " + bridgeTwo + bridgeThree}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
}

func TestCaptionAndCreditLines(t *testing.T) {
	rows := []struct {
		line                   string
		photo, caption, credit bool
	}{
		{"Boats at the quay of Alder Bay. Photo: Jane Roe", true, false, false},
		{"The new boat leaves the yard © Alder Bay Post", true, false, false},
		{"Crews rest between crossings. Getty Images", true, false, false},
		{"Said the mayor, Mark Sigetty", false, false, false},
		{"The board said the photo of the accident had been deleted before the hearing in March began", false, false, false},
		{"工人在桥下安装传感器（资料图）", false, true, false},
		{"圖說：新船首航", false, true, false},
		{"記者江流／青禾報導", false, false, true},
		{"每十分钟上传一次数据", false, false, false},
	}
	for _, row := range rows {
		t.Run(row.line, func(t *testing.T) {
			if got := isPhotoLine(row.line); got != row.photo {
				t.Errorf("photo line: %v", got)
			}
			if got := isCaptionLine(row.line); got != row.caption {
				t.Errorf("caption line: %v", got)
			}
			if got := isCreditLine(row.line); got != row.credit {
				t.Errorf("credit line: %v", got)
			}
		})
	}
}

// TestShortHeadlinesOfASupplement: three essays with short headlines, each with a line below it and a byline, stay three.
func TestShortHeadlinesOfASupplement(t *testing.T) {
	essay := func(title, below, author, body string) string {
		return "<h2>" + title + "</h2><h3>——" + below + "</h3><p>作者：" + author + "</p><p>" + body + "</p>"
	}
	page := "<html><head><title>副刊</title></head><body><div>" +
		essay("修桥", "老城的三个早晨", "江流", bridgeOne+bridgeTwo) + essay("江声", "夜里听见的", "白简", bridgeThree+bridgeOne) + essay("渡口记", "人来人往", "顾远", bridgeTwo+bridgeThree) + "</div></body></html>"
	r := Extract(Input{URL: "https://epaper.example/03.htm", ContentType: "text/html; charset=utf-8", Body: []byte(page)})
	var got []string
	for _, a := range r.Articles {
		got = append(got, a.Title)
	}
	if diff := cmp.Diff([]string{"修桥", "江声", "渡口记"}, got); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
}
