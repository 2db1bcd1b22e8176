// Package examples holds programs and queries for readers of newsmill's output: they use NATS and Elasticsearch directly, and nothing
// of newsmill. Its test runs them.
package examples
