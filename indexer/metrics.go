package indexer

import "github.com/prometheus/client_golang/prometheus"

// Metrics of the indexer.
type Metrics struct {
	Articles  *prometheus.CounterVec // by outcome: indexed, own_write, superseded, taken_down, dead, retry, down
	Gone      *prometheus.CounterVec // by outcome: hidden, unknown, superseded, dead, retry, down
	Stories   *prometheus.CounterVec // by what was done: reprint, changed, conflict, failed
	Batch     prometheus.Histogram   // messages of a batch
	Bulk      prometheus.Histogram   // seconds of the writing of a batch, its retries included
	Bytes     prometheus.Counter     // of documents sent, before compression
	Retries   prometheus.Counter     // documents sent again because Elasticsearch was busy
	PerBulk   prometheus.Gauge       // most documents of a request now
	AtOnce    prometheus.Gauge       // most bulk requests at the same time now
	Age       prometheus.Histogram   // seconds from the fetch of the page to the acceptance by Elasticsearch
	Available prometheus.Gauge       // 1 while the worker works, 0 while it waits or is paused
}

// NewMetrics makes the metrics and registers them; nil registers them nowhere.
func NewMetrics(r prometheus.Registerer) *Metrics {
	const space, stage = "newsmill", "indexer"
	m := &Metrics{
		Articles: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: space, Subsystem: stage, Name: "articles_total",
			Help: "Articles by what became of them."}, []string{"outcome"}),
		Gone: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: space, Subsystem: stage, Name: "gone_total",
			Help: "Messages that articles are gone, by what became of them."}, []string{"outcome"}),
		Stories: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: space, Subsystem: stage, Name: "stories_total",
			Help: "Articles found as reprints before they were written, and changes of stories afterwards, by what was done."}, []string{"outcome"}),
		Batch: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: space, Subsystem: stage, Name: "batch_messages",
			Help: "Messages of a batch.", Buckets: []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}}),
		Bulk: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: space, Subsystem: stage, Name: "bulk_seconds",
			Help: "Time of writing a batch to Elasticsearch, with its retries.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 13)}),
		Bytes: prometheus.NewCounter(prometheus.CounterOpts{Namespace: space, Subsystem: stage, Name: "bulk_bytes_total",
			Help: "Bytes of documents sent to Elasticsearch, before compression."}),
		Retries: prometheus.NewCounter(prometheus.CounterOpts{Namespace: space, Subsystem: stage, Name: "bulk_retries_total",
			Help: "Documents sent again because Elasticsearch was busy."}),
		PerBulk: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: space, Subsystem: stage, Name: "bulk_limit_documents",
			Help: "Most documents of one bulk request now; it shrinks while Elasticsearch is busy."}),
		AtOnce: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: space, Subsystem: stage, Name: "bulk_limit_requests",
			Help: "Most bulk requests at the same time now; it shrinks while Elasticsearch is busy or slow."}),
		Age: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: space, Subsystem: stage, Name: "article_age_seconds",
			Help: "Time from the fetch of the page to the acceptance by Elasticsearch.", Buckets: []float64{0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400}}),
		Available: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: space, Subsystem: stage, Name: "available_bool",
			Help: "1 while the indexer works, 0 while it waits for Elasticsearch or NATS."}),
	}
	if r != nil {
		r.MustRegister(m.Articles, m.Gone, m.Stories, m.Batch, m.Bulk, m.Bytes, m.Retries, m.PerBulk, m.AtOnce, m.Age, m.Available)
	}
	return m
}
