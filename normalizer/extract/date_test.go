package extract

import (
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/news"
)

func TestFindDate(t *testing.T) {
	rows := []struct{ text, want string }{
		{"2026年5月3日", "2026-05-03"},
		{"发布时间：2026-05-03 08:30", "2026-05-03T08:30:00+08:00"},
		{"2026-05-03 08:30:59", "2026-05-03T08:30:59+08:00"},
		{"2026/5/3 8:30", "2026-05-03T08:30:00+08:00"},
		{"2026.05.03", "2026-05-03"},
		{"2026 年 5 月 3 日 8时30分", "2026-05-03T08:30:00+08:00"},
		{"2026年05月03日08:30", "2026-05-03T08:30:00+08:00"},
		{"2026年5月3日 星期日 下午3:05", "2026-05-03T15:05:00+08:00"},
		{"2026年5月3日（星期日）08：30", "2026-05-03T08:30:00+08:00"},
		{"二〇二六年五月三日", "2026-05-03"},
		{"二○二六年十二月三十一日", "2026-12-31"},
		{"二零二六年十月二十日", "2026-10-20"},
		{"2026-05-03T08:30:00Z", "2026-05-03T08:30:00Z"},
		{"2026-05-03T08:30:00.123+09:00", "2026-05-03T08:30:00+09:00"},
		{"2026-05-03T08:30-0500", "2026-05-03T08:30:00-05:00"},
		{"Sun, 03 May 2026 08:30:00 GMT", "2026-05-03T08:30:00Z"},
		{"May 3, 2026 at 7:45 pm", "2026-05-03T19:45:00+08:00"},
		{"3 May 2026", "2026-05-03"},
		{"Sept. 3rd, 2026", "2026-09-03"},
		{"来源：2026中国 2026-05-03", "2026-05-03"},
		{"2026 05/03 16:44:12", "2026-05-03T16:44:12+08:00"},
		{"2026-05-03 22:481.6万阅读", "2026-05-03T22:48:00+08:00"},
		{"03/05/2026 08:30", "2026-05-03T08:30:00+08:00"},
		{"13/05/2026", "2026-05-13"},
		{"05/13/2026", "2026-05-13"},
		{"3.5.2026", "2026-05-03"},
		{"Mi 25.04.26 | 14:07 Uhr", "2026-04-25T14:07:00+08:00"},
		{"Version 1.2.26", ""},
		{"3. Mai 2026, 13.05 Uhr", "2026-05-03T13:05:00+08:00"},
		{"Publié le 3 mai 2026 à 12h30", "2026-05-03T12:30:00+08:00"},
		{"1er août 2026", "2026-08-01"},
		{"domingo 3 de mayo de 2026", "2026-05-03"},
		{"3 de março de 2026", "2026-03-03"},
		{"3 maggio 2026", "2026-05-03"},
		{"3 mei 2026", "2026-05-03"},
		{"3 maja 2026", "2026-05-03"},
		{"3. května 2026", "2026-05-03"},
		{"2026. május 3., 08:30", "2026-05-03T08:30:00+08:00"},
		{"2026 m. gegužės 3 d.", "2026-05-03"},
		{"2026. gada 3. maijs", "2026-05-03"},
		{"3 мая 2026 г. в 08:30", "2026-05-03T08:30:00+08:00"},
		{"3 травня 2026", "2026-05-03"},
		{"3 Μαΐου 2026", "2026-05-03"},
		{"3 Mayıs 2026 Pazar", "2026-05-03"},
		{"3. toukokuuta 2026", "2026-05-03"},
		{"3 tháng 5, 2026", "2026-05-03"},
		{"3 Mei 2026 08.30 WIB", "2026-05-03"},
		{"الأحد، 03 مايو 2026 - 08:30 م", "2026-05-03T20:30:00+08:00"},
		{"٠٣ مايو ٢٠٢٦", "2026-05-03"},
		{"3 במאי 2026", "2026-05-03"},
		{"3 मई 2026", "2026-05-03"},
		{"৩ মে ২০২৬", "2026-05-03"},
		{"3 พฤษภาคม 2569", "2026-05-03"},
		{"2026년 5월 3일 오후 3:05", "2026-05-03T15:05:00+08:00"},
		{"2026. 5. 3. 08:30", "2026-05-03T08:30:00+08:00"},
		{"令和8年5月3日", "2026-05-03"},
		{"平成元年1月8日", ""},
		{"民國115年5月3日", "2026-05-03"},
		{"中華民國一一五年", ""},
		{"电话 0990-12-34567", ""},
		{"2026-13-40", ""},
		{"2026-02-30", ""},
		{"1926年5月3日", ""},
		{"5月3日", ""},
		{"12345678901234567890", ""},
		{"2026年5月", ""},
		{"", ""},
	}
	for _, row := range rows {
		t.Run(row.text, func(t *testing.T) {
			v, at := findDate(row.text)
			got := ""
			if at.end > 0 {
				got = news.Date{Time: v.at(shanghai), Precision: v.precision}.String()
			}
			if got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

// TestMonthRows holds the table of months to twelve cells a row.
func TestMonthRows(t *testing.T) {
	for _, row := range monthRows {
		if n := len(strings.Fields(row.names)); n != 12 {
			t.Errorf("%s has %d months", row.lang, n)
		}
	}
}

func TestRelativeDate(t *testing.T) {
	now := time.Date(2026, 5, 3, 8, 30, 15, 0, shanghai)
	rows := []struct{ text, want string }{
		{"3小时前", "2026-05-03"},
		{"9小时前", "2026-05-02"},
		{"5分钟前", "2026-05-03T08:25:00+08:00"},
		{"刚刚", "2026-05-03T08:30:00+08:00"},
		{"2天前", "2026-05-01"},
		{"1周前", "2026-04-26"},
		{"今天 07:05", "2026-05-03T07:05:00+08:00"},
		{"昨天 14:20", "2026-05-02T14:20:00+08:00"},
		{"前天", "2026-05-01"},
		{"2 hours ago", "2026-05-03"},
		{"an hour ago", "2026-05-03"},
		{"yesterday", "2026-05-02"},
		{"vor 10 Minuten", "2026-05-03T08:20:00+08:00"},
		{"il y a 2 jours", "2026-05-01"},
		{"hace 3 horas", "2026-05-03"},
		{"3 часа назад", "2026-05-03"},
		{"3시간 전", "2026-05-03"},
		{"3年前", ""},
		{"从前", ""},
		{"三小时前他还在家里", ""},
		{"昨天他来了", ""},
	}
	for _, row := range rows {
		t.Run(row.text, func(t *testing.T) {
			got := ""
			if d, ok := relativeDate(row.text, now); ok {
				got = d.String()
			}
			if got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestYearlessDate(t *testing.T) {
	now := time.Date(2026, 5, 3, 8, 30, 0, 0, shanghai)
	for text, want := range map[string]string{
		"掌上云河05-02 20:31": "2026-05-02T20:31:00+08:00", "11月19日 20:31": "2025-11-19T20:31:00+08:00", "05-02": "", "比分 3-2 20:31": "", "13-45 20:31": "",
	} {
		got := ""
		if v, ok := yearlessDate(text, now); ok {
			got = news.Date{Time: v.at(shanghai), Precision: v.precision}.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestLabelBefore(t *testing.T) {
	rows := []struct {
		before string
		want   dateLabelKind
	}{
		{"发布时间：", publishLabel}, {"来源：云河日报 时间：", publishLabel}, {"Published on ", publishLabel}, {"更新时间：", updateLabel}, {"Last updated: ", updateLabel}, {"Zuletzt aktualisiert am ", updateLabel},
		{"成文日期：", writtenLabel}, {"打印时间：", otherLabel}, {"今天是", otherLabel}, {"报名截止日期：", otherLabel}, {"實際入稿日期：", vagueLabel}, {"云河日报 ", noLabel}, {"", noLabel},
	}
	for _, row := range rows {
		if got := labelBefore(row.before); got != row.want {
			t.Errorf("%q is %d, want %d", row.before, got, row.want)
		}
	}
}

func TestURLDate(t *testing.T) {
	rows := []struct{ path, want string }{
		{"/2026/05/03/content_1.html", "2026-05-03"},
		{"/html/2026-05/03/content_01_1.htm", "2026-05-03"},
		{"/zwyw/202605/t20260503_2013.html", "2026-05-03"},
		{"/a/20260503083059.shtml", "2026-05-03"},
		{"/202605/03/1.html", "2026-05-03"},
		{"/news/1234567890.html", ""},
		{"/2026/news/7.html", ""},
		{"/2026/13/41/7.html", ""},
	}
	for _, row := range rows {
		t.Run(row.path, func(t *testing.T) {
			got := ""
			if v, ok := urlDate(row.path); ok {
				got = v.at(time.UTC).Format(time.DateOnly)
			}
			if got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func FuzzFindDate(f *testing.F) {
	for _, s := range []string{"2026年5月3日 08:30:00", "二〇二六年五月三日", "May 3, 2026 7:45 pm", "2026-05-03T08:30:00+08:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, at := findDate(s)
		if at.end == 0 {
			return
		}
		if at.start < 0 || at.end > len(s) || at.start >= at.end || !v.valid() {
			t.Fatalf("%+v at %+v of %q", v, at, s)
		}
		when := v.at(shanghai)
		if when.Year() < 1989 || when.Year() > 2101 {
			t.Fatalf("%s from %q", when, s)
		}
	})
}

// FuzzRelativeDate: what is read lies before now, and not by more than the number says.
func FuzzRelativeDate(f *testing.F) {
	for _, s := range []string{"3小时前", "昨天 14:20", "2 hours ago", "il y a 5 minutes", "前", "11-19 20:31"} {
		f.Add(s)
	}
	now := time.Date(2026, 5, 3, 8, 30, 0, 0, shanghai)
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := relativeDate(s, now); ok && (d.Time.After(now.Add(24*time.Hour)) || d.Time.Before(now.AddDate(-20, 0, 0))) {
			t.Errorf("%q is %s", s, d)
		}
		if v, ok := yearlessDate(s, now); ok && (!v.valid() || v.at(shanghai).After(now.Add(24*time.Hour))) {
			t.Errorf("%q is %+v", s, v)
		}
	})
}

// FuzzNames: names come out of the text they stand in.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"本报记者张三、李四", "（記者王小明／台北報導）", "记者 王·五 摄", "通讯员"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range append(roleNames(s), signature(s)...) {
			if !strings.Contains(s, name) || name == "" {
				t.Errorf("%q out of %q", name, s)
			}
		}
		for _, p := range readPairs(s) {
			if !strings.Contains(s, p.value) {
				t.Errorf("%q out of %q", p.value, s)
			}
		}
	})
}
