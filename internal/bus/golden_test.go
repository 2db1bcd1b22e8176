package bus_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/bus/embedded"
	"github.com/newsmill/newsmill/news"
)

var update = flag.Bool("update", false, "write the golden store anew")

// goldenStore is a store folder as the first released topology wrote it. It is not written anew when the topology changes: that is
// what shows that a newer version opens it. A new version of it gets a file of its own, and the test a row.
const goldenStore = "testdata/store-v1.tar.zst"

// Of what never ages: EVENTS, ADVISORIES, and the buckets seen and robots forget by the clock.
var goldenStreams = []string{
	bus.StreamRaw, bus.StreamArticles, bus.StreamDead, bus.StreamURLs, bus.StreamTokens, bus.StreamPolls,
	"KV_" + bus.BucketHosts, "KV_" + bus.BucketFirstSeen, "KV_" + bus.BucketSources, "KV_" + bus.BucketSite,
}

var goldenContent = []string{
	"RAW 1 news.raw.yunhai.paper_example: page 0",
	"RAW 2 news.raw.yunhai.paper_example: page 1",
	"RAW 3 news.raw.yunhai.paper_example: page 2",
	"ARTICLES 1 news.article.yunhai.paper_example: {}",
	"ARTICLES 2 news.gone.yunhai.paper_example: {}",
	"DEAD 1 news.dead.crawler.yunhai.unknown: page 7",
	"URLS 1 newsmill.frontier.url.paper_example.a: {}",
	"URLS 2 newsmill.frontier.fresh.paper_example.b: {}",
	"TOKENS 1 newsmill.frontier.at.paper_example: t",
	"POLLS 1 newsmill.poll.at.yunhai: p",
	"KV_hosts 1 $KV.hosts.k: v",
	"KV_firstseen 1 $KV.firstseen.k: v",
	"KV_sources 1 $KV.sources.k: v",
	"KV_site 1 $KV.site.k: v",
}

var farAway = time.Date(2126, 1, 2, 3, 4, 5, 6000, time.UTC)

func TestGoldenStore(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	dir := t.TempDir()
	unpack(t, goldenStore, dir)
	b := openStore(t, dir)
	ctx := t.Context()
	var got []string
	for _, stream := range goldenStreams {
		err := b.Scan(ctx, stream, bus.ScanOptions{}, func(m bus.Message) error {
			got = append(got, fmt.Sprintf("%s %d %s: %s", m.Stream, m.Seq, m.Subject, m.Data))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(goldenContent, got); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	if c := consumerState(t, b, bus.ConsumerNormalizer); c.AckFloor != 1 || c.Delivered != 3 || c.AckPending != 2 {
		t.Errorf("normalizer %+v, want one settled and two in hand", c)
	}
	if at, err := b.Schedules(bus.StreamTokens).Get(ctx, bus.FrontierAt("paper_example")); err != nil || !at.Equal(farAway) {
		t.Errorf("token at %v %v, want %v", at, err, farAway)
	}
	if l := deadLetters(t, b); len(l) != 1 || l[0].Reason != "host_down" || l[0].StreamSeq != 7 {
		t.Errorf("dead letters %+v", l)
	}
	if m, err := b.Message(ctx, bus.StreamRaw, 1); err != nil {
		t.Error(err)
	} else if _, err := news.ParsePage(m.Subject, m.Header); err != nil {
		t.Error(err)
	}
	// The store is alive: what is new is consumed.
	var done seen
	consume(t, b, bus.ConsumeOptions{Durable: bus.ConsumerIndexer, Stage: news.StageIndexer}, func(_ context.Context, batch []bus.Message) []error {
		done.add(bus.Message{Data: fmt.Append(nil, batch[0].Seq)})
		return []error{nil}
	})
	eventually(t, "the articles are consumed", func() bool { return done.distinct() == 2 })
}

func openStore(t *testing.T, dir string) *bus.Bus {
	t.Helper()
	n, err := embedded.Start(t.Context(), embedded.Config{StoreDir: dir, Port: -1, Log: bustest.Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() }) // closed before in writeGolden
	b, err := bus.Open(t.Context(), bus.Config{InProcess: n, Log: bustest.Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() }) // the server may have gone
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func writeGolden(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	n, err := embedded.Start(t.Context(), embedded.Config{StoreDir: dir, Port: -1, Log: bustest.Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Open(t.Context(), bus.Config{InProcess: n, Log: bustest.Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Ensure(t.Context()), fillGolden(t, b), b.Close(), n.Close()); err != nil {
		t.Fatal(err)
	}
	pack(t, dir, goldenStore)
}

func fillGolden(t *testing.T, b *bus.Bus) error {
	t.Helper()
	ctx := t.Context()
	publish(t, b, 0, 3)
	event := func(id, kind string) news.Header {
		return news.Event{ID: id, Type: kind, Stage: news.StageNormalizer, Time: farAway}.Header("application/json")
	}
	_, err1 := b.Publish(ctx, bus.Outgoing{Subject: news.ArticleSubject("yunhai", "paper_example"), Header: event("a", news.TypeArticle), Data: []byte("{}")})
	_, err2 := b.Publish(ctx, bus.Outgoing{Subject: news.GoneSubject("yunhai", "paper_example"), Header: event("g", news.TypeGone), Data: []byte("{}")})
	_, err3 := b.Publish(ctx, bus.Outgoing{Subject: news.IndexedSubject("yunhai", "paper_example"), Header: event("i", news.TypeIndexed), Data: []byte("{}")})
	_, err4 := b.Set(bus.StreamURLs).Add(ctx, bus.Outgoing{Subject: bus.FrontierURL("paper_example", "a"), Data: []byte("{}")})
	_, err5 := b.Set(bus.StreamURLs).Add(ctx, bus.Outgoing{Subject: bus.FrontierFresh("paper_example", "b"), Data: []byte("{}")})
	err := errors.Join(err1, err2, err3, err4, err5,
		b.Bury(ctx, letter(7, farAway)),
		b.Schedules(bus.StreamTokens).At(ctx, bus.FrontierAt("paper_example"), bus.FrontierDue("paper_example"), farAway, []byte("t")),
		b.Schedules(bus.StreamPolls).At(ctx, bus.PollAt("yunhai"), bus.PollDue("yunhai"), farAway, []byte("p")))
	for _, bucket := range []string{bus.BucketHosts, bus.BucketSeen, bus.BucketFirstSeen, bus.BucketRobots, bus.BucketSources, bus.BucketSite} {
		_, e := b.KV(bucket).Put(ctx, "k", []byte("v"))
		err = errors.Join(err, e)
	}
	var got seen
	stop := consume(t, b, normalizer(), func(_ context.Context, batch []bus.Message) []error {
		got.add(batch[0])
		if batch[0].Seq == 1 {
			return []error{nil}
		}
		return []error{bus.Later(errors.New("tomorrow"), 24*time.Hour)}
	})
	eventually(t, "three handled", func() bool { return got.distinct() == 3 })
	stop()
	return err
}

func pack(t *testing.T, dir, file string) {
	t.Helper()
	var packed bytes.Buffer
	z, err := zstd.NewWriter(&packed, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, rerr := filepath.Rel(dir, path)
		if err = errors.Join(err, rerr); err != nil || d.IsDir() || filepath.Ext(path) == ".lock" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		err = w.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o600, Size: int64(len(content))})
		_, werr := w.Write(content)
		return errors.Join(err, werr)
	})
	if err = errors.Join(err, w.Close(), z.Close(), os.MkdirAll(filepath.Dir(file), 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, file, dir string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(f, r)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	if len(names) == 0 || slices.Contains(names, "newsmill.lock") {
		t.Fatalf("archive holds %v", names)
	}
}
