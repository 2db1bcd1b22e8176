package bus

import (
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// windowSize bounds the memory of an encoder; a page is hardly ever larger.
const windowSize = 1 << 20

// Encoders and decoders are costly to make and safe for concurrent use with EncodeAll and DecodeAll: one of each serves the process.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(windowSize), zstd.WithLowerEncoderMem(true), zstd.WithZeroFrames(true))
		if err != nil {
			panic("bus: zstd encoder: " + err.Error()) // the options are constants
		}
		return e
	})
	decoders = sync.Pool{} // of *boundedDecoder
)

// boundedDecoder is a decoder with the limit it was made for: klauspost's limit is an option of the decoder, not of the call.
type boundedDecoder struct {
	limit int
	zstd  *zstd.Decoder
}

// Compress gives src as one zstd frame. Decompress is its inverse, bounded: ErrTooLarge where the content is larger than limit bytes.
func Compress(src []byte) []byte {
	return encoder().EncodeAll(src, make([]byte, 0, len(src)/4+64))
}

// Decompress reads one zstd frame of at most limit bytes of content.
func Decompress(src []byte, limit int) ([]byte, error) {
	d, err := decoderFor(limit)
	if err != nil {
		return nil, fmt.Errorf("bus: zstd: %w", err)
	}
	defer decoders.Put(d)
	out, err := d.zstd.DecodeAll(src, nil)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, fmt.Errorf("bus: zstd: more than %d bytes: %w", limit, ErrTooLarge)
	case err != nil:
		return nil, fmt.Errorf("bus: zstd: %w", err)
	case len(out) > limit:
		return nil, fmt.Errorf("bus: zstd: %d bytes, more than %d: %w", len(out), limit, ErrTooLarge)
	}
	return out, nil
}

func decoderFor(limit int) (*boundedDecoder, error) {
	if d, ok := decoders.Get().(*boundedDecoder); ok && d.limit == limit {
		return d, nil
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(uint64(max(limit, windowSize))))
	if err != nil {
		return nil, err
	}
	return &boundedDecoder{limit: limit, zstd: z}, nil
}
