package localelastic

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// deathSignal is what a child gets from the kernel when this process dies.
type deathSignal syscall.Signal

const (
	// deathKill ends the node at once: what it acknowledged is on disk, and the next start need not wait for it.
	deathKill = deathSignal(syscall.SIGKILL)
	// deathTerminate lets run.sh take Maven along.
	deathTerminate = deathSignal(syscall.SIGTERM)
)

func childAttributes(s deathSignal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.Signal(s)}
}

// commandLine reads the arguments of a process. A zombie has none.
func commandLine(pid int) ([]string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return nil, err
	}
	var args []string
	for _, arg := range bytes.Split(bytes.TrimSuffix(data, []byte{0}), []byte{0}) {
		args = append(args, string(arg))
	}
	return args, nil
}
