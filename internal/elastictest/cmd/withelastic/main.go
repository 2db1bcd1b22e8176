// Command withelastic runs a command with a real Elasticsearch beside it:
//
//	withelastic -- go test ./...
//
// It starts one node on a free port and a temporary folder, names it to the command in NEWSMILL_TEST_ELASTICSEARCH, stops it when the
// command has ended, and exits with the command's status. If the variable is set already, it starts nothing and only runs the
// command. If the node cannot be started it exits 1 and does not run the command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/newsmill/newsmill/internal/elastictest"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		say("usage: withelastic -- COMMAND [ARGUMENT ...]")
		os.Exit(2)
	}
	os.Exit(run(args))
}

func say(line string) { fmt.Fprintln(os.Stderr, "withelastic: "+line) }

func run(args []string) int {
	// A Ctrl-C on the terminal reaches the command as well: it ends by it, and then the node is stopped in order.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv(elastictest.Env) != "" {
		return runCommand(ctx, args, nil)
	}
	node, err := elastictest.StartNode(ctx, say)
	if err != nil {
		say(err.Error())
		return 1
	}
	code := runCommand(ctx, args, []string{elastictest.Env + "=" + node.URL()})
	if err := node.Err(); err != nil {
		say(err.Error())
		code = max(code, 1)
	}
	if err := node.Stop(context.Background()); err != nil {
		say(err.Error())
		code = max(code, 1)
	}
	return code
}

// runCommand returns the status of the command as a shell would tell it: 127 if it cannot be run, 128 + n after signal n.
func runCommand(ctx context.Context, args, env []string) int {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal())
		}
		return exit.ExitCode()
	case ctx.Err() != nil:
		return 143
	}
	say(err.Error())
	return 127
}
