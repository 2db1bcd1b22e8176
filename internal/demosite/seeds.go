package demosite

import (
	_ "embed"
	"slices"
)

//go:embed seeds.yaml
var seedsFile []byte

// Seeds returns the sources of the demo web in the format of the seeds folder: one YAML document. They allow private addresses,
// because the demo web lies on loopback.
func Seeds() []byte { return slices.Clone(seedsFile) }
