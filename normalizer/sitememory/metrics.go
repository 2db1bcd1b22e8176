package sitememory

import "github.com/prometheus/client_golang/prometheus"

// Metrics of a store.
type Metrics struct {
	writes prometheus.Counter
	failed *prometheus.CounterVec
}

// NewMetrics makes the metrics and registers them with r; nil registers nothing.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		writes: prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_normalizer_memory_writes_total", Help: "Site memories written."}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "newsmill_normalizer_memory_failures_total",
			Help: "Site memories that could not be read, written or decoded; pages go on without."}, []string{"what"}),
	}
	if r != nil {
		r.MustRegister(m.writes, m.failed)
	}
	return m
}
