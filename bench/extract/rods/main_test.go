package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestServe(t *testing.T) {
	page := `{"id":"a","url":"http://x.example/","content_type":"text/html","html_base64":"PHA+aGVsbG88L3A+"}` + "\n"
	for name, row := range map[string]struct{ work, in, out, fails string }{
		"parse":               {"parse-only", page + "\n" + page, "{\"id\":\"a\"}\n{\"id\":\"a\"}\n", ""},
		"no newline at end":   {"adapter-only", strings.TrimSpace(page), "{\"id\":\"a\"}\n", ""},
		"nothing":             {"extract", "", "", ""},
		"a page without text": {"decode-only", `{"id":"b","html_base64":""}`, "{\"id\":\"b\",\"error\":\"no bytes\"}\n", ""},
		"no JSON":             {"adapter-only", "<html>\n", "", "page 1: "},
	} {
		t.Run(name, func(t *testing.T) {
			var out, summary bytes.Buffer
			err := serve(works[row.work], strings.NewReader(row.in), &out, &summary)
			if row.fails != "" {
				if err == nil || !strings.Contains(err.Error(), row.fails) {
					t.Fatalf("error %v, want one with %q", err, row.fails)
				}
				return
			}
			if err != nil || out.String() != row.out {
				t.Errorf("%v, output %q, want %q", err, out.String(), row.out)
			}
			var counts map[string]uint64
			if err := json.Unmarshal(summary.Bytes(), &counts); err != nil || int(counts["pages"]) != strings.Count(row.out, "\n") {
				t.Errorf("summary %q: %v", summary.String(), err)
			}
		})
	}
}

// TestDecodesAsThePeers holds the copy: what we are compared with gets the same text as the peers.
func TestDecodesAsThePeers(t *testing.T) {
	ours, err := os.ReadFile("decode.go")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile("../peers/decode.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours, theirs) {
		t.Error("decode.go differs from ../peers/decode.go")
	}
}
