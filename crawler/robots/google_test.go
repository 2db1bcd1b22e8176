package robots

import "testing"

// TestGooglesCases are the tables of "How Google interprets the robots.txt specification" (developers.google.com/search/docs) and the
// cases of google/robotstxt's robots_test.cc, by their names there. One of Google's own making is left out: that a rule for index.html
// holds for its folder.
func TestGooglesCases(t *testing.T) {
	type answers map[string]bool
	for _, c := range []struct {
		name, robots string
		agent        string
		want         answers
	}{
		{"URL matching: /", "disallow: /\n", "", answers{"/": false, "/x.html": false}},
		{"URL matching: /*", "disallow: /*\n", "", answers{"/": false, "/x": false}},
		{"URL matching: /$", "disallow: /$\n", "", answers{"/": false, "/x": true}},
		{"URL matching: /fish", "disallow: /fish\n", "", answers{"/fish": false, "/fish.html": false, "/fish/salmon.html": false, "/fishheads": false,
			"/fishheads/yummy.html": false, "/fish.php?id=anything": false, "/Fish.asp": true, "/catfish": true, "/?id=fish": true, "/desert/fish": true}},
		{"URL matching: /fish*", "disallow: /fish*\n", "", answers{"/fish": false, "/fish.html": false, "/fish/salmon.html": false, "/fishheads": false,
			"/fishheads/yummy.html": false, "/fish.php?id=anything": false, "/Fish.asp": true, "/catfish": true, "/?id=fish": true}},
		{"URL matching: /fish/", "disallow: /fish/\n", "", answers{"/fish/": false, "/fish/?id=anything": false, "/fish/salmon.htm": false,
			"/fish": true, "/fish.html": true, "/animals/fish/": true, "/Fish/Salmon.asp": true}},
		{"URL matching: /*.php", "disallow: /*.php\n", "", answers{"/index.php": false, "/filename.php": false, "/folder/filename.php": false,
			"/folder/filename.php?parameters": false, "/folder/any.php.file.html": false, "/filename.php/": false, "/": true, "/windows.PHP": true}},
		{"URL matching: /*.php$", "disallow: /*.php$\n", "", answers{"/filename.php": false, "/folder/filename.php": false, "/filename.php?parameters": true,
			"/filename.php/": true, "/filename.php5": true, "/windows.PHP": true}},
		{"URL matching: /fish*.php", "disallow: /fish*.php\n", "", answers{"/fish.php": false, "/fishheads/catfish.php?parameters": false, "/Fish.PHP": true}},

		{"precedence: the longer rule", "allow: /p\ndisallow: /\n", "", answers{"/page": true}},
		{"precedence: a tie", "allow: /folder\ndisallow: /folder\n", "", answers{"/folder/page": true}},
		{"precedence: a longer one with a star", "allow: /page\ndisallow: /*.htm\n", "", answers{"/page.htm": false}},
		{"precedence: a tie with a star", "allow: /page\ndisallow: /*.ph\n", "", answers{"/page.php5": true}},
		{"precedence: the root alone", "allow: /$\ndisallow: /\n", "", answers{"/": true, "/page.htm": false}},

		{"groups: of three agents", "user-agent: a\ndisallow: /c\n\nuser-agent: b\ndisallow: /d\n\nuser-agent: e\nuser-agent: f\ndisallow: /g\n\nuser-agent: h\n", "e",
			answers{"/g": false, "/c": true, "/d": true}},
		{"groups: of one with two names", "user-agent: e\nuser-agent: f\ndisallow: /g\n", "f", answers{"/g": false}},
		{"groups: the most specific", "user-agent: googlebot-news\ndisallow: /a\nuser-agent: *\ndisallow: /b\nuser-agent: googlebot\ndisallow: /c\n", "googlebot-news",
			answers{"/a": false, "/b": true, "/c": true}},
		{"groups: another's", "user-agent: googlebot-news\ndisallow: /a\nuser-agent: *\ndisallow: /b\nuser-agent: googlebot\ndisallow: /c\n", "storebot",
			answers{"/a": true, "/b": false, "/c": true}},
		{"groups: combined", "user-agent: googlebot-news\ndisallow: /fish\n\nuser-agent: *\ndisallow: /carrots\n\nuser-agent: googlebot-news\ndisallow: /shrimp\n", "googlebot-news",
			answers{"/fish": false, "/shrimp": false, "/carrots": true}},
		{"groups: rules of no group between", "user-agent: a\nsitemap: https://x.example/s.xml\n\nuser-agent: b\ndisallow: /\n", "a", answers{"/x": false}},

		{"GoogleOnly_SystemTest, empty file", "", "FooBot", answers{"/": true}},
		{"GoogleOnly_SystemTest, empty agent", "user-agent: FooBot\ndisallow: /\n", "-", answers{"/": true}},
		{"ID_LineSyntax_Line, correct", "user-agent: FooBot\ndisallow: /\n", "FooBot", answers{"/x/y": false}},
		{"ID_LineSyntax_Line, wrong names", "foo: FooBot\nbar: /\n", "FooBot", answers{"/x/y": true}},
		{"ID_LineSyntax_Line, no colons", "user-agent FooBot\ndisallow /\n", "FooBot", answers{"/x/y": false}},
		{"ID_LineSyntax_Groups", "allow: /foo/bar/\n\nuser-agent: FooBot\ndisallow: /\nallow: /x/\nuser-agent: BarBot\ndisallow: /\nallow: /y/\n\n\nallow: /w/\nuser-agent: BazBot\n\nuser-agent: FooBot\nallow: /z/\ndisallow: /\n",
			"FooBot", answers{"/x/b": true, "/z/d": true, "/y/c": false, "/foo/bar/": false}},
		{"ID_LineSyntax_Groups, BarBot", "user-agent: BarBot\ndisallow: /\nallow: /y/\n\n\nallow: /w/\nuser-agent: BazBot\n", "BarBot", answers{"/y/c": true, "/w/a": true, "/z/d": false}},
		{"ID_LineSyntax_Groups_OtherRules", "User-agent: BarBot\nSitemap: https://foo.bar/sitemap\nUser-agent: *\nDisallow: /\n", "FooBot", answers{"/": false}},
		{"ID_LineSyntax_Groups_OtherRules, the other", "User-agent: BarBot\nSitemap: https://foo.bar/sitemap\nUser-agent: *\nDisallow: /\n", "BarBot", answers{"/": false}},
		{"ID_LineSyntax_Groups_OtherRules, unknown", "User-agent: FooBot\nInvalid-Unknown-Line: unknown\nUser-agent: *\nDisallow: /\n", "FooBot", answers{"/": false}},
		{"ID_REPLineNamesCaseInsensitive", "USER-AGENT: FooBot\nALLOW: /x/\nDISALLOW: /\n", "FooBot", answers{"/x/y": true, "/a/b": false}},
		{"ID_VerifyValidUserAgentsToObey", "user-agent: Foobot-Bar\ndisallow: /\n", "Foobot-Bar/2.1", answers{"/": false}},
		{"ID_UserAgentValueCaseInsensitive", "User-Agent: foo bar\nAllow: /x/\nDisallow: /\n", "Foo", answers{"/x/y": true, "/a/b": false}},
		{"GoogleOnly_AcceptUserAgentUpToFirstSpace", "User-Agent: *\nDisallow: /\nUser-Agent: Foo Bar\nAllow: /x/\nDisallow: /\n", "Foo", answers{"/x/y": true}},
		{"ID_GlobalGroups_Secondary", "user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /\n", "FooBot", answers{"/x/y": false}},
		{"ID_GlobalGroups_Secondary, another", "user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /\n", "BarBot", answers{"/x/y": true}},
		{"ID_GlobalGroups_Secondary, no group of its own", "user-agent: FooBot\nallow: /\nuser-agent: BarBot\ndisallow: /\nuser-agent: BazBot\ndisallow: /\n", "QuxBot", answers{"/x/y": true}},
		{"ID_AllowDisallow_Value_CaseSensitive", "user-agent: FooBot\ndisallow: /X/\n", "FooBot", answers{"/x/y": true, "/X/y": false}},
		{"ID_LongestMatch, disallow", "user-agent: FooBot\ndisallow: /x/page.html\nallow: /x/\n", "FooBot", answers{"/x/page.html": false, "/x/": true}},
		{"ID_LongestMatch, allow", "user-agent: FooBot\nallow: /x/page.html\ndisallow: /x/\n", "FooBot", answers{"/x/page.html": true, "/x/": false}},
		{"ID_LongestMatch, both empty", "user-agent: FooBot\ndisallow: \nallow: \n", "FooBot", answers{"/x/page.html": true}},
		{"ID_LongestMatch, both root", "user-agent: FooBot\ndisallow: /\nallow: /\n", "FooBot", answers{"/x/page.html": true}},
		{"ID_LongestMatch, with and without slash", "user-agent: FooBot\ndisallow: /x\nallow: /x/\n", "FooBot", answers{"/x": false, "/x/": true}},
		{"ID_LongestMatch, the same", "user-agent: FooBot\ndisallow: /x/page.html\nallow: /x/page.html\n", "FooBot", answers{"/x/page.html": true}},
		{"ID_LongestMatch, a star is longer", "user-agent: FooBot\nallow: /page\ndisallow: /*.html\n", "FooBot", answers{"/page.html": false, "/page": true}},
		{"ID_LongestMatch, a star is shorter", "user-agent: FooBot\nallow: /x/page.\ndisallow: /*.html\n", "FooBot", answers{"/x/page.html": true, "/x/y.html": false}},
		{"ID_LongestMatch, another's rule", "User-agent: *\nDisallow: /x/\nUser-agent: FooBot\nDisallow: /y/\n", "FooBot", answers{"/x/page": true, "/y/page": false}},
		{"ID_Encoding, query", "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par\n", "FooBot", answers{"/foo/bar?qux=taz&baz=http://foo.bar?tar&par": true}},
		{"ID_Encoding, three bytes", "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/ツ\n", "FooBot", answers{"/foo/bar/%E3%83%84": true}},
		{"ID_Encoding, three bytes escaped", "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/%E3%83%84\n", "FooBot", answers{"/foo/bar/%E3%83%84": true}},
		{"ID_Encoding, unreserved", "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/%62%61%7A\n", "FooBot", answers{"/foo/bar/%62%61%7A": true}},
		{"ID_SpecialCharacters, star", "User-agent: FooBot\nDisallow: /foo/bar/quz\nAllow: /foo/*/qux\n", "FooBot", answers{"/foo/bar/quz": false, "/foo/quz": true, "/foo//quz": true, "/foo/bax/quz": true}},
		{"ID_SpecialCharacters, dollar", "User-agent: FooBot\nDisallow: /foo/bar$\nAllow: /foo/bar/qux\n", "FooBot", answers{"/foo/bar": false, "/foo/bar/qux": true, "/foo/bar/": true, "/foo/bar/baz": true}},
		{"ID_SpecialCharacters, comment", "User-agent: FooBot\n# Disallow: /\nDisallow: /foo/quz#qux\nAllow: /\n", "FooBot", answers{"/foo/bar": true, "/foo/quz": false}},
		{"GoogleOnly_LineTooLong is kept in other bounds", "user-agent: FooBot\ndisallow: /x\n", "FooBot", answers{"/x": false}},
		{"ID_LinesNumbersAreCountedCorrectly, CRLF", "User-Agent: foo\r\nAllow: /some/path\r\nUser-Agent: bar\r\n\r\n\r\nDisallow: /\r\n", "bar", answers{"/some/path": false}},
		{"ID_UTF8ByteOrderMarkIsSkipped", "\xef\xbb\xbfUser-Agent: foo\nDisallow: /AnyValue\n", "foo", answers{"/AnyValue": false}},
		{"ID_NonStandardLineExample_Sitemap", "Sitemap: http://foo.bar/sitemap.xml\nUser-Agent: foo\nDisallow: /some/path\n", "foo", answers{"/some/path": false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			robots, agent := c.robots, c.agent
			if agent == "" {
				robots, agent = "user-agent: *\n"+robots, "googlebot"
			}
			if agent == "-" {
				agent = ""
			}
			r := Parse([]byte(robots))
			for path, want := range c.want {
				if got := r.Allowed(agent, path); got != want {
					t.Errorf("%s: %v, want %v, by\n%s", path, got, want, robots)
				}
			}
		})
	}
}
