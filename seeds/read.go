package seeds

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// reader turns the tree of a file into sources by hand, not by a decoder: a decoder stops at its first mistake, and forgets where in
// the file a value stood that is wrong for another reason.
type reader struct {
	file   string
	errs   []*Error
	places map[string]*token.Token // where each value of the source being read stands, by its path in the source
	bad    map[string]bool         // the paths whose value could not be read: nothing more is said of them
}

func (r *reader) fail(at *token.Token, format string, args ...any) {
	r.errs = append(r.errs, newError(r.file, at, fmt.Sprintf(format, args...)))
}

// misread tells that the value at path is of a wrong type or form.
func (r *reader) misread(path string, n ast.Node, format string, args ...any) {
	r.bad[path] = true
	r.fail(n.GetToken(), format, args...)
}

// fields maps the keys of a YAML mapping to what reads their value.
type fields map[string]func(path string, n ast.Node)

// mapping reads a mapping at path; every key must be known and stand once.
func (r *reader) mapping(path string, n ast.Node, known fields) {
	m, ok := n.(ast.MapNode)
	if !ok {
		r.misread(path, n, "%s is %s; want a mapping of %s", named(path), typeName(n), strings.Join(known.names(), ", "))
		return
	}
	r.note(path, n)
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		key := it.KeyValue().Key
		name := keyName(key)
		read, ok := known[name]
		switch {
		case !ok:
			r.fail(key.GetToken(), "unknown key %q%s", name, known.suggest(name))
		case seen[name]:
			r.fail(key.GetToken(), "key %q stands twice", name)
		default:
			r.places[join(path, name)] = key.GetToken() // until the value has a place of its own
			read(join(path, name), it.Value())
		}
		seen[name] = true
	}
}

func keyName(key ast.MapKeyNode) string {
	if s, ok := key.(*ast.StringNode); ok {
		return s.Value
	}
	return key.String()
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func named(path string) string {
	if path == "" {
		return "this"
	}
	return path
}

func (f fields) names() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// suggest offers the known key that is at most two edits away, or else all of them.
func (f fields) suggest(name string) string {
	if len(name) < 64 {
		for _, known := range f.names() {
			if distance(name, known) <= 2 {
				return fmt.Sprintf("; did you mean %q?", known)
			}
		}
	}
	return "; known are " + strings.Join(f.names(), ", ")
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}

// list reads a sequence and calls read with each element and its path.
func (r *reader) list(path string, n ast.Node, read func(path string, n ast.Node)) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.misread(path, n, "%s is %s; want a list", named(path), typeName(n))
		return
	}
	r.note(path, n)
	for i, v := range s.Values {
		read(fmt.Sprintf("%s[%d]", path, i), v)
	}
}

// note remembers where the value at path stands.
func (r *reader) note(path string, n ast.Node) {
	if t := n.GetToken(); t != nil && path != "" {
		r.places[path] = t
	}
}

// text gives a reader of a string into to. A number or a date is taken as it is written, for an id may be 2024.
func (r *reader) text(to *string) func(string, ast.Node) {
	return func(path string, n ast.Node) {
		r.note(path, n)
		switch v := n.(type) {
		case *ast.StringNode:
			*to = v.Value
		case *ast.LiteralNode:
			*to = v.Value.Value
		case *ast.IntegerNode, *ast.FloatNode:
			*to = n.GetToken().Value
		default:
			r.misread(path, n, "%s is %s; want text", path, typeName(n))
		}
	}
}

// texts gives a reader of a list of strings.
func (r *reader) texts(to *[]string) func(string, ast.Node) {
	return func(path string, n ast.Node) {
		r.list(path, n, func(path string, n ast.Node) {
			var s string
			r.text(&s)(path, n)
			*to = append(*to, s)
		})
	}
}

func (r *reader) duration(to *Duration) func(string, ast.Node) {
	return func(path string, n ast.Node) {
		r.note(path, n)
		switch n.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode:
			d, err := ParseDuration(n.GetToken().Value)
			if err != nil {
				r.misread(path, n, "%s: %v", path, err)
				return
			}
			*to = d
		default:
			r.misread(path, n, "%s is %s; want a duration like 15m", path, typeName(n))
		}
	}
}

func (r *reader) number(to *int) func(string, ast.Node) {
	return func(path string, n ast.Node) {
		r.note(path, n)
		if _, ok := n.(*ast.IntegerNode); ok {
			if v, err := strconv.Atoi(n.GetToken().Value); err == nil {
				*to = v
				return
			}
		}
		r.misread(path, n, "%s is %s; want a whole number", path, typeName(n))
	}
}

func (r *reader) truth(set func(bool)) func(string, ast.Node) {
	return func(path string, n ast.Node) {
		r.note(path, n)
		b, ok := n.(*ast.BoolNode)
		if !ok {
			r.misread(path, n, "%s is %s; want true or false", path, typeName(n))
			return
		}
		set(b.Value)
	}
}

// typeName says what a node is, in words.
func typeName(n ast.Node) string {
	switch n.(type) {
	case *ast.NullNode:
		return "empty"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.SequenceNode:
		return "a list"
	case ast.MapNode:
		return "a mapping"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		return "an anchor, alias or tag, which sources do without"
	}
	return n.Type().YAMLName()
}
