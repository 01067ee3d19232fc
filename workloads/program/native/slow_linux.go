package native

import (
	"sync/atomic"
	"time"
)

// slowSyncs slows down the first syncs of a recorded run. A sync of the simulated disk takes microseconds, so that a client
// hardly ever acknowledges while one is in progress. On a real disk it takes milliseconds, and a server that answers before its
// sync returns gives acknowledgements that a power cut then breaks.
type slowSyncs struct{ left atomic.Int64 }

// The cost is bounded: a run takes at most half a second longer.
const (
	slowedSyncs = 100
	slowSync    = 5 * time.Millisecond
)

// begin makes the next syncs slow. Those of a setup are not, because nothing is acknowledged there.
func (s *slowSyncs) begin() { s.left.Store(slowedSyncs) }

// wait delays a sync if it is one of the first.
func (s *slowSyncs) wait() {
	if s.left.Load() > 0 && s.left.Add(-1) >= 0 {
		time.Sleep(slowSync) //nolint:forbidigo // the program that waits is real
	}
}
