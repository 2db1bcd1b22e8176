package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// readBody reads the answer's body into res. Of a status other than 2xx it takes what it can get.
func (f *Fetcher) readBody(r Request, res *Response, answer *http.Response) error {
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		f.readErrorBody(res, answer)
		return nil
	}
	limit := r.MaxBytes
	if limit <= 0 {
		limit = f.config.MaxBytes
	}
	if !r.AnyType && !possibleType(res.ContentType) {
		return fmt.Errorf("%w: %s", ErrWrongType, res.ContentType)
	}
	if answer.ContentLength > limit && !r.Truncate {
		return fmt.Errorf("%w: %d bytes announced, %d allowed", ErrTooLarge, answer.ContentLength, limit)
	}
	decoded, err := decoder(answer.Header.Values("Content-Encoding"), &capped{r: answer.Body, left: limit, soft: r.Truncate})
	if err != nil {
		return err
	}
	body, err := readCapped(decoded, limit, answer.ContentLength)
	if errors.Is(err, ErrTooLarge) && r.Truncate {
		res.Truncated, err = true, nil
	}
	if err != nil {
		return err
	}
	res.Body = body
	if r.AnyType {
		return nil
	}
	return checkBytes(res.ContentType, body)
}

// readErrorBody keeps the beginning of an error page: enough to tell a challenge from a fault.
func (f *Fetcher) readErrorBody(res *Response, answer *http.Response) {
	limit := min(f.config.MaxBytes, maxErrorBody)
	decoded, err := decoder(answer.Header.Values("Content-Encoding"), &capped{r: answer.Body, left: limit, soft: true})
	if err != nil {
		return
	}
	body, err := readCapped(decoded, limit, answer.ContentLength)
	res.Body, res.Truncated = body, err != nil
}

// readCapped reads up to limit bytes; with ErrTooLarge and any other error it returns what was read before.
func readCapped(r io.Reader, limit, announced int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(min(max(announced, 0), limit, 1<<20)) + bytes.MinRead)
	_, err := b.ReadFrom(io.LimitReader(r, limit+1))
	body := b.Bytes()
	if int64(len(body)) > limit {
		return body[:limit], fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return body, err
}

// capped bounds the bytes that come over the wire: a compressed stream may go on for ever and decode to nothing.
type capped struct {
	r    io.Reader
	left int64
	soft bool // end instead of failing
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		if c.soft {
			return 0, io.EOF
		}
		return 0, fmt.Errorf("%w on the wire", ErrTooLarge)
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	c.left -= int64(n)
	return n, err
}

// decoder undoes the content encodings, the last one first (RFC 9110 §8.4).
func decoder(values []string, r io.Reader) (io.Reader, error) {
	var codings []string
	for coding := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
			codings = append(codings, coding)
		}
	}
	if len(codings) > 2 {
		return nil, fmt.Errorf("%w: %d encodings on top of each other", ErrDecode, len(codings))
	}
	for i := len(codings) - 1; i >= 0; i-- {
		switch codings[i] {
		case "gzip", "x-gzip", "deflate", "br", "zstd":
			n := &noting{r: r}
			r = &decoding{coding: codings[i], noted: n, wire: bufio.NewReader(n)}
		default:
			return nil, fmt.Errorf("%w: %s, which was not asked for", ErrDecode, codings[i])
		}
	}
	return r, nil
}

// noting remembers what broke a stream, to tell it from a stream that is broken itself.
type noting struct {
	r   io.Reader
	err error
}

func (n *noting) Read(p []byte) (int, error) {
	k, err := n.r.Read(p)
	if err != nil && err != io.EOF {
		n.err = err
	}
	return k, err
}

// decoding reads one coding. It begins at the first Read, so that an empty body with an encoding named is an empty body.
type decoding struct {
	coding string
	noted  *noting
	wire   *bufio.Reader
	plain  io.Reader
	some   bool // something came out already
}

func (d *decoding) Read(p []byte) (int, error) {
	if d.plain == nil {
		if err := d.begin(); err != nil {
			return 0, err
		}
	}
	n, err := d.plain.Read(p)
	d.some = d.some || n > 0
	if err == nil || err == io.EOF {
		return n, err
	}
	if d.some && errors.Is(err, gzip.ErrHeader) {
		return n, io.EOF // rubbish behind the last member; browsers ignore it too
	}
	return n, d.fault(err)
}

func (d *decoding) begin() error {
	head, err := d.wire.Peek(2)
	if len(head) == 0 {
		return err // io.EOF: empty
	}
	switch {
	case d.coding == "br":
		d.plain, err = brotli.NewReader(d.wire), nil
	case d.coding == "zstd":
		// RFC 9659: the window of a Content-Encoding is at most 8 MB. One goroutine, so nothing has to be closed.
		d.plain, err = zstd.NewReader(d.wire, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
	case d.coding != "deflate":
		d.plain, err = gzip.NewReader(d.wire)
	case len(head) == 2 && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0:
		d.plain, err = zlib.NewReader(d.wire) // what the RFC means by deflate (RFC 1950)
	default:
		d.plain, err = flate.NewReader(d.wire), nil // what some servers mean by it (RFC 1951)
	}
	if err != nil {
		return d.fault(err)
	}
	return nil
}

// fault tells a bad encoding from a stream that broke.
func (d *decoding) fault(err error) error {
	if d.coding == "br" || d.coding == "zstd" { // their libraries have an error for each flaw
		if d.noted.err != nil || errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		return fmt.Errorf("%w: %s: %w", ErrDecode, d.coding, err)
	}
	var corrupt flate.CorruptInputError
	for _, bad := range []error{gzip.ErrHeader, gzip.ErrChecksum, zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary} {
		if errors.Is(err, bad) {
			return fmt.Errorf("%w: %s: %w", ErrDecode, d.coding, err)
		}
	}
	if errors.As(err, &corrupt) {
		return fmt.Errorf("%w: %s: %w", ErrDecode, d.coding, err)
	}
	return err
}
