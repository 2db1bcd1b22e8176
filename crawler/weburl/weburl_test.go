package weburl

import (
	"errors"
	"strings"
	"testing"

	"github.com/newsmill/newsmill/news"
)

func mustParse(t testing.TB, raw string) URL {
	t.Helper()
	u, err := Parse(raw)
	if err != nil {
		t.Fatalf("Parse(%q): %v", raw, err)
	}
	return u
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, want, hostPort, pathQuery string }{
		{"plain", "http://www.yunhe.example/a/b.html", "http://www.yunhe.example/a/b.html", "www.yunhe.example", "/a/b.html"},
		{"no path", "https://yunhe.example", "https://yunhe.example/", "yunhe.example", "/"},
		{"case of scheme and host", "HTTP://WWW.Yunhe.Example/News", "http://www.yunhe.example/News", "www.yunhe.example", "/News"},
		{"default port", "https://yunhe.example:443/x", "https://yunhe.example/x", "yunhe.example", "/x"},
		{"port of the other scheme", "https://yunhe.example:80/x", "https://yunhe.example:80/x", "yunhe.example:80", "/x"},
		{"fragment goes", "http://yunhe.example/x#y", "http://yunhe.example/x", "yunhe.example", "/x"},
		{"dots", "http://yunhe.example/a/../b/./c", "http://yunhe.example/b/c", "yunhe.example", "/b/c"},
		{"escaped dots", "http://yunhe.example/a/%2E%2e/b", "http://yunhe.example/b", "yunhe.example", "/b"},
		{"backslashes", `http:\\yunhe.example\a\b`, "http://yunhe.example/a/b", "yunhe.example", "/a/b"},
		{"tab and line break inside", "http://yunhe.example/a\n\tb", "http://yunhe.example/ab", "yunhe.example", "/ab"},
		{"space around and inside", "  http://yunhe.example/a b ", "http://yunhe.example/a%20b", "yunhe.example", "/a%20b"},
		{"Chinese path and query", "http://yunhe.example/新闻?词=云", "http://yunhe.example/%E6%96%B0%E9%97%BB?%E8%AF%8D=%E4%BA%91",
			"yunhe.example", "/%E6%96%B0%E9%97%BB?%E8%AF%8D=%E4%BA%91"},
		{"GBK escapes stay", "http://yunhe.example/s?q=%d4%c6", "http://yunhe.example/s?q=%D4%C6", "yunhe.example", "/s?q=%D4%C6"},
		{"Chinese host", "http://云河.example/", "http://xn--9kq974e.example/", "xn--9kq974e.example", "/"},
		{"trailing dot of the host", "http://yunhe.example./x", "http://yunhe.example/x", "yunhe.example", "/x"},
		{"unreserved escape", "http://yunhe.example/%7Ewang/%41", "http://yunhe.example/~wang/A", "yunhe.example", "/~wang/A"},
		{"slash escape stays", "http://yunhe.example/a%2fb", "http://yunhe.example/a%2Fb", "yunhe.example", "/a%2Fb"},
		{"stray percent", "http://yunhe.example/100%", "http://yunhe.example/100%25", "yunhe.example", "/100%25"},
		{"percent before an escape", "http://yunhe.example/%%32%65", "http://yunhe.example/%252e", "yunhe.example", "/%252e"},
		{"bar and caret", "http://yunhe.example/a|b^c", "http://yunhe.example/a%7Cb%5Ec", "yunhe.example", "/a%7Cb%5Ec"},
		{"brackets in the query", "http://yunhe.example/?a[]=1", "http://yunhe.example/?a[]=1", "yunhe.example", "/?a[]=1"},
		{"empty query", "http://yunhe.example/a?", "http://yunhe.example/a", "yunhe.example", "/a"},
		{"IPv4 in one number", "http://2130706433/", "http://127.0.0.1/", "127.0.0.1", "/"},
		{"IPv6", "http://[::1]:8080/a", "http://[::1]:8080/a", "[::1]:8080", "/a"},
		{"underscore", "http://my_host.example/", "http://my_host.example/", "my_host.example", "/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := mustParse(t, c.in)
			if u.String() != c.want || u.HostPort() != c.hostPort || u.PathQuery() != c.pathQuery {
				t.Errorf("got %q, host %q, path %q; want %q, %q, %q", u, u.HostPort(), u.PathQuery(), c.want, c.hostPort, c.pathQuery)
			}
			if token, err := news.HostToken(u.HostPort()); err != nil || token != u.HostToken() {
				t.Errorf("host token %q, want %q (%v)", u.HostToken(), token, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, in string }{
		{"empty", ""},
		{"relative", "/a/b"},
		{"script", "javascript:void(0)"},
		{"mail", "mailto:a@yunhe.example"},
		{"file", "file:///etc/passwd"},
		{"data", "data:text/html,x"},
		{"ftp", "ftp://yunhe.example/"},
		{"no host", "http:///"},
		{"credentials", "http://user:word@yunhe.example/"},
		{"user alone", "http://user@yunhe.example/"},
		{"bad port", "http://yunhe.example:99999/"},
		{"space in the host", "http://yun he.example/"},
		{"empty label", "http://a..b.example/"},
		{"label that ends with a hyphen", "http://a-.example/"},
		{"too long", "http://yunhe.example/" + strings.Repeat("a", MaxLen)},
		{"too long once escaped", "http://yunhe.example/" + strings.Repeat("云", MaxLen/8)},
		{"far too long", strings.Repeat("http://", MaxLen)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if u, err := Parse(c.in); !errors.Is(err, ErrURL) {
				t.Errorf("got %q, %v; want ErrURL", u, err)
			}
		})
	}
}

func TestResolve(t *testing.T) {
	base := mustParse(t, "https://www.yunhe.example/news/list/index.html?p=1")
	for _, c := range []struct{ name, ref, want string }{
		{"beside", "t20260503_1.html", "https://www.yunhe.example/news/list/t20260503_1.html"},
		{"above", "../../a.html", "https://www.yunhe.example/a.html"},
		{"above the root", "../../../../a.html", "https://www.yunhe.example/a.html"},
		{"root", "/a.html", "https://www.yunhe.example/a.html"},
		{"query alone", "?p=2", "https://www.yunhe.example/news/list/index.html?p=2"},
		{"same scheme", "//news.yunhe.example/x", "https://news.yunhe.example/x"},
		{"absolute", "http://x.example/", "http://x.example/"},
		{"empty", "", "https://www.yunhe.example/news/list/index.html?p=1"},
		{"fragment alone", "#top", "https://www.yunhe.example/news/list/index.html?p=1"},
		{"blanks around", " a.html\n", "https://www.yunhe.example/news/list/a.html"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := base.Resolve(c.ref)
			if err != nil || u.String() != c.want {
				t.Errorf("got %q, %v; want %q", u, err, c.want)
			}
		})
	}
	for _, ref := range []string{"javascript:history.go(-1)", "mailto:x@y", "http://", "tel:110"} {
		if u, err := base.Resolve(ref); !errors.Is(err, ErrURL) {
			t.Errorf("Resolve(%q) = %q, %v; want ErrURL", ref, u, err)
		}
	}
}

func TestCanonical(t *testing.T) {
	const host = "http://yunhe.example"
	for _, c := range []struct{ name, in, want string }{
		{"nothing to do", "/a?id=5&p=2", "/a?id=5&p=2"},
		{"order stays", "/a?z=1&a=2", "/a?z=1&a=2"},
		{"utm", "/a?utm_source=x&id=5&utm_medium=y", "/a?id=5"},
		{"all gone, and the question mark", "/a?spm=C1.2.3", "/a"},
		{"case of names", "/a?UTM_Source=x&ID=5", "/a?ID=5"},
		{"share button", "/a?from=timeline&isappinstalled=0", "/a"},
		{"from a date", "/a?from=2026-05-01&to=2026-05-03", "/a?from=2026-05-01&to=2026-05-03"},
		{"Baidu", "/s?id=17&wfr=spider&for=pc", "/s?id=17"},
		{"for something else", "/s?for=children", "/s?for=children"},
		{"session id in the path", "/a.jsp;jsessionid=0A1B?id=5", "/a.jsp?id=5"},
		{"session id in the middle", "/a;JSESSIONID=0A1B/b", "/a/b"},
		{"session id in the query", "/a.php?PHPSESSID=0a1b&id=5", "/a.php?id=5"},
		{"ASP", "/a.asp?ASPSESSIONIDQQ=x", "/a.asp"},
		{"sid of a session", "/a?sid=0123456789abcdef0123456789abcdef", "/a"},
		{"sid of a section", "/a?sid=12", "/a?sid=12"},
		{"empty parameters", "/a?&id=5&&", "/a?id=5"},
		{"parameter without value", "/a?20260503", "/a?20260503"},
		{"trailing slash stays", "/a/", "/a/"},
		{"names that only begin so", "/a?spmx=1&fromage=2", "/a?spmx=1&fromage=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := mustParse(t, host+c.in)
			if got := u.Canonical(); got != host+c.want {
				t.Errorf("got %q, want %q", got, host+c.want)
			}
			if u.CanonicalURL().String() != u.Canonical() {
				t.Errorf("CanonicalURL %q differs from Canonical %q", u.CanonicalURL(), u.Canonical())
			}
		})
	}
}

func TestParametersTable(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range parameters {
		if p.name != strings.ToLower(p.name) || seen[p.name] {
			t.Errorf("row %q is not lower case or stands twice", p.name)
		}
		seen[p.name] = true
	}
}

func TestText(t *testing.T) {
	u := mustParse(t, "http://yunhe.example/a?b=c")
	text, err := u.MarshalText()
	var back URL
	if err != nil || back.UnmarshalText(text) != nil || back != u {
		t.Errorf("%q came back as %q (%v)", u, back, err)
	}
	if err := back.UnmarshalText(nil); err != nil || !back.IsZero() {
		t.Errorf("the empty text gave %q, %v", back, err)
	}
	if err := back.UnmarshalText([]byte("x")); !errors.Is(err, ErrURL) {
		t.Errorf("got %v, want ErrURL", err)
	}
	if (URL{}).String() != "" || (URL{}).Canonical() != "" {
		t.Error("the zero URL has a text")
	}
}

// FuzzParse holds: what Parse takes is a fixed point of Parse, the canonical form is one of Canonical, and every part is what the
// packages above rely on.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://yunhe.example/a/../%2e%2E/b?utm_x=1&%zz#f", `HTTP:\\云河.example:80\a|b`, "https://[::1]:8443/;jsessionid=1;x",
		"http://1.2.3.4./", "http://a.example/%%32%65?%%%33%31", "http://a.example/;jsessionid=;jsessionid=/", "http://yunhe.example/?;=&&from"} {
		f.Add(s, "../x?y=%a1")
	}
	base := mustParse(f, "http://yunhe.example/d/e?f=g")
	f.Fuzz(func(t *testing.T, raw, ref string) {
		if u, err := Parse(raw); err == nil {
			checkURL(t, u)
			if v, err := u.Resolve(ref); err == nil {
				checkURL(t, v)
			}
		} else if !errors.Is(err, ErrURL) {
			t.Errorf("%v is not ErrURL", err)
		}
		if u, err := base.Resolve(raw); err == nil {
			checkURL(t, u)
		}
	})
}

func checkURL(t *testing.T, u URL) {
	t.Helper()
	for _, s := range []string{u.String(), u.Canonical()} {
		if v, err := Parse(s); err != nil || v.String() != s {
			t.Fatalf("%q parses to %q, %v", s, v, err)
		}
		for i := range len(s) {
			if s[i] <= ' ' || s[i] >= 0x7f {
				t.Fatalf("%q holds the byte %#x", s, s[i])
			}
		}
	}
	if c := u.CanonicalURL(); c.Canonical() != u.Canonical() {
		t.Fatalf("canonical of %q is %q, and of that %q", u, u.Canonical(), c.Canonical())
	}
	if _, err := news.HostToken(u.HostPort()); err != nil {
		t.Fatal(err)
	}
	if u.Path() == "" || u.Path()[0] != '/' || u.Port() == "" {
		t.Fatalf("%q: path %q, port %q", u, u.Path(), u.Port())
	}
}

func BenchmarkCanonical(b *testing.B) {
	base := mustParse(b, "http://www.yunhe.example/news/list/index.html")
	for b.Loop() {
		u, err := base.Resolve("../t20260503_12345.html?utm_source=x&id=7")
		if err != nil || u.Canonical() == "" {
			b.Fatal(err)
		}
	}
}
