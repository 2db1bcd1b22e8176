package main

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

var (
	metaRE = regexp.MustCompile(`(?is)<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)`)
	xmlRE  = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)
)

// decode gives every peer the same text: byte order mark, then valid UTF-8, then the declared charset, then a guess. Valid UTF-8 goes
// before the declaration, since saved pages are often transcoded with their <meta> left as it was. corpus.py has its twin,
// and this file stands in two modules, byte for byte the same.
func decode(raw []byte) string {
	text := string(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if enc := charset(raw); enc != nil {
		if b, err := enc.NewDecoder().Bytes(raw); err == nil {
			text = string(b)
		}
	}
	text = strings.TrimPrefix(strings.ToValidUTF8(text, "\ufffd"), "\ufeff")
	return xmlRE.ReplaceAllString(strings.ReplaceAll(text, "\x00", ""), "")
}

// charset is nil for UTF-8.
func charset(raw []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case utf8.Valid(raw):
		return nil
	}
	m := metaRE.FindSubmatch(raw[:min(len(raw), 16384)])
	if m == nil {
		return guess(raw)
	}
	enc, err := htmlindex.Get(strings.ToLower(string(m[1])))
	if err != nil {
		return guess(raw)
	}
	switch name, _ := htmlindex.Name(enc); {
	case name == "gbk":
		return simplifiedchinese.GB18030
	case name == "utf-8" && !nearlyUTF8(raw):
		return guess(raw)
	case name == "utf-8":
		return nil
	}
	return enc
}

// nearlyUTF8 tells whether at most a tenth of the high bytes fall out of UTF-8.
func nearlyUTF8(raw []byte) bool {
	bad := bytes.Count(bytes.ToValidUTF8(raw, []byte("\ufffd")), []byte("\ufffd"))
	high := 0
	for _, b := range raw {
		if b >= utf8.RuneSelf {
			high++
		}
	}
	return bad*10 <= high
}

// guess takes GB18030 where the high bytes stand in runs, as in two-byte text, and Windows-1252 where most stand alone.
func guess(raw []byte) encoding.Encoding {
	high, inRuns, run := 0, 0, 0
	for i := 0; i <= len(raw); i++ {
		if i < len(raw) && raw[i] >= utf8.RuneSelf {
			run++
			continue
		}
		high += run
		if run > 1 {
			inRuns += run
		}
		run = 0
	}
	if inRuns*2 > high {
		return simplifiedchinese.GB18030
	}
	return charmap.Windows1252
}
