package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/internal/bus/embedded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func start(t *testing.T, c embedded.Config) *embedded.Server {
	t.Helper()
	c.Log = quiet()
	s, err := embedded.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a second close in some tests
	return s
}

func TestConnectAndMonitor(t *testing.T) {
	s := start(t, embedded.Config{StoreDir: t.TempDir(), Port: -1, MonitorPort: -1})
	for name, opts := range map[string][]nats.Option{"tcp": nil, "in process": {nats.InProcessServer(s)}} {
		nc, err := nats.Connect(s.URL(), opts...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if nc.MaxPayload() != 4<<20 {
			t.Errorf("%s: max payload %d", name, nc.MaxPayload())
		}
		nc.Close()
	}
	r, err := http.Get(s.MonitorURL() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("healthz: %s", r.Status)
	}
	http.DefaultClient.CloseIdleConnections()
	if !strings.HasPrefix(s.URL(), "nats://127.0.0.1:") {
		t.Errorf("listens on %s, want loopback", s.URL())
	}
}

func TestStoreFolderIsLocked(t *testing.T) {
	dir := t.TempDir()
	s := start(t, embedded.Config{StoreDir: dir, Port: -1})
	_, err := embedded.Start(t.Context(), embedded.Config{StoreDir: dir, Port: -1, Log: quiet()})
	if !errors.Is(err, embedded.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("second server: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	start(t, embedded.Config{StoreDir: dir, Port: -1})
}

func TestPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()
	_, err = embedded.Start(t.Context(), embedded.Config{StoreDir: dir, Port: port, Log: quiet()})
	if !errors.Is(err, embedded.ErrPort) || !strings.Contains(err.Error(), fmt.Sprint(port)) {
		t.Fatalf("port taken: %v", err)
	}
	start(t, embedded.Config{StoreDir: dir, Port: -1}) // the folder was not kept locked
}

// Port 0 asks for the usual port, and takes another where that is taken.
func TestDefaultPortFallsBack(t *testing.T) {
	one := start(t, embedded.Config{StoreDir: t.TempDir()})
	two := start(t, embedded.Config{StoreDir: t.TempDir()})
	if one.Port() == two.Port() || two.Port() == embedded.DefaultPort {
		t.Errorf("ports %d and %d", one.Port(), two.Port())
	}
}

func TestStartRefuses(t *testing.T) {
	if _, err := embedded.Start(t.Context(), embedded.Config{}); err == nil {
		t.Error("no store folder: no error")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	if s, err := embedded.Start(ctx, embedded.Config{StoreDir: t.TempDir(), Port: -1, Log: quiet()}); err == nil {
		t.Error("ended ctx: no error")
		_ = s.Close()
	}
}
