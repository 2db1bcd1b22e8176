package crawler

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

const wall = `<html><head><meta charset="utf-8"><title>请稍候</title><script>document.cookie="k="+f(7)+";path=/";location.href=location.pathname;</script></head><body></body></html>`

func TestChallenged(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"521 with a script", 521, "<SCRIPT>x()</SCRIPT>", true},
		{"412 with a script", 412, "<script>x()</script>", true},
		{"412 without", 412, "no", false},
		{"200 that sets a cookie and loads again", 200, wall, true},
		{"the same with a word for those without scripts", 200, strings.Replace(wall, "<body>", "<body><noscript>请打开浏览器的脚本功能后再访问本网站，谢谢您的配合与理解。</noscript>", 1), true},
		{"an article with such a script", 200, strings.Replace(wall, "<body>", "<body><p>"+strings.Repeat("云河市今天举行会议。", 5)+"</p>", 1), false},
		{"a page with a script of another kind", 200, "<html><script>document.title=location</script></html>", false},
		{"404", 404, wall, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := challenged(&fetch.Response{Status: c.status, Body: []byte(c.body)}); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestLedAstray(t *testing.T) {
	for _, c := range []struct{ asked, to, want string }{
		{"http://a.example/1.html", "http://a.example/login.jsp?back=/1.html", "login"},
		{"http://a.example/1.html", "https://passport.a.example/x", "login"},
		{"http://a.example/1.html", "http://a.example/", "soft_404"},
		{"http://a.example/1.html", "http://a.example/404.html", "soft_404"},
		{"http://a.example/1.html", "http://a.example/2.html", ""},
		{"http://a.example/1.html", "https://a.example/1.html", ""},
		{"http://a.example/", "http://a.example/index.html", ""},
		{"http://a.example/news/login-rules-change.html", "http://a.example/a/login-rules-change.html", ""},
	} {
		asked, err := weburl.Parse(c.asked)
		if err != nil {
			t.Fatal(err)
		}
		to, err := weburl.Parse(c.to)
		if err != nil {
			t.Fatal(err)
		}
		if reason, _ := ledAstray(asked, to); reason.Code != c.want {
			t.Errorf("%s to %s: %q, want %q", c.asked, c.to, reason.Code, c.want)
		}
	}
}

// TestWallsAreNoArticles: they end as what they are, and their host is asked less often.
func TestWallsAreNoArticles(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	const a = "http://a.example"
	w.on(a+"/", list("/wall.html", "/old.html", "/inner.html", "/outer.html", "/p1.html"))
	w.on(a+"/wall.html", status(http.StatusOK, wall))
	w.on(a+"/old.html", redirect("/404.html"))
	w.on(a+"/404.html", text("<p>您访问的页面不存在</p>"))
	w.on(a+"/inner.html", redirect("/user/login.html"))
	w.on(a+"/user/login.html", text("<form></form>"))
	w.on(a+"/outer.html", redirect("http://passport.b.example/x"))
	w.on(a+"/p1.html", article(1))
	b := bustest.Start(t)
	s := StoresOf(b)
	apply(t, s, src("yunhe", a+"/", "a.example"))
	worker, _ := start(t, s, quick(w, "a.example"))
	waitIdle(t, s)
	want := map[string]string{a + "/wall.html": "challenge", a + "/old.html": "soft_404", a + "/inner.html": "login", a + "/outer.html": "login", a + "/p1.html": "page"}
	if diff := cmp.Diff(want, whatWasTold(t, b).ends()); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	if rec, err := worker.front.Look(t.Context(), "a_example"); err != nil || rec.Fails != 1 {
		t.Errorf("record %+v, %v", rec, err)
	}
}
