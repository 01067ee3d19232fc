package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// takesSize reports whether the size becomes durable although the sync fails, because the journal still works.
func takesSize(o *trace.Op) bool {
	return o.Kind == trace.OpSync && !o.Dir && o.As != trace.AnyFailure
}

// fail makes the write-back of the op's file or directory fail. Write-back without a sync covers bytes only; the inode
// stays dirty.
func (q *queue) fail(op *trace.Op) {
	covered := covers(op)
	dirty := func(p *pendingOp) bool { return covered(p) && !p.failed }
	switch {
	case op.Dir || op.As == trace.AnyFailure && op.Kind == trace.OpSync:
		q.markFailed(dirty, trace.AnyFailure)
	default:
		q.markFailed(func(p *pendingOp) bool { return dirty(p) && p.kind == pendingData }, op.As)
	}
}

// markFailed records in the chosen ops that their write-back failed, and with what effect.
func (q *queue) markFailed(chosen func(*pendingOp) bool, as trace.Failure) {
	q.revise(chosen, func(p *pendingOp) {
		p.failed, p.journaled = true, as == trace.Ext4Journal
		p.absent = as != trace.AnyFailure && !p.journaled
	})
}

// evict drops from memory the bytes of a file whose write-back failed. They did not reach their place on the disk
// either, so all that remains of them is what a journal may replay.
func (q *queue) evict(op *trace.Op) {
	failed := func(p *pendingOp) bool { return p.failedBytes() && covers(op)(p) }
	q.drop(func(p *pendingOp) bool { return failed(p) && !p.journaled })
	q.revise(failed, func(p *pendingOp) { p.evicted = true })
}

// redirty turns the failed ops of the pages touched by a write into ordinary ones: the page is dirty again, so the next
// sync writes all of it. A file with a dirty page has a dirty inode, so its size is written as well. Bytes that an
// eviction has dropped from the page are not written. The journal loses them too, because it now has the new page.
func (q *queue) redirty(op *trace.Op) {
	if q.failed == 0 || len(op.Data) == 0 && op.Size == op.OldSize {
		return
	}
	first, last := op.Off/disk.PageBytes, (op.Off+int64(len(op.Data))-1)/disk.PageBytes
	dirty := func(p *pendingOp) bool {
		if !p.failed || p.ino != op.Ino || p.inherited {
			return false
		}
		page := p.off / disk.PageBytes
		return p.kind == pendingSize || p.kind == pendingData && len(op.Data) > 0 && page >= first && page <= last
	}
	q.drop(func(p *pendingOp) bool { return p.evicted && dirty(p) })
	q.revise(dirty, func(p *pendingOp) { p.failed, p.absent, p.journaled = false, false, false })
}

// revise replaces the chosen ops with changed copies, so that crash points keep what they saw.
func (q *queue) revise(chosen func(*pendingOp) bool, change func(*pendingOp)) {
	for i, p := range q.ops {
		if chosen(p) {
			c := *p
			change(&c)
			q.ops[i] = &c
		}
	}
	q.countFailed()
}

// drop removes the chosen ops: they never reached the disk and are no longer in memory.
func (q *queue) drop(chosen func(*pendingOp) bool) {
	q.ops = slices.DeleteFunc(q.ops, func(p *pendingOp) bool {
		if !chosen(p) {
			return false
		}
		q.forget(p)
		return true
	})
	q.countFailed()
}

func (q *queue) countFailed() {
	q.failed = 0
	for _, p := range q.ops {
		if p.failed {
			q.failed++
		}
	}
}
