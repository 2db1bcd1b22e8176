package fetch

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"
)

// phases times what happens between a request and the first byte of its answer. The hooks of httptrace may run side by side.
type phases struct {
	m *Metrics

	mu                         sync.Mutex
	dns, dial, handshake, sent time.Time
	connected                  bool
}

func (p *phases) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { p.begin(&p.dns) },
		DNSDone:              func(i httptrace.DNSDoneInfo) { p.end("dns", &p.dns, i.Err) },
		ConnectStart:         func(_, _ string) { p.begin(&p.dial) },
		ConnectDone:          func(_, _ string, err error) { p.end("connect", &p.dial, err) },
		TLSHandshakeStart:    func() { p.begin(&p.handshake) },
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { p.end("tls", &p.handshake, err) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { p.begin(&p.sent) },
		GotFirstResponseByte: func() { p.end("first_byte", &p.sent, nil) },
		GotConn: func(i httptrace.GotConnInfo) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.connected = true
			if i.Reused {
				p.m.reused.Inc()
			}
		},
	}
}

func (p *phases) begin(at *time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*at = time.Now()
}

func (p *phases) end(name string, since *time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil && !since.IsZero() {
		p.m.phases.WithLabelValues(name).Observe(time.Since(*since).Seconds())
	}
}

func (p *phases) gotConn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.connected
}
