package extract

import "strings"

// readText collects the blocks of a text page: a line is a block, an empty line a gap, `#` in front a heading.
func (p *page) readText(text string) {
	p.plain = true
	p.facts = newFacts()
	p.boxes = []box{{parent: -1}}
	gap := false
	for line := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
		trimmed := strings.TrimLeft(line, " \t")
		level := 0
		for level < len(trimmed) && level < 6 && trimmed[level] == '#' {
			level++
		}
		if level > 0 && level < len(trimmed) && (trimmed[level] == ' ' || trimmed[level] == '\t') {
			trimmed = trimmed[level:]
		} else {
			level = 0
		}
		folded := Fold(trimmed)
		if folded == "" {
			gap = true
			continue
		}
		b := block{text: folded, heading: level, gap: gap, line: !gap, indent: strings.HasPrefix(line, "\u3000") || strings.HasPrefix(line, "  ")}
		b.measure()
		p.blocks = append(p.blocks, b)
		gap = false
		if len(p.blocks) == maxBlocks {
			break
		}
	}
	p.boxes[0].end = len(p.blocks)
}
