package elastic_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/news"
)

func TestBulkVerdicts(t *testing.T) {
	c := ready(t)
	a := article("http://haizhou.test/a", "海州地铁三号线开通", "正文")
	put(t, c, a)
	older, equal, newer, bad := op(t, a), op(t, a), op(t, a), op(t, article("http://haizhou.test/b", "坏", "正文"))
	older.Version--
	newer.Version++
	newer.Source = []byte(strings.Replace(string(newer.Source), fmt.Sprint(equal.Version), fmt.Sprint(newer.Version), 1))
	bad.Source = []byte(strings.Replace(string(bad.Source), `"words":2`, `"words":"many"`, 1))
	gone := op(t, a)
	gone.Month = "2001.01"
	v := c.Bulk(t.Context(), []elastic.Op{older, equal, newer, bad, gone}, elastic.Limit{})

	var got []string
	for _, v := range v {
		got = append(got, fmt.Sprint(v.Outcome, v.Index != "", errors.Is(v.Err, elastic.ErrRejected), errors.Is(v.Err, elastic.ErrSetup)))
	}
	want := []string{
		fmt.Sprint(elastic.Conflict, false, false, false),
		fmt.Sprint(elastic.Conflict, false, false, false),
		fmt.Sprint(elastic.Written, true, false, false),
		fmt.Sprint(elastic.Failed, false, true, false),
		fmt.Sprint(elastic.Failed, false, false, true),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s\n%+v", diff, v)
	}
	var f *elastic.Fault
	if !errors.As(v[3].Err, &f) || f.Type != "document_parsing_exception" || !strings.Contains(f.Reason, "words") {
		t.Errorf("the rejection says %v", v[3].Err)
	}
	stored, err := c.Get(t.Context(), []elastic.Ref{{Month: november, ID: a.ID}, {Month: november, ID: bad.ID}, {Month: "2001.01", ID: a.ID}}, true)
	if err != nil || len(stored) != 1 {
		t.Fatalf("stored %+v, %v", stored, err)
	}
	if s := stored[elastic.Ref{Month: november, ID: a.ID}]; s.Version != newer.Version || s.Index != c.Index(november) || len(s.Source) == 0 {
		t.Errorf("stored %+v", s)
	}
}

// recorder is a cluster that accepts everything up to a size.
type recorder struct {
	most     int
	requests []int // documents of each that was accepted
	refused  int
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	z, err := gzip.NewReader(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b, _ := io.ReadAll(z)
	if len(b) > r.most {
		r.refused++
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	n := strings.Count(string(b), "\n") / 2
	r.requests = append(r.requests, n)
	items := make([]string, n)
	for i := range items {
		items[i] = `{"index":{"_index":"x","status":201}}`
	}
	fmt.Fprintf(w, `{"items":[%s]}`, strings.Join(items, ","))
}

func TestBulkSplits(t *testing.T) {
	source := func(n int) []byte { return []byte(`{"body":"` + strings.Repeat("x", n) + `"}`) }
	for _, tt := range []struct {
		name    string
		most    int
		limit   elastic.Limit
		sizes   []int
		want    []int
		refused int
		large   []int // which documents are too large
	}{
		{"all in one", 1 << 20, elastic.Limit{}, []int{10, 10, 10}, []int{3}, 0, nil},
		{"by number", 1 << 20, elastic.Limit{Docs: 2}, []int{10, 10, 10}, []int{2, 1}, 0, nil},
		{"by bytes", 1 << 20, elastic.Limit{Bytes: 3000}, []int{1000, 1000, 1000}, []int{2, 1}, 0, nil},
		{"one above the limit goes alone", 1 << 20, elastic.Limit{Bytes: 1000}, []int{10, 5000, 10}, []int{1, 1, 1}, 0, nil},
		{"refused and halved", 3000, elastic.Limit{}, []int{1000, 1000, 1000, 1000}, []int{2, 2}, 1, nil},
		{"one is too large", 3000, elastic.Limit{}, []int{1000, 1000, 9000, 1000}, []int{2, 1}, 3, []int{2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &recorder{most: tt.most}
			s := httptest.NewServer(r)
			defer s.Close()
			c, err := elastic.New(elastic.Config{URLs: []string{s.URL}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			var ops []elastic.Op
			for i, n := range tt.sizes {
				ops = append(ops, elastic.Op{Month: november, ID: news.ArticleID(fmt.Sprint(i)), Version: 1, Source: source(n)})
			}
			var large []int
			for i, v := range c.Bulk(t.Context(), ops, tt.limit) {
				switch {
				case errors.Is(v.Err, elastic.ErrTooLarge):
					large = append(large, i)
				case v.Outcome != elastic.Written:
					t.Errorf("document %d: %+v", i, v)
				}
			}
			if diff := cmp.Diff(tt.want, r.requests); diff != "" || r.refused != tt.refused {
				t.Errorf("%d refused, documents a request (-want +got):\n%s", r.refused, diff)
			}
			if diff := cmp.Diff(tt.large, large); diff != "" {
				t.Errorf("too large (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBulkBroken: answers that are none give every document the verdict "not available", never "written".
func TestBulkBroken(t *testing.T) {
	for _, tt := range []struct{ name, answer string }{
		{"empty", ""},
		{"breaks off", `{"items":[{"index":{"status":201}},`},
		{"too few verdicts", `{"items":[{"index":{"status":201}}]}`},
		{"a web page", `<html>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requests := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { requests++; fmt.Fprint(w, tt.answer) }))
			defer s.Close()
			c, err := elastic.New(elastic.Config{URLs: []string{s.URL}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			o := elastic.Op{Month: november, ID: "a", Version: 1, Source: []byte(`{}`)}
			for i, v := range c.Bulk(t.Context(), []elastic.Op{o, o, o, o}, elastic.Limit{Docs: 2}) {
				if !errors.Is(v.Err, elastic.ErrUnavailable) {
					t.Errorf("document %d: %+v", i, v)
				}
			}
			if requests != 1 {
				t.Errorf("%d requests to a cluster that is broken", requests)
			}
		})
	}
}
