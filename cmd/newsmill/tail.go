package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

type tailCmd struct {
	Subject string `arg:"" optional:"" default:"news.>" help:"Subject or pattern."`
	JSON    bool   `help:"Print each message as one JSON line with its headers and, where it is JSON, its payload."`
}

// Run prints messages until it is stopped. It listens, and takes nothing from anybody.
func (c *tailCmd) Run(ctx context.Context, set *settings, s streams) error {
	b, err := set.openBus(ctx, s)
	if err != nil {
		return err
	}
	defer b.Close()
	fmt.Fprintf(s.err, "listening on %s (Ctrl-C ends)\n", c.Subject)
	return b.Subscribe(ctx, c.Subject, func(m bus.Message) {
		if c.JSON {
			printJSON(s, m)
			return
		}
		fmt.Fprintf(s.out, "%s  %-60s  %s\n", m.Header[news.HeaderCeTime], m.Subject, summaryOf(m))
	})
}

// summaryOf is what a person wants to know of a message.
func summaryOf(m bus.Message) string {
	var payload struct{ Title, URL, Reason string }
	if json.Unmarshal(m.Data, &payload) != nil {
		return news.DecodeValue(m.Header[news.HeaderCeSubject])
	}
	text := payload.URL
	if payload.Title != "" {
		text += "  " + payload.Title
	}
	if payload.Reason != "" {
		text = payload.Reason + "  " + text
	}
	return text
}

func printJSON(s streams, m bus.Message) {
	row := map[string]any{"subject": m.Subject, "headers": m.Header}
	if json.Valid(m.Data) {
		row["payload"] = json.RawMessage(m.Data)
	} else {
		row["bytes"] = len(m.Data)
	}
	_ = json.NewEncoder(s.out).Encode(row) // standard output: there is nobody to tell
}
