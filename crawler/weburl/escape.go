package weburl

import "strings"

const upperHex = "0123456789ABCDEF"

// escape brings percent-escapes into one form (RFC 3986 §6.2.2): escaped unreserved characters are written out, escapes have upper-case
// digits, what keep refuses is escaped, and so is a "%" that begins no escape. Applied twice it changes nothing more. Escapes of
// other bytes stay: they may be text in the site's own charset.
func escape(s string, keep func(byte) bool) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			v, ok := escaped(s[i:])
			if ok {
				i += 2
				if unreserved(v) {
					b.WriteByte(v)
					continue
				}
				c = v
			}
		} else if keep(c) {
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
	hi, ok1 := unhex(s[1])
	lo, ok2 := unhex(s[2])
	return hi<<4 | lo, ok1 && ok2
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// unreserved is RFC 3986 §2.3.
func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// pathByte is pchar of RFC 3986 §3.3 and the slash.
func pathByte(c byte) bool { return unreserved(c) || strings.IndexByte("!$&'()*+,;=:@/", c) >= 0 }

// queryByte is §3.4; square brackets stay, because content systems write a[]=1 and know it so.
func queryByte(c byte) bool { return pathByte(c) || strings.IndexByte("?[]", c) >= 0 }
