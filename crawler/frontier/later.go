package frontier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// What is not to be asked for now lies in URLS too, under subjects that no lane has, so that it does not count as queued:
//
//	newsmill.later.<day>.<minute>.<host>.<hash>  a visit that is due in that minute (UTC, 20261120 and 0915)
//	newsmill.shelf.<source>.<host>.<hash>        an entry of a source that is paused
//
// Moving an entry is an Add and then a Remove: a crash in between leaves it in both places, which changes nothing, since a lane is a set.
const (
	later     = "newsmill.later."
	shelf     = "newsmill.shelf."
	dayForm   = "20060102"
	slotForm  = "20060102.1504"
	laterDays = 90 // longer than any plan, and than SEEN remembers
)

// AddLater keeps an entry until at has passed; WakeLater queues it then. One that is kept for the same minute already stays as it is.
func (f *Frontier) AddLater(ctx context.Context, e Entry, at time.Time) error {
	host, err := e.Host()
	if err != nil {
		return err
	}
	m, err := e.outgoing(host)
	if err != nil {
		return err
	}
	m.Subject = later + at.UTC().Add(time.Minute).Format(slotForm) + "." + host + "." + news.URLHash(e.URL)
	if _, err := f.urls.Add(ctx, m); err != nil {
		return fmt.Errorf("keep %s for %s: %w", e.URL, at.UTC().Format(time.RFC3339), err)
	}
	return nil
}

// WakeLater queues the entries whose time has come by now (the server's), and tells how many there were. since is when it was last called, or
// zero: then it looks through the days before as well. Any number of crawlers may call it at the same time.
func (f *Frontier) WakeLater(ctx context.Context, since, now time.Time) (woken int, err error) {
	now = now.UTC().Truncate(time.Minute)
	if n, err := f.urls.Count(ctx, later+">"); err != nil || n == 0 {
		return 0, err
	}
	from := now.Truncate(24 * time.Hour)
	if !since.IsZero() && since.After(from.AddDate(0, 0, -1)) {
		from = since.UTC().Add(-5 * time.Minute).Truncate(time.Minute)
	} else {
		for day := from.AddDate(0, 0, -laterDays); day.Before(from); day = day.AddDate(0, 0, 1) {
			n, err := f.move(ctx, later+day.Format(dayForm)+".>")
			if woken += n; err != nil {
				return woken, err
			}
		}
	}
	for slot := from; !slot.After(now); slot = slot.Add(time.Minute) {
		n, err := f.move(ctx, later+slot.Format(slotForm)+".>")
		if woken += n; err != nil {
			return woken, err
		}
	}
	return woken, nil
}

// Kept tells how many entries wait for their time, and how many of a source that is paused; of one host (its subject token) or, with "", of all.
func (f *Frontier) Kept(ctx context.Context, host string) (waiting, shelved uint64, err error) {
	if host == "" {
		host = "*"
	}
	if waiting, err = f.urls.Count(ctx, later+"*.*."+host+".*"); err != nil {
		return 0, 0, err
	}
	shelved, err = f.urls.Count(ctx, shelf+"*."+host+".*")
	return waiting, shelved, err
}

// Shelve takes an entry out of its lane and keeps it until Unshelve. It has to be held.
func (h *Hold) Shelve(ctx context.Context, it Item) error {
	m, err := it.outgoing(h.host.Token)
	if err != nil {
		return err
	}
	m.Subject = shelf + it.Source + "." + h.host.Token + "." + news.URLHash(it.URL)
	if _, err := h.f.urls.Add(ctx, m); err != nil {
		return fmt.Errorf("shelve %s: %w", it.URL, err)
	}
	return h.Done(ctx, it)
}

// Unshelve queues what Shelve took out of the lanes for a source, or, with "*", for all, and tells how many there were.
func (f *Frontier) Unshelve(ctx context.Context, source string) (int, error) {
	return f.move(ctx, shelf+source+".>")
}

// Shelved tells whether anything is shelved for a source.
func (f *Frontier) Shelved(ctx context.Context, source string) (uint64, error) {
	return f.urls.Count(ctx, shelf+source+".>")
}

// move queues every entry that matches filter, and takes it away from there.
func (f *Frontier) move(ctx context.Context, filter string) (moved int, err error) {
	for {
		m, err := f.urls.From(ctx, filter, 1)
		if errors.Is(err, bus.ErrNotFound) {
			return moved, nil
		}
		if err != nil {
			return moved, fmt.Errorf("next of %s: %w", filter, err)
		}
		var e Entry
		// What is no entry any more cannot be queued; it is nothing that was asked for by a page, so it may go.
		if json.Unmarshal(m.Data, &e) == nil && e.Kind.known() && strings.HasSuffix(m.Subject, "."+news.URLHash(e.URL)) {
			if _, err := f.Add(ctx, e); err != nil && !errors.Is(err, ErrEntry) {
				return moved, err
			}
			moved++
		}
		if err := f.urls.Remove(ctx, m.Seq); err != nil {
			return moved, fmt.Errorf("remove %s: %w", m.Subject, err)
		}
	}
}
