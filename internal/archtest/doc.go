// Package archtest holds the import arrows of newsmill: which package may import which, as ARCHITECTURE.md draws them. It has only a
// test, and nobody imports it.
package archtest
