package extract

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// FuzzTokens holds the tokens against those of html.Tokenizer.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{
		"<p class=a id='b' title=\"c\" hidden>x &amp; y<br/>z</p>", "<a href=?a=1&copy=2&lt;3&notit;&ampx>", "<!-- a --><!--><!---><!--x--!>y<!x><?y><!DOCTYPE html>", "<script><!--<script>a</script>--></script><style>a</b></style>",
		"<title>a&lt;b</title><textarea><b></textarea x>", "<br a=/><br a=\"/\"/ ><br/a><p =x=y>", "</ a></a b=c></>", "<script>a<!-- < </script>", "<", "</", "<a", "a<b", "<!", "<!d", "<plaintext>a</plaintext>", "<svg:a><FOO Bar=B>", "&#x41;&#0;&#xD800;&nosuch;&semi;&fjlig;",
		"<p a=1 a=2 A=3>", "<p \r\n a\n=\r\n'x\r\ny'>", "<xmp><b></xmp><noscript><p></noscript><iframe></iframe>", "<script>x</script", "<title>", "<script><!-->x</script>",
	} {
		f.Add(s)
	}
	files, _ := filepath.Glob("testdata/pages/*.html")
	for _, file := range files {
		f.Add(string(pageInput(f, file).Body))
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
		z, want := tokenizer{s: s}, html.NewTokenizer(strings.NewReader(s))
		for n := 0; ; n++ {
			var got htmlToken
			z.next(&got)
			kind := want.Next()
			token := want.Token()
			if len(token.Attr) >= maxAttrs {
				return
			}
			if kinds[kind] != got.kind {
				t.Fatalf("token %d is %v %q, want %v", n, got.kind, got.data, token)
			}
			if got.kind == endOfFile {
				return
			}
			if got.closing != (kind == html.SelfClosingTagToken) || got.atom != token.DataAtom || len(got.attrs) != len(token.Attr) {
				t.Fatalf("token %d is %+v, want %v", n, got, token)
			}
			for i, a := range token.Attr {
				if got.attrs[i] != a {
					t.Fatalf("token %d has the attribute %q, want %q", n, got.attrs[i], a)
				}
			}
			if got.kind != commentToken && sameLines(got.data) != sameLines(token.Data) {
				t.Fatalf("token %d is %q, want %q", n, got.data, token.Data)
			}
		}
	})
}

var kinds = map[html.TokenType]tokenKind{
	html.ErrorToken: endOfFile, html.TextToken: textToken, html.StartTagToken: startTag, html.SelfClosingTagToken: startTag, html.EndTagToken: endTag, html.CommentToken: commentToken, html.DoctypeToken: doctypeToken,
}

// sameLines makes all line ends one, as html.Tokenizer does; text is folded later here.
func sameLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
