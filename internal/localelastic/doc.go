// Package localelastic runs one local Elasticsearch node, a real one, as a child process: it unpacks the files of
// deployments/elasticsearch that the binary carries, lets them download and assemble the server (Prepare), starts it on a data
// folder (Start) and stops it.
//
// A node dies with the process that started it (on Linux for certain, even after kill -9). A node that was left behind all
// the same is stopped by the next Start on its data folder; no process is ever signalled that is not proved to be that node.
//
// It never listens on anything but 127.0.0.1, never sends a request that changes data, and knows no index or mapping.
// Imported by cmd/newsmill and internal/elastictest only.
package localelastic
