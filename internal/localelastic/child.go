package localelastic

import (
	"os"
	"os/exec"
	"runtime"
)

// child is a started process and the goroutine that waits for it.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended and was waited for
	err  error         // how it ended; set before done is closed
}

// startChild starts cmd, so that it gets the death signal when this process dies, and waits for it. The kernel sends that
// signal when the thread dies that started the child (prctl(2), PR_SET_PDEATHSIG), so one goroutine keeps its thread from
// the start to the end of the child. The child leads a process group of its own: a Ctrl-C on the terminal is for us alone,
// and the child is stopped in order.
func startChild(cmd *exec.Cmd, atDeath deathSignal) (*child, error) {
	c := &child{cmd: cmd, done: make(chan struct{})}
	cmd.SysProcAttr = childAttributes(atDeath)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// process is the running child; signals through it cannot reach another process, because nobody else waits for it.
func (c *child) process() *os.Process { return c.cmd.Process }

func (c *child) signalGroup(kill bool) { signalGroup(c.cmd.Process, kill) }
