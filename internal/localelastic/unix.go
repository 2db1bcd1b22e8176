//go:build unix

package localelastic

import (
	"errors"
	"os"
	"syscall"
)

func signalGroup(p *os.Process, kill bool) {
	sig := syscall.SIGTERM
	if kill {
		sig = syscall.SIGKILL
	}
	_ = syscall.Kill(-p.Pid, sig) // not there any more: as wished
}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// alive asks whether the process is there, ours to signal or not.
func alive(p *os.Process) bool {
	err := p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}

// tryLock takes the lock of an open file for as long as the file is open; false if another process has it.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
