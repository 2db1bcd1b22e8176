package weburl

import "strings"

// Canonical is the form under which newsmill knows a page: two addresses that differ only in what follows share it. It is an
// address of its own and the one that is fetched. Canonical of a canonical address is that address.
//
// Dropped are the fragment, the default port, tracking and session parameters (the tables below), empty parameters and session ids
// in the path (";jsessionid="). Kept are scheme, order and case of everything else, and the trailing slash: servers tell them apart.
func (u URL) Canonical() string {
	if u.IsZero() {
		return ""
	}
	c := u
	c.path = dropPathSession(u.path)
	c.query = dropParameters(u.query)
	return c.String()
}

// CanonicalURL is Canonical as a URL.
func (u URL) CanonicalURL() URL {
	u.path, u.query = dropPathSession(u.path), dropParameters(u.query)
	return u
}

// parameter is one row of the table of parameters that say how somebody came to a page, not which page it is.
type parameter struct {
	name  string            // lower case; a trailing * stands for any rest
	value func(string) bool // nil: whatever its value is
	when  string            // value in words, for docs/urls.md
}

func always(names ...string) []parameter {
	out := make([]parameter, len(names))
	for i, name := range names {
		out[i] = parameter{name: name}
	}
	return out
}

// groups is the table by who writes the parameters. Generic names are here only with a condition on the value, because a page that
// is lost for a parameter too many is worse than one that is fetched twice. docs/urls.md is written from it.
var groups = []struct {
	of   string
	rows []parameter
}{
	{"Google Analytics and Ads, Microsoft, Meta, Yandex, Mailchimp", always("utm_*", "_ga", "_gl", "gclid", "gclsrc", "dclid", "gbraid", "wbraid",
		"msclkid", "fbclid", "igshid", "yclid", "mc_cid", "mc_eid")},
	{"Alibaba, taken over by CCTV, Bilibili and many content systems", always("spm", "spm_id_from", "scm", "vd_source")},
	{"Baidu Tongji and Baidu's own links", append(always("hmsr", "hmpl", "hmcu", "hmkw", "hmci", "bd_vid", "wfr"),
		parameter{"for", oneOf("pc", "wap", "wise"), "pc, wap or wise"})},
	{"WeChat, Weibo, QQ, Toutiao: which button shared the page", append(always("isappinstalled", "nsukey", "tt_from", "share_from", "share_source",
		"share_medium", "share_plat", "share_tag", "share_session_id"),
		parameter{"from", wordy, "no digit at its beginning: from=timeline, but not from=2024-01-01"})},
	{"session ids of Java, PHP, ASP, ColdFusion", append(always("jsessionid", "phpsessid", "aspsessionid*", "asp.net_sessionid", "sessionid",
		"session_id", "cfid", "cftoken"), parameter{"sid", longHex, "24 or more hexadecimal digits: a short sid is a section"})},
}

// parameters is the table as one list.
var parameters = func() (all []parameter) {
	for _, g := range groups {
		all = append(all, g.rows...)
	}
	return all
}()

func oneOf(values ...string) func(string) bool {
	return func(v string) bool {
		for _, w := range values {
			if strings.EqualFold(v, w) {
				return true
			}
		}
		return false
	}
}

func wordy(v string) bool { return v == "" || v[0] < '0' || v[0] > '9' }

func longHex(v string) bool {
	for i := range len(v) {
		if _, ok := unhex(v[i]); !ok {
			return false
		}
	}
	return len(v) >= 24
}

func dropParameters(query string) string {
	if query == "" {
		return ""
	}
	kept := make([]string, 0, 8)
	for p := range strings.SplitSeq(query, "&") {
		if p != "" && !tracking(p) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "&")
}

func tracking(p string) bool {
	name, value, _ := strings.Cut(p, "=")
	name = strings.ToLower(name)
	for _, t := range parameters {
		prefix, open := strings.CutSuffix(t.name, "*")
		if name == t.name || open && strings.HasPrefix(name, prefix) {
			return t.value == nil || t.value(value)
		}
	}
	return false
}

// dropPathSession removes ";jsessionid=…" (Servlet specification §7.1.3) up to the end of its path segment.
func dropPathSession(path string) string {
	const mark = ";jsessionid="
	for {
		i := strings.Index(strings.ToLower(path), mark)
		if i < 0 {
			return path
		}
		end := strings.IndexAny(path[i+1:], "/;")
		if end < 0 {
			return path[:i]
		}
		path = path[:i] + path[i+1+end:]
	}
}
