package sitememory

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// page is the nth page of a site: its own text and blocks, and the shared ones.
func page(n int, shared ...uint64) Page {
	own := uint64(n+1) * 1000
	return Page{URL: uint64(n + 1), At: start.Add(time.Duration(n) * time.Minute), Text: []uint64{own, own + 1, own + 2}, Blocks: append([]uint64{own, own + 1}, shared...)}
}

func pagesOf(n int, shared ...uint64) []Page {
	out := make([]Page, n)
	for i := range out {
		out[i] = page(i, shared...)
	}
	return out
}

// on is how many texts had a block.
func on(s *Snapshot, f uint64) int {
	n, _ := s.Seen(f)
	return n
}

func merged(lists ...[]Page) Record {
	var r Record
	for _, l := range lists {
		r = r.Merge(l)
	}
	return r
}

func TestSnapshotCounts(t *testing.T) {
	reprint := func(n int, of Page) Page {
		of.URL, of.At = uint64(n+1), start.Add(time.Duration(n)*time.Minute)
		return of
	}
	edited := reprint(41, page(0, 7))
	edited.Text = []uint64{1000, 1001, 5}
	newer := page(3, 7)
	newer.At = newer.At.Add(time.Hour)
	brief := func(n int) Page { // one paragraph of its own under a long standing one
		return Page{URL: uint64(n + 500), At: start, Text: []uint64{9, uint64(n)}, Blocks: []uint64{9}}
	}
	for name, row := range map[string]struct {
		pages       []Page
		known, seen int // texts, and those with block 7
	}{
		"nothing":                        {nil, 0, 0},
		"every page has it":              {pagesOf(10, 7), 10, 10},
		"one page has it":                {append(pagesOf(10), page(10, 7)), 11, 0},
		"the same page again":            {append(pagesOf(10, 7), page(3, 7), newer), 10, 10},
		"a reprint":                      {append(pagesOf(10, 7), reprint(40, page(0, 7))), 10, 10},
		"a reprint with another line":    {append(pagesOf(10, 7), reprint(40, page(0, 7, 8))), 10, 10},
		"a reprint with a new paragraph": {append(pagesOf(10, 7), edited), 10, 10},
		"one text under five addresses":  {[]Page{page(0, 7), reprint(1, page(0, 7)), reprint(2, page(0, 7)), reprint(3, page(0, 7)), reprint(4, page(0, 7))}, 1, 0},
		"briefs under a standing text":   {[]Page{brief(1), brief(2), brief(3)}, 3, 0},
		"no long block at all":           {[]Page{{URL: 1, Blocks: []uint64{7}}, {URL: 2, Blocks: []uint64{7}}}, 2, 2},
	} {
		s := Record{}.Merge(row.pages).Snapshot()
		if s.Pages() != row.known || on(s, 7) != row.seen {
			t.Errorf("%s: %d texts, seen on %d; want %d, %d", name, s.Pages(), on(s, 7), row.known, row.seen)
		}
	}
	var none *Snapshot
	if none.Pages() != 0 || on(none, 7) != 0 || none.Generation() == "" {
		t.Error("a nil snapshot knows something")
	}
}

func TestGenerationNamesTheState(t *testing.T) {
	a, b, c := merged(pagesOf(10, 7)).Snapshot(), merged(pagesOf(10, 7)).Snapshot(), merged(pagesOf(10, 8)).Snapshot()
	if a.Generation() != b.Generation() || a.Generation() == c.Generation() || a.Generation() == "" {
		t.Errorf("%q %q %q", a.Generation(), b.Generation(), c.Generation())
	}
}

// TestTemplateChange: what the old template showed is forgotten as new pages come, what the new one shows is known after a few.
func TestTemplateChange(t *testing.T) {
	var r Record
	for n := range maxPages {
		r = r.Merge([]Page{page(n, 7)})
	}
	if s := r.Snapshot(); on(s, 7) != maxPages || on(s, 8) != 0 {
		t.Fatalf("old template seen on %d", on(s, 7))
	}
	for n := range maxPages {
		r = r.Merge([]Page{page(maxPages+n, 8)})
		s := r.Snapshot()
		if seen, of := s.Seen(8); n > 0 && (seen != n+1 || of != n+1) || s.Pages() != maxPages {
			t.Fatalf("new template seen on %d of %d after %d pages", seen, of, n+1)
		}
	}
	if s := r.Snapshot(); on(s, 7) != 0 {
		t.Errorf("the old template is still known from %d pages", on(s, 7))
	}
}

func TestPagesAgeOut(t *testing.T) {
	r := merged(pagesOf(10, 7))
	late := page(20, 7)
	late.At = start.Add(maxAge + 5*time.Minute)
	if got := r.Merge([]Page{late}).Pages(); got != 6 {
		t.Errorf("%d pages, want those of the last %s", got, maxAge)
	}
}

func TestBounds(t *testing.T) {
	var full []Page
	for n := range 4 * maxPages {
		p := page(n)
		for i := range 500 {
			p.Blocks = append(p.Blocks, uint64(n*1000+i)<<20)
		}
		full = append(full, p)
	}
	r := merged(full)
	if n := len(r.Marshal()); n > maxBytes || n < maxBytes*9/10 {
		t.Errorf("%d bytes stored, bound %d", n, maxBytes)
	}
	if r.pages[0].URL != full[len(full)-1].URL {
		t.Error("the newest page is not kept")
	}
	if got := merged(pagesOf(4 * maxPages)).Pages(); got != maxPages {
		t.Errorf("%d pages kept", got)
	}
}

// TestMergeCommutes merges random pages in random order and grouping: one record comes out.
func TestMergeCommutes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		var pages []Page
		for range rng.IntN(2 * maxPages) {
			p := page(rng.IntN(maxPages*3/2), uint64(rng.IntN(5)))
			p.At = start.Add(time.Duration(rng.IntN(200*24)) * time.Hour)
			pages = append(pages, p)
		}
		want := merged(pages)
		rng.Shuffle(len(pages), func(i, j int) { pages[i], pages[j] = pages[j], pages[i] })
		cut := 0
		if len(pages) > 0 {
			cut = rng.IntN(len(pages))
		}
		a, b := merged(pages[:cut]), merged(pages[cut:])
		for name, got := range map[string]Record{"a+b": a.Merge(b.pages), "b+a": b.Merge(a.pages), "a+b+a": a.Merge(b.pages).Merge(a.pages)} {
			if !slices.Equal(got.Marshal(), want.Marshal()) {
				t.Fatalf("round %d, %s: %d pages, want %d", round, name, got.Pages(), want.Pages())
			}
		}
	}
}

func TestCodec(t *testing.T) {
	r := merged(pagesOf(100, 7, 8, 9))
	got, err := Unmarshal(r.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, got, cmp.AllowUnexported(Record{})); diff != "" {
		t.Error(diff)
	}
	one := Record{}.Merge([]Page{{URL: 1, At: start, Text: []uint64{2}, Blocks: []uint64{3, 0xFFFF_0000_0000_0004}}})
	const golden = "4d01000000000000000101c2c1200102000000000002000000000003000000000004"
	if s := fmt.Sprintf("%x", one.Marshal()); s != golden {
		t.Errorf("stored form changed: %s", s)
	}
}

func TestCodecRefuses(t *testing.T) {
	good := merged(pagesOf(3)).Marshal()
	for name, row := range map[string]struct {
		data []byte
		err  error
	}{
		"not ours":     {[]byte(`{"v":1}`), ErrCorrupt},
		"one byte":     {good[:1], ErrCorrupt},
		"cut off":      {good[:len(good)-1], ErrCorrupt},
		"half a head":  {good[:5], ErrCorrupt},
		"newer format": {[]byte{'M', 2, 1, 2, 3}, ErrFormat},
	} {
		if r, err := Unmarshal(row.data); !errors.Is(err, row.err) || r.Pages() != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := Unmarshal(nil); err != nil || r.Pages() != 0 {
		t.Errorf("no bytes: %v", err)
	}
}

// FuzzUnmarshal: what is read can be stored again within the bounds and reads the same, and its snapshot counts no more than it holds.
func FuzzUnmarshal(f *testing.F) {
	f.Add(merged(pagesOf(3, 7)).Marshal())
	f.Add([]byte{'M', 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Unmarshal(data)
		if err != nil {
			return
		}
		again := r.Marshal()
		if len(again) > maxBytes || r.Pages() > maxPages {
			t.Fatalf("%d bytes, %d pages", len(again), r.Pages())
		}
		r2, err := Unmarshal(again)
		if err != nil || !slices.Equal(r2.Marshal(), again) {
			t.Fatalf("reads differently: %v", err)
		}
		s := r.Snapshot()
		if s.Pages() > r.Pages() {
			t.Fatal("more texts than pages")
		}
		for _, p := range r.pages {
			for _, b := range p.Blocks {
				if on(s, b) > s.Pages() {
					t.Fatal("seen on more pages than there are")
				}
			}
		}
	})
}

func BenchmarkSnapshot(b *testing.B) {
	var pages []Page
	for n := range maxPages {
		p := page(n, 1, 2, 3, 4, 5, 6, 7, 8)
		for i := range 20 {
			p.Blocks = append(p.Blocks, uint64(n*1000+i+100))
		}
		pages = append(pages, p)
	}
	data := merged(pages).Marshal()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r, err := Unmarshal(data)
		if err != nil {
			b.Fatal(err)
		}
		r.Snapshot()
	}
}
