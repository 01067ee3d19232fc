package record

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Cuts finds the cut of a history that belongs to a crash at a tick.
type Cuts struct {
	ops     []uint64 // ticks of the filesystem operations
	returns []history.Tick
	calls   []history.Tick
}

// Bounds holds how many operations had been acknowledged and called before a crash. Two crash points with the same
// bounds and the same recovered state get the same verdict.
type Bounds struct{ acked, called int }

// NewCuts prepares the cuts of a trace and its history.
func NewCuts(trace []faultfs.Op, ops []history.Op) *Cuts {
	c := &Cuts{}
	for i := range trace {
		c.ops = append(c.ops, trace[i].Tick)
	}
	for i := range ops {
		c.calls = append(c.calls, ops[i].Call)
		c.returns = append(c.returns, ops[i].Return)
	}
	slices.Sort(c.returns)
	return c
}

// At returns the sharpest cut for a disk that has seen the operation at tick and no later one: operations acknowledged
// before the next filesystem operation count as acknowledged, and operations called after this one as not started.
func (c *Cuts) At(tick uint64) history.Cut {
	acked := history.Tick(tick)
	if next, _ := slices.BinarySearch(c.ops, tick+1); next < len(c.ops) {
		acked = history.Tick(c.ops[next] - 1)
	} else if answered, _ := slices.BinarySearch(c.returns, history.Never); answered > 0 {
		acked = max(acked, c.returns[answered-1])
	}
	return history.Cut{Acked: acked, Called: history.Tick(tick)}
}

// Bounds returns the bounds of a cut.
func (c *Cuts) Bounds(cut history.Cut) Bounds {
	acked, _ := slices.BinarySearch(c.returns, cut.Acked+1)
	called, _ := slices.BinarySearch(c.calls, cut.Called+1)
	return Bounds{acked, called}
}
