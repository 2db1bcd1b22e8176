package elastictest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Prefix returns a prefix for the names of indices, aliases and templates that no other test has (lower case, ends with "-"),
// and deletes all that begins with it when the test ends.
func Prefix(t testing.TB) string {
	t.Helper()
	base := URL(t)
	id := make([]byte, 6)
	_, _ = rand.Read(id) // never fails
	prefix := "t" + hex.EncodeToString(id) + "-"
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := Clean(ctx, base, prefix); err != nil {
			t.Errorf("elastictest: clean up: %v", err)
		}
	})
	return prefix
}

// Clean deletes the indices (with their aliases) and then the index and component templates whose names begin with prefix.
// They are listed and deleted by name: an Elasticsearch in its default configuration refuses a wildcard in a delete.
func Clean(ctx context.Context, base, prefix string) error {
	indices, err := listIndices(ctx, base, prefix)
	if err != nil {
		return err
	}
	for _, name := range indices {
		if err := remove(ctx, base+"/"+name); err != nil {
			return err
		}
	}
	for _, kind := range []string{"index_template", "component_template"} { // in this order: the one may use the other
		names, err := listTemplates(ctx, base, kind, prefix)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := remove(ctx, base+"/_"+kind+"/"+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func listIndices(ctx context.Context, base, prefix string) ([]string, error) {
	var rows []struct {
		Index string `json:"index"`
	}
	err := call(ctx, http.MethodGet, base+"/_cat/indices/"+prefix+"*?format=json&h=index&expand_wildcards=all", &rows)
	var names []string
	for _, row := range rows {
		if strings.HasPrefix(row.Index, prefix) {
			names = append(names, row.Index)
		}
	}
	return names, err
}

func listTemplates(ctx context.Context, base, kind, prefix string) ([]string, error) {
	var list map[string][]struct { // one key: index_templates or component_templates
		Name string `json:"name"`
	}
	err := call(ctx, http.MethodGet, base+"/_"+kind+"/"+prefix+"*", &list)
	var names []string
	for _, row := range list[kind+"s"] {
		if strings.HasPrefix(row.Name, prefix) {
			names = append(names, row.Name)
		}
	}
	return names, err
}

func remove(ctx context.Context, url string) error { return call(ctx, http.MethodDelete, url, nil) }

// call makes a request; 404 is no error, as what should go may be gone. No connection is kept: the tests of the package may
// look for goroutines.
func call(ctx context.Context, method, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", method, url, err)
	case resp.StatusCode == http.StatusNotFound:
		return nil
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s %s: %s: %s", method, url, resp.Status, body)
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s %s: %w", method, url, err)
	}
	return nil
}
