// Package normalizer is the worker between RAW and ARTICLES: it hands each fetched page to the pure function in extract, gives every
// article the time its URL was first seen, and publishes it, or tells why there is none. What repeats on the pages of each site it
// keeps in a memory that all normalizers share (sitememory), and hands to that function too. It never fetches anything and never
// decides about text. Only commands import it.
package normalizer
