package explain

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// turn is the point of a run from which on a loss is fatal.
type turn struct {
	op     *faultfs.Op // the first filesystem operation after which a crash fails
	ack    *history.Op // set if the crash fails only because this commit had been acknowledged by then
	atOnce bool        // the loss is fatal from the first crash that can have it
}

// earliest returns the turn of a loss: the earliest crash, up to the tick last, that fails with exactly these operations lost.
func (x *explainer) earliest(lost []faultfs.PendingOp, last uint64) turn {
	trace, atOnce, since := x.life.Trace(), true, x.since()
	for i := range trace {
		op := &trace[i]
		if op.Tick > last {
			break
		}
		if !op.Changes() || op.Tick < since || len(lost) > 0 && !lost[0].Earlier && op.Tick < lost[0].Tick {
			continue
		}
		if !x.failsAt(op.Tick, lost) {
			atOnce = false
			continue
		}
		t, cut := turn{op: op, atOnce: atOnce}, x.life.Cut(op.Tick)
		if !x.fails(op.Tick, history.Cut{Acked: history.Tick(op.Tick), Called: cut.Called}, lost) {
			t.ack = x.acked(cut)
		}
		return t
	}
	return turn{}
}

// partly is a life in which not every crash can be judged.
type partly interface {
	// Since returns the first tick at which a crash can be judged.
	Since() uint64
}

func (x *explainer) since() uint64 {
	if life, is := x.life.(partly); is {
		return life.Since()
	}
	return 0
}

// lateMost limits the operations that late tries.
const lateMost = 64

// late looks for the end of a window in which crashes fail without any loss. The tick crash lies in the window. late
// returns the first later operation after which a crash does no harm, and the number of changes of the disk up to it.
// It returns nil if there is no such operation within lateMost, or if a crash in between fails in another way.
func (x *explainer) late(crash uint64) (op *faultfs.Op, after int) {
	trace := x.life.Trace()
	for i := range trace {
		op := &trace[i]
		if op.Tick <= crash || !op.Changes() {
			continue
		}
		if after++; after > lateMost || x.ctx.Err() != nil {
			break
		}
		switch x.life.Try(x.life.Point(op.Tick), nil, x.life.Cut(op.Tick)) {
		case explore.Accepted:
			return op, after
		case explore.FailsAlike, explore.FailsAkin:
		default:
			return nil, 0
		}
	}
	return nil, 0
}

// acked returns the latest commit that was acknowledged at the cut; or, if the failure is about copies of the store, the
// latest of these copies.
func (x *explainer) acked(cut history.Cut) *history.Op {
	var latest, copied *history.Op
	ops := x.life.History()
	for i := range ops {
		op := &ops[i]
		if op.Outcome != history.Acked || op.Return > cut.Acked {
			continue
		}
		if len(op.Writes) > 0 && (latest == nil || op.Return > latest.Return) {
			latest = op
		}
		if len(op.Writes) == 0 && slices.Contains(x.about, op.ID) && (copied == nil || op.Return > copied.Return) {
			copied = op
		}
	}
	return cmp.Or(copied, latest)
}

// culprit returns the last operation before a crash without which the crash would do no harm, or nil if there is none.
func (x *explainer) culprit(crash uint64) *faultfs.Op {
	trace := x.life.Trace()
	for i := len(trace) - 1; i >= 0 && !x.exhausted(); i-- {
		op := &trace[i]
		if op.Tick >= crash || op.Kind != faultfs.OpWrite && op.Kind != faultfs.OpTruncate && op.Kind != faultfs.OpRemove {
			continue
		}
		point := x.life.Without(i, crash)
		if point == nil {
			return nil
		}
		if x.life.Try(point, nil, x.life.Cut(crash)) == explore.Accepted {
			return op
		}
	}
	return nil
}
