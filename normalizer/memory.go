package normalizer

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/normalizer/extract"
	"github.com/newsmill/newsmill/normalizer/sitememory"
)

// memoryDrain is how long the last writes of site memories get at the end, beside Drain. What is lost is learned again.
const memoryDrain = 3 * time.Second

// maxPinned bounds the pages whose memory is kept for their next attempt.
const maxPinned = 4096

// memory hands the site memories to the pages. Nil is a worker without.
//
// Every attempt at a page that this process makes uses the memory of the first, so that the articles of one page agree. Another
// process, after a crash, may use a newer one, and that is harmless: the number of articles, their ids and titles do not depend on the
// memory, and their version does not contain it. So of two attempts that both published, the first that was stored stands: within the
// window JetStream refuses the second by its message id, and after it Elasticsearch does by its external version.
type memory struct {
	store *sitememory.Store

	mu     sync.Mutex
	pinned map[string]*sitememory.Snapshot // by id of the page
}

// startMemory begins to write site memories, and gives the function that writes the last and ends.
func (w *Worker) startMemory(ctx context.Context, kv sitememory.KV) (stop func(), err error) {
	if w.config.NoMemory {
		return func() {}, nil
	}
	store, err := sitememory.New(w.config.memory, kv, w.metrics.memory, w.log)
	if err != nil {
		return nil, err
	}
	w.memory = &memory{store: store, pinned: map[string]*sitememory.Snapshot{}}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { store.Run(ctx, memoryDrain) })
	return func() { cancel(); running.Wait() }, nil
}

// of gives the memory for a page: the one of its first attempt where there was one.
func (m *memory) of(ctx context.Context, page news.Page, host string) *sitememory.Snapshot {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	s := m.pinned[page.ID()]
	m.mu.Unlock()
	if s != nil {
		return s
	}
	return m.store.Snapshot(ctx, host)
}

// settle keeps the memory for the next attempt at the page, or forgets it where there will be none.
func (m *memory) settle(page news.Page, s *sitememory.Snapshot, verdict error) {
	if m == nil {
		return
	}
	var drop *bus.DropError
	m.mu.Lock()
	defer m.mu.Unlock()
	if verdict == nil || errors.As(verdict, &drop) {
		delete(m.pinned, page.ID())
		return
	}
	if len(m.pinned) >= maxPinned { // pages that went on elsewhere
		clear(m.pinned)
	}
	m.pinned[page.ID()] = s
}

// learn takes what an accepted page taught. at is the same at every delivery of the page.
func (m *memory) learn(host string, at time.Time, r extract.Result) {
	if m == nil || r.Learn == nil || len(r.Articles) == 0 {
		return
	}
	url, err := strconv.ParseUint(news.URLHash(r.Articles[0].CanonicalURL)[:16], 16, 64)
	if err != nil {
		panic("normalizer: a URL hash is not hexadecimal") // a fault of the program
	}
	m.store.Learn(host, sitememory.Page{URL: url, At: at, Text: r.Learn.Text, Blocks: r.Learn.Blocks})
}
