package demosite

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// ErrNotLoopback says that Start was asked to listen where others could reach it.
var ErrNotLoopback = errors.New("demosite: the address is not a loopback address")

// Server serves the demo web until Close.
type Server struct {
	listener net.Listener
	http     *http.Server
	log      requestLog
	sites    map[string]*site // by host; never written after Start
	done     chan struct{}    // closed when the serving goroutine has ended
	closing  sync.Once
	closeErr error
}

// Start listens on addr, a literal loopback address with a port ("127.0.0.1:0" takes a free one), and serves in the background.
// The server ends with Close, or when ctx is cancelled.
func Start(ctx context.Context, addr string) (*Server, error) {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().IsLoopback() {
		return nil, fmt.Errorf("%w: %q", ErrNotLoopback, addr)
	}
	sites, err := buildSites()
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("demosite: %w", err)
	}
	s := &Server{listener: l, sites: sites, done: make(chan struct{})}
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		unhook := context.AfterFunc(ctx, func() { _ = s.http.Close() })
		defer unhook()
		_ = s.http.Serve(l) // ends with ErrServerClosed; a broken listener shows as refused connections
	}()
	return s, nil
}

// Addr is the address the server listens on, with its port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close ends the server at once and waits for it. Closing twice is the same as once.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.closeErr = s.http.Close()
		<-s.done
	})
	return s.closeErr
}

// Handler answers requests for every site, by Host header, and keeps the request log. A name that is not of the demo web gets 421.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		entry := Request{Host: hostOf(r), Path: r.URL.RequestURI(), UserAgent: r.UserAgent(), Start: time.Now()}
		defer func() {
			entry.Status, entry.End = rec.status, time.Now()
			s.log.add(entry)
		}()
		s.serve(rec, r, entry.Host)
	})
}

// Requests returns the newest requests, oldest first, at most 65,536.
func (s *Server) Requests() []Request { return s.log.all() }

func (s *Server) serve(w http.ResponseWriter, r *http.Request, host string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	site, ok := s.sites[host]
	if !ok {
		http.Error(w, "the demo web serves by name only: "+strings.Join(Hosts(), " "), http.StatusMisdirectedRequest)
		return
	}
	site.lookup(r.URL.Path, r.URL.RawQuery).write(w, r)
}

// hostOf is the name a request is for, without port, lower case.
func hostOf(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(host)
}

// statusRecorder remembers the status that was sent.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
