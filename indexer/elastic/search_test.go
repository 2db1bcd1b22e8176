package elastic_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/news"
)

// corpus is a handful of articles with known answers.
func corpus() []elastic.Document {
	metro := article("http://haizhou.test/metro", "海州地铁三号线今日开通", "海州地铁三号线十一月三日正式开通运营，全长三十公里。\n市民<b>早早</b>来到站台。")
	bridge := article("http://haizhou.test/bridge", "跨海大桥封闭检修", "大桥将于周末封闭，地铁三号线增开班次。")
	bridge.Section, bridge.Authors = "交通", []string{"赵一鸣"}
	trad := article("http://port.test/1", "海州港擴建工程動工", "海州港擴建工程昨日動工，預計三年完成。")
	trad.Source, trad.SiteName, trad.Language, trad.Origin = "port", "海州港務", "zh-Hant", "港務局"
	trad.PublishedAt = nil
	trad.FirstSeen = noon.Add(48 * time.Hour)
	trad.Date = &trad.FirstSeen
	english := article("http://haizhou.test/en", "Haizhou opens its third metro line", "The line is thirty kilometres long.")
	english.Language, english.PublishedAt.Time = "en", english.PublishedAt.Time.AddDate(0, 0, -10)
	date := english.PublishedAt.Time.UTC()
	english.Date = &date
	gone := article("http://haizhou.test/gone", "海州地铁旧闻", "已经删除的地铁旧闻。")
	at := noon
	gone.GoneAt, gone.GoneReason = &at, "not_found"
	return []elastic.Document{metro, bridge, trad, english, gone}
}

func TestSearch(t *testing.T) {
	c := ready(t)
	docs := corpus()
	put(t, c, docs...)
	names := map[string]string{}
	for i, name := range []string{"metro", "bridge", "trad", "english", "gone"} {
		names[docs[i].ID] = name
	}
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.FixedZone("", 8*3600)) }
	for _, tt := range []struct {
		name string
		q    elastic.Query
		want []string // in order
	}{
		{"everything, newest first, undated last", elastic.Query{}, []string{"metro", "bridge", "english", "trad"}},
		{"word in the title first", elastic.Query{Text: "地铁三号线"}, []string{"metro", "bridge"}},
		{"newest of what matches", elastic.Query{Text: "地铁三号", Newest: true}, []string{"metro", "bridge"}},
		{"traditional", elastic.Query{Text: "擴建工程"}, []string{"trad"}},
		{"simplified finds traditional", elastic.Query{Text: "扩建工程"}, []string{"trad"}},
		{"traditional finds simplified", elastic.Query{Text: "地鐵三號線"}, []string{"metro", "bridge"}},
		{"one character", elastic.Query{Text: "桥"}, []string{"bridge"}},
		{"one character of another script of it", elastic.Query{Text: "橋"}, []string{"bridge"}},
		{"one character and a word", elastic.Query{Text: "桥 封闭"}, []string{"bridge"}},
		{"english, by its stem", elastic.Query{Text: "opening lines"}, []string{"english"}},
		{"full width", elastic.Query{Text: "ｍｅｔｒｏ"}, []string{"english"}},
		{"english, folded", elastic.Query{Text: "METRO"}, []string{"english"}},
		{"words in different fields", elastic.Query{Text: "大桥 地铁"}, []string{"bridge"}},
		{"nothing", elastic.Query{Text: "火星"}, nil},
		{"tombstones too", elastic.Query{Text: "旧闻", Gone: true}, []string{"gone"}},
		{"tombstones hidden", elastic.Query{Text: "旧闻"}, nil},
		{"by source", elastic.Query{Sources: []string{"port"}}, []string{"trad"}},
		{"by section or another", elastic.Query{Sections: []string{"交通", "体育"}}, []string{"bridge"}},
		{"by language", elastic.Query{Languages: []string{"en"}}, []string{"english"}},
		{"by site and origin", elastic.Query{Sites: []string{"海州港務"}, Origins: []string{"港務局"}}, []string{"trad"}},
		{"by author", elastic.Query{Authors: []string{"赵一鸣"}}, []string{"bridge"}},
		{"by id", elastic.Query{IDs: []string{docs[3].ID}}, []string{"english"}},
		{"since: the undated by first seen", elastic.Query{Since: day(4)}, []string{"trad"}},
		{"until", elastic.Query{Until: day(3)}, []string{"english"}},
		{"from and size", elastic.Query{From: 1, Size: 2}, []string{"bridge", "english"}},
		{"operators are text", elastic.Query{Text: `地铁 AND ("`}, []string{"metro", "bridge"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := c.Search(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range r.Hits {
				got = append(got, names[h.ID])
			}
			// metro and bridge have one date: their order is that of their ids.
			if tt.q.Text == "" || tt.q.Newest {
				slices.Sort(got)
				slices.Sort(tt.want)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" && tt.q.From == 0 {
				t.Errorf("hits (-want +got):\n%s", diff)
			}
			if tt.q.From == 0 && r.Total != len(tt.want) || tt.q.From > 0 && (r.Total != 4 || len(got) != 2) {
				t.Errorf("total %d of %v", r.Total, got)
			}
			if n, err := c.Count(t.Context(), tt.q); n != r.Total || err != nil {
				t.Errorf("count %d, %v", n, err)
			}
		})
	}
}

func TestSearchHighlightsAndFacets(t *testing.T) {
	c := ready(t)
	docs := corpus()
	put(t, c, docs...)
	r, err := c.Search(t.Context(), elastic.Query{Text: "站台", Facets: true})
	if err != nil || len(r.Hits) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	body := strings.Join(r.Hits[0].Highlights["body"], " ")
	if !strings.Contains(body, "<em>站台</em>") || strings.Contains(body, "<b>") || !strings.Contains(body, "&lt;b&gt;") {
		t.Errorf("highlight %q: want the mark, and the page's own markup escaped", body)
	}
	if diff := cmp.Diff(docs[0], r.Hits[0].Document); diff != "" {
		t.Errorf("the document came back changed (-put +got):\n%s", diff)
	}
	for text, want := range map[string]string{"台": "站<em>台</em>", "臺": "站<em>台</em>", "三號線": "<em>三号线</em>"} {
		if r, err := c.Search(t.Context(), elastic.Query{Text: text}); err != nil || len(r.Hits) == 0 || !strings.Contains(strings.Join(r.Hits[0].Highlights["body"], " "), want) {
			t.Errorf("%s: %+v, %v; want %s", text, r.Hits, err, want)
		}
	}
	r, err = c.Search(t.Context(), elastic.Query{Facets: true, Size: -1})
	if err != nil || len(r.Hits) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	want := map[string][]elastic.Bucket{
		"source":   {{Value: "haizhou", Count: 3}, {Value: "port", Count: 1}},
		"site":     {{Value: "海州日报", Count: 3}, {Value: "海州港務", Count: 1}},
		"section":  {{Value: "本地", Count: 3}, {Value: "交通", Count: 1}},
		"language": {{Value: "zh-Hans", Count: 2}, {Value: "en", Count: 1}, {Value: "zh-Hant", Count: 1}},
		"origin":   {{Value: "海州日报", Count: 3}, {Value: "港務局", Count: 1}},
		"author":   {{Value: "林小雨", Count: 3}, {Value: "赵一鸣", Count: 1}},
	}
	if diff := cmp.Diff(want, r.Facets); diff != "" {
		t.Errorf("facets (-want +got):\n%s", diff)
	}
}

func TestQueryValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		q    elastic.Query
	}{
		{"negative from", elastic.Query{From: -1}},
		{"negative size", elastic.Query{Size: -2}},
		{"too deep", elastic.Query{From: 9_995, Size: 10}},
		{"too long", elastic.Query{Text: strings.Repeat("长", 1001)}},
		{"dates turned round", elastic.Query{Since: noon, Until: noon}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.q.Validate(); !errors.Is(err, elastic.ErrQuery) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestHomes: an article is found in its month, whichever it is.
func TestHomes(t *testing.T) {
	c := ready(t)
	const january elastic.Month = "2026.01"
	if err := c.EnsureMonth(t.Context(), january); err != nil {
		t.Fatal(err)
	}
	old := article("http://haizhou.test/old", "旧闻", "正文")
	old.FirstSeen = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	o := op(t, old)
	o.Month = january
	if v := c.Bulk(t.Context(), []elastic.Op{o}, elastic.Limit{}); v[0].Outcome != elastic.Written {
		t.Fatalf("%+v", v[0])
	}
	put(t, c, article("http://haizhou.test/new", "新闻", "正文"))
	homes, err := c.Homes(t.Context(), []string{old.ID, news.ArticleID("http://haizhou.test/new"), news.ArticleID("nowhere")})
	want := map[string]elastic.Home{
		old.ID: {Month: january, FirstSeen: old.FirstSeen},
		news.ArticleID("http://haizhou.test/new"): {Month: november, FirstSeen: noon},
	}
	if diff := cmp.Diff(want, homes); diff != "" || err != nil {
		t.Errorf("homes (-want +got):\n%s%v", diff, err)
	}
	docs, err := c.Documents(t.Context(), []string{old.ID})
	if diff := cmp.Diff(map[string]elastic.Document{old.ID: old}, docs); diff != "" || err != nil {
		t.Errorf("documents (-want +got):\n%s%v", diff, err)
	}
	months, err := c.Months(t.Context())
	if diff := cmp.Diff([]elastic.Month{january, november}, months); diff != "" || err != nil {
		t.Errorf("months (-want +got):\n%s%v", diff, err)
	}
}

// TestCancelled: a request ends with its context, and says so.
func TestCancelled(t *testing.T) {
	c := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Search(ctx, elastic.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
