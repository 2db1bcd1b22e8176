package bus_test

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
)

func page30k(n int) bus.Outgoing {
	m := raw(n)
	m.Data = bytes.Repeat([]byte{1, 2, 3}, 10_000)
	return m
}

func BenchmarkPublish30k(b *testing.B) {
	s := bustest.Start(b)
	n := 0
	for b.Loop() {
		if _, err := s.Publish(b.Context(), page30k(n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func benchmarkConsume(b *testing.B, workers, batch int) {
	s := bustest.Start(b)
	for n := range b.N {
		if _, err := s.Publish(b.Context(), page30k(n)); err != nil {
			b.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var left atomic.Int64
	left.Store(int64(b.N))
	o := normalizer()
	o.Workers, o.Batch = workers, batch
	b.ResetTimer()
	err := s.Consume(ctx, o, bus.HandlerFunc(func(_ context.Context, batch []bus.Message) []error {
		if left.Add(-int64(len(batch))) <= 0 {
			b.StopTimer()
			cancel()
		}
		return make([]error, len(batch))
	}))
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkConsume30kOne(b *testing.B)      { benchmarkConsume(b, 1, 1) }
func BenchmarkConsume30kFour(b *testing.B)     { benchmarkConsume(b, 4, 1) }
func BenchmarkConsume30kBatch200(b *testing.B) { benchmarkConsume(b, 1, 200) }
func BenchmarkCompress(b *testing.B) {
	src := bytes.Repeat([]byte("云海日报讯，"), 5000)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		bus.Compress(src)
	}
}
