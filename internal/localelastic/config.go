package localelastic

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Causes that a caller may want to tell apart. The error text always says what to install or do, and the way around.
var (
	// ErrNoJava: no JDK of version 17 or newer.
	ErrNoJava = errors.New("no usable Java")
	// ErrNoMaven: Maven is needed for the first preparation, and only for that.
	ErrNoMaven = errors.New("no Maven")
	// ErrNoFlock: the flock command is missing.
	ErrNoFlock = errors.New("no flock")
	// ErrDownload: Maven ran and failed, mostly for want of a network.
	ErrDownload = errors.New("no Elasticsearch: downloading or assembling it failed")
	// ErrInUse: another live process works with the data folder.
	ErrInUse = errors.New("data folder is in use")
	// ErrPortTaken: Config.Port is taken by something else.
	ErrPortTaken = errors.New("port is taken")
	// ErrNotStarted: the node ended, or was not ready in time.
	ErrNotStarted = errors.New("the local Elasticsearch did not start")
	// ErrExited: a node that was ready has ended without being asked to.
	ErrExited = errors.New("the local Elasticsearch has ended by itself")
)

// Config says how to run a node. Only DataDir must be given.
type Config struct {
	// DataDir holds the node's data, its log (logs/node.log) and our own notes. One process at a time.
	DataDir string
	// Port on 127.0.0.1; 0 = a free one, see Node.URL.
	Port int
	// Heap as Java writes it ("512m"); empty = $NEWSMILL_ES_HEAP, else 1g.
	Heap string
	// FastStart halves the CPU time of a start and costs indexing speed in long runs: for tests.
	FastStart bool
	// TrainAfter is how long the node must have been up before the class-data archive, which makes later starts
	// faster, is made in the background (some 14 s of CPU at the lowest priority, once); 0 = never.
	TrainAfter time.Duration
	// CacheDir holds the assembled server, shared by all nodes; empty = $NEWSMILL_ES_CACHE, else
	// newsmill/elasticsearch in the user's cache folder.
	CacheDir string
	// MavenRepo is Maven's local repository; empty = $NEWSMILL_MAVEN_REPO, else Maven's own.
	MavenRepo string
	// Settings are more Elasticsearch settings, by name.
	Settings map[string]string
	// StartTimeout bounds the start, without the preparation; 0 = 3 minutes (a busy machine needs half of one).
	StartTimeout time.Duration
	// StopTimeout is how long a node may take to stop before it is killed; 0 = 30 s.
	StopTimeout time.Duration
	// Progress is shown lines for people, without a line end, while something takes long; never two calls at a
	// time. nil = nobody looks.
	Progress func(line string)
	// Log takes one line for a node that is up, was left behind, or was stopped; nil = none.
	Log *slog.Logger
}

var heapSize = regexp.MustCompile(`^[1-9][0-9]*[kKmMgG]$`)

// Validate says what is wrong with the Config, by field name.
func (c Config) Validate() error {
	switch {
	case c.DataDir == "":
		return errors.New("localelastic: DataDir is empty")
	case c.Port < 0 || c.Port > 65535:
		return fmt.Errorf("localelastic: Port %d is not between 0 and 65535", c.Port)
	case c.Heap != "" && !heapSize.MatchString(c.Heap):
		return fmt.Errorf("localelastic: Heap %q is not a size as Java writes it, for example 512m or 1g", c.Heap)
	case c.TrainAfter < 0, c.StartTimeout < 0, c.StopTimeout < 0:
		return errors.New("localelastic: TrainAfter, StartTimeout and StopTimeout must not be negative")
	}
	return nil
}

// withDefaults fills what Start and Prepare rely on.
func (c Config) withDefaults() Config {
	if c.StartTimeout == 0 {
		c.StartTimeout = 3 * time.Minute
	}
	if c.StopTimeout == 0 {
		c.StopTimeout = 30 * time.Second
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// cacheDir is the folder that run.sh is told to use, by the same rule that it has itself.
func (c Config) cacheDir() (string, error) {
	if c.CacheDir != "" {
		return filepath.Abs(c.CacheDir)
	}
	if dir := os.Getenv("NEWSMILL_ES_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	base := os.Getenv("XDG_CACHE_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("localelastic: no cache folder: %w; set NEWSMILL_ES_CACHE", err)
		}
		base = filepath.Join(home, ".cache")
	}
	return filepath.Join(base, "newsmill", "elasticsearch"), nil
}
