// Package compose holds no code: its test keeps compose.yaml in step with the rest of the repository. Nobody imports it.
package compose

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

type file struct {
	Name     string             `yaml:"name"`
	Services map[string]service `yaml:"services"`
	Volumes  map[string]any     `yaml:"volumes"`
}

type service struct {
	Image       string            `yaml:"image"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	Healthcheck struct {
		Test     []string `yaml:"test"`
		Interval string   `yaml:"interval"`
		Timeout  string   `yaml:"timeout"`
		Retries  int      `yaml:"retries"`
	} `yaml:"healthcheck"`
	Restart string `yaml:"restart"`
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// find returns the first group of the pattern in a file of the repository.
func find(t *testing.T, path, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(read(t, path))
	if m == nil {
		t.Fatalf("%s does not match %s", path, pattern)
	}
	return m[1]
}

func TestCompose(t *testing.T) {
	var f file
	if err := yaml.UnmarshalWithOptions([]byte(read(t, "compose.yaml")), &f, yaml.Strict()); err != nil {
		t.Fatal(yaml.FormatError(err, false, true))
	}
	images := map[string]string{
		"elasticsearch": "docker.elastic.co/elasticsearch/elasticsearch:" + find(t, "../elasticsearch/pom.xml", `<es\.version>(.*)</es\.version>`),
		"nats":          "nats:" + find(t, "../../go.mod", `nats-server/v2 v(\d+\.\d+)\.`) + "-alpine",
	}
	for name, image := range images {
		s, ok := f.Services[name]
		if !ok {
			t.Errorf("no service %s", name)
			continue
		}
		if s.Image != image {
			t.Errorf("%s: image %s; the rest of the repository is at %s", name, s.Image, image)
		}
		if len(s.Healthcheck.Test) == 0 {
			t.Errorf("%s: no health check, so --wait would not wait", name)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network, and nothing asks for a password", name, port)
			}
		}
		for _, volume := range s.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if _, named := f.Volumes[source]; named {
				continue
			}
			if _, err := fs.Stat(os.DirFS("."), filepath.Clean(source)); err != nil {
				t.Errorf("%s: volume %s: %v", name, volume, err)
			}
		}
	}
	if len(f.Services) != len(images) {
		t.Errorf("%d services, want %d", len(f.Services), len(images))
	}
	for name := range f.Services["elasticsearch"].Environment {
		if !slices.Contains([]string{"discovery.type", "xpack.security.enabled", "ES_JAVA_OPTS",
			"cluster.routing.allocation.disk.threshold_enabled"}, name) {
			t.Errorf("elasticsearch: %s is not in the list of checked names", name)
		}
	}
}

// The variables that people are told to set are settings of newsmill, and the file that they are told to use is this one.
func TestNamesExist(t *testing.T) {
	known := settingNames(t)
	name := regexp.MustCompile(`NEWSMILL_[A-Z_]+`)
	for _, used := range name.FindAllString(read(t, "compose.yaml"), -1) {
		if !known[used] {
			t.Errorf("compose.yaml: %s is no setting of newsmill", used)
		}
	}
	script := read(t, "../elasticsearch/run.sh")
	for _, used := range name.FindAllString(script, -1) {
		local := strings.HasPrefix(used, "NEWSMILL_ES_") || used == "NEWSMILL_MAVEN_REPO" // run.sh's own
		if !local && !known[used] {
			t.Errorf("run.sh: %s is no setting of newsmill", used)
		}
	}
	if !strings.Contains(script, "deployments/compose/compose.yaml") {
		t.Error("run.sh does not name the compose file as the way around")
	}
}

// settingNames reads the variables from the structs of cmd/newsmill whose name ends with Settings: NatsListen is NEWSMILL_NATS_LISTEN.
func settingNames(t *testing.T) map[string]bool {
	t.Helper()
	pkgs, err := filepath.Glob("../../cmd/newsmill/*.go")
	if err != nil || len(pkgs) == 0 {
		t.Fatalf("no files of cmd/newsmill: %v", err)
	}
	names := map[string]bool{}
	hump := regexp.MustCompile(`([a-z0-9])([A-Z])`)
	for _, path := range pkgs {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || !strings.HasSuffix(spec.Name.Name, "Settings") {
				return true
			}
			if body, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range body.Fields.List {
					for _, ident := range field.Names {
						names["NEWSMILL_"+strings.ToUpper(hump.ReplaceAllString(ident.Name, "${1}_${2}"))] = true
					}
				}
			}
			return false
		})
	}
	return names
}
