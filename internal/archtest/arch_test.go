package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/newsmill/newsmill/"

// rule says what the packages below a folder may import: of this module only what may names (folders, with all below them), of others
// anything that is not restricted to somebody else. The longest folder that matches a package decides.
type rule struct {
	folder string
	may    []string
}

// The arrows. A folder may always import its own sub-folders; "std" as only entry means the standard library alone.
var rules = []rule{
	{"news", []string{"std"}},
	{"seeds", []string{"news"}},
	{"crawler", []string{"crawler", "seeds", "internal/bus", "internal/telemetry", "news"}},
	{"crawler/weburl", []string{"news"}},
	{"crawler/robots", []string{"news"}},
	{"crawler/fetch", []string{"crawler/weburl", "news"}},
	{"crawler/discover", []string{"crawler/weburl", "news"}},
	{"crawler/frontier", []string{"crawler/weburl", "seeds", "internal/bus", "news"}},
	{"normalizer", []string{"internal/bus", "internal/telemetry", "news"}},
	{"normalizer/extract", []string{"news"}},
	{"indexer", []string{"internal/bus", "internal/telemetry", "news"}},
	{"indexer/elastic", []string{"news"}},
	{"internal/bus", []string{"news"}},
	{"internal/bus/embedded", nil},
	{"internal/bus/bustest", []string{"internal/bus", "news"}},
	{"internal/telemetry", nil},
	{"internal/demosite", []string{"news"}},
	{"internal/localelastic", []string{"deployments/elasticsearch"}},
	{"internal/elastictest", []string{"internal/localelastic"}},
	{"internal/elastictest/cmd", []string{"internal/elastictest"}},
	{"internal/console", []string{"internal/bus", "news"}},
	{"internal/ledger", []string{"internal/bus", "crawler/frontier", "news"}},
	{"internal/archtest", nil},
	{"deployments", nil},
	{"bench", []string{"seeds", "normalizer/extract", "crawler/weburl", "news"}},
	{"bench/web", []string{"crawler", "seeds", "internal/bus", "news"}},
	{"docs/examples", nil},
	{"cmd", []string{""}},
}

// only lists modules that a few folders alone may import.
var only = map[string][]string{
	"github.com/nats-io/nats.go":              {"internal/bus", "docs/examples"},
	"github.com/nats-io/nats-server":          {"internal/bus/embedded"},
	"github.com/elastic/go-elasticsearch":     {"indexer/elastic"},
	"github.com/elastic/elastic-transport-go": {"indexer/elastic"},
}

type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

func TestImportArrows(t *testing.T) {
	used := map[string]bool{}
	for _, p := range list(t) {
		folder := strings.TrimPrefix(p.ImportPath, module)
		r, ok := ruleOf(folder)
		if !ok {
			t.Errorf("%s: no rule for this folder: say in internal/archtest what it may import", folder)
			continue
		}
		used[r.folder] = true
		for _, path := range p.Imports {
			if why := refuse(r, folder, path); why != "" {
				t.Errorf("%s imports %s: %s", folder, path, why)
			}
		}
	}
	for _, r := range rules {
		if !used[r.folder] {
			t.Errorf("the rule for %s fits no package: remove it", r.folder)
		}
	}
}

// TestTheTestCanFail turns arrows round and expects a refusal.
func TestTheTestCanFail(t *testing.T) {
	for name, turn := range map[string]struct{ folder, imports string }{
		"ground floor imports a worker": {"news", module + "crawler"},
		"ground floor imports a module": {"news", "github.com/google/uuid"},
		"worker imports a worker":       {"normalizer", module + "crawler/weburl"},
		"pure function imports the bus": {"normalizer/extract", module + "internal/bus"},
		"worker imports nats.go":        {"indexer", "github.com/nats-io/nats.go/jetstream"},
		"bus imports the server":        {"internal/bus", "github.com/nats-io/nats-server/v2/server"},
	} {
		r, ok := ruleOf(turn.folder)
		if !ok || refuse(r, turn.folder, turn.imports) == "" {
			t.Errorf("%s: allowed", name)
		}
	}
}

func refuse(r rule, folder, path string) string {
	inner, ours := strings.CutPrefix(path, module)
	if !ours {
		if slices.Equal(r.may, []string{"std"}) && strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
			return "only the standard library may be imported here"
		}
		for _, m := range slices.Sorted(maps.Keys(only)) {
			if below(path, m) && !slices.ContainsFunc(only[m], func(f string) bool { return restricted(folder, f) }) {
				return "only " + strings.Join(only[m], ", ") + " may import it"
			}
		}
		return ""
	}
	if below(inner, folder) {
		return ""
	}
	if slices.ContainsFunc(r.may, func(f string) bool { return f == "" || below(inner, f) }) {
		return ""
	}
	return "the arrow does not exist"
}

// restricted tells whether folder may use what is kept for f: f itself and its sub-folders, but a sub-folder with a rule of its own
// (internal/bus/embedded, say) is not meant by its parent's permission.
func restricted(folder, f string) bool {
	r, _ := ruleOf(folder)
	return below(folder, f) && (r.folder == f || !below(r.folder, f) || r.folder == folder && folder == f)
}

func ruleOf(folder string) (best rule, ok bool) {
	for _, r := range rules {
		if below(folder, r.folder) && (!ok || len(r.folder) > len(best.folder)) {
			best, ok = r, true
		}
	}
	return best, ok
}

func below(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Standard", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}
