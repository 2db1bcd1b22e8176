package extract

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

func TestZZDump(t *testing.T) {
	list := os.Getenv("DUMP")
	if list == "" {
		return
	}
	f, _ := os.Open(list)
	out, _ := os.Create(os.Getenv("DUMPOUT"))
	w := bufio.NewWriter(out)
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var r struct{ K, Path, URL, CT string }
		json.Unmarshal(sc.Bytes(), &r)
		raw, _ := os.ReadFile(r.Path)
		_, tr := Explain(Input{URL: r.URL, Body: raw, ContentType: r.CT})
		j, _ := json.Marshal(map[string]any{"k": r.K, "t": tr})
		w.Write(j)
		w.WriteByte('\n')
	}
	w.Flush()
	out.Close()
}
