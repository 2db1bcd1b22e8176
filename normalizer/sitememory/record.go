package sitememory

import (
	"cmp"
	"slices"
	"time"
)

// Page is what one page taught.
type Page struct {
	URL    uint64    // of the canonical address; a page that comes again replaces itself
	At     time.Time // when it was fetched or stored: data, the same at every delivery; kept to the minute
	Text   []uint64  // fingerprints of its longest blocks, longest first; at most maxText
	Blocks []uint64  // fingerprints of its short blocks; at most maxBlocks
}

// Bounds of a record. 256 pages of a common site take about 40 kB.
const (
	maxPages  = 256
	maxBlocks = 64
	maxText   = 6
	maxAge    = 90 * 24 * time.Hour // behind the newest page
	maxBytes  = 60 << 10            // as stored

	printMask = 1<<48 - 1 // stored fingerprints have 48 bits: one in 10^8 pages meets a stranger's
)

// Record is the memory of one host: its newest pages, newest first. The zero value is an empty one.
type Record struct{ pages []Page }

// Pages is how many pages it holds.
func (r Record) Pages() int { return len(r.pages) }

// Merge gives the union of the record and the pages: of two states of one address the newer stays, of all pages the newest that fit the
// bounds. The order in which pages are merged does not matter.
func (r Record) Merge(pages []Page) Record {
	byURL := make(map[uint64]Page, len(r.pages)+len(pages))
	for _, list := range [][]Page{r.pages, pages} {
		for _, p := range list {
			p = p.bounded()
			if old, ok := byURL[p.URL]; !ok || compare(p, old) < 0 {
				byURL[p.URL] = p
			}
		}
	}
	all := make([]Page, 0, len(byURL))
	for _, p := range byURL {
		all = append(all, p)
	}
	slices.SortFunc(all, compare)
	return Record{cut(all)}
}

// compare sorts the newest first; pages of one minute have an order too, so that every normalizer keeps the same ones.
func compare(a, b Page) int {
	return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.URL, b.URL), slices.Compare(a.Blocks, b.Blocks), slices.Compare(a.Text, b.Text))
}

// bounded gives the page as the record stores it.
func (p Page) bounded() Page {
	p.At = p.At.UTC().Truncate(time.Minute)
	text := slices.Clone(p.Text[:min(len(p.Text), maxText)])
	for i := range text {
		text[i] &= printMask
	}
	blocks := slices.Clone(p.Blocks[:min(len(p.Blocks), maxBlocks)])
	for i := range blocks {
		blocks[i] &= printMask
	}
	slices.Sort(blocks)
	p.Text, p.Blocks = text, slices.Compact(blocks)
	return p
}

// cut keeps the newest pages within the bounds. It stops at the first that does not fit, so that what is cut depends on the newer
// pages alone.
func cut(pages []Page) []Page {
	bytes := headSize
	for i, p := range pages {
		bytes += p.size()
		if i == maxPages || bytes > maxBytes || pages[0].At.Sub(p.At) > maxAge {
			return pages[:i:i]
		}
	}
	return pages
}
