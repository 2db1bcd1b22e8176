package elastic_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/elastictest"
)

// TestSecondNode: a node that is away is passed over.
func TestSecondNode(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	away := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c := open(t, func(c *elastic.Config) { c.URLs = []string{away, elastictest.URL(t)} })
	for range 4 {
		if _, err := c.Setup(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	put(t, c, article("http://haizhou.test/1", "海州地铁", "正文"))
}

// TestCredentialsAndTLS: each way to log in and to trust reaches the wire as it should; a server that is not trusted gets nothing.
func TestCredentialsAndTLS(t *testing.T) {
	var seen string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Authorization")
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		fmt.Fprint(w, `{"version":{"number":"8.19.0"}}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the client that does not trust it
	s.StartTLS()
	defer s.Close()
	cert := s.Certificate().Raw
	sum := sha256.Sum256(cert)
	fingerprint := hex.EncodeToString(sum[:])
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600); err != nil {
		t.Fatal(err)
	}
	const basic = "Basic dTpw" // u:p
	for _, tt := range []struct {
		name string
		c    elastic.Config
		want string // the header; empty with an error
		err  error
	}{
		{"user, trusted by file", elastic.Config{URLs: []string{s.URL}, CA: ca, Username: "u", Password: "p"}, basic, nil},
		{"user in the address", elastic.Config{URLs: []string{strings.Replace(s.URL, "://", "://u:p@", 1)}, CA: ca}, basic, nil},
		{"key, trusted by fingerprint", elastic.Config{URLs: []string{s.URL}, Fingerprint: fingerprint, APIKey: "a2V5"}, "APIKey a2V5", nil},
		{"another fingerprint", elastic.Config{URLs: []string{s.URL}, Fingerprint: strings.Repeat("00", 32), APIKey: "a2V5"}, "", elastic.ErrUnavailable},
		{"not trusted", elastic.Config{URLs: []string{s.URL}, APIKey: "a2V5"}, "", elastic.ErrUnavailable},
		{"no such file", elastic.Config{URLs: []string{s.URL}, CA: ca + "x"}, "", elastic.ErrConfig},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen = ""
			tt.c.Timeout = 30 * time.Second
			c, err := elastic.New(tt.c)
			if err == nil {
				defer c.Close()
				_, err = c.Info(t.Context())
			}
			if !errors.Is(err, tt.err) || seen != tt.want {
				t.Errorf("sent %q, got %v; want %q, %v", seen, err, tt.want, tt.err)
			}
		})
	}
}
