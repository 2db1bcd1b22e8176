//go:build unix

package localelastic

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/deployments/elasticsearch"
)

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o644) }

// tools are what run.sh calls before it needs Java or Maven.
var tools = []string{"sh", "sed", "tr", "cut", "find", "sort", "xargs", "cat", "cksum", "dirname", "uname", "head", "tail",
	"mkdir", "rm", "mv", "du", "wc", "touch", "sleep", "grep", "ls", "ln"}

// pathWith makes PATH one folder with the tools and the given scripts.
func pathWith(t *testing.T, scripts map[string]string, more ...string) {
	t.Helper()
	bin := t.TempDir()
	for _, tool := range append(more, tools...) {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	t.Setenv("JAVA_HOME", "")
}

// javaSays is a java that tells its version and whose home has a compiler or none.
func javaSays(t *testing.T, version string, compiler bool) string {
	t.Helper()
	home := t.TempDir()
	if compiler {
		if err := os.MkdirAll(filepath.Join(home, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, "bin", "javac"), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return "cat <<END\n    java.home = " + home + "\n    java.specification.version = " + version + "\n    java.vm.version = 1+2\nEND\n"
}

func TestPrepareErrors(t *testing.T) {
	const way = "NEWSMILL_ELASTICSEARCH="
	for _, test := range []struct {
		name    string
		scripts map[string]string
		more    []string
		cause   error
		want    []string
	}{
		{"no java", nil, nil, ErrNoJava, []string{"java not found", "apt-get install openjdk-17-jdk-headless maven", "dnf install", "brew install", way, "compose.yaml"}},
		{"java too old", map[string]string{"java": javaSays(t, "11", true)}, nil, ErrNoJava, []string{"version '11'", "openjdk-17-jdk-headless", way}},
		{"java with an old version number", map[string]string{"java": javaSays(t, "1.8", true)}, nil, ErrNoJava, []string{"version '1.8'", way}},
		{"java that does not run", map[string]string{"java": "echo broken; exit 1"}, nil, ErrNoJava, []string{"does not run: broken", way}},
		{"a JRE", map[string]string{"java": javaSays(t, "17", false), "mvn": "exit 0"}, []string{"flock"}, ErrNoJava, []string{"has no compiler", "openjdk-17-jdk-headless", way}},
		{"no maven", map[string]string{"java": javaSays(t, "17", true)}, []string{"flock"}, ErrNoMaven, []string{"mvn not found", "maven", way, "compose.yaml"}},
		{"no flock", map[string]string{"java": javaSays(t, "17", true), "mvn": "exit 0"}, nil, ErrNoFlock, []string{"util-linux", "brew install flock"}},
		{"no network", map[string]string{"java": javaSays(t, "21", true), "mvn": "echo '[ERROR] Connect timed out'; exit 1"}, []string{"flock"},
			ErrDownload, []string{"[ERROR] Connect timed out", "Maven Central or a mirror", "run it again", way}},
	} {
		t.Run(test.name, func(t *testing.T) {
			pathWith(t, test.scripts, test.more...)
			err := Prepare(context.Background(), Config{DataDir: t.TempDir(), CacheDir: t.TempDir(), MavenRepo: t.TempDir()})
			if !errors.Is(err, test.cause) {
				t.Fatalf("error %v, want %v", err, test.cause)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in the message:\n%v", want, err)
				}
			}
		})
	}
}

// A Maven that hangs is shown as such, ends with the preparation, and the next preparation is not in its way.
func TestPrepareProgressAndCancel(t *testing.T) {
	cache, mark := t.TempDir(), filepath.Join(t.TempDir(), "maven-pid")
	pathWith(t, map[string]string{"java": javaSays(t, "17", true), "mvn": "echo $$ >" + mark + "; exec sleep 600"}, "flock")
	ctx, cancel := context.WithCancelCause(context.Background())
	var lines []string
	err := Prepare(ctx, Config{DataDir: t.TempDir(), CacheDir: cache, MavenRepo: t.TempDir(), Progress: func(line string) {
		lines = append(lines, line)
		if strings.HasPrefix(line, "Maven is at work") {
			cancel(errors.New("enough"))
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "enough") {
		t.Fatalf("error %v, want the cause of the cancelling", err)
	}
	if len(lines) < 2 || !strings.HasPrefix(lines[0], "downloading and assembling Elasticsearch") {
		t.Errorf("progress was %q", lines)
	}
	pid, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "Maven still runs", func() bool {
		args, err := commandLine(atoi(t, string(pid)))
		return err != nil || len(args) < 2
	})

	pathWith(t, map[string]string{"java": javaSays(t, "17", true), "mvn": fakeMaven}, "flock")
	ctx, cancelTimeout := context.WithTimeout(context.Background(), time.Minute)
	defer cancelTimeout()
	if err := Prepare(ctx, Config{DataDir: t.TempDir(), CacheDir: cache}); err != nil {
		t.Errorf("the next preparation: %v", err)
	}
}

// fakeMaven makes an empty home.
const fakeMaven = `for a; do case $a in -Des.home=*) mkdir -p "${a#-Des.home=}/lib";; esac; done`

func TestTrain(t *testing.T) {
	const archive = `for a; do case $a in -XX:ArchiveClassesAtExit=*) `
	for _, test := range []struct {
		name   string
		java   string // done with the archive file as $a
		cancel bool
		made   bool
	}{
		{"makes the archive", `: >"${a#*=}"; exit 0;;`, false, true},
		{"a JVM that fails", `: >"${a#*=}"; exit 1;;`, false, false},
		{"stopped while at it", `: >"${a#*=}"; trap '' TERM; echo started >&2; exec sleep 600;;`, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			pathWith(t, map[string]string{"mvn": fakeMaven, "java": archive + test.java + "esac; done\n" + javaSays(t, "17", true)}, "flock", "nice")
			cache := t.TempDir()
			s, err := newScript(Config{CacheDir: cache, MavenRepo: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			err = s.run(ctx, trainMode, func(line string) {
				if test.cancel && strings.HasPrefix(line, "making the class-data archive") {
					cancel()
				}
			})
			if (err != nil) != test.cancel {
				t.Errorf("error %v", err)
			}
			if made, _ := filepath.Glob(filepath.Join(cache, "home-*", "classes-*.jsa")); (len(made) == 1) != test.made {
				t.Errorf("archives: %q", made)
			}
		})
	}
}

func TestUnpackRepairs(t *testing.T) {
	cache := t.TempDir()
	dir, err := unpack(cache)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []struct {
		name string
		do   func() error
	}{
		{"a file taken away", func() error { return os.Remove(filepath.Join(dir, "pom.xml")) }},
		{"a file changed", func() error { return writeFile(filepath.Join(dir, "run.sh"), "exit 0") }},
		{"all taken away", func() error { return os.RemoveAll(dir) }},
	} {
		t.Run(damage.name, func(t *testing.T) {
			if err := damage.do(); err != nil {
				t.Fatal(err)
			}
			again, err := unpack(cache)
			if err != nil || again != dir || !same(elasticsearch.Files, dir) {
				t.Errorf("unpack: %s, %v; files whole: %v", again, err, same(elasticsearch.Files, dir))
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "unpack-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}
