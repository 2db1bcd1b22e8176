package frontier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// Host is the record of one host in the bucket hosts. Its durations count from the moment at which the server stored it.
type Host struct {
	By       string         // who wrote it: <frontier id>/<number of the write>; empty: nobody had it yet
	Lease    time.Duration  // for how long By alone may ask the host; 0: nobody has it
	Wait     time.Duration  // the pause after the lease (or now), before the host may be asked again
	Delay    time.Duration  // the Crawl-delay that its robots.txt asks for
	Fails    int            // failed requests, less one for each Forgive answers in a row since
	Good     int            // answers in a row since the last failure or forgiveness, while Fails > 0
	Why      string         // the last failure, while nothing was answered since
	Parked   bool           // nothing was answered for so long that the host is asked as seldom as can be
	Attempts map[string]int // failed attempts of URLs that are still queued, by a hash of the entry
	// Later is the time, in Unix milliseconds of the server, until which a URL that failed is passed over: the others come first.
	Later map[string]int64
}

// Forgive is how many answers in a row make good for one failure.
const Forgive = 5

// hostJSON is a record as stored, with durations that people can read. They are rounded up: a pause never gets shorter.
type hostJSON struct {
	V        int            `json:"v"`
	By       string         `json:"by,omitempty"`
	LeaseMS  int64          `json:"lease_ms,omitempty"`
	WaitMS   int64          `json:"wait_ms,omitempty"`
	DelayMS  int64          `json:"delay_ms,omitempty"`
	Fails    int            `json:"fails,omitempty"`
	Why      string         `json:"why,omitempty"`
	Attempts map[string]int `json:"attempts,omitempty"`

	Good   int              `json:"good,omitempty"`
	Parked bool             `json:"parked,omitempty"`
	Later  map[string]int64 `json:"later,omitempty"`
}

// MarshalJSON writes the record as stored.
func (h Host) MarshalJSON() ([]byte, error) {
	ms := func(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }
	return json.Marshal(hostJSON{V: 1, By: h.By, LeaseMS: ms(h.Lease), WaitMS: ms(h.Wait), DelayMS: ms(h.Delay), Fails: h.Fails, Why: h.Why, Attempts: h.Attempts,
		Good: h.Good, Parked: h.Parked, Later: h.Later})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *Host) UnmarshalJSON(data []byte) error {
	var j hostJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	d := func(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }
	*h = Host{By: j.By, Lease: d(j.LeaseMS), Wait: d(j.WaitMS), Delay: d(j.DelayMS), Fails: j.Fails, Why: j.Why, Attempts: j.Attempts,
		Good: j.Good, Parked: j.Parked, Later: j.Later}
	return nil
}

// maxAttempts bounds Host.Attempts and Host.Later. A host on which more URLs fail rests as a whole; a purge may leave some behind.
const maxAttempts = 32

// HostState is a host's record with the server's time of its last change.
type HostState struct {
	Host
	Token string // subject token of the host
	At    time.Time
	rev   uint64
}

// FreeAt is the server's time from which anybody may lease the host; zero for one that was never leased.
func (h HostState) FreeAt() time.Time {
	if h.By == "" && h.Lease+h.Wait == 0 {
		return time.Time{}
	}
	return h.At.Add(h.Lease + h.Wait)
}

// parseHost reads a record. One that cannot be read counts as that of a host which was asked just then: it must not stop the crawl of the host.
func parseHost(e bus.Entry) HostState {
	s := HostState{Token: e.Key, At: e.Time, rev: e.Revision}
	if json.Unmarshal(e.Value, &s.Host) != nil {
		s.Host = Host{Wait: time.Minute}
	}
	return s
}

// host reads a host's record and makes an empty one where there is none.
func (f *Frontier) host(ctx context.Context, host string) (HostState, error) {
	for range 3 {
		e, err := f.hosts.Get(ctx, host)
		if err == nil {
			return parseHost(e), nil
		}
		if !errors.Is(err, bus.ErrNotFound) {
			return HostState{}, fmt.Errorf("host record %s: %w", host, err)
		}
		if err := f.ensureHost(ctx, host); err != nil {
			return HostState{}, err
		}
	}
	return HostState{}, fmt.Errorf("host record %s: made, and not there", host)
}

func (f *Frontier) ensureHost(ctx context.Context, host string) error {
	data, err := json.Marshal(Host{})
	if err != nil {
		return err
	}
	if _, err := f.hosts.Create(ctx, host, data); err != nil && !errors.Is(err, bus.ErrExists) {
		return fmt.Errorf("host record %s: %w", host, err)
	}
	return nil
}

// update writes the record if nobody changed it since, and returns what the server holds then. Each write is signed with a number of its
// own: so a write that failed and was kept is recognised as done. bus.ErrConflict means that another changed it.
func (f *Frontier) update(ctx context.Context, s HostState) (HostState, error) {
	s.By = f.sign()
	data, err := json.Marshal(s.Host)
	if err != nil {
		return HostState{}, err
	}
	rev, failed := f.hosts.Update(ctx, s.Token, data, s.rev)
	e, err := f.readBack(ctx, s.Token, rev)
	if err != nil {
		return HostState{}, errors.Join(failed, fmt.Errorf("host record %s: %w", s.Token, err))
	}
	now := parseHost(e)
	switch {
	case now.By == s.By:
		return now, nil
	case failed == nil, errors.Is(failed, bus.ErrConflict):
		return now, fmt.Errorf("host record %s: %w", s.Token, bus.ErrConflict)
	}
	return HostState{}, fmt.Errorf("host record %s: %w", s.Token, failed)
}

// readBack reads a record until it is at least the revision that was written: in a cluster a replica that is behind may answer.
func (f *Frontier) readBack(ctx context.Context, host string, rev uint64) (bus.Entry, error) {
	for try := 1; ; try++ {
		e, err := f.hosts.Get(ctx, host)
		if err != nil || e.Revision >= rev {
			return e, err
		}
		if try == 10 {
			return e, fmt.Errorf("revision %d was written, and %d is read", rev, e.Revision)
		}
		if err := sleep(ctx, time.Duration(try)*10*time.Millisecond); err != nil {
			return e, err
		}
	}
}
