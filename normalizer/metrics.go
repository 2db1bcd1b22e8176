package normalizer

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/newsmill/newsmill/normalizer/sitememory"
)

// Metrics of the worker.
type Metrics struct {
	pages    *prometheus.CounterVec
	articles prometheus.Counter
	bytes    prometheus.Counter
	seconds  prometheus.Histogram
	lines    prometheus.Counter
	memory   *sitememory.Metrics
}

// NewMetrics makes the metrics and registers them with r; nil registers nothing.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		pages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "newsmill_normalizer_pages_total",
			Help: "Pages settled, by outcome: articles, or the code of the reason why there are none."}, []string{"outcome"}),
		articles: prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_normalizer_articles_total", Help: "Articles published."}),
		bytes:    prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_normalizer_page_bytes_total", Help: "Bytes of the pages worked on, decompressed."}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "newsmill_normalizer_extract_seconds",
			Help: "Time to extract one page.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		lines:  prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_normalizer_memory_lines_total", Help: "Lines dropped because other pages of the site have them too."}),
		memory: sitememory.NewMetrics(r),
	}
	if r != nil {
		r.MustRegister(m.pages, m.articles, m.bytes, m.seconds, m.lines)
	}
	return m
}
