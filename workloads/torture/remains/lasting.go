package remains

import (
	"sync"
	"time"
)

// Goroutines that have become more may be on their way out, as those of goleveldb are that wait for a second before they end. They
// are looked at so often, with a pause before each look, after which all that can run has its turn. The looks count, and not the
// time: on a machine that is too busy to let them end, the next look comes later, too. Only a finding takes all of them.
const (
	looks = 40
	pause = 100 * time.Millisecond
)

// seenToLast are the stacks of goroutines that did not end while somebody waited.
var seenToLast sync.Map

// last reports whether the goroutines that have become more are still there after a while.
func (s *stay) last(first *holding) bool {
	stack := s.work.Most()
	if _, known := seenToLast.Load(stack); known {
		return true
	}
	look := time.NewTicker(pause)
	defer look.Stop()
	for range looks {
		<-look.C
		letOthersRun()
		if s.work.Count() <= first.goroutines+moreOfAnything {
			return false
		}
	}
	seenToLast.Store(stack, true)
	return true
}
