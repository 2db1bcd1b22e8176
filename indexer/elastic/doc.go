// Package elastic is everything newsmill knows of Elasticsearch: the connection, the mapping and the monthly indices behind one
// alias, bulk writes with one verdict an item, and the documented queries.
//
// It never decides what becomes of a message (that is package indexer's), never writes without an external version, never creates a
// field that is not in the mapping, and uses only what an official 8.x cluster and a node without modules both have: no scripts, no
// server-side reindex, no ILM. It is imported by package indexer, the console and the commands.
//
// It stands on the esapi package of go-elasticsearch and on elastic-transport, never on go-elasticsearch's root package or its typed
// API: measured on two cores from an empty build cache, esapi with all it needs (the standard library too) takes 61 s of CPU, and the
// root package 94 s more.
package elastic
