package news

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ErrHost is returned for a host that cannot stand in a subject.
var ErrHost = errors.New("host cannot be written as a subject token")

// HostToken writes a host as one subject token of [a-z0-9_-]: epaper.example.cn as epaper_example_cn, an underscore as "_-", a
// port as "-_8080" behind it, an IPv6 address as "v6_" and its 32 hex digits. ParseHostToken is its inverse.
//
// host is a URL's host as the WHATWG URL standard serialises it: ASCII (punycode), an IPv6 address in brackets, the port only
// where it is not the scheme's own. Upper case is folded and one trailing dot dropped. The error wraps ErrHost.
func HostToken(host string) (string, error) {
	name, port, err := splitPort(strings.ToLower(host))
	if err != nil {
		return "", fmt.Errorf("%w: %q: %w", ErrHost, host, err)
	}
	var b strings.Builder
	if strings.HasPrefix(name, "[") {
		addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", fmt.Errorf("%w: %q is not an IPv6 address", ErrHost, host)
		}
		raw := addr.As16()
		b.WriteString("v6_" + hex.EncodeToString(raw[:]))
	} else {
		name = strings.TrimSuffix(name, ".")
		if err := checkName(name); err != nil {
			return "", fmt.Errorf("%w: %q: %w", ErrHost, host, err)
		}
		for i := range len(name) {
			switch c := name[i]; c {
			case '.':
				b.WriteByte('_')
			case '_':
				b.WriteString("_-")
			default:
				b.WriteByte(c)
			}
		}
	}
	if port != "" {
		b.WriteString("-_" + port)
	}
	return b.String(), nil
}

// checkName refuses what DNS does not allow anyway and what would make two hosts one token: a label that is empty or that begins
// or ends with a hyphen, and the form that is kept for IPv6.
func checkName(name string) error {
	if name == "" || len(name) > 253 {
		return errors.New("its length is not 1 to 253")
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return fmt.Errorf("bad label %q", label)
		}
		for i := range len(label) {
			if c := label[i]; !tokenByte(c) {
				return fmt.Errorf("bad character %q", c)
			}
		}
	}
	if rest, ok := strings.CutPrefix(name, "v6."); ok && len(rest) == 32 {
		if _, err := hex.DecodeString(rest); err == nil {
			return errors.New("looks like an IPv6 token")
		}
	}
	return nil
}

func splitPort(host string) (name, port string, err error) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.HasSuffix(host, "]") {
		return host, "", nil
	}
	name, port = host[:i], host[i+1:]
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || strconv.FormatUint(n, 10) != port {
		return "", "", fmt.Errorf("bad port %q", port)
	}
	return name, port, nil
}

// ParseHostToken gives back the host that HostToken wrote. The error wraps ErrHost.
func ParseHostToken(token string) (string, error) {
	name, port := token, ""
	// "-_" and a digit begins a port: in a name it would be a label that ends with a hyphen.
	for i := 0; i+2 < len(token); i++ {
		if token[i] == '-' && token[i+1] == '_' && token[i+2] >= '0' && token[i+2] <= '9' && (i == 0 || !escaped(token, i)) {
			name, port = token[:i], ":"+token[i+2:]
			break
		}
	}
	host, err := parseName(name)
	if err != nil {
		return "", err
	}
	host += port
	if again, err := HostToken(host); err != nil || again != token {
		return "", fmt.Errorf("%w: %q is not a host token", ErrHost, token)
	}
	return host, nil
}

// escaped tells whether the hyphen at i is the second half of "_-".
func escaped(token string, i int) bool { return token[i-1] == '_' }

func parseName(name string) (string, error) {
	if digits, ok := strings.CutPrefix(name, "v6_"); ok && len(digits) == 32 {
		if raw, err := hex.DecodeString(digits); err == nil {
			return "[" + netip.AddrFrom16([16]byte(raw)).String() + "]", nil
		}
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '_' && i+1 < len(name) && name[i+1] == '-':
			b.WriteByte('_')
			i++
		case c == '_':
			b.WriteByte('.')
		case tokenByte(c):
			b.WriteByte(c)
		default:
			return "", fmt.Errorf("%w: bad character %q in %q", ErrHost, c, name)
		}
	}
	return b.String(), nil
}

func tokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// ValidToken tells whether s can be a subject token of the contract: 1 to 64 characters of [a-z0-9_-].
func ValidToken(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		if !tokenByte(s[i]) {
			return false
		}
	}
	return true
}
