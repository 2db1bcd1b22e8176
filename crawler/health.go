package crawler

import (
	"errors"
	"fmt"
	"sync"
)

// health gathers what the crawler waits for, by who says so.
type health struct {
	tell func(error) // may be nil

	mu   sync.Mutex
	down map[string]error
}

// report gives the function by which one part says that it waits, or with nil that it goes on.
func (h *health) report(part string) func(error) {
	return func(err error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		was := len(h.down) > 0
		if err == nil {
			delete(h.down, part)
		} else {
			if h.down == nil {
				h.down = map[string]error{}
			}
			h.down[part] = fmt.Errorf("%s: %w", part, err)
		}
		if h.tell == nil || err == nil && (!was || len(h.down) > 0) {
			return
		}
		h.tell(err)
	}
}

func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, err := range h.down {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
