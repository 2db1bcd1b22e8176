package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/newsmill/newsmill/crawler/weburl"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func brotlied(b []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func zstded(b []byte) []byte {
	w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	return w.EncodeAll(b, nil)
}

func deflated(b []byte, wrapped bool) []byte {
	var out bytes.Buffer
	var w io.WriteCloser = zlib.NewWriter(&out)
	if !wrapped {
		w, _ = flate.NewWriter(&out, 6)
	}
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func TestEncodings(t *testing.T) {
	text := []byte(strings.Repeat("云河日报", 2000))
	broken := gzipped(text)
	broken[len(broken)-6] ^= 0xff // the checksum
	for _, c := range []struct {
		name, encoding string
		body           []byte
		want           []byte
		err            error
	}{
		{"none", "", text, text, nil},
		{"identity", "identity", text, text, nil},
		{"gzip", "gzip", gzipped(text), text, nil},
		{"x-gzip, upper case", "X-GZIP", gzipped(text), text, nil},
		{"deflate as the RFC has it", "deflate", deflated(text, true), text, nil},
		{"deflate as some servers have it", "deflate", deflated(text, false), text, nil},
		{"two on top of each other", "deflate, gzip", gzipped(deflated(text, true)), text, nil},
		{"two members", "gzip", append(gzipped(text[:12]), gzipped(text[12:])...), text, nil},
		{"rubbish behind", "gzip", append(gzipped(text), "<!-- cached -->"...), text, nil},
		{"empty", "gzip", nil, nil, nil},
		{"plain text called gzip", "gzip", text, nil, ErrDecode},
		{"bad checksum", "gzip", broken, nil, ErrDecode},
		{"rubbish called deflate", "deflate", []byte("\xff\xff\xff\xff"), nil, ErrDecode},
		{"cut off", "gzip", gzipped(text)[:40], nil, ErrTruncated},
		{"brotli", "br", brotlied(text), text, nil},
		{"brotli, empty", "br", nil, nil, nil},
		{"brotli cut off", "br", brotlied(text)[:len(brotlied(text))/2], nil, ErrTruncated},
		{"plain text called brotli", "br", text, nil, ErrDecode},
		{"zstd", "zstd", zstded(text), text, nil},
		{"zstd, two frames", "zstd", append(zstded(text[:12]), zstded(text[12:])...), text, nil},
		{"zstd cut off", "zstd", zstded(text)[:len(zstded(text))-4], nil, ErrTruncated},
		{"plain text called zstd", "zstd", text, nil, ErrDecode},
		{"one that was not asked for", "compress", text, nil, ErrDecode},
		{"three", "gzip, gzip, gzip", text, nil, ErrDecode},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
				if c.encoding != "" {
					w.Header().Set("Content-Encoding", c.encoding)
				}
				w.Header().Set("Content-Type", "text/plain")
				_, _ = w.Write(c.body)
			})
			res, err := get(t, f, "/")
			if c.err != nil {
				if !errors.Is(err, c.err) {
					t.Errorf("got %v, want %v", err, c.err)
				}
			} else if err != nil || !bytes.Equal(res.Body, c.want) {
				t.Errorf("got %d bytes, %v; want %d", len(res.Body), err, len(c.want))
			}
		})
	}
}

func TestCaps(t *testing.T) {
	const limit = 100_000
	// Empty blocks decode to nothing, for ever.
	empty := append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"), bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, limit)...)
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte("云"), 1000)); err != nil {
				return
			}
		}
	}
	for _, c := range []struct {
		name string
		send http.HandlerFunc
		err  error
		size int
	}{
		{"at the cap", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("a"), limit)) }, nil, limit},
		{"one above", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("a"), limit+1)) }, ErrTooLarge, 0},
		{"announced above", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999") }, ErrTooLarge, 0},
		{"endless", endless, ErrTooLarge, 0},
		{"zip bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(gzipped(make([]byte, 50<<20)))
		}, ErrTooLarge, 0},
		{"zip bomb in a zip bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip, gzip")
			_, _ = w.Write(gzipped(gzipped(make([]byte, 50<<20))))
		}, ErrTooLarge, 0},
		{"brotli bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write(brotlied(make([]byte, 50<<20)))
		}, ErrTooLarge, 0},
		{"zstd bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "zstd")
			_, _ = w.Write(zstded(make([]byte, 50<<20)))
		}, ErrTooLarge, 0},
		{"decodes to nothing for ever", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(empty)
		}, ErrTooLarge, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := site(t, Config{MaxBytes: limit}, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				c.send(w, r)
			})
			res, err := get(t, f, "/")
			if c.err != nil {
				if !errors.Is(err, c.err) {
					t.Errorf("got %v, want %v", err, c.err)
				}
			} else if err != nil || len(res.Body) != c.size {
				t.Errorf("got %+v, %v", res, err)
			}
		})
	}
}

func TestErrorPages(t *testing.T) {
	for _, c := range []struct {
		name      string
		status    int
		encoding  string
		body      []byte
		want      int
		truncated bool
	}{
		{"not found", 404, "", []byte("none here"), 9, false},
		{"a challenge", 412, "", []byte("<script>"), 8, false},
		{"of a type nobody reads", 403, "", []byte("\x89PNG\r\n\x1a\n"), 8, false},
		{"huge", 500, "", bytes.Repeat([]byte("a"), maxErrorBody*2), maxErrorBody, true},
		{"badly encoded", 503, "gzip", []byte("plain"), 0, true},
		{"in a coding nobody asked for", 503, "compress", []byte("plain"), 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
				if c.encoding != "" {
					w.Header().Set("Content-Encoding", c.encoding)
				}
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(c.status)
				_, _ = w.Write(c.body)
			})
			res, err := get(t, f, "/")
			if err != nil || res.Status != c.status || len(res.Body) != c.want || res.Truncated != c.truncated || res.RetryAfter != 7*time.Second {
				t.Errorf("got %+v, %v", res, err)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	const pdf, html = "%PDF-1.7\n", "<!DOCTYPE html><title>云</title>"
	for _, c := range []struct {
		name, contentType, body string
		ok                      bool
	}{
		{"page", "text/html", html, true},
		{"page with a bad parameter", "text/html; charset=", html, true},
		{"page, upper case", "TEXT/HTML;charset=GBK", html, true},
		{"XHTML", "application/xhtml+xml", html, true},
		{"text", "text/plain; charset=gbk", "\xd4\xc6\xba\xd3", true},
		{"RSS", "application/rss+xml", "<rss/>", true},
		{"XML", "text/xml", "<?xml version='1.0'?><rss/>", true},
		{"JSON feed", "application/feed+json", "{}", true},
		{"no type, a page", "", html, true},
		{"no type, GBK text", "", "\xd4\xc6\xba\xd3\xc8\xd5\xb1\xa8", true},
		{"octets, a page", "application/octet-stream", html, true},
		{"octets, a PDF", "application/octet-stream", pdf, false},
		{"octets, binary", "application/octet-stream", "\x00\x01\x02\x03", false},
		{"no type, a picture", "", "\x89PNG\r\n\x1a\n", false},
		{"no slash in the type", "html", html, true},
		{"PDF", "application/pdf", pdf, false},
		{"PDF called a page", "text/html", pdf, false},
		{"archive called a page", "text/html", "PK\x03\x04", false},
		{"page with a stray control character", "text/html", "<p>\x01" + html, true},
		{"picture", "image/png", "", false},
		{"style sheet", "text/css", "a{}", false},
		{"script", "application/javascript", "a()", false},
		{"video", "video/mp4", "", false},
		{"empty page", "text/html", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := site(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = nil
				if c.contentType != "" {
					w.Header().Set("Content-Type", c.contentType)
				}
				_, _ = w.Write([]byte(c.body))
			})
			res, err := get(t, f, "/")
			if c.ok && (err != nil || string(res.Body) != c.body) || !c.ok && !errors.Is(err, ErrWrongType) {
				t.Errorf("got %+v, %v", res, err)
			}
		})
	}
}

func TestTimeouts(t *testing.T) {
	const short = 150 * time.Millisecond
	trickle := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte("a")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	}
	for _, c := range []struct {
		name   string
		config Config
		send   http.HandlerFunc
	}{
		{"no headers", Config{HeaderTimeout: short}, func(_ http.ResponseWriter, r *http.Request) { stall(r) }},
		{"no body", Config{BodyTimeout: short}, func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			stall(r)
		}},
		{"a byte now and then", Config{BodyTimeout: short}, trickle},
		{"all of it", Config{Total: short}, trickle},
		{"redirects for ever", Config{Total: short, MaxRedirects: 1_000_000}, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Millisecond)
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := site(t, c.config, c.send)
			start := time.Now()
			_, err := get(t, f, "/")
			if !errors.Is(err, ErrTimeout) || errors.Is(err, ErrConnect) {
				t.Errorf("got %v, want ErrTimeout", err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestCallerGivesUp(t *testing.T) {
	f := site(t, Config{}, func(_ http.ResponseWriter, r *http.Request) { stall(r) })
	ctx, cancel := context.WithCancel(t.Context())
	_, err := f.Fetch(ctx, Request{URL: address(t, "http://www.yunhe.example/"), AllowPrivate: true,
		BeforeHop: func(context.Context, weburl.URL, int) error {
			time.AfterFunc(50*time.Millisecond, cancel)
			return nil
		}})
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrConnect) {
		t.Errorf("got %v, want context.Canceled alone", err)
	}
}

// wire starts a server that sends the bytes and hangs up.
func wire(t *testing.T, bytes string) *Fetcher {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, bytes)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return fetcherOf(t, Config{Resolve: map[string]string{"www.yunhe.example": l.Addr().String()}}, &httptest.Server{})
}

func TestBrokenAnswers(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		err          error
	}{
		{"nothing", "", ErrConnect},
		{"no HTTP", "SSH-2.0-x\r\n", ErrConnect},
		{"half the headers", "HTTP/1.1 200 OK\r\nContent-Ty", ErrConnect},
		{"endless headers", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 1<<20), ErrConnect},
		{"shorter than announced", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\nabc", ErrTruncated},
		{"chunk cut off", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", ErrTruncated},
		{"no last chunk", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", ErrTruncated},
		{"without length, to the end", "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nabc", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := get(t, wire(t, c.answer), "/")
			if c.err != nil {
				if !errors.Is(err, c.err) {
					t.Errorf("got %v, want %v", err, c.err)
				}
			} else if err != nil || string(res.Body) != "abc" {
				t.Errorf("got %+v, %v", res, err)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		gone := httptest.NewServer(nil)
		gone.Close()
		f := fetcherOf(t, Config{Resolve: map[string]string{"www.yunhe.example": gone.Listener.Addr().String()}}, gone)
		if _, err := get(t, f, "/"); !errors.Is(err, ErrConnect) || errors.Is(err, ErrProxy) {
			t.Errorf("got %v, want ErrConnect", err)
		}
	})
	t.Run("no such name", func(t *testing.T) {
		f := fetcherOf(t, Config{DialTimeout: 3 * time.Second, Resolve: map[string]string{"x.example": "127.0.0.1"}}, &httptest.Server{})
		if _, err := get(t, f, "/"); !errors.Is(err, ErrConnect) {
			t.Errorf("got %v, want ErrConnect", err)
		}
	})
}

// FuzzDecoder holds: any bytes under any encoding end, within the cap, in a body or in one of the causes.
func FuzzDecoder(f *testing.F) {
	f.Add("gzip", gzipped([]byte("云河")))
	f.Add("deflate", deflated([]byte("云河"), false))
	f.Add("br", brotlied([]byte("云河")))
	f.Add("zstd", zstded([]byte("云河")))
	f.Add("gzip, deflate", deflated(gzipped([]byte("云河")), true))
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		const limit = 1 << 16
		r, err := decoder([]string{encoding}, &capped{r: bytes.NewReader(body), left: limit})
		if err == nil {
			var out []byte
			if out, err = readCapped(r, limit, -1); len(out) > limit {
				t.Errorf("%d bytes came through a cap of %d", len(out), limit)
			}
		}
		if err != nil && !errors.Is(err, ErrDecode) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v has no cause", encoding, err)
		}
	})
}
