package elastic

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Client talks to one cluster. It is safe for use by several goroutines.
type Client struct {
	config    Config
	transport *elastictransport.Client
	idle      func()    // closes idle connections
	writers   sync.Pool // of *gzip.Writer, 1.2 MB each

	mu      sync.Mutex
	months  map[string]bool // months whose write alias this process has seen to exist; guarded by mu
	profile Profile         // what Setup has read; guarded by mu
}

// New makes a client. It reads the CA file and does nothing else: no request is sent.
func New(c Config) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	urls, user, err := c.nodes()
	if err != nil {
		return nil, err
	}
	if user != nil {
		c.Username = user.Username()
		c.Password, _ = user.Password()
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	tr := &http.Transport{
		// No Proxy: HTTP_PROXY is meant for the pages that are crawled.
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     60 * time.Second,
		ForceAttemptHTTP2:   true,
	}
	options := []elastictransport.Option{
		elastictransport.WithUserAgent("newsmill"),
		elastictransport.WithURLs(urls...),
		elastictransport.WithTransport(tr),
		elastictransport.WithCertificateFingerprint(c.fingerprint()),
		elastictransport.WithBasicAuth(c.Username, c.Password),
		elastictransport.WithAPIKey(c.APIKey),
	}
	if len(urls) == 1 {
		options = append(options, elastictransport.WithDisableRetry())
	} else {
		// A broken connection moves on to the next node: every write carries an external version, so a repeat does no harm.
		// Statuses are the caller's to judge, but that of a proxy whose node is away.
		options = append(options, elastictransport.WithRetry(len(urls)-1, http.StatusBadGateway),
			elastictransport.WithRetryOnError(func(r *http.Request, _ error) bool { return r.Context().Err() == nil }))
	}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, fmt.Errorf("%w: CA file: %w", ErrConfig, err)
		}
		options = append(options, elastictransport.WithCACert(pem))
	}
	t, err := elastictransport.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return &Client{config: c, transport: t, idle: tr.CloseIdleConnections, months: map[string]bool{}}, nil
}

// Close ends the client and waits for what it does in the background (asking nodes that were away). A request after it fails.
func (c *Client) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = c.transport.Close(ctx) // a second Close is an error there, and nothing here
	c.idle()
}

// Alias is the read alias: everything newsmill has indexed.
func (c *Client) Alias() string { return c.config.Alias }

// Local tells whether every address of the cluster is on this machine.
func (c *Client) Local() bool {
	for _, raw := range c.config.URLs {
		u, err := url.Parse(raw)
		if err != nil {
			return false
		}
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// String names the cluster's address without secrets.
func (c *Client) String() string { return c.config.String() }

// request is what every request type of esapi has.
type request interface {
	Do(ctx context.Context, t esapi.Transport) (*esapi.Response, error)
}

// do sends a request and decodes a 2xx answer into out (nil: it is thrown away). The error is a *Fault for another status.
func (c *Client) do(ctx context.Context, r request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	res, err := r.Do(ctx, c.transport)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer func() {
		_, _ = io.CopyN(io.Discard, res.Body, maxErrorBody) // so that the connection can be used again
		_ = res.Body.Close()
	}()
	if res.StatusCode/100 != 2 {
		return responseFault(res)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("%w: the answer breaks off or is not JSON: %w", ErrUnavailable, err)
	}
	return nil
}

// Info is what a cluster says of itself.
type Info struct {
	Cluster string // name
	UUID    string // of the cluster
	Version string // e.g. 8.19.21
}

// Info asks the cluster who it is. It returns ErrNotElastic where that is not an Elasticsearch of a version this client knows (8.x).
func (c *Client) Info(ctx context.Context) (Info, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	res, err := esapi.InfoRequest{}.Do(ctx, c.transport)
	if err != nil {
		return Info{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return Info{}, responseFault(res)
	}
	var body struct {
		Name    string `json:"cluster_name"`
		UUID    string `json:"cluster_uuid"`
		Version struct {
			Number string `json:"number"`
		} `json:"version"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxErrorBody)).Decode(&body); err != nil {
		return Info{}, fmt.Errorf("%w: %s answers something that is not JSON: %w", ErrNotElastic, c, err)
	}
	// https://www.elastic.co/guide/en/elasticsearch/client: every Elasticsearch since 7.14 names itself in this header.
	if p := res.Header.Get("X-Elastic-Product"); p != "Elasticsearch" {
		return Info{}, fmt.Errorf("%w: %s names itself %q", ErrNotElastic, c, p)
	}
	if !strings.HasPrefix(body.Version.Number, "8.") {
		return Info{}, fmt.Errorf("%w: %s is version %s, and this newsmill knows 8.x", ErrNotElastic, c, body.Version.Number)
	}
	return Info{Cluster: body.Name, UUID: body.UUID, Version: body.Version.Number}, nil
}

// Health is the state of the cluster.
type Health struct {
	Status    string `json:"status"` // green, yellow or red
	Nodes     int    `json:"number_of_nodes"`
	DataNodes int    `json:"number_of_data_nodes"`
	Shards    int    `json:"active_shards"`
}

// Health asks the cluster how it is.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var h Health
	err := c.do(ctx, esapi.ClusterHealthRequest{}, &h)
	return h, err
}

// Refresh makes everything that was accepted searchable now. It is for commands that end with a count; the write path leaves it to the
// index's refresh interval.
func (c *Client) Refresh(ctx context.Context) error {
	yes := true
	return c.do(ctx, esapi.IndicesRefreshRequest{Index: []string{c.config.Alias}, IgnoreUnavailable: &yes, AllowNoIndices: &yes}, nil)
}
