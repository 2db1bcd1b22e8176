package weburl

import "testing"

func TestSamePage(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       bool
	}{
		{"scheme", "http://yunhe.example/a/1.html", "https://yunhe.example/a/1.html", true},
		{"www", "http://www.yunhe.example/a/1.html", "http://yunhe.example/a/1.html", true},
		{"mobile host", "http://m.yunhe.example/a/1.html", "https://www.yunhe.example/a/1.html", true},
		{"mobile folder", "http://yunhe.example/m/a/1.html", "http://yunhe.example/a/1.html", true},
		{"print ending", "http://yunhe.example/a/1_print.html", "http://yunhe.example/a/1.html", true},
		{"print parameter", "http://yunhe.example/a?id=1&print=1", "http://yunhe.example/a?id=1", true},
		{"tracking", "http://yunhe.example/a?id=1&utm_source=x", "http://yunhe.example/a?id=1", true},
		{"trailing slash", "http://yunhe.example/a/1/", "http://yunhe.example/a/1", true},
		{"another article", "http://yunhe.example/a/1.html", "http://yunhe.example/a/2.html", false},
		{"another article by parameter", "http://yunhe.example/a?id=1", "http://yunhe.example/a?id=2", false},
		{"the list without its id", "http://yunhe.example/a?id=1", "http://yunhe.example/a", false},
		{"the front page", "http://yunhe.example/a/1.html", "http://yunhe.example/", false},
		{"two front pages", "http://m.yunhe.example/", "http://yunhe.example/", false},
		{"another host", "http://news.yunhe.example/a/1.html", "http://yunhe.example/a/1.html", false},
		{"another port", "http://yunhe.example:81/a/1.html", "http://yunhe.example/a/1.html", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Parse(c.a)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Parse(c.b)
			if err != nil {
				t.Fatal(err)
			}
			if SamePage(a, b) != c.want || SamePage(b, a) != c.want {
				t.Errorf("SamePage is %v and %v, want %v", SamePage(a, b), SamePage(b, a), c.want)
			}
		})
	}
}
