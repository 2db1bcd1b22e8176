// Package story tells whether two articles have the same text, as a reprint and its original have, and who comes first among those that do.
//
// It works in two steps, as every search for near-duplicates in a large set must: Bands gives a few keys, of which two texts that have most
// of their word sequences in common share at least one; Alike compares two texts that do, clause by clause, and says the last word. What
// makes look-alikes (this week's weather and last week's, the exchange rates of two days, a notice and its correction) differ from reprints
// is not how much text they share but that a clause comes again with another number in it.
//
// It is pure: it keeps nothing, asks nobody and never looks at titles, dates or sites of the texts that it compares. It is imported by package
// indexer and the tests.
package story
