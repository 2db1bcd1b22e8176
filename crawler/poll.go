package crawler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/newsmill/newsmill/crawler/frontier"
	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

const (
	pollAt  = "newsmill.poll.at."
	pollDue = "newsmill.poll.due."
	polls   = "newsmill.poll.>"
)

// handlePoll works on a due poll: it queues the source's start pages, stores the next poll, and only then lets the token go.
func (w *Worker) handlePoll(ctx context.Context, m bus.Message) error {
	received := time.Now()
	id := strings.TrimPrefix(m.Subject, pollDue)
	src, ok, err := w.sources.read(ctx, id)
	if err != nil {
		return bus.Down(err)
	}
	if !ok {
		w.cfg.Log.Info("poll of a source that is no longer applied", "source", id)
		return nil
	}
	if src.Paused {
		return nil
	}
	now := m.Time.Add(time.Since(received))
	w.writeArrivals(ctx, id)
	p, err := change(ctx, w.in.Progress, id, func(p *Progress) { p.V = 1; p.polled(src.Source, m.Seq, now) })
	if err != nil {
		return bus.Down(fmt.Errorf("progress of %w", err))
	}
	n, err := queueStart(ctx, w.front, w.seen, src, now)
	w.metrics.queued.Add(float64(n))
	if err != nil {
		return bus.Down(err)
	}
	next := nextPoll(now, p.Interval.Std(), id)
	if err := w.in.Polls.At(ctx, pollAt+id, pollDue+id, next, nil); err != nil {
		return bus.Down(fmt.Errorf("next poll of %s: %w", id, err))
	}
	w.metrics.polls.Inc()
	w.cfg.Log.Debug("polled", "source", id, "queued", n, "interval", p.Interval, "next", next)
	return nil
}

// queueStart queues the start pages of a source. One that waits already stays as it is. Of an e-paper these are the issues of the last days, in
// Asia/Shanghai; an issue of the day before yesterday or older counts as read when it was read after its day.
func queueStart(ctx context.Context, f *frontier.Frontier, seen *frontier.Seen, src *source, now time.Time) (int, error) {
	var entries []frontier.Entry
	for _, s := range src.Start {
		if s.Kind != seeds.KindEpaper {
			e, err := startEntry(src, s, now)
			if err != nil {
				return 0, err
			}
			entries = append(entries, e)
			continue
		}
		for i := range s.Days {
			day := now.AddDate(0, 0, -i)
			e, err := startEntry(src, s, day)
			if err != nil {
				return 0, err
			}
			e.Issue = day.In(seeds.China).Format(issueDay)
			if i >= recentDays {
				last, known, err := seen.Get(ctx, e.URL)
				if err != nil {
					return 0, err
				}
				if known && last.Outcome == news.Discovery.Code && last.Fetched.After(day.Add(tomorrow)) {
					continue
				}
				e.Fresh = false
			}
			entries = append(entries, e)
		}
	}
	return f.Add(ctx, entries...)
}

func startEntry(src *source, s seeds.Start, day time.Time) (frontier.Entry, error) {
	u, err := weburl.Parse(s.On(day))
	if err != nil {
		return frontier.Entry{}, fmt.Errorf("source %s: start page: %w", src.ID, err) // the validation let it in: a fault of ours
	}
	return frontier.Entry{URL: u.Canonical(), Source: src.ID, Kind: frontier.Kind(s.Kind), Fresh: true, Poll: true,
		Trace: news.ChildTrace(""), Queued: time.Now().UTC()}, nil
}

// PollNow asks for a poll of an applied source at once, whatever its interval. The regular polls go on from there.
func PollNow(ctx context.Context, s Stores, id string) error {
	if _, err := s.Sources.Get(ctx, id); err != nil {
		return fmt.Errorf("source %s: %w", id, err)
	}
	if err := s.Polls.At(ctx, pollAt+id, pollDue+id, longPast, nil); err != nil {
		return fmt.Errorf("poll of %s: %w", id, err)
	}
	return nil
}

// PollAll queues the start pages of every applied source now and tells how many were not queued already. The regular polls stay as they are.
func PollAll(ctx context.Context, s Stores) (queued int, err error) {
	f := frontier.New(s.URLs, s.Tokens, s.Hosts, frontier.Config{})
	var list []*source
	err = s.Sources.Each(ctx, func(e bus.Entry) error {
		src, err := parseSource(e.Value)
		if err != nil {
			return fmt.Errorf("source %s: %w", e.Key, err)
		}
		list = append(list, src)
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, src := range list {
		if src.Paused {
			continue
		}
		n, err := queueStart(ctx, f, frontier.NewSeen(s.Seen), src, time.Now())
		queued += n
		if err != nil {
			return queued, err
		}
	}
	return queued, nil
}

// longPast is a time that the server takes for now.
var longPast = time.Unix(0, 0)

// mendPolls stores a poll for each source that has none: its schedule was lost between two writes.
func (w *Worker) mendPolls(ctx context.Context) error {
	has := map[string]bool{}
	err := w.in.Polls.Each(ctx, polls, func(m bus.Message, _ time.Time, _ bool) error {
		has[m.Subject[strings.LastIndexByte(m.Subject, '.')+1:]] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("polls: %w", err)
	}
	return w.in.Sources.Each(ctx, func(e bus.Entry) error {
		if has[e.Key] || pausedIn(e.Value) {
			return nil
		}
		return firstPoll(ctx, w.in.Polls, e.Key)
	})
}

// repeatPolls stores the polls anew that were delivered and not settled.
func (w *Worker) repeatPolls(ctx context.Context) error {
	return w.in.Polls.Each(ctx, pollDue+"*", func(m bus.Message, _ time.Time, _ bool) error {
		return firstPoll(ctx, w.in.Polls, strings.TrimPrefix(m.Subject, pollDue))
	})
}

// firstPoll asks for a poll now unless one is stored.
func firstPoll(ctx context.Context, s Schedules, id string) error {
	if err := s.AtIfAbsent(ctx, pollAt+id, pollDue+id, longPast, nil); err != nil && !errors.Is(err, bus.ErrExists) {
		return fmt.Errorf("poll of %s: %w", id, err)
	}
	return nil
}
