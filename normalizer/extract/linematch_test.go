package extract

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMatchLine(t *testing.T) {
	rows := []struct{ line, rule string }{
		{"青ICP备2099000001号-1", "icp"},
		{"ICP證：青B2-20990001", "icp"},
		{"青公网安备 99000002000001号", "police-record"},
		{"互联网新闻信息服务许可证：99120260001", "licence"},
		{"版权所有：青禾市人民政府", "copyright"},
		{"Copyright © 2026 Qinghe. All rights reserved.", "copyright"},
		{"违法和不良信息举报电话:0990-8000000", "report"},
		{"免责声明：本网转载只为传递信息，文责由原作者自负，如有异议请在三日内来函。", "disclaimer"},
		{"当前位置：首页 > 新闻 > 正文", "breadcrumb"},
		{"首页 >> 政务公开 >> 公告", "breadcrumb"},
		{"【字体：大 中 小】", "fontsize"},
		{"字号: |", "fontsize"},
		{"（原标题：图书馆开到十点）", "original-title"},
		{"责任编辑：江流", "editors"},
		{"[责编：江流]", "editors"},
		{"审核：江流 终审：白简", "editors"},
		{"来源：青禾早报", "source-line"},
		{"摘自《青禾日报》", "source-line"},
		{"发布日期：", "date-line"},
		{"发布日期:2026-05-03 08:30 来源:青禾早报、青禾网", "head-line"},
		{"2026年05月03日08:30　青禾网　我有话说", "head-line"},
		{"稿源:青禾网 编辑:江流 2026-05-03 08:30", "head-line"},
		{"浏览次数：128", "counts"},
		{"作者：江流", "author-line"},
		{"记者 江流 通讯员 白简", "byline"},
		{"关键词：图书馆 夜读", "keywords"},
		{"分享到：", "share"},
		{"分享到朋友圈", "share"},
		{"扫一扫在手机打开当前页", "qrcode"},
		{"打开APP阅读全文", "app"},
		{"【打印本页】【关闭窗口】", "print"},
		{"上一篇：老桥装上体检仪", "prevnext"},
		{"相关阅读", "related"},
		{"延伸閱讀：", "related"},
		{"友情链接：青禾市政府 青禾日报", "related"},
		{"网友评论", "comments"},
		{"已有 128 人参与", "comments"},
		{"微信图片_20260503083001.png", "file-name"},
		{"1784501923847561023", "long-id"},
		{"|", "separator"},
		{"——————", "separator"},
		{"1/3", "page-counter"},
		{"[1] [2] [3] 下一页", "page-counter"},
		{"http://paper.example/html/2026-05/03/content_1.htm", "address"},
		{"首页 | 本会概况 | 会员风采 | 联系我们", "menu"},
		{"第03版：副刊", "edition"},
		{"核心提示", "abstract-head"},
		{"联系电话：0990-8000000", "contact"},

		{"分享让快乐加倍，也让悲伤减半，这是他常说的话。", ""},
		{"记者从市交通局获悉，三座老桥装上了健康监测设备。", ""},
		{"打印机坏了，他只好跑到街口的复印店。", ""},
		{"01", ""},
		{"Comments (9)", "comments"},
		{"3 Comments", "comments"},
		{"相关新闻（5）", "related"},
		{"2026 comments on the budget were heard by the board of the city", ""},
		{"一审判决：赔偿八万元", ""},
		{"视觉盛宴来袭", ""},
		{"打印技术走进课堂", ""},
		{"分享发展成果", ""},
		{"记者调查", ""},
		{"一审：江流 二审：白简 三审：顾远", "editors"},
		{"编辑 江流", "editors"},
		{"文｜江流 图｜白简", "author-line"},
		{"关注青禾发布公众号", "promotion"},
		{"市民可以关注青禾发布公众号，在菜单里预约参观的时间和人数。", ""},
		{"▲工人在桥下安装传感器", "picture"},
		{"投资有风险，入市需谨慎", "disclaimer"},
		{"索引号：123456/2026-00012", "keywords"},
		{"喜欢此内容的人还喜欢", "qrcode"},
		{"一、压实责任", ""},
		{"市桥梁所所长屈明远：", ""},
		{"来源于生活的故事，总能打动人，他说，这也是戏院重开的理由。", ""},
		{"2026年5月3日，青禾市三座老桥装上了健康监测设备。", ""},
		{"返回家乡的第三年，他种下了第一棵石榴树。", ""},
		{"青禾视窗 早安", ""},
	}
	for _, row := range rows {
		t.Run(row.line, func(t *testing.T) {
			b := block{text: Fold(row.line)}
			b.measure()
			got := ""
			if r := matchLine(&b); r != nil {
				got = r.name
			}
			if got != row.rule {
				t.Errorf("%q, want %q", got, row.rule)
			}
		})
	}
}

// TestRuleTable: every word of the table is a line key, or it would never fit.
func TestRuleTable(t *testing.T) {
	for _, r := range lineRules {
		for _, w := range r.words {
			if key := lineKey(w); key != w {
				t.Errorf("rule %s: %q is not the key of itself, %q is", r.name, w, key)
			}
		}
	}
}

func TestNames(t *testing.T) {
	rows := []struct{ in, want string }{
		{"张三、李四", "张三 李四"}, {"江流 白简", "江流 白简"}, {"江 流", "江流"}, {"江流/文 白简/图", "江流 白简"}, {"让-皮埃尔·杜邦", "让-皮埃尔·杜邦"},
		{"Mara Lindqvist, Ola Berg", "Mara Lindqvist Ola Berg"}, {"获悉", ""}, {"admin", ""}, {"1.2万", ""}, {"本报记者 江流", "江流"},
	}
	for _, row := range rows {
		t.Run(row.in, func(t *testing.T) {
			got := ""
			for _, name := range splitNames(row.in) {
				if got != "" {
					got += " "
				}
				got += name
			}
			if got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestRolesBeginAsTheFilterExpects(t *testing.T) {
	for role := range roles {
		if first, _ := utf8.DecodeRuneInString(role); !strings.ContainsRune(roleFirsts, first) {
			t.Errorf("%s would never be found", role)
		}
	}
}
