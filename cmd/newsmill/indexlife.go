package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/newsmill/newsmill/crawler/weburl"
	"github.com/newsmill/newsmill/indexer"
	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
)

// lifeCmd is what the commands share that look at the streams and at the index.
type lifeCmd struct {
	bus    *bus.Bus
	client *elastic.Client
	down   *indexer.TakenDown
}

// openLife connects to both, and learns what was taken down. close ends it.
func (set *settings) openLife(ctx context.Context, s streams) (l lifeCmd, closeAll func(), err error) {
	client, err := set.openElastic()
	if err != nil {
		return l, nil, err
	}
	b, err := set.openBus(ctx, s)
	if err != nil {
		client.Close()
		return l, nil, err
	}
	l = lifeCmd{bus: b, client: client, down: indexer.NewTakenDown()}
	log, err := set.logger(s)
	if err != nil {
		client.Close()
		return l, nil, errors.Join(err, b.Close())
	}
	following, stop := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		l.down.Follow(following, b.KV(bus.BucketTakenDown), log)
	}()
	closeAll = func() {
		stop()
		<-followed
		client.Close()
		_ = b.Close() // the command has its answer
	}
	limit := time.NewTimer(connectTime)
	defer limit.Stop()
	select {
	case <-l.down.Loaded():
		return l, closeAll, nil
	case <-limit.C:
		closeAll()
		return l, nil, fmt.Errorf("the bucket %s cannot be read", bus.BucketTakenDown)
	case <-ctx.Done():
		closeAll()
		return l, nil, ctx.Err()
	}
}

type indexVerifyCmd struct {
	JSON bool `help:"A JSON line for each article that is missing or old, and one with the counts."`
	Most int  `help:"How many articles are named at most." default:"20"`
}

// Run compares. It changes nothing, and fails where something is missing for no reason.
func (c *indexVerifyCmd) Run(ctx context.Context, set *settings, s streams) error {
	l, closeAll, err := set.openLife(ctx, s)
	if err != nil {
		return err
	}
	defer closeAll()
	r, err := indexer.Verify(ctx, l.bus, l.client, l.down)
	if err != nil {
		return err
	}
	if c.JSON {
		err = writeReport(s.out, r)
	} else {
		printReport(s.out, r, c.Most)
	}
	if n := len(r.Missing) + len(r.Older); err == nil && n > 0 {
		err = fmt.Errorf(`%d articles are missing or old; "newsmill index rebuild" writes them`, n)
	}
	return err
}

func writeReport(w io.Writer, r indexer.Report) error {
	enc := json.NewEncoder(w)
	for state, list := range map[string][]indexer.Lack{"missing": r.Missing, "older": r.Older} {
		for _, lack := range list {
			if err := enc.Encode(map[string]any{"state": state, "id": lack.ID, "url": lack.URL, "want": lack.Want, "have": lack.Have, "gone": lack.Gone}); err != nil {
				return err
			}
		}
	}
	return enc.Encode(map[string]any{"articles": r.Articles, "found": r.Found, "waiting": r.Waiting, "dead": r.Dead, "taken_down": r.TakenDown,
		"missing": len(r.Missing), "older": len(r.Older)})
}

func printReport(w io.Writer, r indexer.Report, most int) {
	for _, list := range []struct {
		state string
		lacks []indexer.Lack
	}{{"missing", r.Missing}, {"older", r.Older}} {
		for i, lack := range list.lacks {
			if i == most {
				fmt.Fprintf(w, "%s: %d more\n", list.state, len(list.lacks)-most)
				break
			}
			fmt.Fprintf(w, "%s: %s version %d, the index has %d  %s\n", list.state, lack.ID, lack.Want, lack.Have, lack.URL)
		}
	}
	fmt.Fprintf(w, "articles: %d\nfound: %d\nwaiting: %d\ndead: %d\ntaken down: %d\nmissing: %d\nolder: %d\n",
		r.Articles, r.Found, r.Waiting, r.Dead, r.TakenDown, len(r.Missing), len(r.Older))
}

type indexRebuildCmd struct{}

// Run writes what is missing. It may be interrupted and called again.
func (c *indexRebuildCmd) Run(ctx context.Context, set *settings, s streams) error {
	l, closeAll, err := set.openLife(ctx, s)
	if err != nil {
		return err
	}
	defer closeAll()
	if _, err := l.client.Setup(ctx); err != nil {
		return err
	}
	r, err := indexer.Verify(ctx, l.bus, l.client, l.down)
	if err != nil {
		return err
	}
	log, err := set.logger(s)
	if err != nil {
		return err
	}
	w, err := indexer.New(indexer.Config{Batch: set.Workers.IndexerBatch, TakenDown: l.down, Log: log}, l.client, l.bus, nil)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	fmt.Fprintf(s.out, "%d articles are missing and %d old, of %d\n", len(r.Missing), len(r.Older), r.Articles)
	done, err := w.Rebuild(ctx, l.bus, r, func(d indexer.Rebuilt) { fmt.Fprintf(s.out, "%d written\n", d.Written) })
	if err != nil {
		return err
	}
	if done.Refused > 0 {
		return fmt.Errorf("%d articles were refused by Elasticsearch", done.Refused)
	}
	return nil
}

type indexDeleteCmd struct {
	URL    string `help:"Address of the page whose articles are deleted." name:"url" placeholder:"URL"`
	Source string `help:"Source whose articles are all deleted." placeholder:"ID"`
	Reason string `help:"Why, to be remembered." placeholder:"TEXT"`
	Undo   bool   `help:"Forget the take-down instead: what is crawled or replayed from now on is indexed again."`
	List   bool   `help:"List what was taken down."`
	Yes    bool   `help:"Do not ask."`
}

// Run takes down, after showing how much and asking.
func (c *indexDeleteCmd) Run(ctx context.Context, set *settings, s streams) error {
	t, err := c.takeDown()
	if err != nil {
		return &exitError{exitUsage, err}
	}
	l, closeAll, err := set.openLife(ctx, s)
	if err != nil {
		return err
	}
	defer closeAll()
	store := l.bus.KV(bus.BucketTakenDown)
	switch {
	case c.List:
		return listTakeDowns(ctx, s.out, store)
	case c.Undo:
		if err := store.Delete(ctx, t.Key()); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s may be indexed again\n", t)
		return nil
	}
	n, err := t.Count(ctx, l.client)
	if err != nil {
		return err
	}
	if !c.Yes {
		if err := ask(s, fmt.Sprintf("Delete %d articles of %s for good, and keep them out?", n, t)); err != nil {
			return err
		}
	}
	log, err := set.logger(s)
	if err != nil {
		return err
	}
	n, err = indexer.Remove(ctx, l.client, store, t, log)
	fmt.Fprintf(s.out, "%d articles of %s deleted\n", n, t)
	if err != nil {
		return fmt.Errorf("%w\nit is remembered as taken down; run the command again", err)
	}
	return l.kept(ctx, s.out)
}

func (c *indexDeleteCmd) takeDown() (indexer.TakeDown, error) {
	t := indexer.TakeDown{Source: c.Source, Reason: c.Reason, At: time.Now().UTC()}
	switch {
	case c.List && (c.URL != "" || c.Source != "" || c.Undo):
		return t, errors.New("--list stands alone")
	case c.List:
		return t, nil
	case (c.URL == "") == (c.Source == ""):
		return t, errors.New("want --url or --source")
	case c.URL != "":
		u, err := weburl.Parse(c.URL)
		if err != nil {
			return t, err
		}
		t.URL = u.Canonical()
	}
	return t, nil
}

func listTakeDowns(ctx context.Context, w io.Writer, s indexer.Store) error {
	list, err := indexer.TakeDowns(ctx, s)
	if err != nil {
		return err
	}
	for _, t := range list {
		fmt.Fprintf(w, "%s  %s  %s\n", t.At.Format(time.RFC3339), t, t.Reason)
	}
	fmt.Fprintf(w, "%d taken down\n", len(list))
	return nil
}

// kept names where copies remain that this command does not reach.
func (l lifeCmd) kept(ctx context.Context, w io.Writer) error {
	list, err := l.client.Status(ctx)
	if err != nil {
		return err
	}
	for _, i := range list {
		if !i.Member && !i.Writes {
			fmt.Fprintf(w, "%s, which migrate kept, may hold them too: \"newsmill index expire\" deletes it\n", i.Name)
		}
	}
	return nil
}
