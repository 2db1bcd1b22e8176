package extract

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestZZLines(t *testing.T) {
	f := os.Getenv("LINES")
	if f == "" {
		return
	}
	raw, _ := os.ReadFile(f)
	for _, l := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		b := block{text: Fold(l)}
		b.measure()
		n := "-------"
		if r := matchLine(&b); r != nil {
			n = r.name
		}
		fmt.Printf("%-16s n=%d s=%v %s\n", n, b.n, b.isSentence(), l)
	}
}
