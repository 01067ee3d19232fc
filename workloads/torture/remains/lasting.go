package remains

import (
	"sync"
	"time"
)

// Additional goroutines may be about to end; some of goleveldb's wait for a second first. So the lab checks up to looks
// times whether they are still there. Before each check it pauses and lets all runnable goroutines have a turn. It
// counts checks rather than time, because on a machine too busy to let the goroutines end, the next check comes later
// as well. Only a finding needs all of the checks.
const (
	looks = 40
	pause = 100 * time.Millisecond
)

// seenToLast has the stacks of goroutines that did not end within all looks.
var seenToLast sync.Map

// last reports whether the additional goroutines are still there after all looks.
func (s *stay) last(first *holding) bool {
	stack := s.work.most()
	if _, known := seenToLast.Load(stack); known {
		return true
	}
	look := time.NewTicker(pause)
	defer look.Stop()
	for range looks {
		<-look.C
		letOthersRun()
		if s.work.count() <= first.goroutines+moreOfAnything {
			return false
		}
	}
	seenToLast.Store(stack, true)
	return true
}
