package localelastic

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// parentRole makes the test binary play a newsmill that starts a node on the folder named by it and then waits to be killed.
const parentRole = "LOCALELASTIC_TEST_PARENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentRole); dir != "" {
		playParent(dir)
	}
	goleak.VerifyTestMain(m)
}

func playParent(dir string) {
	node, err := Start(context.Background(), Config{DataDir: dir, FastStart: true, Heap: "512m"})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(node.PID(), node.URL())
	time.Sleep(time.Hour)
}

// startParent returns the helper process, and the pid and address of the node that it started.
func startParent(t *testing.T, dir string) (parent *exec.Cmd, pid int, url string) {
	t.Helper()
	parent = exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentRole+"="+dir)
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = parent.Process.Kill()
		_ = parent.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the helper process said nothing: %v", err)
	}
	if _, err := fmt.Sscan(strings.TrimSpace(line), &pid, &url); err != nil {
		t.Fatalf("the helper process said %q", line)
	}
	return parent, pid, url
}

// eventually polls until cond holds; the limit is only there to end a failing test.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatalf("after a minute: %s", what)
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
