package extract

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

const (
	hansText = "云河市人民政府办公室昨天发布通知，要求各区在十一月底以前完成供热管网的检查，对老旧小区优先安排资金。市民如果发现温度不够，可以拨打热线反映情况。"
	hantText = "雲河市政府昨天發布通知，要求各區在十一月底以前完成供熱管網的檢查，對老舊社區優先安排資金。市民如果發現溫度不夠，可以撥打熱線反映情況。"
	jaText   = "雲河市は昨日、十一月末までに暖房の配管を点検するよう各区に求めた。市民からの連絡は電話で受け付けている。"
	koText   = "운하시는 어제 각 구에 십일월 말까지 난방 배관을 점검하도록 요청했다. 시민들은 전화로 신고할 수 있다."
)

// TestDecode runs every charset against a right, a wrong, a quoted or doubled, and no label, in the header and in the page.
func TestDecode(t *testing.T) {
	charsets := []struct {
		name, text string
		enc        encoding.Encoding
		bare       bool // found without any label
	}{
		{"utf-8", hansText, encoding.Nop, true},
		{"utf-8", hantText, encoding.Nop, true},
		{"gb18030", hansText, simplifiedchinese.GB18030, true},
		{"gbk", hansText, simplifiedchinese.GBK, true},
		{"big5", hantText, traditionalchinese.Big5, true},
		{"utf-16le", hansText, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true},
		{"utf-16be", hantText, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true},
		{"shift_jis", jaText, japanese.ShiftJIS, true},
		{"euc-jp", jaText, japanese.EUCJP, true},
		{"euc-kr", koText, korean.EUCKR, true},
	}
	labels := []struct{ name, header, meta string }{
		{"right header", "text/html; charset=%s", ""},
		{"quoted header", `text/html; charset="%s"`, ""},
		{"right meta", "text/html", `<meta charset="%s">`},
		{"old meta", "text/html", `<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=%s">`},
		{"late meta", "text/html", "<script>" + strings.Repeat("var a = 1;\n", 400) + `</script><meta charset='%s'>`},
		{"doubled meta", "text/html", `<meta charset=utf-8><meta charset=%s>`},
		{"no label", "", ""},
		{"header says utf-8", "text/html; charset=utf-8", ""},
		{"header says gb2312", "text/html; charset=gb2312", ""},
		{"header says big5", "text/html; charset=big5", ""},
		{"header says latin1", "text/html; charset=iso-8859-1", ""},
		{"meta says utf-8", "text/html", `<meta charset="utf-8">`},
		{"meta says nonsense", "text/html", `<meta charset="none">`},
		{"header and meta differ", "text/html; charset=utf-8", `<meta charset="gb2312">`},
	}
	for _, c := range charsets {
		for _, l := range labels {
			t.Run(c.name+"/"+l.name, func(t *testing.T) {
				page := "<html><head>" + fill(l.meta, c.name) + "<title>t</title></head><body><p>" + c.text + "</p></body></html>"
				raw, err := c.enc.NewEncoder().Bytes([]byte(page))
				if err != nil {
					t.Fatal(err)
				}
				text, charset, err := Decode(raw, fill(l.header, c.name))
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(text, c.text) {
					t.Errorf("read as %s: %.120q", charset, text)
				}
			})
		}
	}
}

func fill(format, name string) string {
	if strings.Contains(format, "%s") {
		return fmt.Sprintf(format, name)
	}
	return format
}

func TestDecodeOdds(t *testing.T) {
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(hansText)
	latin := "<html><body><p>Le maire a annonc\xe9 hier que le march\xe9 couvert sera ferm\xe9 jusqu'\xe0 l'\xe9t\xe9.</p></body></html>"
	russian := "\xc2\xf7\xe5\xf0\xe0 \xe3\xee\xf0\xee\xe4\xf1\xea\xe8\xe5 \xe2\xeb\xe0\xf1\xf2\xe8 \xf1\xee\xee\xe1\xf9\xe8\xeb\xe8 \xee \xf0\xe5\xec\xee\xed\xf2\xe5 \xec\xee\xf1\xf2\xe0"
	rows := []struct {
		name, body, contentType string
		want, charset           string
		err                     error
	}{
		{"byte order mark wins", "\xef\xbb\xbf云河", "text/html; charset=gbk", "云河", "utf-8", nil},
		{"utf-16 with mark", "\xff\xfe\x91N\xb3l", "text/plain", "云河", "utf-16le", nil},
		{"utf-16 big endian with mark", "\xfe\xff\x4e\x91\x6c\xb3", "text/plain", "云河", "utf-16be", nil},
		{"half a character at the end", hansText + "云"[:2], "text/html; charset=utf-8", hansText, "utf-8", nil},
		{"a stray byte in utf-8", "云河\xff" + hansText, "text/html; charset=utf-8", "云河" + hansText, "utf-8", nil},
		{"a stray byte in gbk", gbk + "\xff" + gbk, "text/html", hansText, "gb18030", nil},
		{"ascii", "<p>plain</p>", "", "<p>plain</p>", "utf-8", nil},
		{"a few no-break spaces in utf-8", "<p>Nice\u00a0dark\u00a0skies over the old bridge.</p>", "text/html; charset=utf-8", "dark\u00a0skies", "utf-8", nil},
		{"latin", latin, "", "annoncé hier", "windows-1252", nil},
		{"latin under a gbk label", latin, "text/html; charset=gbk", "annoncé hier", "windows-1252", nil},
		{"cyrillic by label", russian, "text/plain; charset=windows-1251", "городские власти", "windows-1251", nil},
		{"iso-2022-jp by label", "\x1b$B1@2O\x1b(B", "text/plain; charset=iso-2022-jp", "雲河", "iso-2022-jp", nil},
		{"empty", "", "text/html", "", "", ErrEmpty},
		{"white space", " \n", "text/html", "", "", ErrEmpty},
		{"gif", "GIF89a\x01\x00\x01\x00", "text/html", "", "", ErrBinary},
		{"control bytes", "\x01\x02\x03\x04\x05\x06\x07", "text/html", "", "", ErrBinary},
		{"high bytes of no charset", strings.Repeat("\x80\xff\x81\xfe\xa0", 50), "text/html", "", "", ErrUndecodable},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			text, charset, err := Decode([]byte(row.body), row.contentType)
			if !errors.Is(err, row.err) {
				t.Fatalf("error %v, want %v", err, row.err)
			}
			if charset != row.charset || !strings.Contains(text, row.want) {
				t.Errorf("%s %.80q, want %s %q", charset, text, row.charset, row.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(hansText)
	for _, s := range []string{"", hansText, gbk, "\xff\xfe\x91N", "<meta charset=gb2312>\xd4\xc6", "\xef\xbb\xbf"} {
		f.Add([]byte(s), "text/html; charset=big5")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, charset, err := Decode(body, contentType)
		if err != nil {
			if !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrBinary) && !errors.Is(err, ErrUndecodable) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\uFFFD") || charset == "" {
			t.Fatalf("charset %q, text %q", charset, text)
		}
	})
}
