// Package embedded runs a nats-server with JetStream inside the process, for a laptop, a demonstration and tests. It listens on a
// loopback port as well, so that monitors and other workers can connect with any NATS client.
//
// It is the only package that imports nats-server; commands and tests import it, workers never.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Config of the server. The zero value of a field gives the default named there.
type Config struct {
	StoreDir     string        // where JetStream keeps its files; required
	Host         string        // address to listen on; default 127.0.0.1
	Port         int           // default 4222, or a free one where that is taken; -1 a free one; any other must be free
	MonitorPort  int           // of the HTTP monitoring endpoint; 0 none, -1 a free one
	MaxPayload   int32         // bytes of a message; default 4 MiB
	MaxStore     int64         // bytes that all streams together may reserve; default 1 TiB, so that the streams' own limits count
	SyncInterval time.Duration // how often files are synced to the disk; default 10s
	Log          *slog.Logger  // default slog.Default(); warnings and errors only
}

// DefaultPort is where NATS clients look first.
const DefaultPort = 4222

// The errors that callers tell apart.
var (
	ErrInUse = errors.New("store folder is in use by another process")
	ErrPort  = errors.New("port is taken")
)

// startTime is how long the server may take to recover its store.
const startTime = 2 * time.Minute

// Server is a running server.
type Server struct {
	nats *server.Server
	lock *os.File
}

// Start starts a server and returns when it takes connections and has recovered its streams. One process at a time may use a store
// folder: ErrInUse. A port that is asked for and taken is ErrPort.
func Start(ctx context.Context, c Config) (*Server, error) {
	c, err := c.withDefaults()
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, fmt.Errorf("embedded nats: %w", err)
	}
	lock, err := lockDir(c.StoreDir)
	if err != nil {
		return nil, fmt.Errorf("embedded nats: %w", err)
	}
	s, err := start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("embedded nats: %w", errors.Join(err, lock.Close()))
	}
	return &Server{nats: s, lock: lock}, nil
}

func (c Config) withDefaults() (Config, error) {
	if c.StoreDir == "" {
		return c, errors.New("no store folder given")
	}
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.MaxPayload == 0 {
		c.MaxPayload = 4 << 20
	}
	if c.MaxStore == 0 {
		c.MaxStore = 1 << 40
	}
	if c.SyncInterval == 0 {
		c.SyncInterval = 10 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	switch c.Port {
	case 0:
		c.Port = DefaultPort
		if portFree(c.Host, c.Port) != nil {
			c.Port = server.RANDOM_PORT
		}
	case server.RANDOM_PORT:
	default:
		if err := portFree(c.Host, c.Port); err != nil {
			return c, fmt.Errorf("%w: %s:%d: %w", ErrPort, c.Host, c.Port, err)
		}
	}
	return c, nil
}

// portFree tells early and clearly what the server would only log and end the process for.
func portFree(host string, port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return l.Close()
}

// lockDir keeps two processes from writing one store, which would ruin it. The lock goes with the process, however it ends.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "newsmill.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s (is newsmill running already?)", ErrInUse, dir), f.Close())
	}
	return f, nil
}

func start(ctx context.Context, c Config) (*server.Server, error) {
	o := &server.Options{
		ServerName: "newsmill", Host: c.Host, Port: c.Port, HTTPHost: "127.0.0.1", HTTPPort: c.MonitorPort,
		JetStream: true, StoreDir: c.StoreDir, JetStreamMaxMemory: 256 << 20, JetStreamMaxStore: c.MaxStore,
		SyncInterval: c.SyncInterval, MaxPayload: c.MaxPayload, NoSigs: true,
	}
	s, err := server.NewServer(o)
	if err != nil {
		return nil, err
	}
	log := &natsLog{log: c.Log.With("part", "nats-server")}
	s.SetLoggerV2(log, false, false, false)
	s.Start()
	for deadline := time.Now().Add(startTime); !s.ReadyForConnections(100 * time.Millisecond); {
		if ctx.Err() != nil || time.Now().After(deadline) || !s.Running() {
			s.Shutdown()
			s.WaitForShutdown()
			return nil, errors.Join(fmt.Errorf("not ready after %s", startTime), ctx.Err(), log.last())
		}
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, errors.Join(errors.New("jetstream did not start"), log.last())
	}
	return s, nil
}

// InProcessConn gives a connection without a socket (bus.Config.InProcess).
func (s *Server) InProcessConn() (net.Conn, error) { return s.nats.InProcessConn() }

// URL is where other processes connect.
func (s *Server) URL() string { return s.nats.ClientURL() }

// MonitorURL is the HTTP monitoring endpoint; empty where there is none.
func (s *Server) MonitorURL() string {
	a := s.nats.MonitorAddr()
	if a == nil {
		return ""
	}
	return "http://" + a.String()
}

// Close stops the server in good order: stores are written out, and the folder is free again when it returns.
func (s *Server) Close() error {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
	return s.lock.Close()
}

// Port is the port it listens on.
func (s *Server) Port() int {
	if a, ok := s.nats.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}
