package elastic_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/news"
)

// The grammar of the corpus by which search quality is measured: an invented region whose places, people and events share characters and
// word parts, so that a document that has a query's characters, or its pairs, need not be about it. It gives the same documents each time.

// places share characters: 云河 and 河云, 青石镇 and 石青桥.
var places = strings.Fields("云河 河云 云岭 岭云镇 青石镇 石青岛 白鹭湖 鹭岛 临江区 江临县 西渡 渡西村 南屏山 屏南 松滨 滨松港 东湾 湾东新区 柳桥镇 梅溪")

// people too: 林晓舟, 林舟晓, 舟晓林.
var people = strings.Fields("林晓舟 林舟晓 周晓林 何启明 何明启 启明生 邵雨桐 邵桐雨 雨桐 贺知远 知远航 杜承宇 杜宇承 许未央 未央宫 葛文英 葛英文 吴澄 王建国 王国建 建国平 欧阳青 欧阳石青 赵一鸣 一鸣惊")

// event is what a document is about: how its title says it, and sentences of its body. %s is the place.
type event struct {
	key, title string
	body       []string
}

var events = []event{
	{"bridge", "%s大桥今日通车", []string{"全长一点二公里的大桥今天上午正式通车，两岸往来缩短到五分钟。", "大桥采用斜拉结构，桥面设双向六车道。"}},
	{"bridgerepair", "%s大桥夜间封闭检修", []string{"大桥将在夜间实行封闭检修，白天双向正常通行。", "检修期间过江车辆请绕行。"}},
	{"metro", "%s地铁三号线空载试运行", []string{"地铁三号线一列没有乘客的列车驶出车站，进入空载试运行。", "信号、供电和站台门将逐项检验。"}},
	{"heating", "%s提前供暖老旧管网改造完成", []string{"受降温影响，今年的集中供暖提前了十天。", "供热公司更换了四十六公里二级管网。"}},
	{"rain", "%s发布暴雨红色预警", []string{"气象台发布暴雨红色预警，预计六小时内降雨量将超过一百毫米。", "有关部门提醒低洼地带居民转移。"}},
	{"snow", "%s迎来入冬首场降雪", []string{"昨夜一场雪把屋顶染白，这是入冬以来的首场降雪。", "除雪车凌晨三时出动。"}},
	{"tea", "%s秋茶开采茶农忙", []string{"茶园里茶农忙着采摘，今年秋茶的收购价比去年高。", "制茶师傅连夜炒制。"}},
	{"kiln", "%s古窑址出土青瓷", []string{"考古队在一处窑址清理出完整的青瓷碗。", "窑炉长二十米，属于龙窑。"}},
	{"deer", "%s山林拍到野生梅花鹿", []string{"红外相机拍到三只野生梅花鹿。", "护林员说，鹿群在林中过冬。"}},
	{"whale", "%s海面出现座头鲸", []string{"渔民在海面看见一头座头鲸喷水。", "专家提醒船只与鲸保持距离。"}},
	{"water", "%s因管道施工停水通知", []string{"因管道施工，部分小区将停水八小时。", "请居民提前储水。"}},
	{"exam", "%s中考录取分数线公布", []string{"教育部门公布了今年的中考录取分数线。", "考生可以在网上查询。"}},
	{"hospital", "%s人民医院新院区启用", []string{"人民医院新院区正式启用，设床位八百张。", "门诊分批搬迁。"}},
	{"library", "%s图书馆延长开放时间", []string{"图书馆把闭馆时间推迟到晚上十点。", "自习座位增加到六百个。"}},
	{"fivegee", "%s建成5G基站两千个", []string{"通信公司宣布建成5G基站两千个，Wi-Fi覆盖所有车站。", "农村地区网速明显提高。"}},
	{"ai", "%s启动AI大模型联合实验室", []string{"高校与企业共建AI大模型联合实验室。", "首批课题面向制造业。"}},
	{"gdp", "%s前三季度GDP增长6.5%%", []string{"统计部门公布，前三季度GDP同比增长6.5%，工业投资增速较快。", "服务业占比继续提高。"}},
	{"cba", "%s男篮迎战CBA常规赛", []string{"男篮今晚主场迎战，这是CBA常规赛第八轮。", "主教练说，防守是关键。"}},
	{"chamber", "%s商会发布稳岗倡议", []string{"商会向会员企业发布稳岗倡议，承诺不裁员。", "百余家企业签名响应。"}},
	{"port", "%s港集装箱吞吐量创新高", []string{"港口集装箱吞吐量创新高，新增三条近洋航线。", "自动化码头效率提升。"}},
	{"election", "%s举行村委会换届选举", []string{"村民投票选出新一届村委会。", "选举全程公开计票。"}},
	{"fire", "%s消防演练走进校园", []string{"消防员走进校园，教学生使用灭火器。", "师生有序疏散。"}},
	{"opera", "%s越剧新编戏首演", []string{"越剧新编戏昨晚首演，谢幕三次。", "剧团将下乡巡演。"}},
	{"flower", "%s菊花展开幕", []string{"菊花展在公园开幕，展出三百个品种。", "赏花市民络绎不绝。"}},
	{"bus", "%s新增三条社区公交线路", []string{"公交公司新增三条社区线路，用小型电动巴士。", "老人乘车免费。"}},
	{"school", "%s小学课后服务调查", []string{"记者走访多所小学，了解课后服务。", "家长希望增加体育项目。"}},
}

// filler has the characters of the events in other words and pieces of the names: what makes documents confusable.
var filler = strings.Fields(`大家在桥头边谈边等，通车的时间还没有定。 河边的云很低，岭上起了风。 建国以来这里变化很大，王先生说。 石板路一直通到青山脚下。 工地的铁门关着，三号楼的线路正在换。
地方志里记着三次大水，铁匠铺也在其中。 供电所的人说，暖气要等通知。 雨不大，预报说警戒水位还远。 医生和院子里的人民都认得他。 书馆就是从前的图画社。 大会开了模型展，联合会的实验还早。
分数不高，录用名单没有线索。 启动资金来自明年的预算。 晓得的人不多，林子里有一条小舟。 知足者常乐，远处传来钟声。 一听鸣笛声，大家就让路。 文化站的英语角很热闹。 未来几天，央视的记者会来。 雨后桐花落了一地。 承办方说，宇航展下周结束。
车站东边的湾仔饭店关了门。 港口的人说，集中装箱要到年底。 商量之后，会上没有结论。 选了三样，举手的人不多。 消息传得快，防不胜防。 新来的编辑戏称这里是剧场。 延续了十年的长街宴开席，放了时令菜。 公交站牌换了新的社徽，区里出的钱。`)

// traditional turns the corpus's characters; it was written down by hand and does not come from the table that it tests.
var traditional = func() *strings.Replacer {
	pairs := strings.Fields(`云雲 桥橋 铁鐵 岭嶺 鹭鷺 临臨 东東 湾灣 滨濱 区區 县縣 镇鎮 岛島 车車 号號 线線 载載 试試 运運 检檢 闭閉 间間 维維 预預 警警 发發 红紅 色色 场場 开開 农農 忙忙 窑窯 野野 现現 头頭 鲸鯨 鹿鹿 设設 员員
		网網 务務 总總 时時 这這 个個 张張 过過 实實 验驗 联聯 创創 业業 会會 举舉 选選 图圖 书書 馆館 长長 报報 记記 说說 们們 来來 条條 双雙 两兩 两兩 结結 构構 构構 师師 赶趕 进進 动動 还還 没沒 为為 与與 医醫 门門 数數 据據 钟鐘 传傳 里裡 后後 着著 台臺 启啟 赵趙 邓鄧 许許 贺賀 葛葛 欧歐 阳陽
		迁遷 换換 届屆 戏戲 剧劇 队隊 风風 览覽 电電 论論 议議 稳穩 岗崗 气氣 热熱 旧舊 尽盡 应應 湿濕 产產 厂廠 货貨 装裝 箱箱 强強 级級 续續 绿綠 专專 费費 从從 价價 优優 众眾 伤傷 单單 卖賣 压壓 厅廳 变變 听聽 园園 团團 复復 奖獎 导導 广廣 录錄 态態 护護 无無 机機 权權 标標 极極 汉漢 济濟 灾災 爱愛 环環 盖蓋 确確 种種 积積 竞競 笔筆 织織 练練 罗羅 职職 艺藝 节節 药藥 虽雖 补補 计計 认認 识識 调調 谢謝 质質 轮輪 边邊 远遠 连連 达達 钱錢 险險 难難 页頁 项項 须須 领領 题題 飞飛 馆館 验驗 龙龍`)
	var list []string
	for _, p := range pairs {
		r := []rune(p)
		list = append(list, string(r[0]), string(r[1]))
	}
	return strings.NewReplacer(list...)
}()

// english are documents of another script, with the words of the queries in other forms.
var english = []struct{ key, title, body string }{
	{"en-bridge", "Yunhe opens a second bridge across the river", "The bridge opened to traffic on Monday. Engineers inspected the cables for months."},
	{"en-ferry", "Ferries return to the old harbour of Dongwan", "Three ferries carry commuters again, years after the service was cancelled."},
	{"en-school", "Schools of Xidu try shorter homework", "Teachers reported that pupils were sleeping longer and studying better."},
	{"en-market", "A night market moves to the station", "The traders sold dumplings and books, and the city opens a parking lot."},
}

// made is a document with what it is about.
type made struct {
	elastic.Document
	event, place, person string // of its title and first sentence
	second               string // person who is quoted
	passing              string // place that is mentioned in passing
	hant                 bool
	day                  int
}

// region gives the corpus: 640 Chinese documents and a few English ones.
func region() []made {
	rnd := rand.New(rand.NewPCG(7, 11))
	zipf := rand.NewZipf(rnd, 1.3, 4, uint64(len(filler)-1))
	var all []made
	for n := range 640 {
		e := events[n%len(events)]
		m := made{event: e.key, place: places[(n*7+n/len(places))%len(places)], person: people[rnd.IntN(len(people))], second: people[rnd.IntN(len(people))], day: 1 + n%28}
		title := fmt.Sprintf(e.title, m.place)
		date := fmt.Sprintf("11月%d日", m.day)
		parts := []string{fmt.Sprintf("本报讯（记者%s）%s，%s：%s", m.person, date, m.place, e.body[0])}
		for range 3 + rnd.IntN(6) {
			parts = append(parts, filler[zipf.Uint64()])
		}
		parts = append(parts, e.body[1], fmt.Sprintf("据%s介绍，后续情况将及时公布。", m.second))
		if rnd.IntN(3) == 0 { // another place and event in passing
			o := events[rnd.IntN(len(events))]
			m.passing = places[rnd.IntN(len(places))]
			parts = append(parts, "另据了解，"+m.passing+"方面"+strings.TrimSuffix(o.body[1], "。")+"。")
		}
		body := strings.Join(parts, "\n")
		m.hant = n%8 == 3
		if m.hant {
			title, body = traditional.Replace(title), traditional.Replace(body)
		}
		all = append(all, m.with(n, title, body))
	}
	for n, e := range english {
		m := made{event: e.key, day: 20 + n}
		all = append(all, m.with(1000+n, e.title, e.body))
	}
	return all
}

func (m made) with(n int, title, body string) made {
	url := fmt.Sprintf("http://region.test/%d.html", n)
	day := time.Date(2026, 11, m.day, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	m.Document = elastic.NewDocument(news.Article{
		V: 1, ID: news.ArticleID(url), URL: url, CanonicalURL: url, Source: "region", Title: title, Body: body, Language: "zh-Hans",
		PublishedAt: &news.Date{Time: day, Precision: news.PrecisionDay, From: "meta"}, FetchedAt: noon, FirstSeen: noon,
		Page: news.Position{Ordinal: 1, Of: 1}, Words: len([]rune(body)), ContentHash: news.ContentHash(title, body),
		Version: news.Version(noon, 1), Extractor: news.Extractor{Revision: 1, Method: "blocks", Confidence: 1},
	})
	return m
}
