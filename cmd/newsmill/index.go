package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/newsmill/newsmill/indexer/elastic"
)

type indexCmd struct {
	Setup    indexSetupCmd    `cmd:"" help:"Make the cluster ready, and choose the analyzer of the months to come."`
	Status   indexStatusCmd   `cmd:"" help:"List the indices, and what is to be done with them."`
	Migrate  indexMigrateCmd  `cmd:"" help:"Copy the indices of an earlier version or analyzer, while they are searched and written; go on with what was interrupted."`
	Rollback indexRollbackCmd `cmd:"" help:"Go back to the indices that migrate kept, with what was written since."`
	Verify   indexVerifyCmd   `cmd:"" help:"Compare the index with the stream ARTICLES, by ids and versions, and say what is missing."`
	Rebuild  indexRebuildCmd  `cmd:"" help:"Write what verify finds missing once more, from the stream ARTICLES."`
	Delete   indexDeleteCmd   `cmd:"" help:"Delete the articles of an address or a source, and keep them out."`
	Expire   indexExpireCmd   `cmd:"" help:"Delete the indices that migrate kept, or whole months."`
}

type indexSetupCmd struct {
	Analyzer string `help:"How Chinese words are cut, beside pairs and single characters: cjk (nothing more; in every Elasticsearch), smartcn, ik or icu (plugins). Empty leaves it as it is." placeholder:"NAME"`
}

// Run stores the template. It changes no index that is there but for fields that came since.
func (c *indexSetupCmd) Run(ctx context.Context, set *settings, s streams) error {
	client, err := set.openElastic()
	if err != nil {
		return err
	}
	defer client.Close()
	var p elastic.Profile
	if c.Analyzer != "" {
		if p, err = elastic.ParseProfile(c.Analyzer); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	info, err := client.SetupProfile(ctx, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Elasticsearch %s is ready: alias %s, mapping %d, analyzer %s\n", info.Version, client.Alias(), elastic.MappingVersion, client.Profile())
	moves, err := client.Plan(ctx)
	if err != nil || len(moves) == 0 {
		return err
	}
	fmt.Fprintf(s.out, "%d months have another analyzer; %q brings them to this one\n", len(moves), elastic.MigrateCommand)
	return nil
}

type indexStatusCmd struct {
	JSON bool `help:"A JSON line for each index."`
}

// Run lists the indices.
func (c *indexStatusCmd) Run(ctx context.Context, set *settings, s streams) error {
	client, err := set.openElastic()
	if err != nil {
		return err
	}
	defer client.Close()
	list, err := client.Status(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(s.out)
		for _, i := range list {
			line := map[string]any{"index": i.Name, "month": i.Month, "mapping": i.Mapping, "analyzer": i.Profile, "state": i.Standing,
				"documents": i.Docs, "bytes": i.Bytes, "read": i.Member, "write": i.Writes}
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
		return nil
	}
	printStates(s.out, list)
	for _, i := range list {
		if i.Standing == elastic.Older || i.Standing == elastic.Filling {
			fmt.Fprintf(s.out, "%q brings them to mapping %d\n", elastic.MigrateCommand, elastic.MappingVersion)
			break
		}
	}
	return nil
}

func printStates(w io.Writer, list []elastic.State) {
	for _, i := range list {
		used := "-"
		switch {
		case i.Member && i.Writes:
			used = "read and written"
		case i.Member:
			used = "read"
		case i.Writes:
			used = "written"
		}
		fmt.Fprintf(w, "%-8s %-28s %10d documents %9.1f MB  mapping %d, %s, %s\n", i.Standing, i.Name, i.Docs, float64(i.Bytes)/1e6, i.Mapping, i.Profile, used)
	}
	if len(list) == 0 {
		fmt.Fprintln(w, "no index yet")
	}
}

type indexMigrateCmd struct {
	DryRun bool `help:"Only say what would be copied."`
}

// Run copies and switches. A second call goes on where a first one was interrupted.
func (c *indexMigrateCmd) Run(ctx context.Context, set *settings, s streams) error {
	client, err := set.openElastic()
	if err != nil {
		return err
	}
	defer client.Close()
	moves, err := client.Plan(ctx)
	if err != nil {
		return err
	}
	for _, m := range moves {
		fmt.Fprintf(s.out, "%s: %d documents to %s\n", m.From, m.Docs, m.To)
	}
	if len(moves) == 0 {
		fmt.Fprintln(s.out, "nothing to migrate")
		return nil
	}
	if c.DryRun {
		return nil
	}
	if err := client.Migrate(ctx, progress(s.out)); err != nil {
		return fmt.Errorf("%w\nnothing is lost: %q goes on from here", err, elastic.MigrateCommand)
	}
	fmt.Fprintln(s.out, `done. The old indices are kept: "newsmill index rollback" goes back to them, "newsmill index expire" deletes them`)
	return nil
}

func progress(w io.Writer) func(elastic.Progress) {
	return func(p elastic.Progress) {
		switch {
		case p.Done:
			fmt.Fprintf(w, "%s: %d copied; readers and writers have it\n", p.To, p.Copied)
		case p.Copied > 0:
			fmt.Fprintf(w, "%s: %d copied of about %d\n", p.To, p.Copied, p.Docs)
		}
	}
}

type indexRollbackCmd struct {
	Yes bool `help:"Do not ask."`
}

// Run goes back, after asking.
func (c *indexRollbackCmd) Run(ctx context.Context, set *settings, s streams) error {
	client, err := set.openElastic()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := c.confirm(s, client); err != nil {
		return err
	}
	moves, err := client.Rollback(ctx, progress(s.out))
	if err != nil {
		return err
	}
	if len(moves) == 0 {
		fmt.Fprintln(s.out, "no index was kept to go back to")
	}
	return nil
}

func (c *indexRollbackCmd) confirm(s streams, client *elastic.Client) error {
	if c.Yes {
		return nil
	}
	return ask(s, fmt.Sprintf("Point readers and writers of %s back to the indices that migrate kept? Stop the indexers of this version first.", client))
}

type indexExpireCmd struct {
	Before string `help:"Delete the months before this one (yyyy.mm), in use or not, instead of what migrate kept." placeholder:"MONTH"`
	Yes    bool   `help:"Do not ask."`
}

var monthForm = regexp.MustCompile(`^2[0-9]{3}\.(0[1-9]|1[0-2])$`)

// Run deletes, after showing what and asking.
func (c *indexExpireCmd) Run(ctx context.Context, set *settings, s streams) error {
	if c.Before != "" && !monthForm.MatchString(c.Before) {
		return &exitError{exitUsage, fmt.Errorf("--before %s: want a month as 2026.11", c.Before)}
	}
	client, err := set.openElastic()
	if err != nil {
		return err
	}
	defer client.Close()
	list, err := client.Expired(ctx, elastic.Month(c.Before))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(s.out, "nothing to delete")
		return nil
	}
	printStates(s.out, list)
	names := make([]string, len(list))
	for i, state := range list {
		names[i] = state.Name
	}
	if !c.Yes {
		if err := ask(s, fmt.Sprintf("Delete these %d indices for good?", len(list))); err != nil {
			return err
		}
	}
	if err := client.Expire(ctx, names); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d indices deleted\n", len(list))
	return nil
}

// ask puts a question that is answered with yes at a terminal, and with --yes elsewhere.
func ask(s streams, question string) error {
	if !isTerminal(s.in) {
		return &exitError{exitUsage, errors.New(question + " --yes says so")}
	}
	fmt.Fprintf(s.err, "%s Type yes: ", question)
	answer, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil {
		return err
	}
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("nothing was changed")
	}
	return nil
}
