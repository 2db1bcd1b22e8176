package seeds

import (
	"errors"
	"testing"
	"time"
)

func TestScope(t *testing.T) {
	s := Source{Scope: Scope{
		Hosts: []string{"www.yunhe.example", "*.gov.example", "127.0.0.1:8080"},
		Allow: []string{`^/news/`, `\.html$`},
		Deny:  []string{`^/news/photo/`, `\?print=`},
	}}
	m, err := s.Scope.Matcher()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, host, path string
		in, follows      bool
	}{
		{"allowed", "www.yunhe.example", "/news/1", true, true},
		{"allowed by the other pattern", "www.yunhe.example", "/a/b.html", true, true},
		{"not allowed", "www.yunhe.example", "/about/", false, true},
		{"denied", "www.yunhe.example", "/news/photo/1.html", false, false},
		{"denied by its query", "www.yunhe.example", "/news/1.html?print=1", false, false},
		{"another host", "yunhe.example", "/news/1", false, false},
		{"another port", "www.yunhe.example:8080", "/news/1", false, false},
		{"below a star", "www.gov.example", "/news/1", true, true},
		{"far below a star", "a.b.gov.example", "/news/1", true, true},
		{"the star's own name", "gov.example", "/news/1", false, false},
		{"a name that only ends so", "notgov.example", "/news/1", false, false},
		{"with a port", "127.0.0.1:8080", "/news/1", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if in, follows := m.InScope(c.host, c.path), m.Follows(c.host, c.path); in != c.in || follows != c.follows {
				t.Errorf("in scope %v, follows %v; want %v, %v", in, follows, c.in, c.follows)
			}
			if got := s.InScope(c.host, c.path); got != c.in {
				t.Errorf("Source.InScope %v, want %v", got, c.in)
			}
		})
	}
	if (Source{Scope: Scope{Hosts: []string{"a.example"}}}).InScope("a.example", "/x") == false {
		t.Error("no allow pattern does not allow all")
	}
	if (Source{Scope: Scope{Hosts: []string{"a.example"}, Deny: []string{"("}}}).InScope("a.example", "/x") {
		t.Error("a pattern that does not compile lets through")
	}
}

func TestValidate(t *testing.T) {
	good := Source{ID: "a", Name: "云河", Start: []Start{{URL: "http://www.yunhe.example:80/"}, {URL: "https://[2001:db8::1]:444/"}}}.WithDefaults()
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	if h := good.Scope.Hosts; len(h) != 2 || h[0] != "www.yunhe.example" || h[1] != "[2001:db8::1]:444" {
		t.Errorf("hosts by default: %q", h)
	}
	bad := good
	bad.ID, bad.Interval = "A", Duration(time.Millisecond)
	if err := bad.Validate(); !errors.Is(err, ErrSource) {
		t.Errorf("got %v, want ErrSource", err)
	}
}

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		in   string
		want time.Duration
		ok   bool
	}{{"15m", 15 * time.Minute, true}, {"1h30m", 90 * time.Minute, true}, {"2d", 48 * time.Hour, true}, {"0", 0, true}, {"", 0, false},
		{"15", 0, false}, {"-1s", 0, false}, {"1w", 0, false}, {"d", 0, false}, {"99999999d", 0, false}} {
		var d Duration
		err := d.UnmarshalText([]byte(c.in))
		if (err == nil) != c.ok || d.Std() != c.want {
			t.Errorf("%q: got %v, %v", c.in, d, err)
		}
		if err == nil {
			text, _ := d.MarshalText()
			if back, err := ParseDuration(string(text)); err != nil || back != d {
				t.Errorf("%q: written as %q, read as %v, %v", c.in, text, back, err)
			}
		}
	}
}
