package robots

import "strings"

// Directives reads the values of an X-Robots-Tag header or of a robots meta element ("noindex, nofollow"), as Google and Bing document
// them; there is no standard. A value may begin with the name of a crawler ("otherbot: noindex"), and holds then for that one alone, up to
// the end of the value. agent is as for Allowed. "none" is both; a date behind unavailable_after is not read.
func Directives(agent string, values ...string) (noIndex, noFollow bool) {
	token := productToken(agent)
	for _, value := range values {
		ours := true
		for part := range strings.SplitSeq(value, ",") {
			name, rest, named := strings.Cut(part, ":")
			if name = strings.ToLower(strings.TrimSpace(name)); named && !valued[name] {
				ours = productToken(name) == token && token != ""
				name = strings.ToLower(strings.TrimSpace(rest))
			}
			if !ours {
				continue
			}
			switch name {
			case "noindex":
				noIndex = true
			case "nofollow":
				noFollow = true
			case "none":
				noIndex, noFollow = true, true
			}
		}
	}
	return noIndex, noFollow
}

// valued are the directives that have a value of their own behind a colon.
var valued = map[string]bool{"unavailable_after": true, "max-snippet": true, "max-image-preview": true, "max-video-preview": true}
