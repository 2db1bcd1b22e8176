package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/demosite"
	"github.com/newsmill/newsmill/internal/elastictest"
	"github.com/newsmill/newsmill/news"
)

func TestMain(m *testing.M) {
	// The test binary is newsmill itself in the scripts and wherever newsmill is started as a process of its own.
	testscript.Main(withElastic{m}, map[string]func(){"newsmill": main})
}

// withElastic stops the Elasticsearch that the tests have started.
type withElastic struct{ tests *testing.M }

func (w withElastic) Run() int { return elastictest.Main(w.tests) }

// newsmillProcess is a started process of the program.
type newsmillProcess struct {
	cmd *exec.Cmd
	out safeBuffer
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// place is where a test's processes work: a data folder, an index of their own in the shared Elasticsearch, no fixed ports.
type place struct {
	dir     string
	elastic string
	index   string
}

func newPlace(t *testing.T) place {
	t.Helper()
	return place{dir: t.TempDir(), elastic: elastictest.URL(t), index: elastictest.Prefix(t) + "news"}
}

func (p place) start(t *testing.T, args ...string) *newsmillProcess {
	t.Helper()
	exe, err := exec.LookPath("newsmill") // put on the PATH by testscript.Main
	if err != nil {
		t.Fatal(err)
	}
	n := &newsmillProcess{cmd: exec.Command(exe, args...)}
	n.cmd.Env = append(os.Environ(), "NEWSMILL_DATA="+p.dir, "NEWSMILL_ELASTICSEARCH="+p.elastic, "NEWSMILL_INDEX="+p.index,
		"NEWSMILL_HTTP=127.0.0.1:0", "NEWSMILL_LOG_LEVEL=info")
	n.cmd.Stdout, n.cmd.Stderr = &n.out, &n.out
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = n.cmd.Process.Kill() // it has ended already where the test went well
		_ = n.cmd.Wait()
		if t.Failed() {
			t.Logf("newsmill %s printed:\n%s", strings.Join(args, " "), n.out.String())
		}
	})
	return n
}

func (n *newsmillProcess) wait(t *testing.T) {
	t.Helper()
	if err := n.cmd.Wait(); err != nil {
		t.Fatalf("%v; it printed:\n%s", err, n.out.String())
	}
}

func (p place) client(t *testing.T) *elastic.Client {
	t.Helper()
	c, err := elastic.New(elastic.Config{URLs: []string{p.elastic}, Alias: p.index})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// indexed gives every article of the index, as "url title" and its paragraphs.
func (p place) indexed(t *testing.T) map[string][]string {
	t.Helper()
	c := p.client(t)
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := c.Search(t.Context(), elastic.Query{Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, h := range r.Hits {
		key := h.CanonicalURL + " " + h.Title
		if _, twice := got[key]; twice {
			t.Errorf("%s is in the index twice", key)
		}
		got[key] = strings.Split(h.Body, "\n")
	}
	if len(got) != r.Total {
		t.Errorf("%d articles by URL and title, %d documents", len(got), r.Total)
	}
	return got
}

func truth() map[string][]string {
	want := map[string][]string{}
	for _, a := range demosite.Articles() {
		want[a.URL+" "+a.Title] = a.Paragraphs
	}
	return want
}

const lastLines = "articles: 72\n"

func checkDemo(t *testing.T, p place) {
	t.Helper()
	if diff := cmp.Diff(truth(), p.indexed(t)); diff != "" {
		t.Errorf("the index differs from what was written (-written +indexed):\n%s", diff)
	}
}

// TestRunOnceFindsEveryDemoArticle is the main job: one command, and every article is searchable with exactly its true text.
func TestRunOnceFindsEveryDemoArticle(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	n := p.start(t, "run", "--once")
	n.wait(t)
	for _, line := range []string{lastLines, "dead: 0\n", "searchable: 72\n"} {
		if !strings.Contains(n.out.String(), line) {
			t.Errorf("no line %q in:\n%s", line, n.out.String())
		}
	}
	checkDemo(t, p)
	// Again: nothing new, nothing twice.
	again := p.start(t, "run", "--once")
	again.wait(t)
	if !strings.Contains(again.out.String(), "searchable: 72\n") {
		t.Errorf("the second run says:\n%s", again.out.String())
	}
	checkDemo(t, p)
}

// TestKilledRunLosesNothing kills the whole process in the middle of the crawl and starts it again.
func TestKilledRunLosesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	n := p.start(t, "run", "--once")
	c := p.client(t)
	deadline := time.Now().Add(2 * time.Minute)
	for {
		if found, err := c.Count(t.Context(), elastic.Query{}); err == nil && found >= 15 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("15 articles were not searchable within 2 minutes:\n%s", n.out.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := n.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = n.cmd.Wait() // killed: that is its error
	if strings.Contains(n.out.String(), "searchable:") {
		t.Fatal("it had ended before it was killed")
	}
	again := p.start(t, "run", "--once")
	again.wait(t)
	if !strings.Contains(again.out.String(), "searchable: 72\n") {
		t.Errorf("after the kill:\n%s", again.out.String())
	}
	checkDemo(t, p)
}

// TestThreeProcesses runs each worker as a process of its own on a NATS server that none of them owns.
func TestThreeProcesses(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	server := bustest.StartServer(t)
	site, err := demosite.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	sources := filepath.Join(p.dir, "demo.yaml")
	if err := os.WriteFile(sources, demosite.Seeds(), 0o600); err != nil {
		t.Fatal(err)
	}
	var workers []*newsmillProcess
	for _, args := range [][]string{{"crawler", "--resolve", resolveFlag(demosite.Resolve(site.Addr()))}, {"normalizer"}, {"indexer"}} {
		workers = append(workers, p.start(t, append(args, "--nats", server.URL())...))
	}
	p.start(t, "seeds", "apply", sources, "--nats", server.URL()).waitTrying(t, p, "seeds", "apply", sources, "--nats", server.URL())
	b := server.Bus(t, bus.Config{})
	deadline := time.Now().Add(3 * time.Minute)
	for done := 0; done < 72; time.Sleep(200 * time.Millisecond) {
		ids := map[string]bool{}
		if err := b.Scan(t.Context(), bus.StreamEvents, bus.ScanOptions{Filter: news.SubjectIndexed + ".>"}, func(m bus.Message) error {
			var e news.Indexed
			if err := json.Unmarshal(m.Data, &e); err != nil {
				return err
			}
			ids[e.ID] = true
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if done = len(ids); time.Now().After(deadline) {
			t.Fatalf("%d articles indexed after 3 minutes", done)
		}
	}
	checkDemo(t, p)
	for _, w := range workers { // each drains and ends well
		if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range workers {
		w.wait(t)
	}
	politeness(t, site.Requests())
}

// waitTrying waits for a command that may have come before the workers had made the streams, and repeats it until it succeeds.
func (n *newsmillProcess) waitTrying(t *testing.T, p place, args ...string) {
	t.Helper()
	for try := 1; ; try++ {
		if n.cmd.Wait() == nil {
			return
		}
		if try == 20 {
			t.Fatalf("newsmill %s: %s", strings.Join(args, " "), n.out.String())
		}
		time.Sleep(500 * time.Millisecond)
		n = p.start(t, args...)
	}
}

// politeness: the demo sources ask for 0.2 s between two requests to a host, from the end of one to the start of the next.
func politeness(t *testing.T, requests []demosite.Request) {
	t.Helper()
	last := map[string]time.Time{}
	for _, r := range requests {
		if end, ok := last[r.Host]; ok && r.Start.Sub(end) < 190*time.Millisecond {
			t.Errorf("%s%s came %s after the request before it", r.Host, r.Path, r.Start.Sub(end))
		}
		last[r.Host] = r.End
		if !strings.HasPrefix(r.UserAgent, "newsmill") {
			t.Errorf("User-Agent %q", r.UserAgent)
		}
	}
	if len(requests) < 72 {
		t.Errorf("only %d requests", len(requests))
	}
}

// TestMainRefuses holds the exit statuses and messages for what cannot be.
func TestMainRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, row := range map[string]struct {
		args []string
		code int
		says string
	}{
		"unknown command":  {[]string{"walk"}, exitUsage, "walk"},
		"unknown flag":     {[]string{"run", "--fast"}, exitUsage, "--fast"},
		"bad level":        {[]string{"version", "--log-level", "loud"}, exitUsage, "--log-level"},
		"bad duration":     {[]string{"version", "--delay", "soon"}, exitUsage, "--delay"},
		"unknown setting":  {[]string{"version", "--config", file("a.yaml", "data: x\nspeed: 3\n")}, exitUsage, `line 2: "speed"`},
		"bad file setting": {[]string{"version", "--config", file("b.yaml", "slots: many\n")}, exitUsage, "--slots"},
		"bad seeds":        {[]string{"seeds", "check", file("c.yaml", "sources:\n  - id: A B\n")}, exitUsage, "c.yaml"},
		"no contact":       {[]string{"run", "--data", dir, "--seeds", file("d.yaml", "sources:\n  - id: far\n    name: Far\n    start: [{url: \"http://far.example/\", kind: listing}]\n    scope: {hosts: [far.example]}\n")}, exitUsage, "--contact"},
		"bad address":      {[]string{"extract", "ftp://x/"}, exitFailed, "ftp://x/"},
		"bad listen":       {[]string{"run", "--data", dir, "--nats-listen", "here"}, exitUsage, "nats-listen"},
		"bad slots":        {[]string{"run", "--data", dir, "--slots", "-1", "--elasticsearch", "http://127.0.0.1:1"}, exitUsage, "slots"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := Main(row.args, strings.NewReader(""), &out, &errs); code != row.code || !strings.Contains(errs.String(), row.says) {
				t.Errorf("exit %d, want %d; %q should name %q", code, row.code, errs.String(), row.says)
			}
		})
	}
}
