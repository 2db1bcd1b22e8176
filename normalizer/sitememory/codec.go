package sitememory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// A stored record is a magic and format byte, then the pages, newest first: address (8 bytes), minutes since 1970 (4), counts of text
// and block fingerprints (1 each), the fingerprints (6 each). Big-endian.
const (
	magic     = 'M'
	format    = 1
	headSize  = 2
	pageSize  = 8 + 4 + 1 + 1
	printSize = 6
)

// Errors of Unmarshal.
var (
	ErrFormat  = errors.New("a newer format")                      // written by a newer newsmill: leave it alone
	ErrCorrupt = errors.New("not a site memory, or a part of one") // may be overwritten
)

func (p Page) size() int { return pageSize + printSize*(len(p.Text)+len(p.Blocks)) }

// Marshal gives the record as it is stored, within maxBytes.
func (r Record) Marshal() []byte {
	out := []byte{magic, format}
	for _, p := range r.pages {
		out = binary.BigEndian.AppendUint64(out, p.URL)
		out = binary.BigEndian.AppendUint32(out, uint32(p.At.Unix()/60))
		out = append(out, byte(len(p.Text)), byte(len(p.Blocks)))
		for _, list := range [][]uint64{p.Text, p.Blocks} {
			for _, f := range list {
				out = append(out, byte(f>>40), byte(f>>32), byte(f>>24), byte(f>>16), byte(f>>8), byte(f))
			}
		}
	}
	return out
}

// Unmarshal reads a stored record. Errors are ErrFormat and ErrCorrupt; no bytes at all are an empty record.
func Unmarshal(data []byte) (Record, error) {
	if len(data) == 0 {
		return Record{}, nil
	}
	if len(data) < headSize || data[0] != magic || data[1] == 0 {
		return Record{}, fmt.Errorf("sitememory: %w", ErrCorrupt)
	}
	if data[1] > format {
		return Record{}, fmt.Errorf("sitememory: %w: %d", ErrFormat, data[1])
	}
	var pages []Page
	for data = data[headSize:]; len(data) > 0; {
		p, n := readPage(data)
		if n == 0 {
			return Record{}, fmt.Errorf("sitememory: %w: %d pages read", ErrCorrupt, len(pages))
		}
		pages = append(pages, p)
		data = data[n:]
	}
	return Record{}.Merge(pages), nil // order and bounds hold whatever was stored
}

// readPage gives the first page and its size, 0 where it is cut off or out of bounds.
func readPage(data []byte) (Page, int) {
	if len(data) < pageSize {
		return Page{}, 0
	}
	text, blocks := int(data[12]), int(data[13])
	size := pageSize + printSize*(text+blocks)
	if text > maxText || blocks > maxBlocks || len(data) < size {
		return Page{}, 0
	}
	prints := make([]uint64, 0, text+blocks)
	for d := data[pageSize:size]; len(d) > 0; d = d[printSize:] {
		prints = append(prints, uint64(d[0])<<40|uint64(d[1])<<32|uint64(d[2])<<24|uint64(d[3])<<16|uint64(d[4])<<8|uint64(d[5]))
	}
	return Page{
		URL: binary.BigEndian.Uint64(data), At: time.Unix(int64(binary.BigEndian.Uint32(data[8:]))*60, 0).UTC(),
		Text: prints[:text:text], Blocks: prints[text:],
	}, size
}
