package localelastic

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNodeLifecycle goes through the life of one data folder with two real nodes: a parent killed with -9, what it indexed
// found again by the next start, a second start refused, a node that ends by itself.
func TestNodeLifecycle(t *testing.T) {
	ctx := context.Background()
	if err := Prepare(ctx, Config{DataDir: t.TempDir(), Progress: func(l string) { t.Log(l) }}); err != nil {
		t.Fatal(err)
	}
	dir, err := makeDataDir(filepath.Join(t.TempDir(), "with space"))
	if err != nil {
		t.Fatal(err)
	}
	parent, pid, url := startParent(t, dir)
	send(t, http.MethodPut, url+"/kept/_doc/1?refresh=true", `{"title":"河湾日报"}`)
	before, err := clusterUUID(ctx, url)
	if err != nil {
		t.Fatal(err)
	}

	if _, err := Start(ctx, Config{DataDir: dir}); !errors.Is(err, ErrInUse) {
		t.Fatalf("a start beside a living newsmill: error %v, want ErrInUse", err)
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Release()
	if !isOurs(p, dir) {
		t.Fatal("the living node is not recognised as ours")
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()

	node, err := Start(ctx, Config{DataDir: dir, FastStart: true, Heap: "512m", Settings: map[string]string{"node.name": "second"}})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Stop(ctx)
	if isOurs(p, dir) {
		t.Error("the node of the killed parent is still alive")
	}
	after, err := clusterUUID(ctx, node.URL())
	if err != nil || after != before {
		t.Errorf("cluster %s, %v; before the restart it was %s", after, err, before)
	}
	if got := send(t, http.MethodGet, node.URL()+"/kept/_doc/1", ""); !strings.Contains(got, "河湾日报") {
		t.Errorf("the document is gone: %s", got)
	}
	if s, err := readState(dir); err != nil || s.PID != node.PID() || s.ClusterUUID != after || baseURL(s.Port) != node.URL() {
		t.Errorf("state %+v, %v; does not fit the node", s, err)
	}

	if err := node.child.process().Kill(); err != nil {
		t.Fatal(err)
	}
	<-node.Done()
	if err := node.Err(); !errors.Is(err, ErrExited) || !strings.Contains(err.Error(), "killed") {
		t.Errorf("Err after the node was killed: %v", err)
	}
	if lock, err := lockDataDir(dir); err != nil {
		t.Errorf("the data folder is not free after the end: %v", err)
	} else {
		lock.Close()
	}
	if err := node.Stop(ctx); err != nil {
		t.Errorf("Stop after the end: %v", err)
	}
	if _, err := os.Stat(statePath(dir)); !os.IsNotExist(err) {
		t.Errorf("the note about the node is still there: %v", err)
	}
}

func send(t *testing.T, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		t.Fatalf("%s %s: %s %v: %s", method, url, resp.Status, err, data)
	}
	return string(data)
}

func TestStartErrors(t *testing.T) {
	ctx := context.Background()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()

	t.Run("port taken", func(t *testing.T) {
		if _, err := Start(ctx, Config{DataDir: dir, Port: port}); !errors.Is(err, ErrPortTaken) {
			t.Errorf("error %v, want ErrPortTaken", err)
		}
	})
	t.Run("unknown setting", func(t *testing.T) {
		_, err := Start(ctx, Config{DataDir: dir, FastStart: true, Heap: "256m", Settings: map[string]string{"xpack.nonsense": "1"}})
		if !errors.Is(err, ErrNotStarted) || !strings.Contains(err.Error(), "xpack.nonsense") || strings.Contains(err.Error(), "\tat ") {
			t.Errorf("error %v, want ErrNotStarted with the node's reason and no stack", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(errors.New("changed my mind"))
		if _, err := Start(ctx, Config{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "changed my mind") {
			t.Errorf("error %v, want the cause", err)
		}
	})
}

func TestConfigValidate(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  Config
		want string // part of the error; empty = none
	}{
		{"least", Config{DataDir: "d"}, ""},
		{"heap in megabytes", Config{DataDir: "d", Heap: "512m"}, ""},
		{"no folder", Config{}, "DataDir"},
		{"port too high", Config{DataDir: "d", Port: 65536}, "Port 65536"},
		{"heap with another option", Config{DataDir: "d", Heap: "1g -Xint"}, "Heap"},
		{"negative time", Config{DataDir: "d", StopTimeout: -1}, "negative"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.cfg.Validate()
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}
