package main

import (
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/newsmill/newsmill/news"
)

type seedsFile struct {
	Sources []source `yaml:"sources"`
}

type source struct {
	ID         string     `yaml:"id"`
	Name       string     `yaml:"name"`
	Language   string     `yaml:"language,omitempty"`
	Interval   string     `yaml:"interval"`
	Start      []start    `yaml:"start"`
	Scope      scope      `yaml:"scope"`
	Politeness politeness `yaml:"politeness"`
}

type start struct {
	URL  string `yaml:"url"`
	Kind string `yaml:"kind"`
}

type scope struct {
	Hosts []string `yaml:"hosts"`
}

type politeness struct {
	Delay string `yaml:"delay"`
}

// The hosts may be real ones, and somebody may crawl the file without the proxy: so the delay is one that a source of the web may have.
const (
	seedsHead = "# Written by bench/replay, to be crawled through its proxy.\n"
	delay     = "250ms"
)

// seedsOf gives one source a host, in the order of the hosts.
func seedsOf(pages []page) seedsFile {
	languages := map[string]map[string]int{}
	for _, p := range pages {
		if languages[p.Host] == nil {
			languages[p.Host] = map[string]int{}
		}
		languages[p.Host][p.Language]++
	}
	var hosts []string
	for host := range languages {
		hosts = append(hosts, host)
	}
	slices.Sort(hosts)
	var f seedsFile
	for _, host := range hosts {
		f.Sources = append(f.Sources, source{
			ID: sourceID(host), Name: host, Language: most(languages[host]), Interval: "1h",
			Start:      []start{{URL: page{Host: host, Path: indexPath}.URL(), Kind: "listing"}},
			Scope:      scope{Hosts: []string{host}},
			Politeness: politeness{Delay: delay},
		})
	}
	return f
}

// sourceID is the host as a token; one that is too long for a source id is cut and told apart by a hash.
func sourceID(host string) string {
	id, err := news.HostToken(host)
	if err == nil && news.ValidToken(id) {
		return id
	}
	id = strings.ReplaceAll(cleanLabel(host), ".", "_")
	return id[:min(len(id), 43)] + "-" + news.URLHash(host)
}

// most gives the language that most pages are in; the first by name where several tie.
func most(count map[string]int) string {
	var best string
	for language, n := range count {
		if language != "" && (best == "" || n > count[best] || n == count[best] && language < best) {
			best = language
		}
	}
	return best
}

func writeSeeds(name string, pages []page) error {
	text, err := yaml.Marshal(seedsOf(pages))
	if err != nil {
		return err
	}
	return os.WriteFile(name, append([]byte(seedsHead), text...), 0o644)
}
