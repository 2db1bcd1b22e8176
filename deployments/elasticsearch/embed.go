// Package elasticsearch carries the files that assemble and run a local Elasticsearch node (run.sh, pom.xml, our launcher and
// plugin, the static part of the home), so that the newsmill binary can do it without a checkout beside it.
//
// It only holds the files: it starts nothing and writes nothing. internal/localelastic unpacks and runs them; nobody else
// imports it.
package elasticsearch

import "embed"

// Files holds run.sh, pom.xml, src and home as they stand in this folder. File modes are not kept: run it as "sh run.sh".
//
//go:embed run.sh pom.xml src home
var Files embed.FS
