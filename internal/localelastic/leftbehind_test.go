//go:build unix

package localelastic

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// stand starts a shell that has the given arguments and sleeps, in the place of a node; ended tells when it is gone.
func stand(t *testing.T, script string, args ...string) (pid int, ended <-chan struct{}) {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", script + "\necho up; while :; do sleep 0.05; done"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
	})
	return cmd.Process.Pid, done
}

func TestStopLeftBehind(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"cluster_uuid":"of-another"}`)
	}))
	defer elsewhere.Close()
	address, err := url.Parse(elsewhere.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(address.Port())
	if err != nil {
		t.Fatal(err)
	}

	const launcher = "newsmill.launcher.Main"
	for _, test := range []struct {
		name    string
		script  string
		args    []string // DIR stands for the data folder
		state   state
		stopped bool
		err     string
	}{
		{"our node", "", []string{"java", launcher, "-Epath.data=DIR/data"}, state{}, true, ""},
		{"our node that ignores SIGTERM", "trap '' TERM", []string{"java", launcher, "-Epath.data=DIR/data"}, state{}, true, ""},
		{"a stranger who got the pid", "", []string{"editor", "DIR/data"}, state{}, false, ""},
		{"our launcher on another folder", "", []string{"java", launcher, "-Epath.data=DIR-2/data"}, state{}, false, ""},
		{"another cluster answers at its port", "", []string{"java", launcher, "-Epath.data=DIR/data"},
			state{Port: port, ClusterUUID: "ours"}, false, "port " + address.Port() + " answers as cluster of-another, not ours"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, err := makeDataDir(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			args := make([]string, len(test.args))
			for i, a := range test.args {
				args[i] = strings.ReplaceAll(a, "DIR", dir)
			}
			pid, ended := stand(t, test.script, args...)
			s := test.state
			s.PID = pid
			if err := s.write(dir); err != nil {
				t.Fatal(err)
			}
			cfg := Config{StopTimeout: time.Second}.withDefaults()
			err = stopLeftBehind(context.Background(), dir, cfg)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v, want %q in it", err, test.err)
			}
			if test.stopped {
				<-ended
				return
			}
			select {
			case <-ended:
				t.Error("the process was killed")
			case <-time.After(100 * time.Millisecond):
			}
		})
	}
}

func TestStopLeftBehindWithoutProcess(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		note func(dir string) error
	}{
		{"no note", func(string) error { return nil }},
		{"pid of nobody", func(dir string) error { return state{PID: dead.Process.Pid}.write(dir) }},
		{"pid 1", func(dir string) error { return state{PID: 1}.write(dir) }},
		{"negative pid", func(dir string) error { return state{PID: -1}.write(dir) }},
		{"half a note", func(dir string) error { return writeFile(statePath(dir), `{"pid": 12`) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := test.note(dir); err != nil {
				t.Fatal(err)
			}
			if err := stopLeftBehind(context.Background(), dir, Config{}.withDefaults()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLockDataDir(t *testing.T) {
	dir := t.TempDir()
	first, err := lockDataDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockDataDir(dir); err == nil || !strings.Contains(err.Error(), filepath.Base(dir)) {
		t.Errorf("second lock: error %v, want one that names the folder", err)
	}
	first.Close()
	again, err := lockDataDir(dir)
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	again.Close()
}
