package exporter

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine"
)

// events counts what a store reports through its listener but does not count itself.
type events struct {
	stalls           [len(stallReasons)]atomic.Int64
	compactions      [len(compactionReasons)]atomic.Int64
	dropped          atomic.Int64 // entries, by compactions
	checkpoints      atomic.Int64
	manifests        atomic.Int64
	logs             atomic.Int64
	commitsForgotten atomic.Int64
	cause            atomic.Pointer[error] // why the store was poisoned
}

// The values of the label reason. A reason of the engine that is not listed counts as the last.
var (
	stallReasons      = [...]string{"memtables", "level0", "small_tables", "other"}
	compactionReasons = [...]string{"level0", "level_size", "tombstones", "blob_garbage", "manual", "small_tables", "other"}
)

func stallIndex(r engine.StallReason) int {
	switch r {
	case engine.StallMemtables:
		return 0
	case engine.StallLevel0:
		return 1
	case engine.StallTables:
		return 2
	}
	return len(stallReasons) - 1
}

func compactionIndex(r engine.CompactionReason) int {
	switch r {
	case engine.CompactionLevel0:
		return 0
	case engine.CompactionSize:
		return 1
	case engine.CompactionTombstones:
		return 2
	case engine.CompactionBlobs:
		return 3
	case engine.CompactionManual:
		return 4
	case engine.CompactionSmall:
		return 5
	}
	return len(compactionReasons) - 1
}

// listener returns a listener that counts each event and passes it on to next.
func (e *events) listener(next *engine.EventListener) *engine.EventListener {
	l := engine.EventListener{}
	if next != nil {
		l = *next
	}
	l.CompactionDone = before(l.CompactionDone, func(c engine.CompactionInfo) {
		e.compactions[compactionIndex(c.Reason)].Add(1)
		e.dropped.Add(int64(c.Dropped))
	})
	l.WriteStall = before(l.WriteStall, func(s engine.StallInfo) { e.stalls[stallIndex(s.Reason)].Add(1) })
	l.CheckpointDone = before(l.CheckpointDone, func(engine.CheckpointInfo) { e.checkpoints.Add(1) })
	l.ManifestRolled = before(l.ManifestRolled, func(uint64) { e.manifests.Add(1) })
	l.WALCreated = before(l.WALCreated, func(uint64) { e.logs.Add(1) })
	l.CommitsForgotten = before(l.CommitsForgotten, func(uint64) { e.commitsForgotten.Add(1) })
	l.BackgroundError = before(l.BackgroundError, func(err error) { e.cause.Store(&err) })
	return &l
}

// before returns a function that calls count and then next, unless next is nil.
func before[T any](next, count func(T)) func(T) {
	if next == nil {
		return count
	}
	return func(info T) {
		count(info)
		next(info)
	}
}
