package crash

import (
	"math"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// waitForBytes handles a write, which sets a size for each of its pages. Each size must follow the bytes of its page
// that it makes readable.
func (q *queue) waitForBytes(op *trace.Op, sizes, bytes []*pendingOp) {
	if len(sizes) == 0 || !q.rules.Has(model.DataBeforeSize) {
		return
	}
	first := (sizes[0].size - 1) / disk.PageBytes
	for _, p := range bytes {
		if p.end() > op.OldSize {
			size := sizes[p.off/disk.PageBytes-first]
			size.after = append(size.after, p)
		}
	}
}

// releaseSizes handles a truncation that sets its size at once: the pending sizes of the file no longer wait for bytes
// below the new size.
func (q *queue) releaseSizes(op *trace.Op) {
	if !q.rules.Has(model.DataBeforeSize) {
		return
	}
	for i, p := range q.ops {
		if p.kind != pendingSize || p.ino != op.Ino || p.inherited {
			continue
		}
		early := *p
		early.after = slices.DeleteFunc(slices.Clone(p.after), func(a *pendingOp) bool {
			return a.kind == pendingData && a.off < op.Size
		})
		q.ops[i] = &early
	}
}

// freeSize implements AnyBytesBringSize: it frees the latest size of a file from the ops that it follows, if that size
// is pending and a page other than its own is dirty.
func (q *queue) freeSize(ino trace.Ino) {
	last := q.sizes[ino]
	if last == nil || last.place == inOrder || !q.dirtyElsewhere(ino, (last.size-1)/disk.PageBytes) {
		return
	}
	if i, pending := position(q.ops, last.seq); pending {
		free := *q.ops[i]
		free.after = nil
		free.follow(q.truncated[ino])
		q.ops[i] = &free
	}
}

// dirtyElsewhere reports whether the file has a dirty page other than the given one. Pages that were cut off do not
// count.
func (q *queue) dirtyElsewhere(ino trace.Ino, page int64) bool {
	pages := int64(math.MaxInt64) // number of pages that the file has kept since
	for _, p := range slices.Backward(q.ops) {
		if p.kind == pendingNames || p.ino != ino || p.inherited {
			continue
		}
		at, dirty := p.off, !p.failed
		if p.kind == pendingSize {
			at, dirty = p.clear, dirty && p.clear != 0
		}
		if dirty && at/disk.PageBytes != page && at/disk.PageBytes < pages {
			return true
		}
		if p.cut {
			pages = min(pages, (p.size+disk.PageBytes-1)/disk.PageBytes)
		}
	}
	return false
}
