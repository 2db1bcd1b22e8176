package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// TestDecode has the cases of test_bench.py's test_decode, so that all peers get the same text.
func TestDecode(t *testing.T) {
	gbk := func(s string) []byte {
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	meta := func(label string) string { return `<meta charset="` + label + `">天气晴好` }
	for name, row := range map[string]struct {
		raw  []byte
		want string
	}{
		"UTF-8 with a wrong label":   {[]byte(meta("gbk")), meta("gbk")},
		"GBK labelled gb2312":        {gbk(meta("gb2312")), meta("gb2312")},
		"GBK without a label":        {gbk("天气晴好"), "天气晴好"},
		"GBK labelled UTF-8":         {gbk(meta("utf-8")), meta("utf-8")},
		"an unknown label":           {gbk(meta("x-none")), meta("x-none")},
		"UTF-16":                     {[]byte("\xff\xfe\x29\x59\x14\x6c"), "天气"},
		"Windows-1252":               {[]byte("caf\xe9 na\xefve"), "café naïve"},
		"an XML declaration goes":    {[]byte("<?xml version=\"1.0\"?><p>x"), "<p>x"},
		"a byte order mark goes too": {[]byte("\xef\xbb\xbf<p>x"), "<p>x"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := decode(row.raw); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestEveryExtractorReadsAPage(t *testing.T) {
	line := `{"id":"a","url":"http://x.example/1","html_base64":"` + base64.StdEncoding.EncodeToString([]byte(warmUp)) + "\"}\n"
	for name, extract := range extractors {
		t.Run(name, func(t *testing.T) {
			var out, summary bytes.Buffer
			if err := serve(extract, strings.NewReader(line), &out, &summary); err != nil {
				t.Fatal(err)
			}
			var a answer
			if err := json.Unmarshal(out.Bytes(), &a); err != nil || a.ID != "a" || a.Error != "" || !strings.Contains(a.Body, "nine hundred people") {
				t.Errorf("%v: %s", err, out.String())
			}
		})
	}
}

func TestFailuresStayWithThePage(t *testing.T) {
	for name, extract := range map[string]extractor{
		"error": func(string, *url.URL) (answer, error) { return answer{}, errors.New("no content") },
		"panic": func(string, *url.URL) (answer, error) { panic("no content") },
	} {
		t.Run(name, func(t *testing.T) {
			if a := bounded(extract, request{ID: "a"}); a.ID != "a" || !strings.Contains(a.Error, "no content") {
				t.Errorf("answer %+v", a)
			}
		})
	}
}
