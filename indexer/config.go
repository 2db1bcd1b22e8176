package indexer

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Defaults of Config.
const (
	DefaultBatch    = 200
	DefaultWait     = 50 * time.Millisecond
	DefaultWorkers  = 2
	DefaultPatience = 15 * time.Second

	DefaultMigrateUpTo = 100_000
)

// Config of a Worker. The zero value of a field gives the default named there.
type Config struct {
	Batch    int           // most messages of one batch; default DefaultBatch
	Wait     time.Duration // how long a batch may fill up; default DefaultWait. It is part of the time until an article is searchable
	Workers  int           // batches at the same time; default DefaultWorkers
	Patience time.Duration // how long a busy Elasticsearch is asked again within a batch before the worker pauses; default DefaultPatience
	Log      *slog.Logger  // default slog.Default()

	// TakenDown is what must not be indexed; nil is nothing. The worker waits until it is loaded.
	TakenDown *TakenDown

	// MigrateUpTo is how many documents of an earlier version's indices the worker copies by itself at its start, instead of refusing with
	// the command that does it; default DefaultMigrateUpTo, -1 for any number. An Elasticsearch on this machine is no question.
	MigrateUpTo int64
}

// ErrConfig is returned for settings that cannot be.
var ErrConfig = errors.New("indexer settings")

// Validate names the first setting that cannot be. The error wraps ErrConfig.
func (c Config) Validate() error {
	switch {
	case c.Batch < 0 || c.Batch > 5000:
		return fmt.Errorf("%w: batch %d: want 1 to 5000", ErrConfig, c.Batch)
	case c.Wait < 0 || c.Wait > 10*time.Second:
		return fmt.Errorf("%w: wait %s: want at most 10s", ErrConfig, c.Wait)
	case c.Workers < 0 || c.Workers > 64:
		return fmt.Errorf("%w: workers %d: want 1 to 64", ErrConfig, c.Workers)
	case c.Patience < 0:
		return fmt.Errorf("%w: patience is negative", ErrConfig)
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Batch == 0 {
		c.Batch = DefaultBatch
	}
	if c.Wait == 0 {
		c.Wait = DefaultWait
	}
	if c.Workers == 0 {
		c.Workers = DefaultWorkers
	}
	if c.Patience == 0 {
		c.Patience = DefaultPatience
	}
	if c.MigrateUpTo == 0 {
		c.MigrateUpTo = DefaultMigrateUpTo
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}
