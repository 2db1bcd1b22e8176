package elastic

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

func TestFaultCauses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		kind   string
		whole  bool
		want   error
	}{
		{"bad value", 400, "document_parsing_exception", false, ErrRejected},
		{"unknown field", 400, "strict_dynamic_mapping_exception", false, ErrSetup},
		{"month is gone", 404, "index_not_found_exception", false, ErrSetup},
		{"no rights", 403, "security_exception", true, ErrSetup},
		{"wrong password", 401, "security_exception", true, ErrSetup},
		{"disk over the watermark", 429, "cluster_block_exception", false, ErrSetup},
		{"no master", 503, "cluster_block_exception", true, ErrSetup},
		{"master not discovered", 503, "master_not_discovered_exception", true, ErrUnavailable},
		{"read-only", 403, "cluster_block_exception", false, ErrSetup},
		{"queue is full", 429, "es_rejected_execution_exception", false, ErrBusy},
		{"out of memory", 429, "circuit_breaking_exception", true, ErrBusy},
		{"shard away", 503, "unavailable_shards_exception", false, ErrBusy},
		{"request too large", 413, "http", true, ErrTooLarge},
		{"proxy without a backend", 502, "http", true, ErrUnavailable},
		{"one document breaks a shard", 500, "illegal_state_exception", false, ErrInternal},
		{"everything breaks", 500, "illegal_state_exception", true, ErrUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if f := fault(tt.status, &errorBody{Type: tt.kind, Reason: "why"}, tt.whole); !errors.Is(f, tt.want) {
				t.Errorf("got %v, want %v", f, tt.want)
			}
		})
	}
}

func TestFaultFromCause(t *testing.T) {
	body := `{"error":{"type":"document_parsing_exception","reason":"failed to parse","caused_by":{"type":"strict_dynamic_mapping_exception","reason":"no field x"}},"status":400}`
	f := responseFault(&esapi.Response{StatusCode: 400, Body: io.NopCloser(strings.NewReader(body))})
	if !errors.Is(f, ErrSetup) || f.Reason != "failed to parse: no field x" {
		t.Errorf("got %v", f)
	}
}

// FuzzFault: whatever a proxy or a node answers, there is one cause that callers know, and a message that can stand in a header.
func FuzzFault(f *testing.F) {
	f.Add(400, `{"error":{"type":"a","reason":"b","caused_by":{"type":"c"}}}`)
	f.Add(429, `{"error":"too many"}`)
	f.Add(502, `<html>Bad Gateway</html>`)
	f.Add(413, "\xff\xfe")
	f.Fuzz(func(t *testing.T, status int, body string) {
		err := responseFault(&esapi.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))})
		known := 0
		for _, cause := range []error{ErrUnavailable, ErrBusy, ErrSetup, ErrTooLarge, ErrRejected} {
			if errors.Is(err, cause) {
				known++
			}
		}
		if known != 1 || !utf8.ValidString(err.Error()) {
			t.Fatalf("%d causes of %q", known, err)
		}
	})
}
