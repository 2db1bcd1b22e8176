package extract

import (
	"strings"

	"golang.org/x/net/html"
)

func (w *walker) image(n *html.Node, c context) {
	if c.hidden || len(w.p.facts.images) >= 512 {
		return
	}
	src := ""
	for _, key := range []string{"data-src", "data-original", "data-lazy-src", "data-url", "src"} {
		if src = strings.TrimSpace(attr(n, key)); src != "" && !strings.HasPrefix(src, "data:") {
			break
		}
	}
	if src != "" && len(src) < 2048 && !isTiny(n) {
		w.p.facts.images = append(w.p.facts.images, imageTag{src, Fold(attr(n, "alt")), len(w.p.blocks), c.box})
	}
}

// isTiny tells icons and counters by their stated size.
func isTiny(n *html.Node) bool {
	for _, key := range []string{"width", "height"} {
		v := strings.TrimSuffix(strings.TrimSpace(attr(n, key)), "px")
		if len(v) > 0 && len(v) <= 2 && v >= "0" && v <= "99" {
			return true
		}
	}
	return false
}

// isOrnament tells pictures of the template by the name of their file: pixels, icons, logos, codes.
func isOrnament(address string) bool {
	name := strings.ToLower(address[strings.LastIndexByte(address, '/')+1:])
	name, _, _ = strings.Cut(name, "?")
	if strings.HasSuffix(name, ".svg") || strings.HasSuffix(name, ".ico") {
		return true
	}
	stem, _, _ := strings.Cut(name, ".")
	for _, w := range [...]string{"logo", "icon", "pixel", "blank", "spacer", "loading", "placeholder", "qrcode", "ewm", "erweima", "avatar", "arrow", "dot", "line", "bg", "btn", "1x1", "transparent", "print", "share", "weixin", "wechat", "weibo"} {
		if stem == w || strings.HasPrefix(stem, w+"_") || strings.HasPrefix(stem, w+"-") || strings.HasSuffix(stem, "_"+w) || strings.HasSuffix(stem, "-"+w) {
			return true
		}
	}
	return false
}

// fileTypes are the endings of what counts as an attachment.
var fileTypes = map[string]bool{
	".pdf": true, ".doc": true, ".docx": true, ".xls": true, ".xlsx": true, ".ppt": true, ".pptx": true, ".zip": true, ".rar": true, ".7z": true, ".wps": true, ".et": true, ".ofd": true, ".csv": true, ".rtf": true, ".odt": true, ".ods": true,
}

func (w *walker) fileLink(n *html.Node, c context) {
	href := strings.TrimSpace(attr(n, "href"))
	path, _, _ := strings.Cut(href, "#")
	dot := strings.LastIndexByte(path, '.')
	if at := strings.IndexByte(path, '?'); at >= 0 && (dot < at || len(path)-dot > 5) { // the name may be the last value of a query
		path = path[:at]
		dot = strings.LastIndexByte(path, '.')
	}
	if dot < 0 || len(path)-dot > 5 || len(path) > 2048 || len(w.p.facts.files) >= 128 || !fileTypes[strings.ToLower(path[dot:])] {
		return
	}
	w.p.facts.files = append(w.p.facts.files, fileLink{href, Fold(rawText(n)), len(w.p.blocks), c.box})
}
