package fetch

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what a Fetcher does.
type Metrics struct {
	fetches   *prometheus.CounterVec // by outcome: status class ("2xx") or cause of failure
	redirects prometheus.Counter
	bytes     prometheus.Counter
	seconds   prometheus.Histogram
	phases    *prometheus.HistogramVec // by phase: dns, connect, tls, first_byte, body
	reused    prometheus.Counter
}

// NewMetrics gives the metrics, registered where reg is not nil.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "newsmill_crawler_fetches_total",
			Help: "Fetches by outcome: the class of the status, or what made it fail."}, []string{"outcome"}),
		redirects: prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_crawler_redirects_total", Help: "Redirects followed."}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_crawler_fetched_bytes_total",
			Help: "Bytes of bodies, decompressed."}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "newsmill_crawler_fetch_seconds",
			Help: "Time of a fetch with its redirects.", Buckets: prometheus.ExponentialBuckets(0.005, 2.5, 12)}),
	}
	m.phases = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "newsmill_crawler_fetch_phase_seconds",
		Help: "Time of the phases of a request: dns, connect, tls, first_byte (from the request sent), body.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9)}, []string{"phase"})
	m.reused = prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_crawler_connections_reused_total",
		Help: "Requests that went over a connection which was open already."})
	if reg != nil {
		reg.MustRegister(m.fetches, m.redirects, m.bytes, m.seconds, m.phases, m.reused)
	}
	return m
}

// causes are the sentinel errors with their label; the first that fits counts.
var causes = []struct {
	err   error
	label string
}{
	{ErrTimeout, "timeout"}, {ErrProxy, "proxy"}, {ErrConnect, "connect"}, {ErrTruncated, "truncated"}, {ErrDecode, "decode"},
	{ErrTooLarge, "too_large"}, {ErrWrongType, "wrong_type"}, {ErrTooManyRedirects, "redirects"},
	{ErrPrivateAddress, "private_address"}, {ErrLoopbackOnly, "loopback_only"},
}

func (m *Metrics) observe(res *Response, err error, took time.Duration) {
	m.seconds.Observe(took.Seconds())
	if err == nil {
		m.bytes.Add(float64(len(res.Body)))
		m.fetches.WithLabelValues(strconv.Itoa(res.Status/100) + "xx").Inc()
		return
	}
	for _, c := range causes {
		if errors.Is(err, c.err) {
			m.fetches.WithLabelValues(c.label).Inc()
			return
		}
	}
	m.fetches.WithLabelValues("given_up").Inc()
}
