package indexer_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/newsmill/newsmill/indexer"
)

func TestMetricNames(t *testing.T) {
	r := prometheus.NewRegistry()
	m := indexer.NewMetrics(r)
	m.Articles.WithLabelValues("indexed").Inc()
	m.Gone.WithLabelValues("hidden").Inc()
	problems, err := testutil.GatherAndLint(r)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}
