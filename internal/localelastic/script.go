package localelastic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// exitCauses are the exit codes of run.sh that stand for something to install; see its head.
var exitCauses = map[int]error{10: ErrNoJava, 11: ErrNoMaven, 12: ErrNoFlock, 13: ErrDownload}

// linePrefix is what run.sh puts before the first line of each message of its own.
const linePrefix = "elasticsearch: "

// Prepare downloads and assembles the server unless that is done; then it is a matter of a tenth of a second. It may be
// cancelled, killed, and called by several processes at once: what is whole stays, the rest is made again.
// Errors: ErrNoJava, ErrNoMaven, ErrNoFlock, ErrDownload.
func Prepare(ctx context.Context, cfg Config) error {
	cfg = cfg.withDefaults()
	s, err := newScript(cfg)
	if err != nil {
		return err
	}
	return s.run(ctx, "--prepare", cfg.Progress)
}

// script is run.sh, unpacked, with the environment it is to be run in.
type script struct {
	path string
	env  []string
}

func newScript(cfg Config) (*script, error) {
	cache, err := cfg.cacheDir()
	if err != nil {
		return nil, err
	}
	dir, err := unpack(cache)
	if err != nil {
		return nil, err
	}
	env := append(os.Environ(), "NEWSMILL_ES_CACHE="+cache)
	if cfg.Heap != "" {
		env = append(env, "NEWSMILL_ES_HEAP="+cfg.Heap)
	}
	if cfg.MavenRepo != "" {
		repo, err := filepath.Abs(cfg.MavenRepo)
		if err != nil {
			return nil, fmt.Errorf("localelastic: MavenRepo: %w", err)
		}
		env = append(env, "NEWSMILL_MAVEN_REPO="+repo)
	}
	if cfg.FastStart {
		opts := strings.TrimSpace(os.Getenv("NEWSMILL_ES_JAVA_OPTS") + " -XX:TieredStopAtLevel=1")
		env = append(env, "NEWSMILL_ES_JAVA_OPTS="+opts)
	}
	return &script{path: filepath.Join(dir, "run.sh"), env: env}, nil
}

// run lets the script do one of its short modes to the end. Cancelling ctx ends it and what it runs: in order for --prepare;
// at once for --train, where an orderly end of the JVM would write the whole archive first.
func (s *script) run(ctx context.Context, mode string, progress func(string)) error {
	args := []string{"sh", s.path, mode}
	if mode == trainMode {
		args = append([]string{"nice", "-n", "19"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = s.env
	lines := &lineWriter{show: progress}
	cmd.Stderr = lines
	cmd.WaitDelay = 5 * time.Second // a grandchild may hold the pipe open
	child, err := startChild(cmd, deathTerminate)
	if err != nil {
		return fmt.Errorf("localelastic: %w (the local Elasticsearch needs a Unix shell; the way around is NEWSMILL_ELASTICSEARCH)", err)
	}
	select {
	case <-child.done:
	case <-ctx.Done():
		child.signalGroup(mode == trainMode)
		select {
		case <-child.done:
		case <-time.After(10 * time.Second):
			child.signalGroup(true)
			<-child.done
		}
		return fmt.Errorf("localelastic: %s: %w", mode, context.Cause(ctx))
	}
	if child.err == nil {
		return nil
	}
	var exit *exec.ExitError
	if errors.As(child.err, &exit) {
		if cause, ok := exitCauses[exit.ExitCode()]; ok {
			return fmt.Errorf("%w: %s", cause, lines.message())
		}
	}
	return fmt.Errorf("localelastic: run.sh %s: %w: %s", mode, child.err, lines.message())
}

// lineWriter hands whole lines on and keeps the last ones. Only the goroutine that copies from the pipe writes to it.
type lineWriter struct {
	mu   sync.Mutex
	show func(string)
	part []byte
	last []string
}

const keptLines = 40

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.part = append(w.part, p...)
	for {
		line, rest, found := bytes.Cut(w.part, []byte("\n"))
		if !found {
			return len(p), nil
		}
		w.part = append([]byte(nil), rest...)
		text := strings.TrimRight(string(line), "\r")
		if len(w.last) == keptLines {
			w.last = w.last[1:]
		}
		w.last = append(w.last, text)
		w.show(strings.TrimPrefix(text, linePrefix))
	}
}

// message is what the script said last of its own, with the first error line of Maven if there is one.
func (w *lineWriter) message() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var maven string
	from := 0
	for i, line := range w.last {
		switch {
		case strings.HasPrefix(line, linePrefix):
			from = i
		case maven == "" && strings.HasPrefix(line, "[ERROR]"):
			maven = line + "\n"
		}
	}
	return maven + strings.TrimPrefix(strings.Join(w.last[from:], "\n"), linePrefix)
}
