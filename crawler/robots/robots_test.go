package robots

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAllowed has the cases of RFC 9309 by section, and those that known parsers get wrong.
func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		name, robots, agent, path string
		want                      bool
	}{
		{"empty file", "", "newsmill", "/x", true},
		{"§2.2.1 own group", "User-agent: newsmill\nDisallow: /\n", "newsmill", "/x", false},
		{"§2.2.1 group of another", "User-agent: otherbot\nDisallow: /\n", "newsmill", "/x", true},
		{"§2.2.1 case does not matter", "USER-AGENT: NewsMill\nDISALLOW: /\n", "newsmill", "/x", false},
		{"§2.2.1 star for those without a group", "User-agent: *\nDisallow: /a\n", "newsmill", "/a/b", false},
		{"§2.2.1 own group beats star", "User-agent: *\nDisallow: /\n\nUser-agent: newsmill\nDisallow: /a\n", "newsmill", "/x", true},
		{"§2.2.1 own empty group beats star", "User-agent: *\nDisallow: /\nUser-agent: newsmill\nDisallow:\n", "newsmill", "/x", true},
		{"§2.2.1 groups of one agent are one", "User-agent: newsmill\nDisallow: /a\n\nUser-agent: x\nDisallow: /b\n\nUser-agent: newsmill\nDisallow: /c\n", "newsmill", "/c", false},
		{"§2.2.1 the first of them too", "User-agent: newsmill\nDisallow: /a\n\nUser-agent: x\nDisallow: /b\n\nUser-agent: newsmill\nDisallow: /c\n", "newsmill", "/a", false},
		{"§2.2.1 but not that of x", "User-agent: newsmill\nDisallow: /a\n\nUser-agent: x\nDisallow: /b\n\nUser-agent: newsmill\nDisallow: /c\n", "newsmill", "/b", true},
		{"§2.2.1 one group for two agents", "User-agent: x\nUser-agent: newsmill\nDisallow: /a\n", "newsmill", "/a", false},
		{"product token, not a part of the header", "User-agent: mill\nDisallow: /\n", "newsmill/1.0 (+https://mill.example/bot)", "/x", true},
		{"product token, not a word of the header", "User-agent: mozilla\nDisallow: /\n", "newsmill/1.0 (compatible; Mozilla)", "/x", true},
		{"product token, not the beginning of ours", "User-agent: news\nDisallow: /\n", "newsmill", "/x", true},
		{"product token, ours is not the beginning of it", "User-agent: newsmill-images\nDisallow: /\n", "newsmill", "/x", true},
		{"token with a version behind it", "User-agent: newsmill/2.0\nDisallow: /\n", "newsmill/1.0", "/x", false},
		{"whole header asked with", "User-agent: newsmill\nDisallow: /\n", "newsmill/1.0 (+https://yunhe.example/bot)", "/x", false},
		{"star inside a name is no star", "User-agent: *bot\nDisallow: /\n", "newsmill", "/x", true},
		{"star with a remark", "User-agent: * everybody\nDisallow: /\n", "newsmill", "/x", false},

		{"§2.2.2 longest match allows", "User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n", "newsmill", "/example/page/", true},
		{"§2.2.2 longest match disallows", "User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n", "newsmill", "/example/page/disallowed.gif", false},
		{"§2.2.2 order does not matter", "User-agent: *\nDisallow: /\nAllow: /news/\n", "newsmill", "/news/1", true},
		{"§2.2.2 tie allows", "User-agent: *\nDisallow: /page\nAllow: /page\n", "newsmill", "/page", true},
		{"§2.2.2 no rule matches", "User-agent: *\nDisallow: /a\n", "newsmill", "/b", true},
		{"§2.2.2 paths are case-sensitive", "User-agent: *\nDisallow: /A\n", "newsmill", "/a", true},
		{"§2.2.2 robots.txt itself", "User-agent: *\nDisallow: /\n", "newsmill", "/robots.txt", true},
		{"§2.2.2 prefix of a name", "User-agent: *\nDisallow: /fish\n", "newsmill", "/fishheads/yummy.html", false},
		{"§2.2.2 folder only", "User-agent: *\nDisallow: /fish/\n", "newsmill", "/fish", true},
		{"§2.2.2 query counts", "User-agent: *\nDisallow: /*?\n", "newsmill", "/a?b", false},
		{"§2.2.2 escaped UTF-8 rule", "User-agent: *\nDisallow: /foo/bar/%E3%83%84\n", "newsmill", "/foo/bar/%E3%83%84", false},
		{"§2.2.2 raw UTF-8 rule", "User-agent: *\nDisallow: /foo/bar/ツ\n", "newsmill", "/foo/bar/%E3%83%84", false},
		{"§2.2.2 lower-case escapes", "User-agent: *\nDisallow: /foo/bar/%e3%83%84\n", "newsmill", "/foo/bar/%E3%83%84", false},
		{"§2.2.2 needless escapes in the path", "User-agent: *\nDisallow: /foo/bar/baz\n", "newsmill", "/foo/bar/%62%61%7A", false},
		{"§2.2.2 needless escapes in the rule", "User-agent: *\nDisallow: /foo/bar/%62%61%7A\n", "newsmill", "/foo/bar/baz", false},
		{"§2.2.2 reserved escapes differ", "User-agent: *\nDisallow: /foo/bar?baz=https://foo.bar\n", "newsmill", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", true},
		{"GBK bytes in a rule", "User-agent: *\nDisallow: /\xd4\xc6\n", "newsmill", "/%D4%C6", false},

		{"§2.2.3 star", "User-agent: *\nDisallow: /this/*/exactly\n", "newsmill", "/this/path/exactly", false},
		{"§2.2.3 star is nothing too", "User-agent: *\nDisallow: /fish*.php\n", "newsmill", "/fish.php", false},
		{"§2.2.3 end", "User-agent: *\nAllow: /this/path/exactly$\nDisallow: /\n", "newsmill", "/this/path/exactly", true},
		{"§2.2.3 end does not match more", "User-agent: *\nAllow: /this/path/exactly$\nDisallow: /\n", "newsmill", "/this/path/exactly/more", false},
		{"§2.2.3 star and end", "User-agent: *\nDisallow: /*.php$\n", "newsmill", "/a/b.php", false},
		{"§2.2.3 star and end, query behind", "User-agent: *\nDisallow: /*.php$\n", "newsmill", "/a/b.php?x", true},
		{"§2.2.3 star and end, twice there", "User-agent: *\nDisallow: /*.php$\n", "newsmill", "/a.php/b.php", false},
		{"§2.2.3 dollar inside is a character", "User-agent: *\nDisallow: /a$b\n", "newsmill", "/a$b", false},
		{"§2.2.3 escaped star is a character", "User-agent: *\nDisallow: /path/file-with-a-%2A.html\n", "newsmill", "/path/file-with-a-*.html", false},
		{"§2.2.3 and only that", "User-agent: *\nDisallow: /path/file-with-a-%2A.html\n", "newsmill", "/path/file-with-a-b.html", true},
		{"§2.2.3 escaped dollar is a character", "User-agent: *\nDisallow: /path/foo-%24\n", "newsmill", "/path/foo-$", false},
		{"§2.2.3 root only", "User-agent: *\nDisallow: /\nAllow: /$\n", "newsmill", "/", true},
		{"§2.2.3 root only, the rest", "User-agent: *\nDisallow: /\nAllow: /$\n", "newsmill", "/a", false},
		{"star at the beginning", "User-agent: *\nDisallow: *.gif\n", "newsmill", "/a.gif", false},
		{"many stars", "User-agent: *\nDisallow: /***a**b***\n", "newsmill", "/xaxb", false},

		{"§2.2.4 other records end no group", "User-agent: x\nSitemap: https://yunhe.example/s.xml\nUser-agent: newsmill\nDisallow: /a\n", "x", "/a", false},
		{"§2.2.4 nor does Crawl-delay", "User-agent: x\nCrawl-delay: 5\nUser-agent: newsmill\nDisallow: /a\n", "x", "/a", false},
		{"empty lines end no group", "User-agent: x\n\n\nDisallow: /a\n", "x", "/a", false},
		{"rules before any group", "Disallow: /\nUser-agent: newsmill\nDisallow: /a\n", "newsmill", "/b", true},
		{"empty disallow is no rule", "User-agent: *\nDisallow:\n", "newsmill", "/x", true},
		{"empty disallow ends the agents", "User-agent: newsmill\nDisallow:\nUser-agent: x\nDisallow: /\n", "newsmill", "/x", true},
		{"comment behind a rule", "User-agent: * # all\nDisallow: /a # not here\n", "newsmill", "/a", false},
		{"comment line between", "User-agent: *\n# no\nDisallow: /a\n", "newsmill", "/a", false},
		{"white space everywhere", " \tUser-agent \t: \t* \nDisallow\t:\t/a\t\n", "newsmill", "/a", false},
		{"CR line ends", "User-agent: *\rDisallow: /a\r", "newsmill", "/a", false},
		{"CRLF line ends", "User-agent: *\r\nDisallow: /a\r\n", "newsmill", "/a", false},
		{"no line end at the end", "User-agent: *\nDisallow: /a", "newsmill", "/a", false},
		{"byte order mark", "\xef\xbb\xbfUser-agent: *\nDisallow: /a\n", "newsmill", "/a", false},
		{"colon forgotten", "User-agent *\nDisallow /a\n", "newsmill", "/a", false},
		{"misspelt", "useragent: *\ndissallow: /a\n", "newsmill", "/a", false},
		{"an HTML page instead", "<!DOCTYPE html><html><body>404: Disallow: /</body></html>", "newsmill", "/x", true},
		{"rule without a slash matches nothing", "User-agent: *\nDisallow: a\n", "newsmill", "/a", true},
		{"empty path is the root", "User-agent: *\nDisallow: /\n", "newsmill", "", false},
		{"no agent asks as star", "User-agent: *\nDisallow: /a\n", "", "/a", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Parse([]byte(c.robots)).Allowed(c.agent, c.path); got != c.want {
				t.Errorf("Allowed(%q, %q) = %v, want %v, by\n%s", c.agent, c.path, got, c.want, c.robots)
			}
		})
	}
}

func TestNil(t *testing.T) {
	var r *Robots
	_, delay := r.CrawlDelay("newsmill")
	if !r.Allowed("newsmill", "/") || delay || r.Sitemaps() != nil {
		t.Error("the nil Robots does not allow everything")
	}
}

func TestCrawlDelay(t *testing.T) {
	for _, c := range []struct {
		name, robots string
		want         time.Duration
		ok           bool
	}{
		{"none", "User-agent: *\nDisallow: /a\n", 0, false},
		{"of the star", "User-agent: *\nCrawl-delay: 10\n", 10 * time.Second, true},
		{"fraction", "User-agent: *\nCrawl-delay: 0.5\n", 500 * time.Millisecond, true},
		{"own group beats star", "User-agent: *\nCrawl-delay: 10\nDisallow:\nUser-agent: newsmill\nCrawl-delay: 2\n", 2 * time.Second, true},
		{"own group without one", "User-agent: *\nCrawl-delay: 10\nDisallow:\nUser-agent: newsmill\nDisallow: /a\n", 0, false},
		{"the longest of two", "User-agent: newsmill\nCrawl-delay: 2\nDisallow:\nUser-agent: newsmill\nCrawl-delay: 5\n", 5 * time.Second, true},
		{"zero", "User-agent: *\nCrawl-delay: 0\n", 0, true},
		{"negative", "User-agent: *\nCrawl-delay: -1\n", 0, false},
		{"no number", "User-agent: *\nCrawl-delay: slow\n", 0, false},
		{"not a number", "User-agent: *\nCrawl-delay: NaN\n", 0, false},
		{"for ever", "User-agent: *\nCrawl-delay: 1e300\n", 365 * 24 * time.Hour, true},
		{"before any group", "Crawl-delay: 10\nUser-agent: *\n", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := Parse([]byte(c.robots)).CrawlDelay("newsmill"); got != c.want || ok != c.ok {
				t.Errorf("got %v, %v; want %v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func TestSitemaps(t *testing.T) {
	const robots = "Sitemap: https://yunhe.example/a.xml\nUser-agent: x\nDisallow: /\nSITEMAP:  /b.xml \nsitemap:\nsite-map: https://yunhe.example/c.xml#f\n"
	want := []string{"https://yunhe.example/a.xml", "/b.xml", "https://yunhe.example/c.xml"}
	if diff := cmp.Diff(want, Parse([]byte(robots)).Sitemaps()); diff != "" {
		t.Error(diff)
	}
}

func TestPolicy(t *testing.T) {
	for _, c := range []struct {
		status          int
		allow, disallow bool
	}{{200, false, false}, {204, false, false}, {301, true, false}, {400, true, false}, {401, true, false}, {403, true, false},
		{404, true, false}, {410, true, false}, {429, false, true}, {500, false, true}, {503, false, true}, {0, false, true}} {
		if allow, disallow := Policy(c.status); allow != c.allow || disallow != c.disallow {
			t.Errorf("Policy(%d) = %v, %v", c.status, allow, disallow)
		}
	}
}

func TestLimit(t *testing.T) {
	head := "User-agent: *\nDisallow: /head\n"
	filler := strings.Repeat("# nothing\n", MaxBytes/10)
	body := head + filler[:MaxBytes-len(head)-len("Disallow: /cut-her")] + "Disallow: /cut-here-and-not-there\nDisallow: /tail\n"
	r := Parse([]byte(body))
	for path, want := range map[string]bool{"/head": false, "/cut-her": true, "/cut-here-and-not-there": true, "/tail": true} {
		if got := r.Allowed("newsmill", path); got != want {
			t.Errorf("Allowed(%q) = %v, want %v", path, got, want)
		}
	}
	long := "User-agent: *\nDisallow: /" + strings.Repeat("a", maxLine) + "\nDisallow: /b\n"
	if r := Parse([]byte(long)); r.Allowed("newsmill", "/b") || len(r.groups[0].rules) != 1 {
		t.Error("an endless line spoils the others")
	}
}

// TestHostilePattern would take longer than a life with a matcher that tries every place for every star.
func TestHostilePattern(t *testing.T) {
	rule := "Disallow: /" + strings.Repeat("*a", 4000) + "b$\n"
	r := Parse([]byte("User-agent: *\n" + strings.Repeat(rule, 60)))
	start := time.Now()
	if !r.Allowed("newsmill", "/"+strings.Repeat("a", 4000)) {
		t.Error("matched what ends otherwise")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// FuzzParse holds: any bytes parse; robots.txt stays allowed; a path and its escaped form get the same answer; and a disallow of
// exactly this path, put in front, is obeyed unless something else is said about it.
func FuzzParse(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*.php$\nAllow: /a%2A\nCrawl-delay: 1"), "/a*.php")
	f.Add([]byte("\xef\xbb\xbfUser-agent: newsmill\rDisallow:/\xd4\xc6*$$"), "/%d4%C6$")
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		r := Parse(body)
		r.CrawlDelay("newsmill")
		r.Sitemaps()
		if !r.Allowed("newsmill", "/robots.txt") {
			t.Error("robots.txt is disallowed")
		}
		path = "/" + path
		if r.Allowed("newsmill", path) != r.Allowed("newsmill", normalPath(path)) {
			t.Errorf("%q and %q differ", path, normalPath(path))
		}
		own := Parse([]byte("User-agent: newsmill\nDisallow: " + normalPath(path) + "\n"))
		if normalPath(path) != "/robots.txt" && own.Allowed("newsmill/1.0", path) {
			t.Errorf("%q is not matched by itself", path)
		}
	})
}
