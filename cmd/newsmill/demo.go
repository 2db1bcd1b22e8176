package main

import (
	"maps"
	"slices"
	"strings"
)

// resolveFlag writes a table of addresses as the value of --resolve.
func resolveFlag(table map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(table)) {
		parts = append(parts, name+"="+table[name])
	}
	return strings.Join(parts, ";")
}
