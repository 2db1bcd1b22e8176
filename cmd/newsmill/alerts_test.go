package main

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/crawler/fetch"
	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/normalizer"
)

// described is a registerer that keeps the names and labels of what is registered: a vector without values would not show otherwise.
type described map[string][]string

var describedAs = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

func (d described) Register(c prometheus.Collector) error {
	all := make(chan *prometheus.Desc, 100)
	c.Describe(all)
	close(all)
	for one := range all {
		m := describedAs.FindStringSubmatch(one.String())
		d[m[1]] = regexp.MustCompile(`\w+`).FindAllString(m[2], -1)
	}
	return nil
}

func (d described) MustRegister(all ...prometheus.Collector) {
	for _, c := range all {
		_ = d.Register(c)
	}
}

func (d described) Unregister(prometheus.Collector) bool { return false }

// TestAlerts holds that every metric and label that an alert names exists, and that each alert says what it means.
func TestAlerts(t *testing.T) {
	have := described{}
	crawler.NewMetrics(have)
	fetch.NewMetrics(have)
	normalizer.NewMetrics(have)
	indexer.NewMetrics(have)
	raw, err := os.ReadFile("../../deployments/prometheus/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.UnmarshalWithOptions(raw, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	metric := regexp.MustCompile(`(newsmill_\w+)(?:\{(\w+)=)?`)
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" || seen[r.Alert] || r.Annotations["summary"] == "" || r.Labels["severity"] == "" {
				t.Errorf("%s: %+v", g.Name, r)
			}
			seen[r.Alert] = true
			names := metric.FindAllStringSubmatch(r.Expr, -1)
			if len(names) == 0 {
				t.Errorf("%s names no metric", r.Alert)
			}
			for _, m := range names {
				labels, ok := have[m[1]]
				if !ok {
					t.Errorf("%s: there is no metric %s", r.Alert, m[1])
				}
				if m[2] != "" && !slices.Contains(labels, m[2]) {
					t.Errorf("%s: %s has no label %s", r.Alert, m[1], m[2])
				}
			}
		}
	}
	if !seen["NewsmillSourceSilent"] || !slices.Contains(have["newsmill_crawler_source_silent"], "source") {
		t.Errorf("no alert for silent sources: %v", seen)
	}
}
