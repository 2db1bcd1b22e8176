package storytest

import (
	"fmt"
	"slices"
	"strings"
)

// lookalike makes two texts that must stay apart.
type lookalike struct {
	name string
	make func(maker) (string, string)
}

var winds = []string{"东风", "南风", "西风", "北风", "东北风", "偏南风"}
var skies = []string{"晴", "多云", "阴", "晴转多云", "多云转阴", "阴有小雨", "小到中雨"}

func (m maker) weather(city string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s气象台%s发布一周天气预报。预计未来一周我市以%s天气为主，气温逐步回升。\n", city, m.date(), pick(m, skies))
	for _, day := range []string{"星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"} {
		fmt.Fprintf(&b, "%s，%s，%s%d到%d级，最低气温%d℃，最高气温%d℃。\n", day, pick(m, skies), pick(m, winds), 1+m.IntN(3), 4+m.IntN(3), 2+m.IntN(12), 15+m.IntN(15))
	}
	b.WriteString("气象部门提醒，近期早晚温差较大，请市民注意添减衣物，外出时留意交通安全，农户做好田间管理。")
	return b.String()
}

func (m maker) rates() string {
	var b strings.Builder
	fmt.Fprintf(&b, "中国外汇交易中心受权公布，%s银行间外汇市场人民币汇率中间价为：", m.date())
	for _, c := range []string{"1美元对人民币", "1欧元对人民币", "100日元对人民币", "1港元对人民币", "1英镑对人民币", "1澳大利亚元对人民币", "1新加坡元对人民币", "1加拿大元对人民币"} {
		fmt.Fprintf(&b, "%s%d.%04d元，", c, 1+m.IntN(9), m.IntN(10000))
	}
	b.WriteString("人民币1元对1.6马来西亚林吉特。")
	return b.String()
}

const meetingQuote = "会议强调，要坚持以人民为中心，把各项工作做实做细，确保完成全年目标任务。"

// meeting gives two reports of one meeting by different hands.
func (m maker) meeting() (string, string) {
	c, p, o, j, n, d := pick(m, cities), m.person(), pick(m, offices), pick(m, projects), 2+m.IntN(90), m.date()
	a := fmt.Sprintf("%s，%s%s召开全市%s工作会议，总结前一阶段的情况，部署下一步任务。%s出席会议并讲话。\n%s\n会上，%d个单位作了交流发言。%s要求，各单位要对照清单逐项销号，不得拖延。\n%s",
		d, c, o, j, p, meetingQuote, n, p, m.fill(sentences[5]))
	b := fmt.Sprintf("全市%s工作会议%s在%s举行。记者在会场看到，%d个单位的代表依次走上讲台，介绍各自的做法。\n“对照清单，逐项销号，不能拖。”%s在讲话时这样说。\n%s\n不少与会者表示，回去以后要尽快把会议的要求传达到一线。%s",
		j, d, c, n, p, meetingQuote, m.fill(sentences[16]))
	return a, b
}

// release is a text that districts send with their own names and figures in it.
func (m maker) release(c, o string) string {
	return fmt.Sprintf("近日，%s%s组织执法人员对辖区内的商场、超市、农贸市场开展安全检查，切实维护群众的合法权益。\n检查中，执法人员重点查看了经营主体的证照是否齐全、进货查验是否落实、消防通道是否畅通。%s带队检查了%s。\n此次行动共出动执法人员%d人次，检查经营户%d家，发现问题%d处，均已责令限期整改。\n下一步，%s将继续加大检查力度，健全长效机制，为居民营造放心的消费环境。",
		c, o, m.person(), pick(m, occasions), 10+m.IntN(80), 20+m.IntN(300), 2+m.IntN(30), o)
}

func (m maker) profile(p, g string) string {
	return fmt.Sprintf("编者按：即日起，本报开设“身边的手艺人”专栏，讲述他们的故事，敬请关注。\n%s从事%s这一行已有%d年。清晨五点，作坊的灯就亮了。\n%s\n%s\n%s\n欢迎读者向本报提供线索，联系电话见报头。",
		p, g, 5+m.IntN(40), m.fill(pick(m, sentences)), m.fill(pick(m, sentences)), m.fill(pick(m, sentences)))
}

func (m maker) outage(c string) string {
	return fmt.Sprintf("尊敬的用户：因%s工程施工需要，定于%s%d时至%s%d时对%s部分区域实施计划停水。\n停水范围：%s路、%s路、%s路沿线及周边单位和居民小区。\n请受影响的用户提前做好储水准备，停水期间请关闭家中用水阀门，以免来水时造成损失。恢复供水初期可能出现短时水质浑浊，请放水数分钟后再使用。由此给您带来的不便，敬请谅解。",
		pick(m, projects), m.date(), 6+m.IntN(6), m.date(), 13+m.IntN(10), c, pick(m, cities), pick(m, cities), pick(m, cities))
}

func (m maker) lottery(issue int) string {
	var balls []string
	for range 6 {
		balls = append(balls, fmt.Sprintf("%02d", 1+m.IntN(33)))
	}
	return fmt.Sprintf("福利彩票双色球第%d期%s晚开奖，开奖号码为红球%s，蓝球%02d。\n当期全国中出一等奖%d注，单注奖金%d万元，分落%s、%s等地。二等奖中出%d注，单注奖金%d元。\n当期末等奖中出%d注，投注总额%d万元。计算奖池资金，滚入下期的金额为%d万元。彩民可以到就近的投注站兑奖，兑奖期限为六十天。",
		issue, m.date(), strings.Join(balls, "、"), 1+m.IntN(16), 1+m.IntN(20), 500+m.IntN(500), pick(m, cities), pick(m, cities), 50+m.IntN(200), 100000+m.IntN(90000), 100000+m.IntN(900000), 20000+m.IntN(20000), 100000+m.IntN(99999))
}

func (m maker) match(a, b string) string {
	x, y := m.IntN(4), m.IntN(4)
	return fmt.Sprintf("%s，全省足球联赛继续进行，%s队主场迎战%s队，双方最终战成%d比%d。\n上半场第%d分钟，%s头球破门，为主队先拔头筹。下半场第%d分钟，%s禁区外远射得手。\n赛后，主教练%s表示，球队在体能上还有不足，接下来的比赛要一场一场地踢。%s队下一轮将客场挑战%s队。",
		m.date(), a, b, x, y, 1+m.IntN(45), m.person(), 46+m.IntN(45), m.person(), m.person(), a, pick(m, cities))
}

var lookalikes = []lookalike{
	{"weekly weather", func(m maker) (string, string) { c := pick(m, cities); return m.weather(c), m.weather(c) }},
	{"exchange rates", func(m maker) (string, string) { return m.rates(), m.rates() }},
	{"two reports of one meeting", maker.meeting},
	{"one release, two districts", func(m maker) (string, string) {
		o := pick(m, offices)
		i := m.IntN(len(cities) - 1)
		return m.release(cities[i], o), m.release(cities[i+1], o)
	}},
	{"series", func(m maker) (string, string) {
		return m.profile(m.person(), pick(m, products)), m.profile(m.person(), pick(m, products))
	}},
	{"notice of another day", func(m maker) (string, string) { c := pick(m, cities); return m.outage(c), m.outage(c) }},
	{"draw", func(m maker) (string, string) {
		n := 2026001 + m.IntN(150)
		return m.lottery(n), m.lottery(n + 1)
	}},
	{"match reports", func(m maker) (string, string) {
		i := m.IntN(len(cities) - 1)
		return m.match(cities[i], cities[i+1]), m.match(cities[i], cities[i+1])
	}},
	{"corrected figure", func(m maker) (string, string) {
		p := m.article(4 + m.IntN(4))
		p[1] += fmt.Sprintf("工程总投资%d万元。", 1000+m.IntN(800))
		q := slices.Clone(p)
		i := strings.LastIndex(q[1], "工程总投资")
		q[1] = q[1][:i] + fmt.Sprintf("工程总投资%d万元。", 2000+m.IntN(800))
		return strings.Join(p, "\n"), strings.Join(q, "\n")
	}},
	{"correction notices", func(m maker) (string, string) {
		f := func() string {
			return fmt.Sprintf("本报%s第%d版《%s%s见成效》一文中，“%s”应为“%s”，“%d万元”应为“%d万元”。由于编校疏漏，给读者和有关单位带来不便，特此更正并致歉意。本报将进一步加强管理，杜绝类似差错。",
				m.date(), 1+m.IntN(8), pick(m, cities), pick(m, projects), m.person(), m.person(), 100+m.IntN(800), 1000+m.IntN(800))
		}
		return f(), f()
	}},
	{"follow-up with the same background", func(m maker) (string, string) {
		background := strings.Join(m.article(2), "\n")
		return strings.Join(m.article(4), "\n") + "\n" + background, strings.Join(m.article(4), "\n") + "\n" + background
	}},
	{"teaser and article", func(m maker) (string, string) {
		p := m.article(6)
		return p[0] + p[1], strings.Join(p, "\n")
	}},
	{"digest and article", func(m maker) (string, string) {
		p := m.article(4)
		return strings.Join(p, "\n"), strings.Join(slices.Concat(m.article(4), p, m.article(4)), "\n")
	}},
	{"sessions of one congress", func(m maker) (string, string) {
		i := 2 + m.IntN(6)
		f := func(i int) string {
			return fmt.Sprintf("%s第十七届人民代表大会第%s次会议在%s召开。大会应到代表%d名，实到%d名，符合法定人数。\n大会主席团常务主席%s、%s主持会议。会议听取了政府工作报告，审查了计划报告和预算报告。\n代表们认为，报告实事求是，催人奋进。大家表示，要依法履职，把会议精神带到基层。",
				pick(m, cities), string([]rune("一二三四五六七八九")[i]), m.date(), 300+m.IntN(100), 250+m.IntN(50), m.person(), m.person())
		}
		return f(i), f(i + 1)
	}},
}
