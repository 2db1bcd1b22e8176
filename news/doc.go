// Package news is the contract between newsmill's stages and everybody who listens to them: the articles and events, their ids,
// the NATS subjects and headers, and the frozen table of reasons. JSON Schemas of every payload lie in schemas/.
//
// It does no input or output, keeps no state, and imports the standard library alone. Every package of newsmill may import it.
// What stands here is frozen by golden files (testdata/): a field, subject or reason may be added; none changes its meaning or goes.
package news
