package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// settingsFile gives the values of a settings file to kong. A name that is no setting is refused with its line.
type settingsFile struct {
	values map[string]any
	lines  map[string]int
}

// loadSettingsFile reads the YAML of --config.
func loadSettingsFile(r io.Reader) (kong.Resolver, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	f := &settingsFile{values: map[string]any{}, lines: map[string]int{}}
	if err := yaml.Unmarshal(raw, &f.values); err != nil {
		return nil, fmt.Errorf("settings file: %w", err)
	}
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, fmt.Errorf("settings file: %w", err)
	}
	for _, doc := range file.Docs {
		if m, ok := doc.Body.(*ast.MappingNode); ok {
			for _, pair := range m.Values {
				f.lines[pair.Key.String()] = pair.GetToken().Position.Line
			}
		}
	}
	return f, nil
}

// Validate refuses names that are no settings.
func (f *settingsFile) Validate(app *kong.Application) error {
	known := map[string]bool{}
	for _, flag := range app.Flags {
		known[flag.Name] = true
	}
	for name := range f.values {
		if !known[name] || name == "config" || name == "help" {
			return fmt.Errorf("settings file, line %d: %q is no setting (the list: newsmill --help)", f.lines[name], name)
		}
	}
	return nil
}

// Resolve gives the value of the file, unless the environment has one.
func (f *settingsFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return nil, nil
		}
	}
	switch v := f.values[flag.Name].(type) {
	case nil:
		return nil, nil
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = fmt.Sprint(part)
		}
		return strings.Join(parts, ","), nil
	case map[string]any:
		var parts []string
		for key, value := range v {
			parts = append(parts, key+"="+fmt.Sprint(value))
		}
		return strings.Join(parts, ";"), nil
	default:
		return fmt.Sprint(v), nil
	}
}
