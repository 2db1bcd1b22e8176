package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

type deadCmd struct {
	List deadListCmd `cmd:"" help:"List dead letters: messages that could not go on."`
}

type deadListCmd struct {
	Stage  string `help:"Only of this stage: crawler, normalizer or indexer." enum:",crawler,normalizer,indexer" default:""`
	Source string `help:"Only of this source."`
	Reason string `help:"Only for this reason."`
	JSON   bool   `help:"A JSON line for each, with all of its headers."`
}

// Run lists the dead letters, oldest first.
func (c *deadListCmd) Run(ctx context.Context, set *settings, s streams) error {
	b, err := set.openBus(ctx, s)
	if err != nil {
		return err
	}
	defer b.Close()
	n := 0
	err = b.Scan(ctx, bus.StreamDead, bus.ScanOptions{Filter: deadFilter(c.Stage, c.Source)}, func(m bus.Message) error {
		h := m.Header
		if c.Reason != "" && h[news.HeaderDeadReason] != c.Reason {
			return nil
		}
		n++
		if c.JSON {
			return json.NewEncoder(s.out).Encode(map[string]any{"seq": m.Seq, "subject": m.Subject, "headers": h, "bytes": len(m.Data)})
		}
		_, err := fmt.Fprintf(s.out, "%d  %s  %s  %s  %s\n      %s\n", m.Seq, h[news.HeaderDeadAt], h[news.HeaderDeadStage], h[news.HeaderDeadReason],
			news.DecodeValue(h[news.HeaderCeSubject]), firstLine(news.DecodeValue(h[news.HeaderDeadError])))
		return err
	})
	if err == nil && !c.JSON {
		fmt.Fprintf(s.out, "%d dead letters\n", n)
	}
	return err
}

func deadFilter(stage, source string) string {
	if stage == "" {
		stage = "*"
	}
	if source == "" {
		source = "*"
	}
	return news.SubjectDead + "." + stage + "." + source + ".*"
}

func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' {
			return s[:i]
		}
	}
	return s
}
