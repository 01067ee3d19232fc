package remains

import (
	"sync"
	"time"
)

// lingers is how long goroutines are waited for that have become more and may be on their way out, as those of goleveldb are
// that wait for a second before they end. Only a finding takes the time: who is busy waits longer and comes to the same result.
const lingers = 2 * time.Second

// seenToLast are the stacks of goroutines that did not end while somebody waited.
var seenToLast sync.Map

// last reports whether the goroutines that have become more are still there after a while.
func (s *stay) last(first *holding) bool {
	stack := s.work.Most()
	if _, known := seenToLast.Load(stack); known {
		return true
	}
	end, look := time.NewTimer(lingers), time.NewTicker(lingers/20)
	defer end.Stop()
	defer look.Stop()
	for {
		select {
		case <-end.C:
			seenToLast.Store(stack, true)
			return true
		case <-look.C:
			if s.work.Count() <= first.goroutines+moreOfAnything {
				return false
			}
		}
	}
}
