package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/telemetry"
)

// running is what `newsmill run` leaves in its data folder, so that the other commands find it without being told.
type running struct {
	PID           int      `json:"pid"`
	NATS          string   `json:"nats"`
	Elasticsearch []string `json:"elasticsearch"`
	HTTP          string   `json:"http"`
}

func (set *settings) runningFile() string { return filepath.Join(set.General.Data, "run.json") }

// readRunning gives the addresses of the `newsmill run` that works with this data folder; the zero value where there is none.
func (set *settings) readRunning() (running, error) {
	var r running
	raw, err := os.ReadFile(set.runningFile())
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	} else if err != nil {
		return r, err
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("%s: %w", set.runningFile(), err)
	}
	if err := syscall.Kill(r.PID, 0); errors.Is(err, syscall.ESRCH) {
		return running{}, nil // it was killed
	}
	return r, nil
}

// logger gives the log of a command, on standard error.
func (set *settings) logger(s streams) (*slog.Logger, error) {
	level := set.General.LogLevel
	if level == "auto" {
		level = "info"
	}
	return telemetry.NewLogger(s.err, level, set.General.LogFormat)
}

// busConfig gives the connection to the NATS server at url, or to the one in this process.
func (set *settings) busConfig(url string, inProcess bus.InProcess, log *slog.Logger) bus.Config {
	n := set.NATS
	return bus.Config{
		URL: url, InProcess: inProcess, Name: "newsmill", Creds: n.NatsCreds, NKey: n.NatsNkey, User: n.NatsUser, Password: n.NatsPassword,
		CA: n.NatsCa, Cert: n.NatsCert, Key: n.NatsKey, Replicas: n.NatsReplicas,
		RawBytes: n.RawBytes, ArticlesBytes: n.ArticleBytes, EventsBytes: n.EventBytes, DeadBytes: n.DeadBytes, Retention: n.Retention, Log: log,
	}
}

// defaultNATS is where a NATS server listens that nobody configured.
const defaultNATS = "nats://127.0.0.1:4222"

// natsURL is the server that --nats names, else that of the `newsmill run` with this data folder, else the default port.
func (set *settings) natsURL() (string, error) {
	if set.NATS.Nats != "" {
		return set.NATS.Nats, nil
	}
	r, err := set.readRunning()
	if err != nil || r.NATS != "" {
		return r.NATS, err
	}
	return defaultNATS, nil
}

// openBus connects to the server of natsURL for a command that looks at things. It changes nothing there.
func (set *settings) openBus(ctx context.Context, s streams) (*bus.Bus, error) {
	log, err := set.logger(s)
	if err != nil {
		return nil, err
	}
	url, err := set.natsURL()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, connectTime, fmt.Errorf("no NATS server answers at %s: is newsmill running? (--nats names another)", url))
	defer cancel()
	b, err := bus.Open(ctx, set.busConfig(url, nil, log))
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return b, err
}

// elasticConfig gives the connection to the cluster at the addresses.
func (set *settings) elasticConfig(urls []string) elastic.Config {
	e := set.Elasticsearch
	return elastic.Config{
		URLs: urls, Alias: e.Index, Username: e.ElasticsearchUser, Password: e.ElasticsearchPassword, APIKey: e.ElasticsearchApiKey,
		CA: e.ElasticsearchCa, Fingerprint: e.ElasticsearchFingerprint, Replicas: e.ElasticsearchReplicas,
	}
}

// elasticURLs are the nodes that --elasticsearch names, else that of the `newsmill run` with this data folder, else the default port.
func (set *settings) elasticURLs() ([]string, error) {
	if len(set.Elasticsearch.Elasticsearch) > 0 {
		return set.Elasticsearch.Elasticsearch, nil
	}
	r, err := set.readRunning()
	if err != nil || len(r.Elasticsearch) > 0 {
		return r.Elasticsearch, err
	}
	return []string{"http://127.0.0.1:9200"}, nil
}

func (set *settings) openElastic() (*elastic.Client, error) {
	urls, err := set.elasticURLs()
	if err != nil {
		return nil, err
	}
	c, err := elastic.New(set.elasticConfig(urls))
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("elasticsearch %s: %w", strings.Join(urls, ","), err)}
	}
	return c, nil
}
