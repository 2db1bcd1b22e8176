package crawler

import (
	"bytes"
	"net/http"
	"strings"

	"golang.org/x/net/html"

	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/news"
)

// A page that is none of the site's articles is told by the normalizer, from its text. Here is what only the one who asked can see: where a
// redirect led, and that a script stands where a page should; the host is then asked less often, as after a refusal.

// challenged recognises the answer of a JS-cookie wall: 521 or 412 with a script, as Chinese sites have it, or 200 with nothing but a
// script that sets a cookie and loads the page again.
func challenged(resp *fetch.Response) bool {
	switch resp.Status {
	case 521, http.StatusPreconditionFailed:
		return bytes.Contains(bytes.ToLower(resp.Body), []byte("<script"))
	case http.StatusOK:
		return len(resp.Body) < maxWall && bytes.Contains(resp.Body, []byte("document.cookie")) && bytes.Contains(resp.Body, []byte("location")) &&
			visible(resp.Body, wallText) < wallText
	}
	return false
}

const (
	maxWall  = 64 << 10 // the longest script of a wall that was seen is half of it
	wallText = 60       // bytes: "please enable JavaScript" in Chinese is 30
)

// visible counts the bytes of text outside scripts and styles, up to most.
func visible(body []byte, most int) int {
	z := html.NewTokenizer(bytes.NewReader(body))
	n, hidden := 0, 0
	for n < most {
		switch z.Next() {
		case html.ErrorToken:
			return n
		case html.TextToken:
			if hidden == 0 {
				n += len(bytes.TrimSpace(z.Text()))
			}
		case html.StartTagToken:
			if name, _ := z.TagName(); hides(name) {
				hidden++
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); hides(name) && hidden > 0 {
				hidden--
			}
		}
	}
	return n
}

func hides(name []byte) bool {
	switch string(name) {
	case "script", "style", "noscript", "title", "template":
		return true
	}
	return false
}

// ledAstray tells where a redirect led that is not what was asked for: to a login page, to the front page, or to a page for what is not there.
func ledAstray(asked, to weburl.URL) (news.Reason, bool) {
	if asked.PathQuery() == to.PathQuery() || asked.Path() == "/" || isLogin(asked) {
		return news.Reason{}, false
	}
	switch {
	case isLogin(to):
		return news.Login, true
	case to.PathQuery() == "/", notFoundPages[strings.ToLower(strings.Trim(to.Path(), "/"))]:
		return news.Soft404, true
	}
	return news.Reason{}, false
}

// notFoundPages are paths to which sites send what they do not have.
var notFoundPages = map[string]bool{"404": true, "404.html": true, "404.htm": true, "404.shtml": true, "404.php": true, "404.aspx": true, "404/index.html": true,
	"error": true, "error.html": true, "error.htm": true, "error.aspx": true, "error/404": true, "error/404.html": true, "notfound": true, "notfound.html": true,
	"not-found": true, "page-not-found": true}

func isLogin(u weburl.URL) bool {
	if host := u.Host(); strings.HasPrefix(host, "passport.") || strings.HasPrefix(host, "login.") || strings.HasPrefix(host, "sso.") {
		return true
	}
	for segment := range strings.SplitSeq(strings.ToLower(u.Path()), "/") {
		switch name, _, _ := strings.Cut(segment, "."); name {
		case "login", "signin", "sign-in", "sign_in", "passport", "sso", "userlogin", "user_login":
			return true
		}
	}
	return false
}
