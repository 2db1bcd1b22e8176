package localelastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// state is what Start notes in the data folder about the node it runs, for a later Start that finds it left behind.
type state struct {
	PID         int       `json:"pid"`
	Port        int       `json:"port,omitempty"`         // 0 until the node is ready
	ClusterUUID string    `json:"cluster_uuid,omitempty"` // empty until the node is ready
	Started     time.Time `json:"started"`
}

func statePath(dataDir string) string { return filepath.Join(dataDir, "node.json") }

func readState(dataDir string) (state, error) {
	var s state
	data, err := os.ReadFile(statePath(dataDir))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	return s, err
}

// write replaces the note, whole or not at all.
func (s state) write(dataDir string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	part := statePath(dataDir) + ".new"
	if err := os.WriteFile(part, append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(part, statePath(dataDir))
}

// lockDataDir makes this process the only one that works with the data folder until the file is closed, by whatever death.
func lockDataDir(dataDir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dataDir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("localelastic: %w", err)
	}
	switch ok, err := tryLock(f); {
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("localelastic: lock %s: %w", dataDir, err)
	case !ok:
		owner, _ := os.ReadFile(f.Name())
		f.Close()
		return nil, fmt.Errorf("%w: %s, by a running newsmill (pid %s): stop that one, or choose another data folder",
			ErrInUse, dataDir, strings.TrimSpace(string(owner)))
	}
	if err := f.Truncate(0); err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("localelastic: lock %s: %w", dataDir, err)
		}
	}
	return f, nil
}

// stopLeftBehind stops the node that an earlier process noted and left running. It is called with the data folder locked, so
// that process is dead. We stop rather than adopt: on Linux such a node is a dying one as a rule, and one that is not our
// child could neither be waited for nor die with us.
//
// A process is signalled only if its arguments say that it is our launcher on this very data folder, so a pid that has gone
// to a stranger harms nobody; on Linux os.FindProcess holds the process (pidfd), so it cannot change between look and signal.
func stopLeftBehind(ctx context.Context, dataDir string, cfg Config) error {
	s, err := readState(dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || s.PID <= 1 {
		cfg.Log.Warn("unreadable note about an earlier Elasticsearch, ignored", "file", statePath(dataDir), "error", err)
		return nil
	}
	p, err := os.FindProcess(s.PID)
	if err != nil {
		return fmt.Errorf("localelastic: process %d: %w", s.PID, err)
	}
	defer p.Release()
	if !isOurs(p, dataDir) {
		return nil
	}
	if err := checkCluster(ctx, s); err != nil {
		return err
	}
	cfg.Progress(fmt.Sprintf("stopping an Elasticsearch left behind by an earlier run (pid %d)", s.PID))
	if err := stopStranded(ctx, p, dataDir, cfg.StopTimeout); err != nil {
		return err
	}
	cfg.Log.Info("stopped an Elasticsearch left behind by an earlier run", "pid", s.PID, "started", s.Started)
	return nil
}

// isOurs tells by the arguments: the launcher's class and the data folder, or run.sh on the way to it.
func isOurs(p *os.Process, dataDir string) bool {
	if !alive(p) {
		return false
	}
	args, err := commandLine(p.Pid)
	if err != nil {
		return false
	}
	node := slices.Contains(args, "newsmill.launcher.Main") && slices.Contains(args, "-Epath.data="+filepath.Join(dataDir, "data"))
	shell := len(args) >= 4 && filepath.Base(args[1]) == "run.sh" && args[3] == dataDir // sh run.sh PORT DATADIR
	return node || shell
}

// checkCluster is the second witness: a node that still answers must name the cluster that was noted.
func checkCluster(ctx context.Context, s state) error {
	if s.Port == 0 || s.ClusterUUID == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	uuid, err := clusterUUID(ctx, baseURL(s.Port))
	if err == nil && uuid != s.ClusterUUID {
		return fmt.Errorf("%w: process %d looks like the Elasticsearch of this folder, but port %d answers as cluster %s, not %s; stop it by hand",
			ErrInUse, s.PID, s.Port, uuid, s.ClusterUUID)
	}
	return nil // a dying node does not answer
}

func stopStranded(ctx context.Context, p *os.Process, dataDir string, grace time.Duration) error {
	for _, signal := range []func(*os.Process) error{terminate, (*os.Process).Kill} {
		if err := signal(p); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("%w: by Elasticsearch process %d, which cannot be stopped: %w", ErrInUse, p.Pid, err)
		}
		deadline := time.Now().Add(grace)
		for time.Now().Before(deadline) {
			if !isOurs(p, dataDir) { // gone, or a zombie that somebody else has yet to wait for
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("localelastic: stopping process %d: %w", p.Pid, context.Cause(ctx))
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	return fmt.Errorf("%w: Elasticsearch process %d does not end", ErrInUse, p.Pid)
}
