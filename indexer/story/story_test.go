package story_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer/story"
	"github.com/newsmill/newsmill/indexer/story/storytest"
	"github.com/newsmill/newsmill/news"
)

func found(a, b story.Text) bool {
	keys := b.Bands()
	return slices.ContainsFunc(a.Bands(), func(k string) bool { return slices.Contains(keys, k) })
}

// TestLabelledPairs measures the two steps together on the labelled set.
func TestLabelledPairs(t *testing.T) {
	const each = 2000
	var right, wrong, missed, unfound int
	faults := map[string]int{}
	for _, p := range storytest.Pairs(1, each) {
		a, b := story.Read(p.A), story.Read(p.B)
		if story.Alike(a, b) != story.Alike(b, a) {
			t.Errorf("%s: not symmetric", p.Name)
		}
		candidates := found(a, b)
		got := candidates && story.Alike(a, b)
		switch {
		case got && p.Alike:
			right++
		case got:
			wrong++
			faults["merged: "+p.Name]++
			if faults["merged: "+p.Name] == 1 {
				t.Logf("merged, %s:\n%s\n--\n%s", p.Name, p.A, p.B)
			}
		case p.Alike:
			missed++
			if !candidates {
				unfound++
			}
			faults["missed: "+p.Name]++
		}
	}
	precision, recall := float64(right)/float64(max(1, right+wrong)), float64(right)/each
	t.Logf("%d copies and %d look-alikes: precision %.4f, recall %.4f (%d missed, of them %d without a key in common)", each, each, precision, recall, missed, unfound)
	if precision < 0.99 || recall < 0.95 || wrong > 0 {
		t.Errorf("want precision 0.99, recall 0.95 and no look-alike merged; got %v", faults)
	}
}

// TestBandsAgainstSimhash is why the keys are not pieces of a simhash.
func TestBandsAgainstSimhash(t *testing.T) {
	var copies, ours, pieces16, pieces8 int
	var others, oursOther, pieces8Other int
	var last string
	for _, p := range storytest.Pairs(2, 500) {
		if !p.Alike {
			continue
		}
		x, y := simhash(p.A), simhash(p.B)
		copies++
		ours += one(found(story.Read(p.A), story.Read(p.B)))
		pieces16 += one(piece(x, y, 16))
		pieces8 += one(piece(x, y, 8))
		if last != "" {
			others++
			oursOther += one(found(story.Read(p.A), story.Read(last)))
			pieces8Other += one(piece(x, simhash(last), 8))
		}
		last = p.A
	}
	share := func(n, of int) float64 { return float64(n) / float64(of) }
	t.Logf("copies found by our keys %.3f, by 16-bit pieces of a simhash %.3f, by 8-bit pieces %.3f; unrelated articles found by our keys %.4f, by 8-bit pieces %.4f",
		share(ours, copies), share(pieces16, copies), share(pieces8, copies), share(oursOther, others), share(pieces8Other, others))
	if share(ours, copies) < 0.99 || share(pieces16, copies) > 0.9 || 3*share(oursOther, others) > share(pieces8Other, others) {
		t.Error("the figures in the comment of Bands do not hold")
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// piece tells whether two simhashes have a piece of the given width in common.
func piece(x, y uint64, width int) bool {
	for i := 0; i < 64; i += width {
		if (x^y)>>i&(1<<width-1) == 0 {
			return true
		}
	}
	return false
}

// simhash is the article's, bit by bit.
func simhash(s string) uint64 {
	var letters []rune
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			letters = append(letters, r)
		}
	}
	var sums [64]int
	for i := range max(0, len(letters)-2) {
		h := uint64(14695981039346656037)
		for _, r := range letters[i : i+3] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
		for b := range sums {
			sums[b] += 2*int(h>>b&1) - 1
		}
	}
	var x uint64
	for b, n := range sums {
		if n > 0 {
			x |= 1 << b
		}
	}
	return x
}

func TestTooShort(t *testing.T) {
	for _, body := range []string{"", "图片", strings.Repeat("短", 79), "。，；"} {
		x := story.Read(body)
		if x.Bands() != nil || story.Alike(x, x) {
			t.Errorf("%q is compared", body)
		}
	}
}

// TestBandsAreFrozen: an index holds them.
func TestBandsAreFrozen(t *testing.T) {
	body := strings.Repeat("海州港今日吞吐量创新高，", 3) + "据港务局介绍，上半年共装卸集装箱12.5万个，比去年同期增长８％。The port of Haizhou handled more containers than ever before, officials said on Monday; a third quay opens in 2027."
	want := strings.Fields("MgzUSk6S DtzIYjLs Kzvtxzw6 5G3NJk2o dY-3z6lj K-PKSqnE we3aptr9 VMS2X4K2 " +
		"KA_x_oGu p0F32f7Z nS8tZM9- wzk9BYd2 mOcbp2iY ygmKmtYz hnWTF0ZN GXSC3ctP")
	got := story.Read(body).Bands()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bands (-want +got):\n%s", diff)
	}
}

func TestSince(t *testing.T) {
	seen := time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)
	zone := time.FixedZone("", 8*3600)
	date := func(p news.Precision, hour, day int) *news.Date {
		return &news.Date{Time: time.Date(2026, 11, day, hour, 0, 0, 0, zone), Precision: p}
	}
	for _, tt := range []struct {
		name string
		a    news.Article
		want time.Time
	}{
		{"no date", news.Article{FirstSeen: seen}, seen},
		{"never seen", news.Article{FetchedAt: seen}, seen},
		{"minute", news.Article{FirstSeen: seen, PublishedAt: date(news.PrecisionMinute, 9, 2)}, time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)},
		{"day", news.Article{FirstSeen: seen, PublishedAt: date(news.PrecisionDay, 0, 2)}, time.Date(2026, 11, 2, 16, 0, 0, 0, time.UTC)},
		{"today", news.Article{FirstSeen: seen, PublishedAt: date(news.PrecisionDay, 0, 3)}, seen},
		{"tomorrow", news.Article{FirstSeen: seen, PublishedAt: date(news.PrecisionMinute, 9, 4)}, seen},
		{"month", news.Article{FirstSeen: seen, PublishedAt: date(news.PrecisionMonth, 0, 1)}, seen},
	} {
		if got := story.Since(tt.a); !got.Equal(tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestGroup(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 3, 4, minute, 0, 0, time.UTC) }
	nodes := []story.Node{{"a", at(3), false}, {"b", at(1), false}, {"c", at(2), false}, {"d", at(0), false}, {"e", at(1), false}, {"f", at(0), true}, {"g", at(9), false}}
	links := [][2]int{{0, 1}, {1, 2}, {1, 4}, {5, 6}, {5, 2}}
	want := []story.Place{{"b", 0}, {"b", 4}, {"b", 0}, {"d", 0}, {"b", 0}, {"f", 0}, {"b", 0}}
	for range 20 {
		order := rand.Perm(len(nodes))
		shuffled, back := make([]story.Node, len(nodes)), make([]int, len(nodes))
		for i, j := range order {
			shuffled[i], back[j] = nodes[j], i
		}
		var l [][2]int
		for _, i := range rand.Perm(len(links)) {
			l = append(l, [2]int{back[links[i][0]], back[links[i][1]]})
		}
		got := make([]story.Place, len(nodes))
		for i, p := range story.Group(shuffled, l) {
			got[order[i]] = p
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("in order %v (-want +got):\n%s", order, diff)
		}
	}
}

// FuzzRead: any text is alike itself or too short, and whatever is added to it in marks and spaces changes nothing.
func FuzzRead(f *testing.F) {
	f.Add("海州港今日吞吐量创新高。")
	f.Add("a 1.5, 2:30 \xff\xfe ＡＢＣ")
	f.Fuzz(func(t *testing.T, body string) {
		x := story.Read(body)
		if keys := x.Bands(); keys != nil && !story.Alike(x, x) {
			t.Error("not alike itself")
		}
		if diff := cmp.Diff(x.Bands(), story.Read(body+" \n。 \n").Bands()); diff != "" {
			t.Errorf("bands change with marks:\n%s", diff)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	body := storytest.Pairs(3, 1)[0].A
	for len(body) < 3000 {
		body += body
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		story.Read(body).Bands()
	}
}

func ExampleAlike() {
	original := "海州港三号泊位昨天投入使用，可以停靠五万吨级货轮。港务局局长周立群说，新泊位把等待时间缩短了一半，今年的吞吐量预计达到两千万吨。\n泊位的建设用了二十六个月，其间经历了两次台风。参加建设的工人有六百多名，大多来自附近的县。"
	reprint := "来源：云河日报　编辑：李堃\n" + original
	corrected := strings.Replace(original, "五万吨", "三万吨", 1)
	fmt.Println(story.Alike(story.Read(original), story.Read(reprint)), story.Alike(story.Read(original), story.Read(corrected)))
	// Output: true false
}
