package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/newsmill/newsmill/normalizer/extract"
)

// version is set by the linker (see Makefile).
var version = ""

type versionCmd struct{}

func (versionCmd) Run(s streams) error {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok && v == "" {
		v = info.Main.Version
	}
	_, err := fmt.Fprintf(s.out, "newsmill %s (extractor revision %d, %s, %s/%s)\n", v, extract.Revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
