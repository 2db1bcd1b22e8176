package fetch

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"
)

// The bounds of what is kept for sources that ask for cookies: hosts in all, and cookies of one host before it begins anew.
const (
	jarsKept    = 5000
	cookiesKept = 50
)

// jars are the cookies of sources that ask for them: a jar for each source and host, so that no host sees what another set and no source what
// another was told. They live as long as the process.
type jars struct {
	mu  sync.Mutex
	all map[string]*cookiejar.Jar
}

func (j *jars) of(key string, u *url.URL) *cookiejar.Jar {
	key += " " + u.Host
	j.mu.Lock()
	defer j.mu.Unlock()
	jar := j.all[key]
	if jar != nil && len(jar.Cookies(u)) <= cookiesKept {
		return jar
	}
	if j.all == nil || len(j.all) >= jarsKept {
		j.all = map[string]*cookiejar.Jar{}
	}
	jar, _ = cookiejar.New(nil) // never fails
	j.all[key] = jar
	return jar
}

// send puts the host's cookies into a request; keep takes those of its answer. Both do nothing without a key.
func (j *jars) send(key string, r *http.Request) {
	if key == "" {
		return
	}
	for _, c := range j.of(key, r.URL).Cookies(r.URL) {
		r.AddCookie(c)
	}
}

func (j *jars) keep(key string, u *url.URL, answer *http.Response) {
	if cookies := answer.Cookies(); key != "" && len(cookies) > 0 {
		j.of(key, u).SetCookies(u, cookies[:min(len(cookies), cookiesKept)])
	}
}
