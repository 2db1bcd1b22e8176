package elastic

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Op is one document to write.
type Op struct {
	Month   Month
	ID      string
	Version int64           // external: it wins over every lower one
	Source  json.RawMessage // one line of JSON

	index string  // instead of the month's write alias: the index that a migration fills
	over  *Stored // written over this instead of by its version, see Over
}

// Over makes an op that replaces a document as it was read, whatever its version in Elasticsearch: that runs ahead of the field version once
// the document's story has changed (see Place). It ends in a Conflict if the document has changed since.
func (o Op) Over(s Stored) Op {
	o.over = &s
	return o
}

// Outcome is what became of an Op.
type Outcome int

// The outcomes.
const (
	Written  Outcome = iota + 1 // stored and persisted; searchable within the refresh interval
	Conflict                    // the index holds this version or a newer one: Versions tells which
	Failed                      // Err says why, and wraps ErrBusy, ErrUnavailable, ErrSetup, ErrTooLarge, ErrRejected or ErrInternal
)

// Verdict is what Elasticsearch said about one Op.
type Verdict struct {
	Outcome Outcome
	Index   string // the concrete index; set with Written
	Err     error  // set with Failed
}

// Limit bounds one bulk request.
type Limit struct {
	Docs  int // 0: no bound
	Bytes int // 0: Config.BulkBytes
}

// Bulk writes the ops in their order, in as many requests as the limit asks for, and answers with one verdict an op. It retries nothing
// but what is too large in one request and fits in two. After ErrUnavailable an op may have been kept; writing it again is harmless
// (Conflict, with the same version stored). Months must have been made by EnsureMonth.
func (c *Client) Bulk(ctx context.Context, ops []Op, l Limit) []Verdict {
	if l.Bytes <= 0 {
		l.Bytes = c.config.BulkBytes
	}
	verdicts := make([]Verdict, 0, len(ops))
	var body bytes.Buffer
	start := 0
	var broken error // once a request got no answer the next would only wait as long again
	send := func(end int) {
		var v []Verdict
		if broken == nil {
			v = c.bulkOnce(ctx, ops[start:end], body.Bytes(), l)
		} else {
			v = failed(end-start, broken)
		}
		if err := v[len(v)-1].Err; errors.Is(err, ErrUnavailable) {
			broken = err
		}
		verdicts = append(verdicts, v...)
		body.Reset()
		start = end
	}
	for i, op := range ops {
		n := i - start
		if n > 0 && (l.Docs > 0 && n >= l.Docs || body.Len()+len(op.Source)+len(op.ID)+200 > l.Bytes) {
			send(i)
		}
		c.appendOp(&body, op)
	}
	if start < len(ops) {
		send(len(ops))
	}
	return verdicts
}

// appendOp writes the two lines of an op. The names in it are of our making and need no escaping but the id.
func (c *Client) appendOp(b *bytes.Buffer, op Op) {
	id, _ := json.Marshal(op.ID) // a string cannot fail
	index, alias := op.index, op.index == ""
	if alias {
		index = c.writeAlias(op.Month)
	}
	if o := op.over; o != nil {
		fmt.Fprintf(b, `{"index":{"_index":"%s","_id":%s,"if_seq_no":%d,"if_primary_term":%d,"require_alias":%t}}`, index, id, o.seq, o.term, alias)
	} else {
		fmt.Fprintf(b, `{"index":{"_index":"%s","_id":%s,"version":%d,"version_type":"external","require_alias":%t}}`, index, id, op.Version, alias)
	}
	b.WriteByte('\n')
	b.Write(op.Source)
	b.WriteByte('\n')
}

// bulkOnce sends one request, split where it is too large as a whole.
func (c *Client) bulkOnce(ctx context.Context, ops []Op, body []byte, l Limit) []Verdict {
	var answer struct {
		Items []struct {
			Index struct {
				Index  string     `json:"_index"`
				Status int        `json:"status"`
				Error  *errorBody `json:"error"`
			} `json:"index"`
		} `json:"items"`
	}
	packed, err := c.gzip(body)
	if err != nil {
		return failed(len(ops), err)
	}
	err = c.do(ctx, esapi.BulkRequest{
		Body:       packed,
		Header:     http.Header{"Content-Encoding": {"gzip"}},
		FilterPath: []string{"items.*._index", "items.*.status", "items.*.error"},
	}, &answer)
	if errors.Is(err, ErrTooLarge) && len(ops) > 1 {
		half := Limit{Docs: (len(ops) + 1) / 2, Bytes: l.Bytes}
		return c.Bulk(ctx, ops, half)
	}
	if err == nil && len(answer.Items) != len(ops) {
		err = fmt.Errorf("%w: %d verdicts for %d documents", ErrUnavailable, len(answer.Items), len(ops))
	}
	if err != nil {
		return failed(len(ops), err)
	}
	verdicts := make([]Verdict, len(ops))
	for i := range ops {
		item := answer.Items[i].Index
		switch {
		case item.Status/100 == 2:
			verdicts[i] = Verdict{Outcome: Written, Index: item.Index}
		case item.Status == http.StatusConflict:
			verdicts[i] = Verdict{Outcome: Conflict}
		default:
			f := fault(item.Status, item.Error, false)
			if f.Type == "index_not_found_exception" {
				c.forget(ops[i].Month)
			}
			verdicts[i] = Verdict{Outcome: Failed, Err: f}
		}
	}
	return verdicts
}

// gzip packs a body. It is done here and not by elastic-transport, whose compressor takes its buffer back while an early answer (413)
// may still have it on the wire.
func (c *Client) gzip(body []byte) (*bytes.Buffer, error) {
	packed := &bytes.Buffer{}
	z, _ := c.writers.Get().(*gzip.Writer)
	if z == nil {
		z, _ = gzip.NewWriterLevel(packed, gzip.BestSpeed) // the level is a valid one
	}
	defer c.writers.Put(z)
	z.Reset(packed)
	if _, err := z.Write(body); err != nil {
		return nil, fmt.Errorf("compressing a bulk request: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compressing a bulk request: %w", err)
	}
	return packed, nil
}

func failed(n int, err error) []Verdict {
	v := make([]Verdict, n)
	for i := range v {
		v[i] = Verdict{Outcome: Failed, Err: err}
	}
	return v
}
