// Package bustest gives tests a real bus on an embedded server, servers that can be killed and started again, and the fault table:
// wrappers that let the nth call fail, once not kept and once kept but reported failed.
//
// It is imported by tests only.
package bustest

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/embedded"
)

// Start gives a bus on a server of its own, with its topology in place; both are closed at the end of the test.
func Start(t testing.TB) *bus.Bus {
	t.Helper()
	return StartServer(t).Bus(t, bus.Config{})
}

// Server is a server that a test can stop and start again with the same store on the same port.
type Server struct {
	dir  string
	port int
	nats *embedded.Server
}

// StartServer starts a server in a folder of the test.
func StartServer(t testing.TB) *Server {
	t.Helper()
	s := &Server{dir: t.TempDir(), port: -1}
	s.Start(t)
	t.Cleanup(func() { s.Stop(t) })
	return s
}

// Start starts a stopped server again.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	n, err := embedded.Start(ctx, embedded.Config{StoreDir: s.dir, Port: s.port, Log: Quiet()})
	if err != nil {
		t.Fatalf("start server: %v", err)
	}
	s.nats, s.port = n, n.Port()
}

// Stop stops the server; its clients see the connection break. Stopping a stopped server does nothing.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.nats == nil {
		return
	}
	if err := s.nats.Close(); err != nil {
		t.Errorf("stop server: %v", err)
	}
	s.nats = nil
}

// URL is where clients connect; it stays the same over restarts.
func (s *Server) URL() string { return s.nats.URL() }

// Bus connects to the server over TCP and puts the topology in place; another process, as far as the server can tell. A config's
// zero Log is quiet.
func (s *Server) Bus(t testing.TB, c bus.Config) *bus.Bus {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c.URL = s.URL()
	if c.Log == nil {
		c.Log = Quiet()
	}
	b, err := bus.Open(ctx, c)
	if err != nil {
		t.Fatalf("open bus: %v", err)
	}
	t.Cleanup(func() { _ = b.Close() }) // the server may be stopped by then
	if err := b.Ensure(ctx); err != nil {
		t.Fatalf("ensure topology: %v", err)
	}
	return b
}

// Quiet is a logger that says nothing.
func Quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
