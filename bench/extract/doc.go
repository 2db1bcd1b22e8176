// Package bench measures our extractor on a folder of saved pages: its benchmarks give pages, bytes and allocations, next to what
// decoding and parsing the same pages costs. The Python programs beside it compare it with other extractors (README.md).
//
// It holds tests alone; nobody imports it.
package bench
