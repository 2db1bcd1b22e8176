package robots

import "testing"

func TestDirectives(t *testing.T) {
	for _, c := range []struct {
		name            string
		values          []string
		index, noFollow bool
	}{
		{"nothing", nil, false, false},
		{"all", []string{"all"}, false, false},
		{"noindex", []string{"noindex"}, true, false},
		{"both", []string{"noindex, nofollow"}, true, true},
		{"both in two headers", []string{"noindex", "nofollow"}, true, true},
		{"none", []string{" NONE "}, true, true},
		{"of another crawler", []string{"otherbot: noindex, nofollow"}, false, false},
		{"of ours", []string{"newsmill: noindex"}, true, false},
		{"ours behind another", []string{"otherbot: noindex, newsmill: nofollow"}, false, true},
		{"for all and for another", []string{"nofollow", "otherbot: noindex"}, false, true},
		{"a date", []string{"unavailable_after: 25 Jun 2030 15:00:00 GMT, nofollow"}, false, true},
		{"a value", []string{"max-snippet:-1, noindex"}, true, false},
		{"another word", []string{"noindexed, xnofollow"}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			index, follow := Directives("newsmill/1 (+https://yunhe.example/bot)", c.values...)
			if index != c.index || follow != c.noFollow {
				t.Errorf("noindex %v, nofollow %v", index, follow)
			}
		})
	}
}

// FuzzDirectives holds: any value is read, and what is said to another crawler is not said to us.
func FuzzDirectives(f *testing.F) {
	f.Add("noindex, nofollow")
	f.Add("otherbot: none, unavailable_after: 1")
	f.Fuzz(func(t *testing.T, value string) {
		Directives("newsmill", value)
		if a, b := Directives("newsmill", "otherbot: noindex"+value); (a || b) && !named(value) {
			t.Errorf("%q was said to another", value)
		}
	})
}

func named(value string) bool {
	for i := range value {
		if value[i] == ':' {
			return true
		}
	}
	return false
}
