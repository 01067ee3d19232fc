package lightning

import (
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// sharedChecks are standing checks that run once per process. Explorers that need the answers at the same time share the work:
// instead of waiting for a check that another one runs, an explorer runs the next check that nobody has begun.
type sharedChecks struct {
	checks []torture.StandingCheck
	begun  atomic.Int64 // number of checks that somebody has begun; they are begun in order
	failed atomic.Bool  // one of them has failed, so those after it are no longer needed
}

// share returns the checks with answers that are found once, by all callers together.
func share(checks []torture.StandingCheck) []torture.StandingCheck {
	s := &sharedChecks{checks: make([]torture.StandingCheck, len(checks))}
	shared := make([]torture.StandingCheck, len(checks))
	for i, check := range checks {
		var done atomic.Bool
		once := sync.OnceValue(func() error {
			defer done.Store(true)
			err := check.Run()
			if err != nil {
				s.failed.Store(true)
			}
			return err
		})
		s.checks[i] = torture.StandingCheck{Name: check.Name, Run: once}
		shared[i] = torture.StandingCheck{Name: check.Name, Run: func() error {
			for !done.Load() && !s.failed.Load() && s.next() {
			}
			return once()
		}}
	}
	return shared
}

// next runs the next check that nobody has begun, whose answer is for later. It returns false if there is none.
func (s *sharedChecks) next() bool {
	i := int(s.begun.Add(1)) - 1
	if i >= len(s.checks) {
		return false
	}
	_ = s.checks[i].Run()
	return true
}
