package embedded

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
)

// natsLog passes the server's warnings and errors on to slog.
type natsLog struct {
	log *slog.Logger

	mu    sync.Mutex
	worst string // the last error or fatal line
}

func (l *natsLog) note(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.worst = line
}

// last gives the server's own last word, for the error of a start that failed.
func (l *natsLog) last() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.worst == "" {
		return nil
	}
	return errors.New(l.worst)
}

func (l *natsLog) Noticef(string, ...any) {}
func (l *natsLog) Debugf(string, ...any)  {}
func (l *natsLog) Tracef(string, ...any)  {}

func (l *natsLog) Warnf(format string, args ...any) { l.log.Warn(fmt.Sprintf(format, args...)) }

func (l *natsLog) Errorf(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	l.note(line)
	l.log.Error(line)
}

// Fatalf does not end the process: Start sees that the server does not become ready.
func (l *natsLog) Fatalf(format string, args ...any) { l.Errorf(format, args...) }
