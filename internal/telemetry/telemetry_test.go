package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/internal/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestReadyFollowsTheChecks(t *testing.T) {
	reg := prometheus.NewRegistry()
	reg.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "newsmill_test_total", Help: "x"}))
	var away atomic.Bool
	s, err := telemetry.Serve(telemetry.Config{Addr: "127.0.0.1:0"}, reg, []telemetry.Check{
		{Name: "nats", Ready: func() error { return nil }},
		{Name: "elasticsearch", Ready: func() error {
			if away.Load() {
				return errors.New("connection refused")
			}
			return nil
		}},
	}, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	base := "http://" + s.Addr()
	if code, body := get(t, base+"/readyz"); code != 200 {
		t.Errorf("ready: %d %s", code, body)
	}
	away.Store(true)
	if code, body := get(t, base+"/readyz"); code != 503 || !strings.Contains(body, "connection refused") {
		t.Errorf("away: %d %s", code, body)
	}
	if code, _ := get(t, base+"/healthz"); code != 200 {
		t.Errorf("alive must not follow the checks: %d", code)
	}
	if _, body := get(t, base+"/metrics"); !strings.Contains(body, "newsmill_test_total 0") {
		t.Errorf("metrics: %s", body)
	}
	if code, _ := get(t, base+"/debug/pprof/"); code != 404 {
		t.Errorf("pprof must not be on the public port: %d", code)
	}
}

func TestServeRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]telemetry.Config{
		"taken port":      {Addr: taken.Addr().String()},
		"taken pprof":     {Addr: "127.0.0.1:0", PprofAddr: taken.Addr().String()},
		"pprof for all":   {PprofAddr: "0.0.0.0:0"},
		"pprof by name":   {PprofAddr: "example.com:1"},
		"pprof malformed": {PprofAddr: "localhost"},
	} {
		if s, err := telemetry.Serve(c, prometheus.NewRegistry(), nil, nil); err == nil {
			t.Errorf("%s: accepted", name)
			_ = s.Close(context.Background())
		}
	}
}

func TestNewLogger(t *testing.T) {
	var b bytes.Buffer
	l, err := telemetry.NewLogger(&b, "warn", "json")
	if err != nil {
		t.Fatal(err)
	}
	l.Info("no")
	l.Warn("yes", "url", "http://x/")
	if got := b.String(); strings.Contains(got, "no\"") || !strings.Contains(got, `"url":"http://x/"`) {
		t.Errorf("logged %s", got)
	}
	if _, err := telemetry.NewLogger(&b, "loud", "text"); err == nil {
		t.Error("accepted level loud")
	}
	if _, err := telemetry.NewLogger(&b, "info", "xml"); err == nil {
		t.Error("accepted format xml")
	}
}
