package indexer

import "sync"

// pace is how many documents go into one bulk request. It halves when Elasticsearch says that it is busy, and grows again slowly: the
// rule by which TCP shares a line. The workers of a process share it.
type pace struct {
	most int

	mu  sync.Mutex
	now int // 0: most; guarded by mu
}

func (p *pace) limit() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == 0 {
		return p.most
	}
	return p.now
}

// busy halves what was tried.
func (p *pace) busy(tried int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if half := max(1, tried/2); p.now == 0 || half < p.now {
		p.now = half
	}
}

// fine grows by a tenth, at least by one.
func (p *pace) fine() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == 0 {
		return
	}
	if p.now += max(1, p.now/10); p.now >= p.most {
		p.now = 0
	}
}
