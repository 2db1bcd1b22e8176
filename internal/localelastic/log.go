package localelastic

import (
	"io"
	"os"
	"strings"
)

const (
	tailBytes = 64 << 10
	tailLines = 15
)

// lastLines returns the end of a log without the frames of Java stack traces, or why it cannot be read.
func lastLines(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > tailBytes {
		if _, err := f.Seek(-tailBytes, io.SeekEnd); err != nil {
			return err.Error()
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, tailBytes))
	if err != nil {
		return err.Error()
	}
	var kept []string
	for line := range strings.Lines(string(data)) {
		text := strings.TrimRight(line, "\r\n")
		frame := strings.TrimSpace(text)
		if frame == "" || strings.HasPrefix(frame, "at ") || strings.HasPrefix(frame, "... ") {
			continue
		}
		kept = append(kept, text)
	}
	return strings.Join(kept[max(0, len(kept)-tailLines):], "\n")
}
