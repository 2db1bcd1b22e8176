package fetch

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/newsmill/newsmill/crawler/weburl"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const agent = "newsmill/test (+https://yunhe.example/bot)"

// site starts a server on loopback and a fetcher that knows it as www.yunhe.example (and may reach it).
func site(t *testing.T, c Config, h http.HandlerFunc) *Fetcher {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return fetcherOf(t, c, s)
}

func fetcherOf(t *testing.T, c Config, s *httptest.Server) *Fetcher {
	t.Helper()
	if c.Resolve == nil {
		c.Resolve = map[string]string{"www.yunhe.example": s.Listener.Addr().String()}
	}
	if c.Proxy == "" {
		c.Proxy = "none"
	}
	c.UserAgent = agent
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func address(t *testing.T, raw string) weburl.URL {
	t.Helper()
	u, err := weburl.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// get fetches a path of www.yunhe.example.
func get(t *testing.T, f *Fetcher, path string) (*Response, error) {
	t.Helper()
	return f.Fetch(t.Context(), Request{URL: address(t, "http://www.yunhe.example"+path), AllowPrivate: true})
}

func page(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(body))
}

// stall answers nothing until the client has gone, or the test server would wait for it.
func stall(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
}

// hops records what BeforeHop was asked.
type hops []string

func (h *hops) before(_ context.Context, u weburl.URL, _ int) error {
	*h = append(*h, strings.TrimPrefix(u.String(), "http://www.yunhe.example"))
	return nil
}
