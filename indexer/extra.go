package indexer

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"github.com/newsmill/newsmill/news"
)

// Bounds of what goes to the field extra: Elasticsearch refuses a whole document for a value that is nested deeper than its limit (20) or a
// name with a NUL, and a stranger's field must not cost the article.
const (
	extraBytes = 64 << 10 // of all of it
	extraDepth = 15
)

// known are the names of the fields of an article.
var known = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for f := range reflect.TypeFor[news.Article]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names[name] = true
	}
	return names
})

// extra gives the fields of an article that this release does not know, nil where there are none. A value that Elasticsearch would refuse, and
// what is past the bound, is left out.
func extra(data []byte) (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	var more map[string]json.RawMessage
	size := 0
	for name, value := range all {
		if known()[name] || !fits(name, value) || size+len(name)+len(value) > extraBytes {
			continue
		}
		if more == nil {
			more = map[string]json.RawMessage{}
		}
		more[name] = value
		size += len(name) + len(value)
	}
	return more, nil
}

func fits(name string, value json.RawMessage) bool {
	var v any
	return json.Unmarshal(value, &v) == nil && v != nil && sound(name) && shallow(v, 1)
}

func sound(name string) bool {
	return strings.Trim(name, ". ") != "" && len(name) <= 256 && !strings.ContainsRune(name, 0)
}

func shallow(v any, depth int) bool {
	if depth > extraDepth {
		return false
	}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if !sound(name) || !shallow(inner, depth+1) {
				return false
			}
		}
	case []any:
		for _, inner := range v {
			if !shallow(inner, depth+1) {
				return false
			}
		}
	}
	return true
}
