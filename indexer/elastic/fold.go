package elastic

import (
	_ "embed" // for the table
	"strings"
	"sync"
	"unicode/utf8"
)

// foldTable is the table of traditional characters; its head says where it is from and under which licence.
//
//go:embed fold.txt
var foldTable string

// commas are the full-width marks that the standard tokenizer (Unicode Annex 29, rule WB12) takes for separators within a number: it would
// make one word of the end of one clause and the beginning of the next, as in 增长3.5，2025年.
var commas = []string{"，=>、", "；=>、"}

// foldRules are the rules of the char filter that every analyzer begins with, as Elasticsearch's mapping char filter reads them. Each
// rule replaces one character by one, so that the offsets of highlights stay right.
var foldRules = sync.OnceValue(func() []string {
	rules := append(make([]string, 0, 4200), commas...)
	for line := range strings.Lines(foldTable) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		_, n := utf8.DecodeRuneInString(line)
		for _, from := range line[n:] {
			rules = append(rules, string(from)+"=>"+line[:n])
		}
	}
	return rules
})
