package robots

import (
	"strconv"
	"strings"
)

// rule is an allow or disallow line.
type rule struct {
	allow   bool
	pattern string   // normal form; its length is the rule's weight
	parts   []string // the pattern between its stars
	end     bool     // "$" at the end: the path ends here
}

func newRule(allow bool, value string) rule {
	r := rule{allow: allow, pattern: normalPattern(value)}
	body, end := strings.CutSuffix(r.pattern, "$")
	r.end = end
	r.parts = strings.Split(body, "*")
	return r
}

// matches tells whether the pattern fits the path from its beginning. Only stars vary, so taking each part at its first place is
// enough, and a hostile pattern costs no more than parts × path.
func (r rule) matches(path string) bool {
	rest, ok := strings.CutPrefix(path, r.parts[0])
	if !ok {
		return false
	}
	last := len(r.parts) - 1
	if last == 0 {
		return !r.end || rest == ""
	}
	for _, part := range r.parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	if r.end {
		return strings.HasSuffix(rest, r.parts[last])
	}
	return strings.Contains(rest, r.parts[last])
}

// normalPath and normalPattern bring both sides into the form that RFC 9309 §2.2.2 compares: bytes outside ASCII escaped, escaped
// unreserved characters written out, upper-case digits. A star or dollar in a path is escaped, so that it meets the "%2A" or "%24" of
// a rule that means the character (§2.2.3).
func normalPath(s string) string { return normal(s, "") }

func normalPattern(s string) string {
	body, end := strings.CutSuffix(s, "$")
	body = normal(body, "*")
	for strings.Contains(body, "**") {
		body = strings.ReplaceAll(body, "**", "*")
	}
	if end {
		body += "$"
	}
	return body
}

const upperHex = "0123456789ABCDEF"

func normal(s, special string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		escape := c <= ' ' || c >= 0x7f || (c == '*' || c == '$') && strings.IndexByte(special, c) < 0
		if c == '%' {
			escape = true // one that begins no escape becomes %25
			if v, ok := escaped(s[i:]); ok {
				c, escape = v, !unreserved(v)
				i += 2
			}
		}
		if !escape {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

// escaped reads the escape at the beginning of s.
func escaped(s string) (byte, bool) {
	if len(s) < 3 {
		return 0, false
	}
	v, err := strconv.ParseUint(s[1:3], 16, 8)
	return byte(v), err == nil
}

// unreserved is RFC 3986 §2.3.
func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
