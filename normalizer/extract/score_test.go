package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const scoreFile = "testdata/score.txt"

// TestPages holds the extractor against testdata/pages. The JSON beside a page is the truth, read and corrected by people; how near
// the extractor comes to it stands in testdata/score.txt, a line a page. A page that comes out worse than its line fails; one that
// comes out better says so, and `go test -run TestPages -update` writes the score anew (and the truth, of pages that have none yet).
func TestPages(t *testing.T) {
	old := readScore(t)
	var lines []string
	for _, file := range pagePaths(t, "testdata/pages/*.*") {
		name := pageName(file)
		t.Run(name, func(t *testing.T) {
			in := pageInput(t, file)
			r := Extract(in)
			checkResult(t, r)
			got := toGolden(r)
			path := filepath.Join("testdata/pages", name+".json")
			want, found := readGolden(t, path)
			if *update && (*rewrite || !found) {
				writeGolden(t, path, got)
				want = got
			}
			s := compare(want, got)
			line := fmt.Sprintf("%-28s %s", name, s)
			lines = append(lines, line)
			switch {
			case *update || line == old[name]:
			case !s.worseThan(old[name]):
				t.Logf("better: the score was\n%s\nand is\n%s", old[name], line)
			default:
				_, trace := Explain(in)
				var b strings.Builder
				_ = trace.WriteText(&b)
				t.Errorf("the score was\n%s\nand is\n%s\n-want +got\n%s\n%s", old[name], line, cmp.Diff(want, got), b.String())
			}
		})
	}
	if *update && len(lines) == len(pagePaths(t, "testdata/pages/*.*")) { // not of a selection
		writeScore(t, lines)
	}
}

// pageScore says how near a result comes to the truth.
type pageScore struct {
	reject           string // the code, of pages that are no article
	articles         int
	kept, want, more int      // paragraphs of the truth that came out, that should, and those that came out beside them
	fields           []string // that differ
}

func (s pageScore) String() string {
	verdict := "exact"
	if len(s.fields) > 0 {
		verdict = "near "
	}
	what := "rejected: " + s.reject
	if s.reject == "" {
		what = fmt.Sprintf("articles %d  paragraphs %d/%d +%d", s.articles, s.kept, s.want, s.more)
	}
	return strings.TrimRight(verdict+"  "+what+"  "+strings.Join(s.fields, " "), " ")
}

// worseThan tells whether the score is worse in anything than a line of the score file. A page without a line wants to be exact.
func (s pageScore) worseThan(line string) bool {
	old := pageScore{kept: s.want}
	words := strings.Fields(line)
	for i, w := range words {
		if w == "paragraphs" && i+2 < len(words) {
			_, _ = fmt.Sscanf(words[i+1]+" "+words[i+2], "%d/%d +%d", &old.kept, &old.want, &old.more)
		}
	}
	return s.kept < old.kept || s.more > old.more || slices.ContainsFunc(s.fields, func(f string) bool { return !slices.Contains(words, f) })
}

func compare(want, got golden) pageScore {
	s := pageScore{reject: want.Reject, articles: len(want.Articles)}
	s.differ("reject", want.Reject == got.Reject)
	s.differ("reject_title", want.Title == got.Title)
	s.differ("number", len(want.Articles) == len(got.Articles))
	for i := range max(len(want.Articles), len(got.Articles)) {
		var a, b goldenArticle
		if i < len(want.Articles) {
			a = want.Articles[i]
		}
		if i < len(got.Articles) {
			b = got.Articles[i]
		}
		kept := commonParagraphs(a.Body, b.Body)
		s.kept, s.want, s.more = s.kept+kept, s.want+len(a.Body), s.more+len(b.Body)-kept
		s.differ("body", slices.Equal(a.Body, b.Body))
		s.differ("title", a.Title == b.Title)
		s.differ("subtitle", a.Subtitle == b.Subtitle)
		s.differ("published", a.Published == b.Published)
		s.differ("modified", a.Modified == b.Modified)
		s.differ("origin", a.Origin == b.Origin)
		s.differ("authors", slices.Equal(a.Authors, b.Authors))
		s.differ("editors", slices.Equal(a.Editors, b.Editors))
		s.differ("section", a.Section == b.Section)
		s.differ("site_name", a.SiteName == b.SiteName)
		s.differ("summary", a.Summary == b.Summary)
		s.differ("language", a.Language == b.Language)
		s.differ("keywords", slices.Equal(a.Keywords, b.Keywords))
		s.differ("images", slices.Equal(a.Images, b.Images))
		s.differ("attachments", slices.Equal(a.Attachments, b.Attachments))
		s.differ("address", a.URL == b.URL)
		s.differ("words", a.Words == b.Words)
	}
	if len(s.fields) == 0 {
		s.differ("fields", cmp.Equal(want, got)) // a field that this list lacks
	}
	return s
}

func (s *pageScore) differ(field string, equal bool) {
	if !equal && !slices.Contains(s.fields, field) {
		s.fields = append(s.fields, field)
	}
}

// commonParagraphs is the length of the longest common subsequence of two lists of paragraphs.
func commonParagraphs(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// readScore gives the lines of the score file by page.
func readScore(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(scoreFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for line := range strings.SplitSeq(string(data), "\n") {
		if name, _, ok := strings.Cut(line, " "); ok && name != "#" {
			lines[name] = line
		}
	}
	return lines
}

func writeScore(t *testing.T, lines []string) {
	t.Helper()
	exact := 0
	for _, line := range lines {
		if strings.Contains(line, " exact  ") {
			exact++
		}
	}
	head := fmt.Sprintf("# %d pages, %d exact, %d near: page, verdict, paragraphs of the truth found/wanted + too many, fields that differ\n", len(lines), exact, len(lines)-exact)
	if err := os.WriteFile(scoreFile, []byte(head+strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestScore(t *testing.T) {
	truth := golden{Articles: []goldenArticle{{Title: "渡口", Body: []string{"一", "二", "三"}}}}
	line := "page  " + compare(truth, golden{Articles: []goldenArticle{{Title: "渡", Body: []string{"一", "三"}}}}).String()
	if want := "page  near   articles 1  paragraphs 2/3 +0  body title"; line != want {
		t.Fatalf("%q, want %q", line, want)
	}
	for _, row := range []struct {
		name  string
		got   golden
		worse bool
	}{
		{"the truth", truth, false},
		{"as before", golden{Articles: []goldenArticle{{Title: "渡", Body: []string{"一", "三"}}}}, false},
		{"a paragraph lost", golden{Articles: []goldenArticle{{Title: "渡口", Body: []string{"三"}}}}, true},
		{"a line too many", golden{Articles: []goldenArticle{{Title: "渡口", Body: []string{"一", "二", "三", "分享"}}}}, true},
		{"another field wrong", golden{Articles: []goldenArticle{{Title: "渡口", Origin: "本站", Body: []string{"一", "三"}}}}, true},
		{"two articles", golden{Articles: []goldenArticle{{Title: "渡口", Body: []string{"一", "二"}}, {Body: []string{"三"}}}}, true},
		{"rejected", golden{Reject: "too_short"}, true},
	} {
		if got := compare(truth, row.got).worseThan(line); got != row.worse {
			t.Errorf("%s: worse %v, want %v", row.name, got, row.worse)
		}
	}
	if !compare(truth, golden{}).worseThan("") {
		t.Error("a page without a line wants to be exact")
	}
}
