package console

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// Bus is what the console reads of JetStream; *bus.Bus is one.
type Bus interface {
	// Streams and Consumers give the state of all of them now.
	Streams(ctx context.Context) ([]bus.StreamInfo, error)
	Consumers(ctx context.Context) ([]bus.ConsumerInfo, error)
	// Scan calls f for the stored messages in order, until it returns an error (bus.ErrStop: no error).
	Scan(ctx context.Context, stream string, o bus.ScanOptions, f func(bus.Message) error) error
	// Subscribe calls f for every message from now on, until ctx ends. f does not wait.
	Subscribe(ctx context.Context, subject string, f func(bus.Message)) error
}

// Hosts is the bucket with the state of the hosts; *bus.KV is one.
type Hosts interface {
	// Each calls f for every key, in no order, until it returns an error.
	Each(ctx context.Context, f func(bus.Entry) error) error
}

// Searcher finds articles.
type Searcher interface {
	// Search gives size hits from the from-th (0 is the best), size being at most maxSize and from+size at most maxWindow.
	Search(ctx context.Context, query string, from, size int) (Results, error)
	// Count tells how many articles can be found.
	Count(ctx context.Context) (int64, error)
}

// Results of a search.
type Results struct {
	Total int64
	Hits  []Hit
}

// Hit is one found article. Highlights are HTML in which everything but <em> and </em> is escaped, as Elasticsearch gives them with
// "encoder": "html".
type Hit struct {
	ID, URL, Title, Site, Source string
	Published                    string // as far as it is known: news.Date.String
	TitleHighlight               string // empty: Title
	Highlights                   []string
}

// Config of a console.
type Config struct {
	Bus    Bus
	Hosts  Hosts        // nil: no hosts are shown
	Search Searcher     // nil: no search
	Names  []string     // host names, without port, by which the console may be asked besides those of the loopback
	Log    *slog.Logger // default slog.Default()
}

// Validate tells what cannot be.
func (c Config) Validate() error {
	if c.Bus == nil {
		return errors.New("console: a bus is needed")
	}
	for _, name := range c.Names {
		if name == "" || strings.ContainsAny(name, "/ *") {
			return errors.New("console: not a host name: " + name)
		}
	}
	return nil
}

const (
	apiTimeout = 10 * time.Second // of one answer of the API
	maxClients = 64               // live streams at a time
)

// Console is the page and its API. Run must run for it to show what happens live.
type Console struct {
	config  Config
	live    *hub
	status  *sampler
	handler http.Handler
}

//go:embed static
var static embed.FS

// New makes a console; it asks the bus nothing yet.
func New(c Config) (*Console, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	files, err := fs.Sub(static, "static")
	if err != nil {
		return nil, err
	}
	k := &Console{config: c, live: newHub(), status: &sampler{bus: c.Bus, search: c.Search, now: time.Now}}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /api/status", k.serveStatus)
	mux.HandleFunc("GET /api/hosts", k.serveHosts)
	mux.HandleFunc("GET /api/dead", k.serveDead)
	mux.HandleFunc("GET /api/search", k.serveSearch)
	mux.HandleFunc("GET /api/live", k.serveLive)
	k.handler = guard(c.Names, mux)
	return k, nil
}

// ServeHTTP serves the page at / and the API below /api/. It refuses requests under a name that is not the console's (see guard).
func (k *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { k.handler.ServeHTTP(w, r) }

// Run follows the bus until ctx ends, and then ends all live streams, so that an http.Server can shut down. It returns nil.
func (k *Console) Run(ctx context.Context) error {
	defer k.live.close()
	for said := false; ; {
		err := k.config.Bus.Subscribe(ctx, "news.>", func(m bus.Message) { k.live.publish(eventOf(m)) })
		if ctx.Err() != nil {
			return nil
		}
		if !said { // once: it comes back by itself or never
			k.config.Log.Warn("console cannot follow the bus and will try again", "err", err)
			said = true
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}
