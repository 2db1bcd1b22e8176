package frontier

import (
	"context"
	"fmt"
	"strings"

	"github.com/newsmill/newsmill/internal/bus"
)

// Scanner reads stored messages in order. *bus.Bus is one.
type Scanner interface {
	Scan(ctx context.Context, stream string, o bus.ScanOptions, f func(bus.Message) error) error
}

// Selection is a part of what lies in URLS. Empty fields select all.
type Selection struct {
	Host   string // subject token of a host
	Source string
}

// Each calls f for what is selected, oldest first, with its lane: fresh, url or slow; later for a visit that waits for its time; shelf for what
// belongs to a paused source. bus.ErrStop ends it early.
func (s Selection) Each(ctx context.Context, from Scanner, f func(lane string, it Item) error) error {
	host := s.Host
	if host == "" {
		host = "*"
	}
	for _, filter := range []string{lanes + "*." + host + ".*", later + "*.*." + host + ".*", shelf + "*." + host + ".*"} {
		stop := false
		err := from.Scan(ctx, bus.StreamURLs, bus.ScanOptions{Filter: filter}, func(m bus.Message) error {
			it := itemOf(m)
			if s.Source != "" && it.Source != s.Source {
				return nil
			}
			err := f(laneOf(m.Subject), it)
			stop = err != nil
			return err
		})
		if err != nil || stop {
			return err
		}
	}
	return nil
}

func laneOf(subject string) string {
	rest, ok := strings.CutPrefix(subject, lanes)
	if !ok {
		rest = strings.TrimPrefix(subject, "newsmill.")
	}
	lane, _, _ := strings.Cut(rest, ".")
	return lane
}

// PurgeSelection takes out what is selected, and tells how much it was. It is the operator's word, like Purge.
func (f *Frontier) PurgeSelection(ctx context.Context, s Selection, from Scanner) (purged int, err error) {
	var seqs []uint64
	err = s.Each(ctx, from, func(_ string, it Item) error { seqs = append(seqs, it.Message.Seq); return nil })
	if err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	for _, seq := range seqs {
		if err := f.urls.Remove(ctx, seq); err != nil {
			return purged, fmt.Errorf("purge: %w", err)
		}
		purged++
	}
	return purged, nil
}

// Visits reads all records of the bucket seen. *bus.KV is one.
type Visits interface {
	Each(ctx context.Context, f func(bus.Entry) error) error
}

// Requeue queues the URLs of a selection that were visited and whose last visit is wanted, and tells how many of them were not queued already.
func (f *Frontier) Requeue(ctx context.Context, s Selection, seen Visits, wanted func(Visit) bool) (queued int, err error) {
	var entries []Entry
	err = seen.Each(ctx, func(e bus.Entry) error {
		v, ok := parseVisit(e)
		if !ok || v.Kind == KindSlice || s.Source != "" && v.Source != s.Source || !wanted(v) {
			return nil
		}
		again := Entry{URL: v.URL, Source: v.Source, Kind: v.Kind, Revisit: true}
		if again.Kind == KindEpaper {
			return nil // its polls bring it again
		}
		if host, err := again.Host(); err == nil && (s.Host == "" || s.Host == host) {
			entries = append(entries, again)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("requeue: %w", err)
	}
	for len(entries) > 0 {
		n := min(len(entries), 500)
		added, err := f.Add(ctx, entries[:n]...)
		if queued += added; err != nil {
			return queued, fmt.Errorf("requeue: %w", err)
		}
		entries = entries[n:]
	}
	return queued, nil
}
