package discover

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// headBytes is how far a document's own word on its charset is looked for.
const headBytes = 16 << 10

var (
	htmlLabel = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-z0-9_:-]{2,40})`)
	xmlLabel  = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9_:.-]{2,40})["']`)
)

// decode gives the body in UTF-8, and the encoding it was in (nil for UTF-8). Links are ASCII nearly always, so this is coarser than
// what the normalizer does with an article: a byte order mark; then valid UTF-8 with text in it, whatever the labels say; then the
// label of the document and that of the server; and what is none of it is taken for GB18030, as most unlabelled Chinese pages are.
func decode(body []byte, contentType string, label *regexp.Regexp) ([]byte, encoding.Encoding) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return bytes.ToValidUTF8(body[3:], []byte("\ufffd")), nil
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return through(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), body), nil
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return through(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), body), nil
	}
	enc := labelled(body, contentType, label)
	if utf8.Valid(body) {
		if enc == nil || !ascii(body) {
			return body, nil
		}
		return body, enc // only ASCII: the label still rules what goes into a query
	}
	if enc == nil {
		enc = simplifiedchinese.GB18030
	}
	return through(enc, body), enc
}

// labelled gives the encoding that the document or the server names; nil for UTF-8, for UTF-16 (without its mark it is never meant) and
// for unknown names.
func labelled(body []byte, contentType string, label *regexp.Regexp) encoding.Encoding {
	var names []string
	if m := label.FindSubmatch(body[:min(len(body), headBytes)]); m != nil {
		names = append(names, string(m[1]))
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		names = append(names, params["charset"])
	}
	for _, name := range names {
		enc, canonical := charset.Lookup(strings.TrimSpace(name))
		switch {
		case enc == nil, canonical == "utf-8", strings.HasPrefix(canonical, "utf-16"), canonical == "replacement":
		case canonical == "gbk":
			return simplifiedchinese.GB18030
		default:
			return enc
		}
	}
	return nil
}

func through(enc encoding.Encoding, body []byte) []byte {
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	return out
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
