package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// What StaleBlocks needs to know: which blocks are new, and what of them a call makes readable without writing it.

// placed reports whether bytes are pending for a sector since its page got a new block.
func (q *queue) placed(ino trace.Ino, off int64) bool {
	last, cut := q.data[sectorKey{ino, off / q.unit}], q.freed(ino, off-off%disk.PageBytes+1)
	return last != nil && (cut == nil || cut.seq < last.seq)
}

// fresh reports whether a page of a file has no block on the disk, or loses it to a truncation that is pending.
func (q *queue) fresh(ino trace.Ino, page int64, d *disk.Disk) bool {
	if q.freed(ino, page*disk.PageBytes+1) != nil {
		return true
	}
	c := d.Content(ino)
	return c == nil || c.Hole(page*disk.PageBytes)
}

// hasBytes reports whether bytes are pending for a page since it got a new block.
func (q *queue) hasBytes(ino trace.Ino, page int64) bool {
	for off := page * disk.PageBytes; off < (page+1)*disk.PageBytes; off += q.unit {
		if q.placed(ino, off) {
			return true
		}
	}
	return false
}

// span is a range of bytes of a file, to excluded.
type span struct{ from, to int64 }

// exposed returns what a write or truncation makes readable of new blocks without writing it: what lies behind the old
// end of the file in the block that it ended in, and what lies around the bytes in a block that the write takes. It is to
// be called before the op is queued.
func (q *queue) exposed(op *trace.Op, d *disk.Disk) (all []span) {
	if !q.rules.Has(model.StaleBlocks) {
		return nil
	}
	written := span{op.Off, op.Off + int64(len(op.Data))}
	if op.Kind == trace.OpTruncate {
		written = span{op.Size, op.Size}
	}
	pages := []int64{op.OldSize / disk.PageBytes, written.from / disk.PageBytes, (written.to - 1) / disk.PageBytes}
	slices.Sort(pages)
	for _, page := range slices.Compact(pages) {
		shown := span{page * disk.PageBytes, min((page+1)*disk.PageBytes, op.Size)}
		switch taken := q.hasBytes(op.Ino, page); {
		case !q.fresh(op.Ino, page, d):
			continue
		case taken:
			shown.from = max(shown.from, op.OldSize)
		case max(shown.from, written.from) >= min(shown.to, written.to):
			continue // it gets no block
		}
		for _, s := range []span{
			{shown.from, min(shown.to, written.from)},
			{max(shown.from, written.to), shown.to},
		} {
			if s.from < s.to {
				all = append(all, s)
			}
		}
	}
	return all
}

// pushUnwritten appends what the disk may show in a part of a new block that no call has written: stale bytes, and after them
// the zeros that come with the bytes of the block. It is not cut into sectors, which would be many questions, and no
// write follows it: a sector that was written says nothing about the others.
func (q *queue) pushUnwritten(op *trace.Op, s span) {
	stale := &pendingOp{off: s.from, data: garbage[:s.to-s.from], stale: true}
	q.appendBytes(op, stale)
	zeros := &pendingOp{off: s.from, data: zeros[:s.to-s.from], stale: true}
	zeros.follow(stale)
	q.appendBytes(op, zeros)
}
