// Package elastictest gives tests the address of a real Elasticsearch. All packages of one test run share the node that
// cmd/withelastic started (environment variable NEWSMILL_TEST_ELASTICSEARCH, as make test does it); without the variable, a
// package gets a node of its own, started on the first use and stopped by Main.
//
//	func TestMain(m *testing.M) { os.Exit(elastictest.Main(m)) }
//
//	func TestSearch(t *testing.T) {
//		base, prefix := elastictest.URL(t), elastictest.Prefix(t)
//		...
//	}
//
// It gives no client and knows no mapping. The node is shared: a test touches only names that begin with its Prefix, and
// never cluster settings. Imported by tests only.
package elastictest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/newsmill/newsmill/internal/localelastic"
)

// Env names the variable with the address of the Elasticsearch to test against, without a slash at its end. Tests create
// and delete indices there.
const Env = "NEWSMILL_TEST_ELASTICSEARCH"

// own is the node of this process, for a package that is tested alone.
var own struct {
	sync.Mutex
	inMain bool
	node   *Node
	err    error
}

// Main runs the tests of a package and then stops the node, if URL started one. Returns the exit code for os.Exit.
func Main(m interface{ Run() int }) int { return Wrap(m).Run() }

// Wrap is Main for goleak: goleak.VerifyTestMain(elastictest.Wrap(m)) looks for goroutines after the node has been stopped.
func Wrap(m interface{ Run() int }) Runner { return Runner{m} }

// Runner runs tests; see Wrap.
type Runner struct{ m interface{ Run() int } }

// Run is Main.
func (r Runner) Run() int {
	own.Lock()
	own.inMain = true
	own.Unlock()
	code := r.m.Run()
	own.Lock()
	defer own.Unlock()
	own.inMain = false
	if own.node == nil {
		return code
	}
	if err := own.node.Stop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "elastictest:", err)
		code = max(code, 1)
	}
	own.node = nil
	return code
}

// URL returns the address of an Elasticsearch that answers, without a slash at its end. It fails the test if there is none.
func URL(t testing.TB) string {
	t.Helper()
	if url := os.Getenv(Env); url != "" {
		return strings.TrimSuffix(url, "/")
	}
	own.Lock()
	defer own.Unlock()
	if !own.inMain {
		t.Fatal("elastictest: TestMain of this package must call elastictest.Main, which stops the node")
	}
	if own.node == nil && own.err == nil {
		own.node, own.err = StartNode(context.Background(), func(line string) { fmt.Fprintln(os.Stderr, "elastictest:", line) })
	}
	if own.err != nil {
		t.Fatalf("elastictest: no Elasticsearch to test against: %v", own.err)
	}
	return own.node.URL()
}

// Node is a node on a folder of its own, which goes with it.
type Node struct {
	*localelastic.Node
	dir string
}

// StartNode starts a node that is quick to start and small, on a free port and a temporary folder. progress is shown lines
// while it takes long, above all while the server is downloaded for the first time.
func StartNode(ctx context.Context, progress func(line string)) (*Node, error) {
	dir, err := os.MkdirTemp("", "newsmill-elastictest-")
	if err != nil {
		return nil, err
	}
	node, err := localelastic.Start(ctx, localelastic.Config{
		DataDir:   filepath.Join(dir, "data"),
		Heap:      "512m",
		FastStart: true,
		Progress:  progress,
	})
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return &Node{Node: node, dir: dir}, nil
}

// Stop ends the node and removes its folder.
func (n *Node) Stop(ctx context.Context) error {
	err := n.Node.Stop(ctx)
	if rmErr := os.RemoveAll(n.dir); err == nil {
		err = rmErr
	}
	return err
}
