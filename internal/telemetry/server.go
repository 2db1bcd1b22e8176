package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check is one thing that a worker cannot work without.
type Check struct {
	Name  string
	Ready func() error // nil while it is there; must return at once
}

// Config says where to listen.
type Config struct {
	Addr      string // host:port of /metrics, /healthz and /readyz; empty: none of them
	PprofAddr string // host:port of /debug/pprof; must be loopback; empty: none
}

// ErrNotLoopback is returned for a pprof address that others could reach: profiles hold what is in memory.
var ErrNotLoopback = errors.New("the pprof address must be a loopback address")

// Server answers until Close.
type Server struct {
	servers []*http.Server
	addr    string
	wg      sync.WaitGroup
}

// Serve listens at once, so that a port that is taken is an error here. more is served beside the endpoints (the console); nil: nothing.
// /healthz answers 200 while the process runs, /readyz 503 with the reasons while a check fails.
func Serve(c Config, metrics prometheus.Gatherer, checks []Check, more http.Handler) (*Server, error) {
	s := &Server{}
	if c.PprofAddr != "" {
		if err := checkLoopback(c.PprofAddr); err != nil {
			return nil, err
		}
	}
	if c.Addr != "" {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
		mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
		mux.HandleFunc("GET /readyz", readyz(checks))
		if more != nil {
			mux.Handle("/", more)
		}
		addr, err := s.listen(c.Addr, mux)
		if err != nil {
			return nil, err
		}
		s.addr = addr
	}
	if c.PprofAddr != "" {
		mux := http.NewServeMux()
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
		if _, err := s.listen(c.PprofAddr, mux); err != nil {
			return nil, errors.Join(err, s.Close(context.Background()))
		}
	}
	return s, nil
}

func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("pprof address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%w, not %q", ErrNotLoopback, addr)
	}
	return nil
}

func readyz(checks []Check) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		type row struct {
			Name  string `json:"name"`
			Ready bool   `json:"ready"`
			Error string `json:"error,omitempty"`
		}
		rows, status := []row{}, http.StatusOK
		for _, c := range checks {
			r := row{Name: c.Name, Ready: true}
			if err := c.Ready(); err != nil {
				r.Ready, r.Error, status = false, err.Error(), http.StatusServiceUnavailable
			}
			rows = append(rows, r)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(rows)
	}
}

func (s *Server) listen(addr string, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen on %s: %w", addr, err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	s.servers = append(s.servers, srv)
	s.wg.Go(func() { _ = srv.Serve(l) }) // ends with ErrServerClosed
	return l.Addr().String(), nil
}

// Addr is where /metrics listens, with the port that was chosen for port 0.
func (s *Server) Addr() string { return s.addr }

// Close stops listening, and waits for running answers until ctx ends; then it cuts them off.
func (s *Server) Close(ctx context.Context) error {
	var errs []error
	for _, srv := range s.servers {
		if err := srv.Shutdown(ctx); err != nil {
			errs = append(errs, srv.Close())
		}
	}
	s.wg.Wait()
	return errors.Join(errs...)
}
