package weburl

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/urls.md anew")

// TestDocs holds docs/urls.md to the tables, and its examples to what Canonical does.
func TestDocs(t *testing.T) {
	const file = "../../docs/urls.md"
	want := document(t)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/urls.md is not what the tables say; go test ./crawler/weburl -update writes it (-want +got):\n%s", diff)
	}
}

func document(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# Addresses

Written by a test from the tables in crawler/weburl.

Two addresses that differ only in what follows are one page for newsmill; the canonical form is what is fetched and what an article is known by.
Addresses are read as browsers do (WHATWG URL Standard). Dropped are the fragment, the scheme's own port, the dot behind the host, empty parameters,
` + "`;jsessionid=…`" + ` in the path, and the parameters below. Escapes get one form (RFC 3986 §6.2.2). Scheme, order of parameters, case of the path and the
trailing slash stay, because servers tell them apart.

| written | canonical |
|---|---|
`)
	for _, raw := range []string{
		"HTTP://WWW.Yunhai.Example:80/a/../b/%7euser/1.html#top",
		"https://www.yunhai.example./a/1.html?utm_source=x&id=7&spm=a2.1",
		"https://云海.example/要闻/1.html",
		"https://www.yunhai.example/a;jsessionid=1A2B?sid=0123456789abcdef01234567",
		"https://www.yunhai.example/a?from=timeline&sid=news",
		"https://www.yunhai.example/a?from=2024-01-01",
	} {
		u, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` |\n", raw, u.Canonical())
	}
	b.WriteString("\n## Parameters that are dropped\n\nA star stands for any rest of the name; the case of a name does not matter.\n\n| parameter | when its value is | whose |\n|---|---|---|\n")
	for _, g := range groups {
		for _, p := range g.rows {
			when := p.when
			if when == "" {
				when = "anything"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.name, when, g.of)
		}
	}
	b.WriteString(`
## The same page in another dress

A page whose ` + "`rel=canonical`" + ` (element or Link header) names another address in the source's scope is taken for that page if the two differ only in scheme,
in the host's prefix (`)
	b.WriteString("`" + strings.Join(prefixes, "`, `") + "`")
	b.WriteString(`), in a folder or parameter named `)
	for i, name := range []string{"print", "amp", "wap", "m", "mobile"} {
		if !dressSegments[name] {
			t.Fatalf("%s is no dress", name)
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + name + "`")
	}
	b.WriteString(", or in an ending of the name: `" + strings.Join(dressEndings, "`, `") + "`. Then the one that was read first is the one that is sent on.\n")
	b.WriteString("Any other canonical is for the normalizer to judge: templates that name their front page on every article are common.\n")
	return b.String()
}
