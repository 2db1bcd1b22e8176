package extract

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// The errors of Decode.
var (
	ErrEmpty       = errors.New("no bytes")
	ErrBinary      = errors.New("binary data")
	ErrUndecodable = errors.New("text in no known charset")
)

// sampleSize bounds how much of a page is decoded for each charset that is weighed; the winner decodes everything.
const sampleSize = 64 << 10

// fewChars is how many characters past ASCII may be valid UTF-8 by accident, or be all that a page of another charset of escapes
// has.
const fewChars = 8

// minQuality is the share of plausible characters below which a decoding is mojibake. Right decodings of Chinese news reach
// 0.5 and more on the table of common characters, wrong ones stay below 0.15.
const minQuality = 0.2

// Decode gives the text of a page and the name of the charset it was in. In this order: byte order mark, valid UTF-8 (whatever
// the label says), then the labels (HTTP header, meta, XML declaration) against GB18030, Big5 and the rest, each weighed by how
// plausible its text is: a label is a hint with a bonus, never an order. gb2312 and gbk are read as GB18030, which holds them.
// Bytes that fit nothing are dropped where they are few. The error is ErrEmpty, ErrBinary or wraps ErrUndecodable.
func Decode(body []byte, contentType string) (text, charset string, err error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return "", "", ErrEmpty
	}
	if name, enc, skip := byteOrderMark(body); enc != nil {
		return decodeAll(body[skip:], name, enc)
	}
	if isBinary(body) {
		return "", "", ErrBinary
	}
	if name, enc := bareUTF16(body); enc != nil {
		return decodeAll(body, name, enc)
	}
	valid := utf8.Valid(body)
	good, bad := countUTF8(body, valid)
	switch {
	case valid && good > fewChars:
		return undouble(cleanText(string(body))), "utf-8", nil
	case bad == 0 && good > fewChars: // cut off within a character
		return undouble(cleanUTF8(body)), "utf-8", nil
	}
	labels := labelsOf(body, contentType)
	if bad == 0 && (good == 0 && !needsEscape(labels) || len(labels) == 0) || valid && allUTF8(labels) {
		return undouble(cleanUTF8(body)), "utf-8", nil
	}
	if good == 0 && bad == 0 { // a charset of escapes, which nothing but its label tells from ASCII
		for _, l := range labels {
			if enc, err := htmlindex.Get(l); err == nil && needsEscape([]string{l}) {
				return decodeAll(body, l, enc)
			}
		}
	}
	return weigh(body, labels, good, bad)
}

// allUTF8 tells whether nothing else is claimed.
func allUTF8(labels []string) bool {
	return !slices.ContainsFunc(labels, func(l string) bool { return l != "utf-8" })
}

// candidate is a charset that the bytes may be in.
type candidate struct {
	name  string
	enc   encoding.Encoding
	bonus float64 // for being the label
}

// weigh decodes a sample by every candidate and takes the most plausible.
func weigh(body []byte, labels []string, good, bad int) (string, string, error) {
	sample := sampleOf(body)
	best, bestQuality := candidate{}, -1.0
	if good > 0 && bad*4 <= good { // UTF-8 with stray bytes; random bytes hardly ever form its sequences
		if good >= 100 && bad*20 <= good {
			return undouble(cleanUTF8(body)), "utf-8", nil
		}
		best, bestQuality = candidate{name: "utf-8"}, 0.9-float64(bad)/float64(good)
	}
	for _, c := range candidates(labels) {
		if bestQuality < minQuality && (c.name == "gb18030" || c.name == "big5") {
			if out, err := decodeBytes(c.enc, body); err == nil && surelyChinese(out) {
				return cleanText(string(out)), c.name, nil
			}
		}
		out, err := c.enc.NewDecoder().Bytes(sample)
		if err != nil {
			continue
		}
		if q := quality(out) + c.bonus; q > bestQuality {
			best, bestQuality = c, q
		}
	}
	if bestQuality < minQuality {
		return "", "", fmt.Errorf("%w: best guess %q with quality %.2f", ErrUndecodable, best.name, bestQuality)
	}
	if best.enc == nil {
		return undouble(cleanUTF8(body)), "utf-8", nil
	}
	return decodeAll(body, best.name, best.enc)
}

// candidates lists the labels first, then what Chinese and neighbouring sites are in.
func candidates(labels []string) []candidate {
	var out []candidate
	seen := map[string]bool{"utf-8": true}
	add := func(name string, bonus float64) {
		enc, err := htmlindex.Get(name)
		if err != nil {
			return
		}
		if canonical, err := htmlindex.Name(enc); err == nil {
			name = canonical
		}
		switch name {
		case "gbk", "gb18030", "hz-gb-2312":
			if name != "hz-gb-2312" {
				name, enc = "gb18030", simplifiedchinese.GB18030
			}
		case "big5":
			enc = traditionalchinese.Big5
		case "utf-16le", "utf-16be", "replacement", "x-user-defined":
			return // a page that says so in ASCII is not
		}
		if !seen[name] {
			seen[name] = true
			out = append(out, candidate{name, enc, bonus})
		}
	}
	for _, label := range labels {
		add(label, 0.1)
	}
	for _, name := range []string{"gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-1252"} {
		add(name, 0)
	}
	add("windows-1251", -0.1) // any high bytes make letters in it
	return append(out,
		candidate{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 0},
		candidate{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 0})
}

// needsEscape tells whether a label names a charset whose text looks like ASCII.
func needsEscape(labels []string) bool {
	for _, l := range labels {
		if l == "iso-2022-jp" || l == "hz-gb-2312" || l == "hz" {
			return true
		}
	}
	return false
}

// labelsOf gives the charsets that the page claims, HTTP header first: repeated, quoted or doubled labels are all read.
func labelsOf(body []byte, contentType string) []string {
	var out []string
	if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" {
		out = append(out, cleanLabel(params["charset"]))
	} else if _, after, ok := strings.Cut(strings.ToLower(contentType), "charset="); ok {
		out = append(out, cleanLabel(after))
	}
	head := lowerASCII(body[:min(len(body), 64<<10)])
	if i := bytes.Index(head, []byte("</head")); i > 0 {
		head = head[:i]
	}
	for _, mark := range []string{"charset", "encoding"} {
		rest := head
		for range 4 {
			i := bytes.Index(rest, []byte(mark))
			if i < 0 {
				break
			}
			rest = rest[i+len(mark):]
			value := bytes.TrimLeft(rest, " \t\r\n")
			if len(value) > 0 && value[0] == '=' {
				out = append(out, cleanLabel(string(value[1:min(len(value), 48)])))
			}
		}
	}
	return out
}

func lowerASCII(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		out[i] = c
	}
	return out
}

func cleanLabel(s string) string {
	s = strings.TrimLeft(strings.ToLower(s), " \t\r\n\"'")
	end := strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == ':' || r == '.')
	})
	if end >= 0 {
		s = s[:end]
	}
	if s == "utf8" {
		return "utf-8"
	}
	return s
}

// sampleOf gives the first sampleSize bytes from the first byte that is not ASCII on, so that a long head of scripts says nothing.
func sampleOf(body []byte) []byte {
	i := bytes.IndexFunc(body, func(r rune) bool { return r >= utf8.RuneSelf })
	i = max(i, 0) &^ 1 // UTF-16 starts at even bytes
	return body[i:min(len(body), i+sampleSize)]
}

func byteOrderMark(b []byte) (string, encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return "utf-8", encoding.Nop, 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	}
	return "", nil, 0
}

// bareUTF16 recognises UTF-16 without a mark by the zero bytes of its ASCII part, which stand on one side only.
func bareUTF16(b []byte) (string, encoding.Encoding) {
	b = b[:min(len(b), 4096)&^1]
	var even, odd, le, be int
	for i := 0; i < len(b); i += 2 {
		switch { // markup: characters whose bytes the other way about are of no script, while 一 and 最 look like N and g
		case b[i+1] == 0 && strings.IndexByte("<>/=\"", b[i]) >= 0:
			le++
		case b[i] == 0 && strings.IndexByte("<>/=\"", b[i+1]) >= 0:
			be++
		}
		if b[i] == 0 {
			even++
		}
		if b[i+1] == 0 {
			odd++
		}
	}
	half := len(b) / 2
	switch {
	case odd*10 >= half && odd > 4 && even*20 <= odd, le > 4 && le*100 >= half && be == 0:
		return "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case even*10 >= half && even > 4 && odd*20 <= even, be > 4 && be*100 >= half && le == 0:
		return "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return "", nil
}

// decodeAll decodes the whole page; a decoder of x/text writes U+FFFD for what does not fit, and cleanUTF8 drops it.
func decodeAll(body []byte, name string, enc encoding.Encoding) (string, string, error) {
	out, err := decodeBytes(enc, body)
	if err != nil {
		return "", "", fmt.Errorf("%w: %s: %w", ErrUndecodable, name, err)
	}
	text := cleanUTF8(out)
	if strings.TrimSpace(text) == "" {
		return "", "", ErrEmpty
	}
	return text, name, nil
}

// decodeBytes decodes at one go where the text is at most one and a half times as long, as it is from all charsets of two bytes a
// character.
func decodeBytes(enc encoding.Encoding, body []byte) ([]byte, error) {
	dst := make([]byte, len(body)+len(body)/2+16)
	dec := enc.NewDecoder()
	if n, _, err := dec.Transform(dst, body, true); err == nil {
		return dst[:n], nil
	}
	return enc.NewDecoder().Bytes(body)
}

// cleanUTF8 drops bytes that are not UTF-8, U+FFFD and NUL.
func cleanUTF8(b []byte) string {
	if utf8.Valid(b) {
		return cleanText(string(b))
	}
	return cleanText(strings.ToValidUTF8(string(b), ""))
}

// cleanText drops U+FFFD and NUL.
func cleanText(s string) string {
	if strings.IndexByte(s, 0) >= 0 || strings.Contains(s, "\uFFFD") {
		s = strings.NewReplacer("\x00", "", "\uFFFD", "").Replace(s)
	}
	return s
}
