package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the generated documents")

// TestSettingsTable generates docs/settings.md from the settings struct, so that no setting is undocumented.
func TestSettingsTable(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "~/.local/share")
	var c cli
	p, err := newParser(&c, streams{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# Settings\n\nGenerated from `cmd/newsmill/settings.go` by its test; do not edit.\n\n" +
		"Each setting has one name: a flag, a variable, and a key in the YAML file that `--config` names. A flag wins over the variable,\n" +
		"the variable over the file, the file over the default. They hold for every command.\n")
	group := ""
	for _, f := range p.Model.Flags {
		if f.Group == nil {
			continue // --help
		}
		if f.Group.Title != group {
			group = f.Group.Title
			fmt.Fprintf(&b, "\n## %s\n\n| flag | variable | file | default | meaning |\n|---|---|---|---|---|\n", group)
		}
		key := f.Name
		if key == "config" {
			key = ""
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s | %s |\n", f.Name, strings.Join(f.Envs, " "), code(key), code(f.Default), f.Help)
	}
	compare(t, "../../docs/settings.md", b.String())
}

// TestCommandsTable does the same for the list of commands.
func TestCommandsTable(t *testing.T) {
	var c cli
	p, err := newParser(&c, streams{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range p.Model.Leaves(true) {
		name := strings.TrimPrefix(n.Path(), "newsmill ")
		if !strings.Contains(string(readme), "`newsmill "+name) {
			t.Errorf("README.md does not name the command `newsmill %s`", name)
		}
	}
	for _, m := range regexp.MustCompile("--([a-z][a-z-]*)").FindAllStringSubmatch(string(readme), -1) {
		if !known(p.Model.Leaves(true), m[1]) {
			t.Errorf("README.md names --%s, which is no flag", m[1])
		}
	}
}

// known tells whether a command has the flag.
func known(commands []*kong.Node, flag string) bool {
	for _, c := range commands {
		for _, group := range c.AllFlags(false) {
			for _, f := range group {
				if f.Name == flag {
					return true
				}
			}
		}
	}
	return false
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the code says; run the test with -update (-file +code):\n%s", path, diff)
	}
}

// TestScripts runs the program as its users do, by the scripts in testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update})
}
