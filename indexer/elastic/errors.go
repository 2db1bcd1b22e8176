package elastic

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// The causes that callers tell apart. Every error of this package wraps one of them or ErrConfig, or is the context's.
var (
	ErrUnavailable = errors.New("elasticsearch is not available")                  // no connection, a time-out, 5xx: what was asked may have been done
	ErrBusy        = errors.New("elasticsearch is busy")                           // 429 or a shard that is not there now: fewer at once, later
	ErrSetup       = errors.New("elasticsearch refuses for its set-up")            // credentials, rights, a missing index, a block, a mapping: a person must mend it
	ErrMapping     = errors.New("index does not fit this version of newsmill")     // refuse to start
	ErrOlder       = errors.New("index is of an earlier version")                  // Migrate brings it here; always with ErrMapping
	ErrNotElastic  = errors.New("this is not an Elasticsearch of a known version") // refuse to start
	ErrTooLarge    = errors.New("elasticsearch refuses for the size")              // 413
	ErrRejected    = errors.New("elasticsearch rejects")                           // 400, 404: the same would be rejected again
	ErrInternal    = errors.New("elasticsearch failed on this document")           // 500 for one item while others went through
	ErrNotFound    = errors.New("not in the index")
)

// Fault is what Elasticsearch says is wrong. It unwraps to the cause of the list above.
type Fault struct {
	Status int
	Type   string // e.g. document_parsing_exception
	Reason string
	cause  error
}

func (f *Fault) Error() string {
	return fmt.Sprintf("%v: status %d: %s: %s", f.cause, f.Status, f.Type, f.Reason)
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.cause }

// setupTypes are the exceptions that mean the set-up and not the document, whatever their status.
var setupTypes = map[string]bool{
	"security_exception":               true,
	"index_not_found_exception":        true,
	"index_closed_exception":           true,
	"strict_dynamic_mapping_exception": true, // our template was replaced, or the index is older than this binary
	"cluster_block_exception":          true, // read-only, or the disk is over its watermark
	"unknown_index_exception":          true,
}

// busyTypes pass by themselves, whatever their status.
var busyTypes = map[string]bool{
	"es_rejected_execution_exception":         true, // the write queue is full
	"circuit_breaking_exception":              true,
	"unavailable_shards_exception":            true,
	"process_cluster_event_timeout_exception": true,
}

// classify gives the cause for a status and an exception type. whole tells that it is the answer to a whole request and not to an item.
func classify(status int, kind string, whole bool) error {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || setupTypes[kind]:
		return ErrSetup
	case status == http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case status == http.StatusTooManyRequests || busyTypes[kind]:
		return ErrBusy
	case status >= 500 && whole:
		return ErrUnavailable
	case status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout:
		return ErrBusy
	case status >= 500:
		return ErrInternal
	default:
		return ErrRejected
	}
}

// errorBody is the "error" of an answer: an object, or a string from what stands before the REST layer.
type errorBody struct {
	Type     string     `json:"type"`
	Reason   string     `json:"reason"`
	CausedBy *errorBody `json:"caused_by"`
}

func (e *errorBody) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &e.Reason)
	}
	type plain errorBody
	return json.Unmarshal(b, (*plain)(e))
}

// fault makes the error of a status and its body.
func fault(status int, e *errorBody, whole bool) *Fault {
	if e == nil {
		e = &errorBody{}
	}
	f := &Fault{Status: status, Type: e.Type, Reason: e.Reason, cause: classify(status, e.Type, whole)}
	for c := e.CausedBy; c != nil; c = c.CausedBy {
		if setupTypes[c.Type] {
			f.cause = ErrSetup
		}
		if c.Reason != "" && !strings.Contains(f.Reason, c.Reason) {
			f.Reason += ": " + c.Reason
		}
	}
	return f
}

// maxErrorBody bounds what is read of an answer that is an error.
const maxErrorBody = 64 << 10

// responseFault makes the error of a whole answer that is not 2xx.
func responseFault(r *esapi.Response) *Fault {
	b, _ := io.ReadAll(io.LimitReader(r.Body, maxErrorBody))
	var body struct {
		Error *errorBody `json:"error"`
	}
	if json.Unmarshal(b, &body) != nil || body.Error == nil {
		body.Error = &errorBody{Type: "http", Reason: snippet(b)}
	}
	return fault(r.StatusCode, body.Error, true)
}

// snippet gives the beginning of a foreign body for an error message.
func snippet(b []byte) string {
	const most = 200
	s := strings.ToValidUTF8(string(b[:min(len(b), most)]), "")
	return strings.Join(strings.Fields(s), " ")
}
