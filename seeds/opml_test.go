package seeds

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOPML(t *testing.T) {
	const doc = `<opml version="1.0"><body><outline text="folder"><outline title="云河日报" xmlUrl="http://www.yunhe.example/rss.xml" htmlUrl="http://news.yunhe.example/" language="zh"/>
<outline text="second &amp; last" xmlUrl="http://www.yunhe.example/b/rss.xml"/><outline text="x" xmlUrl="http://www.yunhe.example/b/rss.xml?2"/></outline>
<outline text="no feed"/><outline text="bad" xmlUrl="file:///etc/passwd"/></body></opml>`
	list, skipped, err := FromOPML([]byte(doc))
	if err != nil || len(skipped) != 1 || !strings.Contains(skipped[0], "file:///etc/passwd") {
		t.Fatal(skipped, err)
	}
	var got []string
	for _, s := range list {
		got = append(got, s.ID+"|"+s.Name+"|"+s.Language+"|"+s.Start[0].URL+"|"+strings.Join(s.Scope.Hosts, ","))
	}
	want := []string{
		"yunhe-example|云河日报|zh|http://www.yunhe.example/rss.xml|www.yunhe.example,news.yunhe.example",
		"yunhe-example-b-rss-xml|second & last||http://www.yunhe.example/b/rss.xml|www.yunhe.example",
		"yunhe-example-b-rss-xml-2|x||http://www.yunhe.example/b/rss.xml?2|www.yunhe.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// FuzzOPML holds: what is made of any bytes can be written as YAML and read again as the same sources, and as OPML with the same feeds.
func FuzzOPML(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="it's: [a]" xmlUrl="http://a.example/rss?x={y}#z" htmlUrl="https://b.example/"/></body></opml>`))
	f.Add([]byte(`<opml><body><outline><outline xmlUrl="http://[::1]:80/"/></outline></body></opml>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, _, err := FromOPML(data)
		if err != nil {
			if !errors.Is(err, ErrOPML) || list != nil {
				t.Fatalf("%d sources, %v", len(list), err)
			}
			return
		}
		var yaml, opml strings.Builder
		if err := WriteYAML(&yaml, list); err != nil {
			t.Fatal(err)
		}
		back, err := Parse("x.yaml", []byte(yaml.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, yaml.String())
		}
		no := false
		for i := range list {
			list[i].Verified = &no
		}
		if diff := cmp.Diff(list, back); diff != "" {
			t.Fatalf("-written +read:\n%s", diff)
		}
		if n, err := WriteOPML(&opml, list); n != len(list) || err != nil {
			t.Fatal(n, err)
		}
		if again, _, err := FromOPML([]byte(opml.String())); err != nil || len(again) != len(list) {
			t.Fatalf("%d of %d feeds, %v", len(again), len(list), err)
		}
	})
}
