//go:build !unix

package localelastic

import (
	"errors"
	"os"
	"syscall"
)

// The local node needs a Unix shell. On other systems newsmill is built all the same and used with an Elasticsearch of the
// user's own; Start and Prepare fail before anything here matters.

type deathSignal int

const (
	deathKill deathSignal = iota
	deathTerminate
)

var errNoUnix = errors.New("the local Elasticsearch runs on Linux and macOS only: set NEWSMILL_ELASTICSEARCH=http://host:9200")

func childAttributes(deathSignal) *syscall.SysProcAttr { return nil }
func commandLine(int) ([]string, error)                { return nil, errNoUnix }
func signalGroup(p *os.Process, _ bool)                { _ = p.Kill() }
func terminate(p *os.Process) error                    { return p.Kill() }
func alive(*os.Process) bool                           { return false }
func tryLock(*os.File) (bool, error)                   { return false, errNoUnix }
