package explore

import "sync/atomic"

// Progress is what explorers count while they work, for whoever watches.
type Progress struct {
	Points, Images, Failures atomic.Int64
}
