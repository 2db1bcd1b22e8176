package crawler

import (
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics of one crawler.
type Metrics struct {
	requests  *prometheus.CounterVec // by status class, or what went wrong
	settled   *prometheus.CounterVec // URLs by outcome
	queued    prometheus.Counter
	backoffs  prometheus.Counter
	parked    prometheus.Counter
	mended    prometheus.Counter
	polls     prometheus.Counter
	sweepErrs prometheus.Counter
	asking    prometheus.Gauge
	waiting   prometheus.Gauge
	lost      prometheus.Counter

	overBudget prometheus.Counter
	silent     *prometheus.GaugeVec // by source
	lastNew    *prometheus.GaugeVec // by source

	mu      sync.Mutex
	sources map[string]bool // that have gauges
}

// NewMetrics makes the metrics and registers them; a nil registerer leaves them unregistered.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "newsmill", Subsystem: "crawler", Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "newsmill", Subsystem: "crawler", Name: name, Help: help})
	}
	vec := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "newsmill", Subsystem: "crawler", Name: name, Help: help}, []string{label})
	}
	byNewsSource := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "newsmill", Subsystem: "crawler", Name: name, Help: help}, []string{"source"})
	}
	m := &Metrics{
		requests:  vec("requests_total", "Requests to hosts, robots.txt and every hop of a redirect included, by how they ended.", "result"),
		settled:   vec("urls_settled_total", "URLs that left the frontier, by outcome.", "outcome"),
		queued:    counter("urls_queued_total", "URLs that were new to the frontier."),
		backoffs:  counter("backoffs_total", "Pauses of hosts after failed requests."),
		parked:    counter("hosts_parked_total", "Hosts that did not answer for so long that they are asked as seldom as can be."),
		mended:    counter("tokens_mended_total", "Hosts that had URLs and no token, found by the sweep."),
		polls:     counter("polls_total", "Polls of sources."),
		sweepErrs: counter("sweep_errors_total", "Sweeps that failed."),
		asking:    gauge("hosts_held", "Hosts this crawler works on now."),
		waiting:   gauge("waiting_for_room", "Pages that wait because RAW or EVENTS is full."),
		lost:      counter("leases_lost_total", "Leases that ran out or were taken while a host was worked on."),

		overBudget: counter("over_budget_total", "Entries that were put off because a budget of their source or host was used up."),
		silent:     byNewsSource("source_silent", "1 where a source has brought nothing new for longer than it usually does."),
		lastNew:    byNewsSource("source_last_new_timestamp_seconds", "When the last new article of a source came, in Unix time; 0 where none has come yet."),
	}
	if r != nil {
		r.MustRegister(m.requests, m.settled, m.queued, m.backoffs, m.parked, m.mended, m.polls, m.sweepErrs, m.asking, m.waiting, m.lost,
			m.overBudget, m.silent, m.lastNew)
	}
	return m
}

// source sets the gauges of one source.
func (m *Metrics) source(id string, silent bool, p Progress) {
	is, at := 0.0, 0.0
	if silent {
		is = 1
	}
	if !p.LastNew.IsZero() {
		at = float64(p.LastNew.Unix())
	}
	m.silent.WithLabelValues(id).Set(is)
	m.lastNew.WithLabelValues(id).Set(at)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sources == nil {
		m.sources = map[string]bool{}
	}
	m.sources[id] = true
}

// keepSources takes away the gauges of sources that are no longer applied.
func (m *Metrics) keepSources(there map[string]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range m.sources {
		if !there[id] {
			m.silent.DeleteLabelValues(id)
			m.lastNew.DeleteLabelValues(id)
			delete(m.sources, id)
		}
	}
}

func statusClass(status int) string {
	if status < 100 || status > 599 {
		return "other"
	}
	return strconv.Itoa(status/100) + "xx"
}
