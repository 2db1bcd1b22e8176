package normalizer

import (
	"errors"
	"time"

	"github.com/newsmill/newsmill/normalizer/sitememory"
)

// Config of the worker. The zero value works.
type Config struct {
	Workers int           // pages worked on at the same time; default 2
	Timeout time.Duration // for one page; past it the page is a dead letter; default 30 s
	Drain   time.Duration // how long pages in work get at the end; default 20 s

	// NoMemory makes every page stand alone: lines that come again on the pages of a site are neither learned nor dropped. Default: they
	// are, over the bucket that all normalizers share.
	NoMemory bool

	memory sitememory.Config // of tests
}

// Validate tells what cannot be, naming the setting.
func (c Config) Validate() error {
	switch {
	case c.Workers < 0 || c.Workers > 1024:
		return errors.New("normalizer-workers must be 1 to 1024")
	case c.Timeout < 0:
		return errors.New("normalizer-timeout must not be negative")
	case c.Drain < 0:
		return errors.New("drain must not be negative")
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Workers == 0 {
		c.Workers = 2
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Drain == 0 {
		c.Drain = 20 * time.Second
	}
	return c
}
