package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/ledger"
	"github.com/newsmill/newsmill/news"
)

type statusCmd struct {
	JSON bool `help:"Print everything as one JSON object."`
}

// overview is all that status shows.
type overview struct {
	Streams    []bus.StreamInfo   `json:"streams"`
	Consumers  []bus.ConsumerInfo `json:"consumers"`
	Account    ledger.Account     `json:"account"`
	Searchable int                `json:"searchable"` // -1 where Elasticsearch does not answer
	Problem    string             `json:"problem,omitempty"`
}

// Run shows how things stand. It ends with an error where the counts do not add up though nothing is on its way.
func (c *statusCmd) Run(ctx context.Context, set *settings, s streams) error {
	b, err := set.openBus(ctx, s)
	if err != nil {
		return err
	}
	defer b.Close()
	client, err := set.openElastic()
	if err != nil {
		return err
	}
	o, err := look(ctx, b, client)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(o)
	}
	o.print(s.out)
	return nil
}

func look(ctx context.Context, b *bus.Bus, client *elastic.Client) (overview, error) {
	var o overview
	var err error
	if o.Streams, err = b.Streams(ctx); err != nil {
		return o, err
	}
	if o.Consumers, err = b.Consumers(ctx); err != nil {
		return o, err
	}
	if o.Account, err = account(ctx, b); err != nil {
		return o, err
	}
	if o.Searchable, err = client.Count(ctx, elastic.Query{}); err != nil {
		o.Searchable, o.Problem = -1, err.Error()
	}
	return o, nil
}

func account(ctx context.Context, b *bus.Bus) (ledger.Account, error) {
	return ledger.Read(ctx, b, b.KV(bus.BucketSeen), b.Set(bus.StreamURLs))
}

func (o overview) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "STREAM\tMESSAGES\tMB\tOF MB")
	for _, st := range o.Streams {
		fmt.Fprintf(t, "%s\t%d\t%.1f\t%s\n", st.Name, st.Messages, float64(st.Bytes)/1e6, limit(st.MaxBytes))
	}
	fmt.Fprintln(t, "\nWORKER\tWAITING\tIN WORK\tAGAIN")
	for _, c := range o.Consumers {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\n", c.Name, c.Pending, c.AckPending, c.Redelivered)
	}
	_ = t.Flush()

	a := o.Account
	discardedHere, deadHere := stageCount(a.Discarded), stageCount(a.Dead)
	fmt.Fprintf(w, "\nURLs accepted    %6d = %d settled + %d queued\n", a.URLs+a.Queued, a.URLs, a.Queued)
	fmt.Fprintf(w, "settled          %6d = %d pages + %d discovery + %d discarded + %d dead\n",
		a.URLs, a.Pages, a.Discovery, discardedHere(news.StageCrawler), deadHere(news.StageCrawler))
	fmt.Fprintf(w, "pages            %6d = %d with articles + %d discarded + %d dead + %d open\n",
		a.Pages, a.WithArticles, discardedHere(news.StageNormalizer), deadHere(news.StageNormalizer), a.Open)
	fmt.Fprintf(w, "articles         %6d, %d indexed, %d dead\n", a.Articles, a.Indexed, deadHere(news.StageIndexer))
	if o.Problem != "" {
		fmt.Fprintf(w, "searchable       unknown: %s\n", o.Problem)
	} else {
		fmt.Fprintf(w, "searchable       %6d\n", o.Searchable)
	}
	printReasons(w, a)
	if gap := a.Gap(); gap == 0 {
		fmt.Fprintln(w, "the counts add up")
	} else {
		fmt.Fprintf(w, "%d on their way, or their records have aged out\n", gap)
	}
}

// stageCount gives a function that counts a stage's reasons.
func stageCount(byStage map[news.Stage]map[string]int) func(news.Stage) int {
	return func(stage news.Stage) int {
		n := 0
		for _, k := range byStage[stage] {
			n += k
		}
		return n
	}
}

func printReasons(w io.Writer, a ledger.Account) {
	for _, line := range ledger.Lines(a.Discarded) {
		fmt.Fprintln(w, "  discarded:", line)
	}
	for _, line := range ledger.Lines(a.Dead) {
		fmt.Fprintln(w, "  dead:", line)
	}
}

func limit(bytes int64) string {
	if bytes <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", float64(bytes)/1e6)
}
