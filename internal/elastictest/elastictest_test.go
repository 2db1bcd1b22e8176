package elastictest

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(Wrap(m)) }

func put(t *testing.T, url, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPut, url, strings.NewReader(body))
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
	if data, _ := io.ReadAll(resp.Body); resp.StatusCode > 299 {
		t.Fatalf("PUT %s: %s: %s", url, resp.Status, data)
	}
}

// names lists what there is under a prefix, of all three kinds.
func names(t *testing.T, base, prefix string) []string {
	t.Helper()
	ctx := context.Background()
	all, err := listIndices(ctx, base, prefix)
	for _, kind := range []string{"index_template", "component_template"} {
		more, listErr := listTemplates(ctx, base, kind, prefix)
		if listErr != nil {
			err = listErr
		}
		all = append(all, more...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPrefixCleansUpAfterItself(t *testing.T) {
	base := URL(t)
	var prefix string
	t.Run("a test", func(t *testing.T) {
		prefix = Prefix(t)
		put(t, base+"/_component_template/"+prefix+"part", `{"template":{"settings":{"number_of_replicas":0}}}`)
		put(t, base+"/_index_template/"+prefix+"all", `{"index_patterns":["`+prefix+`*"],"composed_of":["`+prefix+`part"]}`)
		put(t, base+"/"+prefix+"news-v1", `{"aliases":{"`+prefix+`news":{}}}`)
		put(t, base+"/"+prefix+"hidden", `{"settings":{"index.hidden":true}}`)
		if got := names(t, base, prefix); len(got) != 4 {
			t.Fatalf("made %q, want 4 names", got)
		}
		if other := Prefix(t); other == prefix {
			t.Error("the same prefix twice")
		}
	})
	if got := names(t, base, prefix); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}

func TestWithElastic(t *testing.T) {
	base := URL(t)
	program := filepath.Join(t.TempDir(), "withelastic")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/withelastic").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, test := range []struct {
		name string
		args []string
		code int
		out  string
	}{
		{"passes the address on", []string{"--", "sh", "-c", "echo at $" + Env}, 0, "at " + base + "\n"},
		{"returns the status", []string{"--", "sh", "-c", "exit 7"}, 7, ""},
		{"after a signal", []string{"sh", "-c", "kill -9 $$"}, 137, ""},
		{"no such command", []string{"--", "newsmill-no-such-command"}, 127, "not found"},
		{"no command", nil, 2, "usage"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.Command(program, test.args...)
			cmd.Env = append(os.Environ(), Env+"="+base)
			out, _ := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != test.code || !strings.Contains(string(out), test.out) {
				t.Errorf("status %d, output %q; want %d and %q", cmd.ProcessState.ExitCode(), out, test.code, test.out)
			}
		})
	}
}
