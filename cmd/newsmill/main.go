// Command newsmill is the whole pipeline in one binary: the three workers, everything in one process (run), and the commands to look
// at it. A file a command; settings.go holds every setting.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// exitError ends the program with a status of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// The exit statuses besides 0.
const (
	exitFailed  = 1 // the command could not do its work
	exitUsage   = 2 // a flag, setting or file that cannot be
	exitPending = 3 // run --once: hosts that back off still have URLs
)

// Main runs one command and gives the exit status. The first SIGINT or SIGTERM drains, the second stops at once.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // from now on a second signal has its ordinary effect: the process ends
	}()
	err := execute(ctx, args, streams{in: stdin, out: stdout, err: stderr})
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "newsmill:", err)
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	return exitFailed
}

// streams are the standard ones, given so that tests can run commands.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}
