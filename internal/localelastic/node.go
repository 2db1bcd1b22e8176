package localelastic

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Node is a running Elasticsearch.
type Node struct {
	cfg     Config
	dataDir string
	lock    *os.File // held from before the start until the process has ended
	child   *child
	port    int

	done   chan struct{} // closed after err is set
	err    error
	ending chan struct{} // closed when Stop begins

	stopOnce   sync.Once
	stopErr    error
	background sync.WaitGroup
	cancel     context.CancelFunc // ends what runs in background
}

// Start prepares the server, stops a node that an earlier process left behind on the data folder, starts one and returns
// when it answers with status yellow or better. Cancelling ctx ends the attempt; afterwards it has no effect on the node.
// Errors: those of Prepare, ErrInUse, ErrPortTaken, ErrNotStarted with the last lines of the log.
func Start(ctx context.Context, cfg Config) (*Node, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	dataDir, err := makeDataDir(cfg.DataDir)
	if err != nil {
		return nil, fmt.Errorf("localelastic: data folder: %w", err)
	}
	lock, err := lockDataDir(dataDir)
	if err != nil {
		return nil, err
	}
	n := &Node{cfg: cfg, dataDir: dataDir, lock: lock, done: make(chan struct{}), ending: make(chan struct{})}
	if err := n.start(ctx); err != nil {
		lock.Close()
		return nil, err
	}
	return n, nil
}

// URL is the address of the node, without a slash at its end.
func (n *Node) URL() string { return baseURL(n.port) }

// Port is the port of the node on 127.0.0.1.
func (n *Node) Port() int { return n.port }

// PID is the process id of the node.
func (n *Node) PID() int { return n.child.process().Pid }

// Done is closed when the process has ended, by Stop or by itself, and the data folder is free for another Start.
func (n *Node) Done() <-chan struct{} { return n.done }

// Err is nil until Done is closed, and nil after Stop; else it wraps ErrExited.
func (n *Node) Err() error {
	select {
	case <-n.done:
		return n.err
	default:
		return nil
	}
}

// Stop ends the node: SIGTERM, and after StopTimeout or when ctx ends, SIGKILL; either way it has ended when Stop returns.
// The error says that it had to be killed. Calls after the first wait and return the same.
func (n *Node) Stop(ctx context.Context) error {
	n.stopOnce.Do(func() { n.stopErr = n.stop(ctx) })
	return n.stopErr
}

func (n *Node) stop(ctx context.Context) error {
	close(n.ending)
	err := endChild(ctx, n.child, n.cfg.StopTimeout)
	<-n.done
	return err
}

func endChild(ctx context.Context, c *child, grace time.Duration) error {
	_ = terminate(c.process()) // it may have ended already
	timer := time.NewTimer(grace)
	defer timer.Stop()
	why := ""
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		why = context.Cause(ctx).Error()
	case <-timer.C:
		why = "not ended after " + grace.String()
	}
	_ = c.process().Kill()
	<-c.done
	return fmt.Errorf("localelastic: Elasticsearch was killed: %s", why)
}

// makeDataDir returns the folder's physical path, which is what run.sh passes on: it is how a node is recognised.
func makeDataDir(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(abs, "logs"), 0o755); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

func (n *Node) start(ctx context.Context) error {
	if err := stopLeftBehind(ctx, n.dataDir, n.cfg); err != nil {
		return err
	}
	if err := checkPort(n.cfg.Port); err != nil {
		return err
	}
	if err := Prepare(ctx, n.cfg); err != nil {
		return err
	}
	begin := time.Now()
	if err := n.launch(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, n.cfg.StartTimeout, fmt.Errorf("not ready after %s", n.cfg.StartTimeout))
	defer cancel()
	uuid, err := n.awaitReady(ctx)
	if err == nil {
		err = state{PID: n.PID(), Port: n.port, ClusterUUID: uuid, Started: begin}.write(n.dataDir)
	}
	if err != nil {
		err = n.startError(err)
		_ = n.child.process().Kill()
		<-n.child.done
		return err
	}
	background, cancelBackground := context.WithCancel(context.Background())
	n.cancel = cancelBackground
	n.background.Go(func() { n.train(background) })
	go n.watch()
	n.cfg.Log.Info("elasticsearch is up", "url", n.URL(), "pid", n.PID(), "after", time.Since(begin).Round(time.Millisecond))
	return nil
}

// checkPort finds a taken port before a node is started for nothing.
func checkPort(port int) error {
	if port == 0 {
		return nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("%w: %d for the local Elasticsearch: %w", ErrPortTaken, port, err)
	}
	return l.Close()
}

// launch starts run.sh, which becomes the node (exec), so the pid is the node's from the beginning.
func (n *Node) launch() error {
	s, err := newScript(n.cfg)
	if err != nil {
		return err
	}
	if err := os.Remove(n.portFile()); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("localelastic: %w", err)
	}
	_ = os.Rename(n.logFile(), n.logFile()+".1")
	logFile, err := os.OpenFile(n.logFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("localelastic: log: %w", err)
	}
	defer logFile.Close()
	args := []string{s.path, strconv.Itoa(n.cfg.Port), n.dataDir}
	for name, value := range n.cfg.Settings {
		args = append(args, "-E"+name+"="+value)
	}
	slices.Sort(args[3:])
	cmd := exec.Command("sh", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, logFile, logFile
	if n.child, err = startChild(cmd, deathKill); err != nil {
		return fmt.Errorf("localelastic: %w", err)
	}
	if err := (state{PID: n.PID(), Started: time.Now()}).write(n.dataDir); err != nil {
		_ = n.child.process().Kill()
		<-n.child.done
		return fmt.Errorf("localelastic: %w", err)
	}
	return nil
}

func (n *Node) portFile() string { return filepath.Join(n.dataDir, "http.port") }
func (n *Node) logFile() string  { return filepath.Join(n.dataDir, "logs", "node.log") }

// awaitReady waits for the port file, then for the health, and returns the cluster's uuid.
func (n *Node) awaitReady(ctx context.Context) (string, error) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		if uuid, ok := n.ready(ctx); ok {
			return uuid, nil
		}
		select {
		case <-n.child.done:
			return "", fmt.Errorf("it ended: %w", n.child.err)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

func (n *Node) ready(ctx context.Context) (string, bool) {
	if n.port == 0 {
		data, err := os.ReadFile(n.portFile())
		if err != nil {
			return "", false
		}
		if n.port, err = strconv.Atoi(strings.TrimSpace(string(data))); err != nil {
			return "", false
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	status, _, err := get(ctx, n.URL()+"/_cluster/health?wait_for_status=yellow&timeout=5s")
	if err != nil || status != http.StatusOK {
		return "", false
	}
	uuid, err := clusterUUID(ctx, n.URL())
	return uuid, err == nil
}

func (n *Node) startError(cause error) error {
	tail := lastLines(n.logFile())
	if strings.Contains(tail, "BindHttpException") || strings.Contains(tail, "java.net.BindException") {
		return fmt.Errorf("%w: %d for the local Elasticsearch", ErrPortTaken, n.cfg.Port)
	}
	return fmt.Errorf("%w: %w; the last lines of %s:\n%s", ErrNotStarted, cause, n.logFile(), tail)
}

// watch waits for the end of the process, ends what belongs to it, and closes Done.
func (n *Node) watch() {
	<-n.child.done
	n.cancel()
	n.background.Wait()
	select {
	case <-n.ending:
	default:
		n.err = fmt.Errorf("%w (%v); the last lines of %s:\n%s", ErrExited, n.child.err, n.logFile(), lastLines(n.logFile()))
	}
	if err := os.Remove(statePath(n.dataDir)); err != nil && !os.IsNotExist(err) {
		n.cfg.Log.Warn("note about the ended Elasticsearch not removed", "error", err)
	}
	n.lock.Close()
	close(n.done)
}
