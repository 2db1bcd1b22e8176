package fetch

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
)

// textTypes are the media types that hold articles, listings, feeds or sitemaps.
var textTypes = map[string]bool{
	"text/html": true, "application/xhtml+xml": true, "application/vnd.wap.xhtml+xml": true,
	"text/plain": true, "text/markdown": true, "text/x-markdown": true,
	"text/xml": true, "application/xml": true, "application/rss+xml": true, "application/atom+xml": true, "application/rdf+xml": true,
	"application/rss": true, "text/rss+xml": true, "application/x-rss+xml": true,
	"application/feed+json": true, "application/json": true,
}

// untold are the types by which a server says that it does not know.
var untold = map[string]bool{"": true, "application/octet-stream": true, "binary/octet-stream": true, "application/unknown": true,
	"unknown/unknown": true, "content/unknown": true, "*/*": true}

func mediaType(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		// "text/html; charset=" and worse: the part before the semicolon is meant all the same
		t, _, _ = strings.Cut(contentType, ";")
		t = strings.ToLower(strings.TrimSpace(t))
	}
	return t
}

// possibleType tells whether a body of that type is worth reading.
func possibleType(contentType string) bool {
	t := mediaType(contentType)
	return textTypes[t] || untold[t] || !strings.Contains(t, "/")
}

// checkBytes looks at what came. A body that begins like a picture, an archive or a PDF is one, whatever the server says; where
// the server said nothing the body must look like text (WHATWG MIME Sniffing Standard, as net/http has it).
func checkBytes(contentType string, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	looks := mediaType(http.DetectContentType(body))
	text := strings.HasPrefix(looks, "text/")
	if text || looks == "application/octet-stream" && textTypes[mediaType(contentType)] {
		return nil
	}
	return fmt.Errorf("%w: served as %q, looks like %s", ErrWrongType, contentType, looks)
}
