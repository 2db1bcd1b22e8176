package weburl

import "strings"

// SamePage tells whether two addresses are so much alike that one naming the other as canonical can be believed: they differ in scheme,
// in the host's prefix (www, m, wap …), in a mark of a print or mobile version, and in parameters, and in nothing else. Templates
// that name their front page, or another article, as canonical are common.
func SamePage(a, b URL) bool {
	return !a.IsZero() && bareHost(a.host) == bareHost(b.host) && a.port == b.port && samePath(a, b)
}

// prefixes of hosts that serve the same pages in another dress.
var prefixes = []string{"www.", "m.", "wap.", "3g.", "mobile.", "amp.", "h5.", "i."}

func bareHost(host string) string {
	for _, p := range prefixes {
		if bare, ok := strings.CutPrefix(host, p); ok && strings.Contains(bare, ".") {
			return bare
		}
	}
	return host
}

// dresses are path segments and endings of names that mark the print or mobile version.
var (
	dressSegments = map[string]bool{"print": true, "amp": true, "wap": true, "m": true, "mobile": true}
	dressEndings  = []string{"_print", "-print", "_amp", "_m", "_wap"}
)

func samePath(a, b URL) bool {
	pa, pb := barePath(a.path), barePath(b.path)
	if pa != pb || pa == "" {
		return false
	}
	// One of the two has no parameters that the other lacks: ?id=1 and ?id=2 are two articles, ?id=1 and ?id=1&print=1 are one. Where
	// one has none at all, the path has to name the page.
	qa, qb := parametersOf(a.query), parametersOf(b.query)
	if len(qa) > len(qb) {
		qa, qb = qb, qa
	}
	for p := range qa {
		if !qb[p] {
			return false
		}
	}
	return len(qa) == len(qb) || onlyDress(qa, qb)
}

func onlyDress(less, more map[string]bool) bool {
	for p := range more {
		name, _, _ := strings.Cut(p, "=")
		if name = strings.ToLower(name); !less[p] && !dressSegments[name] && name != "view" && name != "version" && name != "from" {
			return false
		}
	}
	return true
}

func barePath(path string) string {
	var kept []string
	for s := range strings.SplitSeq(path, "/") {
		if !dressSegments[strings.ToLower(s)] {
			kept = append(kept, s)
		}
	}
	path = strings.TrimSuffix(strings.Join(kept, "/"), "/")
	name, ext := path, ""
	if i := strings.LastIndexByte(path, '.'); i > strings.LastIndexByte(path, '/') {
		name, ext = path[:i], path[i:]
	}
	for _, end := range dressEndings {
		if bare, ok := strings.CutSuffix(name, end); ok {
			name = bare
			break
		}
	}
	return name + ext
}

func parametersOf(query string) map[string]bool {
	out := map[string]bool{}
	for p := range strings.SplitSeq(dropParameters(query), "&") {
		if p != "" {
			out[p] = true
		}
	}
	return out
}
