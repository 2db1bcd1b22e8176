package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/newsmill/newsmill/news"
	"github.com/newsmill/newsmill/seeds"
)

type doctorCmd struct{}

// finding is one thing that doctor looked at.
type finding struct {
	what string
	err  error  // nil: fine
	note string // what was found, or what follows
}

// Run looks at everything that newsmill needs and says what is wrong. It changes nothing, and ends with 1 where something is.
func (doctorCmd) Run(ctx context.Context, set *settings, s streams) error {
	findings := []finding{checkData(set), checkSources(set)}
	findings = append(findings, checkNATS(ctx, set)...)
	findings = append(findings, checkElasticsearch(ctx, set))
	if len(set.Elasticsearch.Elasticsearch) == 0 {
		findings = append(findings, checkTools())
	}
	return report(s.out, findings)
}

// checkTools looks for what the local Elasticsearch is assembled and run with; run.sh says which package each is in.
func checkTools() finding {
	f := finding{what: "local Elasticsearch", note: "java, mvn and flock are there"}
	for _, tool := range []string{"java", "mvn", "flock"} {
		if _, err := exec.LookPath(tool); err != nil {
			f.err = errors.Join(f.err, fmt.Errorf("%s not found: install it, or name a cluster with --elasticsearch", tool))
		}
	}
	return f
}

func report(w io.Writer, findings []finding) error {
	bad := 0
	for _, f := range findings {
		mark, text := "ok  ", f.note
		if f.err != nil {
			bad++
			mark, text = "BAD ", f.err.Error()
		}
		fmt.Fprintf(w, "%s %-20s %s\n", mark, f.what, strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", 26)))
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d checks failed", bad, len(findings))
	}
	return nil
}

func checkData(set *settings) finding {
	dir := set.General.Data
	f := finding{what: "data", note: dir}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		f.err = err
		return f
	}
	probe, err := os.CreateTemp(dir, ".probe")
	if err != nil {
		f.err = fmt.Errorf("cannot be written to: %w", err)
		return f
	}
	f.err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	return f
}

func checkSources(set *settings) finding {
	if len(set.Crawler.Seeds) == 0 {
		return finding{what: "seeds", note: "none given: run crawls the demo site"}
	}
	list, err := seeds.Load(set.Crawler.Seeds...)
	if err == nil {
		err = checkContact(set, list)
	}
	return finding{what: "seeds", err: err, note: fmt.Sprintf("%d sources", len(list))}
}

func checkNATS(ctx context.Context, set *settings) []finding {
	url, err := set.natsURL()
	if err != nil {
		return []finding{{what: "nats", err: err}}
	}
	b, err := set.openBus(ctx, streams{err: io.Discard})
	if err != nil {
		return []finding{{what: "nats", err: err}}
	}
	defer b.Close()
	findings := []finding{{what: "nats", note: url}}
	infos, err := b.Streams(ctx)
	findings = append(findings, finding{what: "streams", err: err, note: fmt.Sprintf("%d streams and buckets", len(infos))})
	size := finding{what: "max_payload", note: fmt.Sprintf("pages and articles of up to %d bytes, compressed", b.MaxPayload())}
	if b.MaxPayload() < wantPayload {
		size.note += fmt.Sprintf("; larger ones are set aside as %s: max_payload: 4MB in nats.conf is what we ship", news.MessageLarge.Code)
	}
	return append(findings, size)
}

// wantPayload is what max_payload: 4MB leaves for a page.
const wantPayload = 4<<20 - 64<<10

func checkElasticsearch(ctx context.Context, set *settings) finding {
	client, err := set.openElastic()
	if err != nil {
		return finding{what: "elasticsearch", err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	info, err := client.Info(ctx)
	return finding{what: "elasticsearch", err: err, note: "version " + info.Version}
}
