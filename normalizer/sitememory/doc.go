// Package sitememory keeps what repeats on the pages of each host, so that the extractor can tell a site's standing lines from an
// article's: the normalizers share one record a host in the key-value bucket site.
//
// A record is the newest pages that were learned from, each with the fingerprints of its short blocks, and no counters: how often a
// block was seen is counted when the record is read. Everything asked of the memory follows from that. Merging is the union by
// address, so it commutes, and writing the same page twice, or a write that failed and was kept, changes nothing. Old pages fall off
// the end, by their number, their age and the bytes they take, and with them what a former template showed. Pages that hold one text,
// as reprints do, are told by their longest blocks and count as one.
//
// It never decides about text (package extract does), never keeps text (fingerprints alone), and never makes a page wait or fail: a
// host whose record cannot be read is a host without memory. What was not yet written when a process dies is learned again from
// other pages. The normalizer imports it.
package sitememory
