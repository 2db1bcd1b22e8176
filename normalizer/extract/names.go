package extract

import (
	"strings"
	"unicode/utf8"
)

// surnames are the family names of nineteen in twenty Chinese, both scripts, and the commoner double ones. Source: the census of 2020
// (Ministry of Public Security, 全国姓名报告) and the list of Taiwan's Ministry of the Interior (2018).
const surnames = "常赖阎钮贡糜蒯步王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由" +
	"張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧葉蘇魏呂盧鐘鍾譚陸範賈韋鄒閻龍賀顧龔萬錢嚴湯溫莊聶魯歐關蘭紀畢單塗駱藍華喬龐顏齊農車項連蘆麥褚婁竇黨宮費衛應邊師榮鄺談樂儲勞諶樓滿聞厲區闞權強帥蓋練國計門雲來閔鄔簡繆饒倪齡遲查麼欒蕭簡賴涂邱洪彭游巫卓翁康曾江阮池"

const doubleSurnames = "欧阳 歐陽 上官 司马 司馬 诸葛 諸葛 司徒 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 长孙 宇文 东方 東方 端木 独孤 南宫 西门 申屠 太史 轩辕 呼延 澹台 闻人 范姜 張簡 张简"

var surnameSet = buildSurnames()

func buildSurnames() map[rune]bool {
	m := map[rune]bool{}
	for _, r := range surnames {
		m[r] = true
	}
	return m
}

// notGiven are words that begin with the character of a surname and are no names.
var notGiven = map[string]bool{
	"查看": true, "高清": true, "万元": true, "时间": true, "时事": true, "时政": true, "文章": true, "文字": true, "文图": true, "文化": true, "金融": true, "方面": true, "华文": true, "国际": true, "国内": true, "云南": true, "平安": true, "海外": true, "公告": true, "公司": true, "信息": true, "安全": true, "农业": true, "关注": true, "关闭": true, "经济": true,
	"全国": true, "全文": true, "连接": true, "相关": true, "普通": true, "支持": true, "智能": true, "展开": true, "来源": true, "管理员": true, "路透社": true, "华社": true, "新华社": true, "阿里": true, "都市": true, "南都": true, "原创": true, "原标题": true, "元宵": true, "成都": true, "安徽": true, "江苏": true, "江西": true, "广西": true, "海南": true, "贺州": true, "温州": true, "兰州": true, "常州": true, "郑州": true, "徐州": true, "扬州": true,
	"成员": true, "成立": true, "高校": true, "白天": true, "石家庄": true, "黄山": true, "司法": true, "商业": true, "武汉": true, "江门": true, "金华": true, "安阳": true, "洛阳": true, "马上": true, "何时": true, "何处": true, "何况": true, "应当": true, "应该": true, "任何": true, "明天": true, "明年": true, "向前": true, "向上": true, "万人": true, "万家": true, "方式": true, "明显": true, "通讯": true, "计算": true, "居民": true, "官方": true, "官网": true, "项目": true, "宣传": true, "国家": true, "游客": true, "宗教": true, "包括": true,
	"房产": true, "都是": true, "相信": true, "储蓄": true, "强调": true, "和谐": true, "都有": true, "来到": true, "来自": true, "连续": true, "全部": true, "满意": true, "符合": true, "解决": true, "牛市": true, "车讯": true, "计划": true, "由于": true, "但是": true, "于是": true, "关于": true, "时候": true, "时尚": true, "麦克": true, "印刷": true, "银行": true, "富豪": true, "花絮": true, "游戏": true, "乐活": true, "快讯": true, "台海": true, "全球": true, "国台办": true, "安监局": true, "党建": true, "党委": true, "农委": true, "文广局": true, "文明办": true,
}

// isChineseName tells whether a text is a name as the Chinese bear it: a family name and one or two characters, three after a double
// family name.
func isChineseName(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 2 || n > 4 || notGiven[s] {
		return false
	}
	for _, r := range s {
		if !isIdeographic(r) || r >= 0x3041 && r <= 0x30FF {
			return false
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	_, second := utf8.DecodeRuneInString(s[size:])
	if n > 2 && strings.Contains(doubleSurnames, s[:size+second]) {
		return true
	}
	if n > 3 || !surnameSet[r] {
		return false
	}
	for _, w := range notNames {
		if strings.HasPrefix(s[size:], w) {
			return false
		}
	}
	if n == 3 && notGiven[s[:size+second]] && isRoleEnd(s[size+second:]) {
		return false
	}
	return true
}

// isRoleEnd tells the third character of words like 文章网 from that of a name.
func isRoleEnd(s string) bool { return strings.ContainsAny(s, "网報报社台局部厅处办院") }

// reporterWords announce names of people who wrote or took part.
var reporterWords = []string{"记者", "記者", "通讯员", "通訊員", "特派员", "特派員", "评论员", "評論員", "实习生", "實習生", "撰稿人", "主笔"}

// sureAfter is how many of afterNames are so seldom part of a name that one of four characters may stand before them.
const sureAfter = 5

// afterNames follow right behind a name in a byline.
var afterNames = []string{"发自", "發自", "报道", "報導", "報道", "综合", "綜合", "摄", "攝", "文", "图", "圖", "供图", "整理", "电", "電", "讯", "訊", "即時", "撰", "采写", "实习", "通讯员", "記者", "记者", "专电", "专稿", "编译", "編譯", "供稿"}

// places stand between a name and 报道; the cities where most bylines are written.
var places = []string{"北京", "上海", "天津", "重庆", "广州", "深圳", "杭州", "南京", "武汉", "成都", "西安", "沈阳", "济南", "郑州", "长沙", "合肥", "福州", "厦门", "青岛", "大连", "香港", "澳门", "台北", "臺北", "新北", "台中", "臺中", "高雄", "台南", "臺南", "桃園", "桃园", "基隆", "新竹", "嘉義", "彰化", "南投", "雲林", "屏東", "宜蘭", "花蓮", "台東", "臺東", "澎湖", "金門", "苗栗", "華盛頓", "华盛顿", "紐約", "纽约", "东京", "東京", "伦敦", "巴黎", "柏林", "莫斯科", "首爾", "首尔"}

// roleNames gives the names behind words like reporter: 本报记者张三、李四 通讯员 王五/文, 記者王小明／台北報導. Names that no family name
// begins are left out, so that 记者从现场获悉 names nobody.
func roleNames(text string) []string {
	var out []string
	for rest := text; ; {
		at, width := len(rest), 0
		for _, w := range reporterWords {
			if i := strings.Index(rest, w); i >= 0 && i < at {
				at, width = i, len(w)
			}
		}
		if width == 0 {
			return out
		}
		rest = rest[at+width:]
		out, rest = namesAhead(out, rest)
	}
}

// namesAhead takes names off the front of a text for as long as they come.
func namesAhead(out []string, s string) (names []string, rest string) {
	for i := range 8 {
		slash := i > 0 && strings.ContainsRune("/／", firstRune(strings.TrimLeft(s, " ")))
		s = strings.TrimLeft(s, " :：/／|｜、,，&·和与及")
		run := 0
		for run < len(s) {
			r, size := utf8.DecodeRuneInString(s[run:])
			if !isIdeographic(r) && r != '·' && r != '•' {
				break
			}
			run += size
		}
		name := leadingName(s[:run], s[run:])
		if name == "" || slash && len(name) < run { // 記者王小明／台北報導
			return out, s
		}
		out = addName(out, name)
		s = s[len(name):]
		if s == "" {
			return out, s
		}
		if r := firstRune(s); !strings.ContainsRune(" 、,，/／|｜&和与及", r) {
			return out, s
		}
	}
	return out, s
}

// leadingName gives the name at the front of a run of ideographs; after is what follows the run.
func leadingName(run, after string) string {
	n := utf8.RuneCountInString(run)
	if strings.ContainsAny(run, "·•") && n <= 12 {
		return run
	}
	if isChineseName(run) || (n == 2 || n == 3) && !notGiven[run] && isName(run) && !containsAny(run, afterNames...) { // a rare family name
		return run
	}
	if name := datelined(run, after); name != "" {
		return name
	}
	for count := min(n, 4); count >= 2; count-- {
		cut := runeOffset(run, count)
		name, rest := run[:cut], run[cut:]
		if !surnameSet[firstRune(name)] || notGiven[name] || count < 4 && !isChineseName(name) || count == 4 && containsAny(name, afterNames...) {
			continue
		}
		for i, w := range afterNames {
			if strings.HasPrefix(rest, w) && (count < 4 || i < sureAfter) {
				return name
			}
		}
		if count > 3 {
			continue
		}
		for _, w := range places {
			if strings.HasPrefix(rest, w) {
				return name
			}
		}
	}
	return ""
}

// datelined reads the name in 石磊北京13日电 and 王小明台北報導: what is left once the word for a report and the two characters of the
// place are taken off.
func datelined(run, after string) string {
	core := run
	if d := firstRune(after); after == "" || digitValue(d) < 0 || !containsAny(after[:min(len(after), 12)], "日電", "日电", "日讯") {
		core = ""
		for _, w := range []string{"報導", "報道", "报道", "專電", "专电"} {
			if c, ok := strings.CutSuffix(run, w); ok {
				core = strings.TrimSuffix(c, "即時")
				break
			}
		}
	}
	n := utf8.RuneCountInString(core)
	if n != 4 && n != 5 {
		return ""
	}
	if name := core[:runeOffset(core, n-2)]; isChineseName(name) {
		return name
	}
	return ""
}

// runeOffset gives the byte at which character count of s begins.
func runeOffset(s string, count int) int {
	for i := range s {
		if count == 0 {
			return i
		}
		count--
	}
	return len(s)
}

// posterWords part the name of a poster from the date of the post.
var posterWords = []string{"写于", "寫於", "张贴", "張貼", "发表于", "發表於", "发布于", "發佈於", "发表", "發表", "于", "上传", "posted at", "posted"}

// posterOf gives who posted, in lines such as 由海风张贴 @ 2026-05-03 and 2026-05-03 08:30 by haifeng.
func posterOf(text string, at span) string {
	if rest, ok := strings.CutPrefix(strings.TrimLeft(text[at.end:], " "), "by "); ok {
		name, _, _ := strings.Cut(strings.TrimLeft(rest, " :"), " ")
		if n := utf8.RuneCountInString(name); n >= 2 && n <= 16 && hasLetter(name) {
			return name
		}
	}
	before := strings.TrimRight(text[:at.start], " @:：")
	for _, w := range posterWords {
		name, ok := strings.CutSuffix(before, w)
		if !ok {
			continue
		}
		name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "由"))
		if i := strings.LastIndexAny(name, " 　|"); i >= 0 {
			name = strings.Trim(name[i:], " 　|")
		}
		if n := utf8.RuneCountInString(name); n >= 2 && n <= 8 && containsHan(name) && !strings.ContainsAny(name, ",，。:：《》()（）") && !isLabelWord(name) {
			return name
		}
	}
	return ""
}

// isLabelWord tells whether a word is one of the labels of head lines.
func isLabelWord(s string) bool {
	for _, l := range labelIndex[firstRune(s)] {
		if s == l.word {
			return true
		}
	}
	return notGiven[s] || s == "首次" || s == "本文" || s == "文章" || s == "最后" || s == "最新" || s == "内容"
}
