package bustest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

// ErrInjected is the error of a call that a plan let fail, unless the fault names another.
var ErrInjected = errors.New("bustest: injected fault")

// Fault lets one call fail.
type Fault struct {
	Call string // its name, as Plan.Calls tells it: "Publish", "Bury", "hosts.Update", "URLS.Add", "TOKENS.At"
	Nth  int    // which of the calls of this name, from 1
	Kept bool   // false: it is not carried out; true: it is carried out, and reported failed all the same
	Err  error  // default ErrInjected
}

// String names the fault, for a subtest.
func (f Fault) String() string {
	kept := "not-kept"
	if f.Kept {
		kept = "kept"
	}
	return fmt.Sprintf("%s-%d-%s", f.Call, f.Nth, kept)
}

// Plan says which calls fail, and notes all calls. The zero value lets none fail. It is safe for use by several goroutines.
type Plan struct {
	Faults []Fault

	mu    sync.Mutex
	calls []string
	count map[string]int
	fired int
}

// Calls gives the names of the calls so far, in order.
func (p *Plan) Calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.calls...)
}

// Fired tells how many faults have come about.
func (p *Plan) Fired() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fired
}

// do runs a call as the plan wants it.
func (p *Plan) do(call string, f func() error) error {
	fault, hit := p.next(call)
	if !hit {
		return f()
	}
	if fault.Kept {
		if err := f(); err != nil {
			return err
		}
	}
	if fault.Err != nil {
		return fault.Err
	}
	return fmt.Errorf("%w: %s", ErrInjected, fault)
}

func (p *Plan) next(call string) (Fault, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == nil {
		p.count = map[string]int{}
	}
	p.calls = append(p.calls, call)
	p.count[call]++
	for _, f := range p.Faults {
		if f.Call == call && f.Nth == p.count[call] {
			p.fired++
			return f, true
		}
	}
	return Fault{}, false
}

// EachFault runs a scenario once without faults, and then once for every call it made and each way that call can fail. run builds
// its world anew each time, wraps it with the plan, works until the work is done (trying again as the real loop would), and
// checks that nothing was lost and nothing done twice.
func EachFault(t *testing.T, run func(t *testing.T, p *Plan)) {
	t.Helper()
	var clean Plan
	if !t.Run("no-fault", func(t *testing.T) { run(t, &clean) }) {
		return
	}
	nth := map[string]int{}
	for _, call := range clean.Calls() {
		nth[call]++
		for _, kept := range []bool{false, true} {
			f := Fault{Call: call, Nth: nth[call], Kept: kept}
			t.Run(f.String(), func(t *testing.T) {
				p := &Plan{Faults: []Fault{f}}
				run(t, p)
				if p.Fired() == 0 {
					t.Errorf("the call %s was not made again", f)
				}
			})
		}
	}
}
