package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestReadPageLine(t *testing.T) {
	page := base64.StdEncoding.EncodeToString([]byte("<p>云河市档案馆</p>"))
	rows := []struct {
		name, line string
		plain      bool // read without encoding/json
	}{
		{"as written", `{"id": "a-1", "url": "http://news.example/1.html", "content_type": "text/html", "html_base64": "` + page + `"}` + "\n", true},
		{"without spaces", `{"id":"1","html_base64":"` + page + `"}`, true},
		{"spaces everywhere", ` { "id" : "1" , "html_base64" : "` + page + `" } ` + "\r\n", true},
		{"the last one counts", `{"id":"1","id":"2"}`, true},
		{"empty page", `{"id":"1","html_base64":""}`, true},
		{"escape in an address", `{"id":"1","url":"http://news.example/\u4e91","html_base64":"` + page + `"}`, false},
		{"escape in the page", `{"id":"1","html_base64":"` + strings.Replace(page, "P", `\u0050`, 1) + `"}`, false},
		{"characters past ASCII", `{"id":"云","html_base64":"` + page + `"}`, false},
		{"another field", `{"id":"1","n":3,"html_base64":"` + page + `"}`, false},
		{"another case", `{"ID":"1","html_base64":"` + page + `"}`, false},
		{"null", `{"id":null,"html_base64":"` + page + `"}`, false},
		{"empty object", `{}`, false},
		{"broken base64", `{"id":"1","html_base64":"a"}`, false},
		{"line end in base64", `{"id":"1","html_base64":"` + page[:4] + "\r" + page[4:] + `"}`, false},
		{"comma at the end", `{"id":"1",}`, false},
		{"cut off", `{"id":"1","html_base64":"` + page, false},
		{"not closed", `{"id":"1"`, false},
		{"two objects", `{"id":"1"}{"id":"2"}`, false},
		{"a list", `["id","1"]`, false},
		{"nothing", ``, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, plain := readPageLine([]byte(row.line))
			if plain != row.plain {
				t.Fatalf("read without encoding/json: %t", plain)
			}
			var want pageLine
			err := json.Unmarshal([]byte(row.line), &want)
			if plain && err != nil {
				t.Fatalf("encoding/json refuses it: %v", err)
			}
			if plain && !cmp.Equal(got, want, cmpopts.EquateEmpty()) {
				t.Error(cmp.Diff(want, got))
			}
		})
	}
}

// FuzzReadPageLine holds the fast reader against encoding/json: what it takes, both read alike.
func FuzzReadPageLine(f *testing.F) {
	f.Add([]byte(`{"id": "a", "url": "u", "content_type": "text/html", "html_base64": "PHA+"}`))
	f.Add([]byte(`{"id":"1","html_base64":"\u0041"} `))
	f.Fuzz(func(t *testing.T, line []byte) {
		got, ok := readPageLine(line)
		if !ok {
			return
		}
		var want pageLine
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatalf("encoding/json refuses what was read: %v", err)
		}
		if got.ID != want.ID || got.URL != want.URL || got.ContentType != want.ContentType || !bytes.Equal(got.HTML, want.HTML) {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestExtractLines(t *testing.T) {
	long := base64.StdEncoding.EncodeToString([]byte("<p>" + strings.Repeat("云河市档案馆十二日起延长开放时间。", 1<<13) + "</p>"))
	in := strings.Join([]string{`{"id":"a","html_base64":"` + long + `"}`, ``, `nonsense`, `{"id":"b","html_base64":""}`}, "\n")
	var out bytes.Buffer
	if err := extractLines(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		var answer struct{ ID, Body, Rejected, Error string }
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatal(err)
		}
		kind := "article"
		if answer.Rejected != "" {
			kind = answer.Rejected
		} else if answer.Error != "" {
			kind = "error"
		}
		got = append(got, answer.ID+" "+kind)
	}
	if want := []string{"a article", " error", "b empty"}; !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}
