package elastic_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
)

func TestConfigValidate(t *testing.T) {
	hex64 := strings.Repeat("ab", 32)
	for _, tt := range []struct {
		name string
		c    elastic.Config
		want string // part of the error; empty: none
	}{
		{"zero value", elastic.Config{}, ""},
		{"everything", elastic.Config{URLs: []string{"https://a:9200", "https://b:9200"}, Username: "u", Password: "p", Fingerprint: hex64, Replicas: -1}, ""},
		{"user in the address", elastic.Config{URLs: []string{"http://u:p@a:9200"}}, ""},
		{"no scheme", elastic.Config{URLs: []string{"a:9200"}}, "http://host:port"},
		{"other scheme", elastic.Config{URLs: []string{"ftp://a"}}, "http://host:port"},
		{"different users", elastic.Config{URLs: []string{"http://u:p@a", "http://v:p@b"}}, "different users"},
		{"user twice", elastic.Config{URLs: []string{"http://u:p@a"}, Username: "v", Password: "q"}, "excludes"},
		{"key and user", elastic.Config{APIKey: "k", Username: "u", Password: "p"}, "exclude"},
		{"user alone", elastic.Config{Username: "u"}, "go together"},
		{"CA and fingerprint", elastic.Config{CA: "x.pem", Fingerprint: hex64}, "exclude"},
		{"short fingerprint", elastic.Config{Fingerprint: "abcd"}, "fingerprint"},
		{"fingerprint with colons", elastic.Config{Fingerprint: strings.TrimSuffix(strings.Repeat("AB:", 32), ":")}, ""},
		{"upper-case alias", elastic.Config{Alias: "News"}, "alias"},
		{"alias like an index", elastic.Config{Alias: "news-v1"}, "alias"},
		{"negative shards", elastic.Config{Shards: -1}, "shards"},
		{"negative timeout", elastic.Config{Timeout: -time.Second}, "timeout"},
		{"replicas", elastic.Config{Replicas: -2}, "replicas"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.c.Validate()
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, elastic.ErrConfig) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want something with %q", err, tt.want)
			}
		})
	}
}

// TestSecrets: whatever way the settings are printed, no secret is in it.
func TestSecrets(t *testing.T) {
	c := elastic.Config{URLs: []string{"http://user:hunter2@a:9200"}, Username: "x", Password: "hunter2", APIKey: "hunter2"}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("start", "config", c)
	fmt.Fprintf(&b, "%v %+v %#v %s %v", c, c, c, c, c.Validate())
	bad := elastic.Config{URLs: []string{"user:hunter2@a:9200:x"}}
	fmt.Fprint(&b, bad.Validate(), bad)
	if strings.Contains(b.String(), "hunter2") || !strings.Contains(b.String(), "a:9200") {
		t.Fatalf("printed: %s", b.String())
	}
	client, err := elastic.New(elastic.Config{URLs: []string{"http://user:hunter2@127.0.0.1:1"}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Setup(t.Context())
	if !errors.Is(err, elastic.ErrUnavailable) || strings.Contains(err.Error(), "hunter2") || strings.Contains(client.String(), "hunter2") {
		t.Fatalf("got %v from %s", err, client)
	}
}
