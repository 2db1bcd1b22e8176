package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/newsmill/newsmill/internal/telemetry"
)

const usualHTTP = "127.0.0.1:8080"

// serve opens the HTTP endpoints at --http; where that is empty at the usual address, or a free port where that is taken.
func (p *process) serve(set *settings, more http.Handler) (*telemetry.Server, error) {
	listen := func(addr string) (*telemetry.Server, error) {
		return telemetry.Serve(telemetry.Config{Addr: addr, PprofAddr: set.HTTP.Pprof}, p.metrics, p.checks(), more)
	}
	var server *telemetry.Server
	var err error
	switch addr := set.HTTP.HTTP; addr {
	case "none":
		server, err = listen("")
	case "":
		if server, err = listen(usualHTTP); errors.Is(err, syscall.EADDRINUSE) {
			server, err = listen("127.0.0.1:0")
		}
	default:
		server, err = listen(addr)
	}
	if err == nil && server.Addr() != "" {
		p.log.Info("metrics, health and readiness", "http", server.Addr())
	}
	return server, err
}

// lateHandler answers 503 until there is a handler.
type lateHandler struct{ handler atomic.Pointer[http.Handler] }

func (l *lateHandler) set(h http.Handler) { l.handler.Store(&h) }

func (l *lateHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := l.handler.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	http.Error(w, "newsmill is starting", http.StatusServiceUnavailable)
}

// closeServer gives running answers a moment.
func closeServer(s *telemetry.Server, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		log.Debug("HTTP answers were cut off", "error", err)
	}
}
