package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/newsmill/newsmill/internal/telemetry"
)

const usualHTTP = "127.0.0.1:8080"

// serve opens the HTTP endpoints at addr. Checks must all have been added.
func (p *process) serve(set *settings, addr string, more http.Handler) (*telemetry.Server, error) {
	if addr == "none" {
		addr = ""
	} else {
		var err error
		if addr, err = usual(addr, usualHTTP); err != nil {
			return nil, err
		}
	}
	server, err := telemetry.Serve(telemetry.Config{Addr: addr, PprofAddr: set.HTTP.Pprof}, p.metrics, p.checks, more)
	if err != nil {
		return nil, err
	}
	if addr != "" {
		p.log.Info("metrics, health and readiness", "http", server.Addr())
	}
	return server, nil
}

// closeServer gives running answers a moment.
func closeServer(s *telemetry.Server, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		log.Debug("HTTP answers were cut off", "error", err)
	}
}
