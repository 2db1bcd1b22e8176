// Package extract turns the bytes of one page into the articles that stand on it, or into a reason why there is none.
//
// It is a pure function of its input: no network, no clock (the time of the fetch is data), no goroutines, no logging, no state
// between calls. Its work is linear in the bytes of the page. It imports package news and third-party libraries alone; the
// normalizer's worker, the command and tests import it.
//
// The order of work: decode the bytes (decode.go), parse once (parse.go, html*.go), collect blocks of text with their features and the
// page's structured data in one pass over the tree (walk.go, facts.go), let them vote for the element that holds the article (vote.go),
// decide each block (decide.go, lead.go, trim.go) with tables of line rules (linerules*.go, lineshapes.go), drop what the site's other pages have too (memory.go; the memory is an argument), join broken paragraphs
// (paragraphs.go), cut the page into its articles (split.go), and fill in the metadata: every place that offers a value is
// a candidate with a confidence (candidates.go), of titles (title*.go), dates (date*.go), people and origins (credits.go, authors.go,
// bylines.go, names.go, origin.go), the language (languages.go). Text pages enter at the blocks. Explain gives the whole trace.
package extract
