//go:build unix && !linux

package localelastic

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// deathSignal is of no use here: only Linux tells a child that its parent died. A node left behind is stopped by the next
// Start on its data folder.
type deathSignal int

const (
	deathKill deathSignal = iota
	deathTerminate
)

func childAttributes(deathSignal) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// commandLine asks ps, which does not show where an argument ends: an argument with spaces comes in pieces, and a data
// folder with a space in its name is then not recognised, which leaves the process alone.
func commandLine(pid int) ([]string, error) {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(out)), nil
}
