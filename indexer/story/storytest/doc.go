// Package storytest makes the labelled set by which the recognition of reprints is measured: articles of an invented province, copies of them
// edited as newsrooms edit them, and look-alikes that share a form, a template or a subject and are not the same text.
//
// Everything is generated from a seed, so that the set is the same every time. It is imported by tests only.
package storytest
