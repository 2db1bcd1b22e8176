package seeds

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile is the largest file that is read; ten thousand sources take a tenth of it.
const maxFile = 16 << 20

// Error is one mistake in a file of sources.
type Error struct {
	File         string
	Line, Column int // from 1; 0 where the file as a whole is meant
	Message      string
	Excerpt      string // the lines around it, the place marked; may be empty
}

// Error is "file:line:column: message" and the excerpt below.
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	s += ": " + e.Message
	if e.Excerpt != "" {
		s += "\n" + e.Excerpt
	}
	return s
}

func newError(file string, at *token.Token, message string) *Error {
	e := &Error{File: file, Message: message}
	if at != nil && at.Position != nil {
		e.Line, e.Column = at.Position.Line, at.Position.Column
		_, e.Excerpt, _ = strings.Cut(yaml.FormatErrorWithToken("", at, false, true), "\n")
		e.Excerpt = strings.TrimRight(e.Excerpt, "\n")
	}
	return e
}

// Parse reads the sources of one file; name stands in errors. The sources have their defaults filled in. On any mistake there is no
// source, and the error joins an *Error for each.
func Parse(name string, data []byte) ([]Source, error) {
	sources, _, err := parse(name, data)
	return sources, err
}

// Load reads files and folders (their *.yaml and *.yml, not below) as one list of sources. On any mistake in any file there is no
// source, and the error joins an *Error for each.
func Load(paths ...string) ([]Source, error) {
	files, errs := expand(paths)
	var all []Source
	first := map[string]string{} // where each id was first
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sources, places, err := parse(file, data)
		if err != nil {
			errs = append(errs, err)
		}
		for i, s := range sources {
			if at, ok := first[s.ID]; ok {
				errs = append(errs, newError(file, places[i], fmt.Sprintf("id %q is taken by %s", s.ID, at)))
				continue
			}
			first[s.ID] = fmt.Sprintf("%s:%d", file, places[i].Position.Line)
			all = append(all, s)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, nil
}

func expand(paths []string) (files []string, errs []error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		entries, err := os.ReadDir(path) // sorted by name
		if err != nil {
			errs = append(errs, err)
		}
		n := len(files)
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
		if len(files) == n && err == nil {
			errs = append(errs, &Error{File: path, Message: "holds no *.yaml"})
		}
	}
	slices.Sort(files)
	return slices.Compact(files), errs
}

// parse gives the sources of a file and where the id of each stands.
func parse(name string, data []byte) (sources []Source, ids []*token.Token, err error) {
	if len(data) > maxFile {
		return nil, nil, &Error{File: name, Message: fmt.Sprintf("is larger than %d MiB", maxFile>>20)}
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, nil, syntaxError(name, err)
	}
	r := &reader{file: name, places: map[string]*token.Token{}, bad: map[string]bool{}}
	var docs []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d.Body)
		}
	}
	switch len(docs) {
	case 0:
		r.fail(nil, "holds no sources")
	case 1:
		sources, ids = r.document(docs[0])
	default:
		r.fail(docs[1].GetToken(), "a second document; one file is one document")
	}
	if len(r.errs) > 0 {
		// in the order of the file, not in that of finding
		slices.SortStableFunc(r.errs, func(a, b *Error) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Column - b.Column
		})
		errs := make([]error, len(r.errs))
		for i, e := range r.errs {
			errs[i] = e
		}
		return nil, nil, errors.Join(errs...)
	}
	return sources, ids, nil
}

func syntaxError(name string, err error) error {
	var e yaml.Error
	if errors.As(err, &e) {
		return newError(name, e.GetToken(), e.GetMessage())
	}
	return &Error{File: name, Message: err.Error()}
}

func (r *reader) document(n ast.Node) (sources []Source, ids []*token.Token) {
	found := false
	lines := map[string]int{}
	r.mapping("", n, fields{"sources": func(_ string, n ast.Node) {
		found = true
		r.list("sources", n, func(_ string, n ast.Node) {
			before := len(r.errs)
			s := r.source(n)
			at := r.places["id"]
			if at == nil {
				at = n.GetToken()
			}
			if line, ok := lines[s.ID]; ok && s.ID != "" {
				r.fail(at, "id %q is taken by line %d", s.ID, line)
			} else {
				lines[s.ID] = at.Position.Line
			}
			if len(r.errs) == before {
				sources, ids = append(sources, s), append(ids, at)
			}
		})
		if len(sources) == 0 && len(r.errs) == 0 {
			r.fail(n.GetToken(), "sources is empty")
		}
	}})
	if !found && len(r.errs) == 0 {
		r.fail(n.GetToken(), "holds no sources")
	}
	return sources, ids
}

// source reads one element of the list and checks it.
func (r *reader) source(n ast.Node) Source {
	var s Source
	r.places, r.bad = map[string]*token.Token{}, map[string]bool{}
	pages := -1
	r.mapping("", n, fields{
		"id":           r.text(&s.ID),
		"name":         r.text(&s.Name),
		"language":     r.text(&s.Language),
		"interval":     r.duration(&s.Interval),
		"interval_min": r.duration(&s.IntervalMin),
		"interval_max": r.duration(&s.IntervalMax),
		"max_depth":    r.number(&s.MaxDepth),
		"max_pages":    r.number(&pages),
		"discover":     r.truth(func(v bool) { s.Discover = v }),
		"max_age":      r.duration(&s.MaxAge),
		"silent_after": r.duration(&s.SilentAfter),
		"revisit": func(path string, n ast.Node) {
			s.Revisit = []Duration{}
			r.list(path, n, func(path string, n ast.Node) {
				var d Duration
				r.duration(&d)(path, n)
				s.Revisit = append(s.Revisit, d)
			})
		},
		"start": func(path string, n ast.Node) {
			r.list(path, n, func(path string, n ast.Node) { s.Start = append(s.Start, r.start(path, n)) })
		},
		"scope": func(path string, n ast.Node) {
			r.mapping(path, n, fields{"hosts": r.texts(&s.Scope.Hosts), "allow": r.texts(&s.Scope.Allow), "deny": r.texts(&s.Scope.Deny)})
		},
		"politeness": func(path string, n ast.Node) {
			r.mapping(path, n, fields{"delay": r.duration(&s.Politeness.Delay),
				"pages_per_hour": r.number(&s.Politeness.PagesPerHour), "pages_per_day": r.number(&s.Politeness.PagesPerDay),
				"host_pages_per_hour": r.number(&s.Politeness.HostPagesPerHour), "host_pages_per_day": r.number(&s.Politeness.HostPagesPerDay)})
		},
		"hints": func(path string, n ast.Node) {
			r.mapping(path, n, fields{"title": r.text(&s.Hints.Title), "body": r.text(&s.Hints.Body), "date": r.text(&s.Hints.Date),
				"author": r.text(&s.Hints.Author), "remove": r.text(&s.Hints.Remove)})
		},
		"cookies":       r.truth(func(v bool) { s.Cookies = v }),
		"proxy":         r.text(&s.Proxy),
		"allow_private": r.truth(func(v bool) { s.AllowPrivate = v }),
		"verified":      r.truth(func(v bool) { s.Verified = &v }),
	})
	unset := pages == -1 && r.places["max_pages"] == nil
	if s.MaxPages = pages; unset {
		s.MaxPages = DefaultMaxPages
	}
	zero := s
	s = s.WithDefaults()
	r.keepWritten(&s, zero)
	r.check(s, n)
	return s
}

// keepWritten undoes a default for a zero that somebody wrote, so that it is judged and not replaced in silence.
func (r *reader) keepWritten(s *Source, written Source) {
	if r.places["interval"] != nil {
		s.Interval = written.Interval
	}
	if r.places["interval_min"] != nil {
		s.IntervalMin = written.IntervalMin
	}
	if r.places["interval_max"] != nil {
		s.IntervalMax = written.IntervalMax
	}
	if r.places["max_depth"] != nil {
		s.MaxDepth = written.MaxDepth
	}
}

func (r *reader) start(path string, n ast.Node) Start {
	var s Start
	r.mapping(path, n, fields{"url": r.text(&s.URL), "kind": r.text(&s.Kind), "days": r.number(&s.Days)})
	return s
}

// check adds what Validate finds, each at its place.
func (r *reader) check(s Source, n ast.Node) {
	for _, p := range s.problems() {
		if r.misreadAbove(p.path) {
			continue
		}
		at := r.place(p.path)
		if at == nil {
			at = n.GetToken()
		}
		r.fail(at, "%s: %s", p.path, p.message)
	}
}

// misreadAbove tells whether the value at path, or one that holds it, could not be read.
func (r *reader) misreadAbove(path string) bool {
	for ; path != ""; path = above(path) {
		if r.bad[path] {
			return true
		}
	}
	return r.bad[""]
}

// above cuts the last step off a path.
func above(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

// place finds where a path stands, or else the nearest thing above it that was written.
func (r *reader) place(path string) *token.Token {
	for ; path != ""; path = above(path) {
		if t := r.places[path]; t != nil {
			return t
		}
	}
	return nil
}
