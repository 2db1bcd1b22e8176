package extract

import (
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
