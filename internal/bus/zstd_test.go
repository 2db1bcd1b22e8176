package bus_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/newsmill/newsmill/internal/bus"
)

func TestDecompress(t *testing.T) {
	page := bytes.Repeat([]byte("云海日报 "), 20_000)
	tests := []struct {
		name  string
		src   []byte
		limit int
		want  []byte
		large bool
	}{
		{"empty", bus.Compress(nil), 10, nil, false},
		{"page", bus.Compress(page), len(page), page, false},
		{"one byte too many", bus.Compress(page), len(page) - 1, nil, true},
		{"bomb", bus.Compress(make([]byte, 64<<20)), 1 << 20, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := bus.Decompress(tt.src, tt.limit)
			if errors.Is(err, bus.ErrTooLarge) != tt.large || !tt.large && err != nil || !bytes.Equal(got, tt.want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	if _, err := bus.Decompress([]byte("no frame"), 100); err == nil || errors.Is(err, bus.ErrTooLarge) {
		t.Errorf("garbage: %v", err)
	}
	if _, err := bus.Decompress(bus.Compress(page)[:100], len(page)); err == nil {
		t.Error("cut off: no error")
	}
}

func TestCompressAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 50 {
				src := bytes.Repeat([]byte{byte(n), byte(i)}, 1000)
				if got, err := bus.Decompress(bus.Compress(src), 4000); err != nil || !bytes.Equal(got, src) {
					t.Errorf("%d %d: %v", n, i, err)
				}
			}
		})
	}
	all.Wait()
}

// What comes out is never larger than the limit, whatever goes in.
func FuzzDecompress(f *testing.F) {
	f.Add(bus.Compress([]byte("a page")), 100)
	f.Add(bus.Compress(make([]byte, 10_000)), 100)
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd}, 1)
	f.Fuzz(func(t *testing.T, src []byte, limit int) {
		limit &= 1<<20 - 1
		if got, err := bus.Decompress(src, limit); err == nil && len(got) > limit {
			t.Errorf("%d bytes, limit %d", len(got), limit)
		}
	})
}
