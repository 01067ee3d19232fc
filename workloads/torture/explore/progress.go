package explore

import "sync/atomic"

// Progress is what explorers count while they work, for somebody who watches.
type Progress struct {
	Points, Images, Failures atomic.Int64
}
