package extract

import (
	"fmt"
	"path/filepath"
	"testing"
)

// likeReasons are the reasons that say the same of a page. A page with no article on it may have too little text or the wrong one,
// and a site that is not there may say so as a page or as a domain.
var likeReasons = map[string][]string{
	"not_article":   {"not_article", "too_short", "empty"},
	"soft_404":      {"soft_404"},
	"challenge":     {"challenge"},
	"login":         {"login"},
	"parked_domain": {"parked_domain", "soft_404"},
}

// TestRejects holds the extractor against pages of our own writing that are no articles: listings, home pages, forms, errors,
// challenges. Each lies in a folder named by the reason that it must be rejected for.
func TestRejects(t *testing.T) {
	files := pagePaths(t, "testdata/reject/*/*.html")
	if len(files) < 60 {
		t.Fatalf("only %d pages", len(files))
	}
	var wrong []string
	for _, file := range files {
		want := filepath.Base(filepath.Dir(file))
		in := pageInput(t, file)
		r := Extract(in)
		checkResult(t, r)
		switch {
		case r.Reject == nil:
			wrong = append(wrong, fmt.Sprintf("%s: accepted with the text %.120q", file, r.Articles[0].Body))
		case !isLikeReason(want, r.Reject.Reason.Code):
			wrong = append(wrong, fmt.Sprintf("%s: rejected as %s (%s)", file, r.Reject.Reason.Code, r.Reject.Detail))
		}
	}
	share := 1 - float64(len(wrong))/float64(len(files))
	t.Logf("%d pages, %.1f %% rejected for the right reason", len(files), share*100)
	for _, w := range wrong {
		t.Log(w)
	}
	if share < 0.98 {
		t.Errorf("%d of %d pages are not rejected for the right reason", len(wrong), len(files))
	}
}

func isLikeReason(want, got string) bool {
	for _, code := range likeReasons[want] {
		if code == got {
			return true
		}
	}
	return false
}
