package crash

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Timeline walks a trace and stops at ticks at which power might be cut. It knows what is durable there and what is
// pending. It is used by one goroutine and only moves forward.
type Timeline struct {
	model        model.Model
	ops          []trace.Op
	next         int // ops[:next] have happened
	disk         *disk.Disk
	queue        *queue
	ignoresSyncs bool       // the disk has ignored every sync, starting before the first op
	start        *disk.Disk // what was durable before the first op
	image        *Image     // the crash image on which the trace was recorded, or nil
	seen         uint64     // with image: its decisions up to this tick are part of the disk
	all          []trace.Op // with image: the whole trace; ops is its part up to seen
}

// NewTimeline returns a timeline positioned before the first op of a trace recorded on a disk. The disk is not changed.
// The trace must not change; ops may be appended to it, but the timeline does not see them.
func NewTimeline(ops []trace.Op, on *disk.Disk, m model.Model) *Timeline {
	return newTimeline(ops, on.Share(), m, nil)
}

// NewTimelineAfter returns a timeline of a trace recorded on a crash image. It starts from what had been decided about
// the image by tick seen. Everything else is undecided again, and no sync in the trace can make it durable. If it is
// advanced to a later tick, it starts again from what had been decided by that tick, because a recovery that went on
// has seen more.
func NewTimelineAfter(im *Image, ops []trace.Op, m model.Model, seen uint64) *Timeline {
	end, _ := slices.BinarySearchFunc(ops, seen, func(op trace.Op, tick uint64) int {
		return cmp.Or(cmp.Compare(op.Tick, tick), -1) // after the ops at that tick
	})
	durable, left := im.settle(seen)
	t := newTimeline(ops[:end], durable, m, left)
	t.ignoresSyncs, t.image, t.seen, t.all = im.point.ignoresSyncs, im, seen, ops
	return t
}

func newTimeline(ops []trace.Op, durable *disk.Disk, m model.Model, left []*pendingOp) *Timeline {
	return &Timeline{model: m, ops: slices.Clip(ops), disk: durable, queue: newQueue(m, left), start: durable.Share()}
}

// Advance moves past the last op at or before tick and returns the crash point there. The timeline of a crash image may
// look at the image, so the caller must hold the image's lock.
func (t *Timeline) Advance(tick uint64) Point {
	t.advance(tick)
	return Point{
		Tick: tick, model: t.model, disk: t.disk.Share(), pending: slices.Clone(t.queue.ops), ignoresSyncs: t.ignores(tick),
		start: t.start, past: t.ops[:t.next],
	}
}

// Reread moves past the last op at or before tick and returns the bytes of a file as read after its clean pages were
// dropped: what the disk has in place, plus what is still dirty in memory. NB: it applies the pending bytes to the
// timeline's own disk, so the timeline cannot be used afterwards.
func (t *Timeline) Reread(tick uint64, ino trace.Ino) *disk.Content {
	t.advance(tick)
	for _, p := range t.queue.ops {
		if p.kind != pendingNames && p.ino == ino && !p.inherited && !p.evicted {
			p.apply(t.disk)
		}
	}
	if on := t.disk.Content(ino); on != nil {
		return on.Fork()
	}
	return &disk.Content{}
}

func (t *Timeline) advance(tick uint64) {
	if t.image != nil && tick > t.seen {
		*t = *NewTimelineAfter(t.image, t.all, t.model, tick)
	}
	for t.next < len(t.ops) && t.ops[t.next].Tick <= tick {
		t.step(&t.ops[t.next])
		t.next++
	}
}

// ignores reports whether the disk ignores a sync at a tick.
func (t *Timeline) ignores(tick uint64) bool { return t.ignoresSyncs || t.model.Device.Ignores(tick) }

func (t *Timeline) step(op *trace.Op) {
	switch {
	case op.Fault == trace.Evict:
		t.queue.evict(op)
	case op.Fault == trace.FailedSync:
		t.queue.fail(op)
		if takesSize(op) && !t.ignores(op.Tick) {
			t.commit(op)
		}
	case op.Kind != trace.OpSync:
		t.queue.push(op, t.disk)
	case op.Fault == trace.NoEffect && !t.ignores(op.Tick):
		t.commit(op)
	default: // a sync without effect: lost, ignored by the disk, failed, or the entry that records its delay
	}
}

// commit makes durable what a sync makes durable.
func (t *Timeline) commit(op *trace.Op) {
	for _, p := range t.queue.take(op) {
		p.apply(t.disk)
	}
}
