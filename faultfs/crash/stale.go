package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// What StaleBlocks needs to know: which blocks are new, and which of their bytes become readable without being written.

// sectorWritten reports whether a write to the sector is pending that came after its page got a new block.
func (q *queue) sectorWritten(ino trace.Ino, off int64) bool {
	last, cut := q.data[sectorKey{ino, off / q.unit}], q.freed(ino, off-off%disk.PageBytes+1)
	return last != nil && (cut == nil || cut.seq < last.seq)
}

// newBlock reports whether a page of a file has no block on the disk, or loses it in a pending truncation.
func (q *queue) newBlock(ino trace.Ino, page int64, d *disk.Disk) bool {
	if q.freed(ino, page*disk.PageBytes+1) != nil {
		return true
	}
	c := d.Content(ino)
	return c == nil || c.Hole(page*disk.PageBytes)
}

// pageWritten reports whether a write to the page is pending that came after it got a new block.
func (q *queue) pageWritten(ino trace.Ino, page int64) bool {
	for off := page * disk.PageBytes; off < (page+1)*disk.PageBytes; off += q.unit {
		if q.sectorWritten(ino, off) {
			return true
		}
	}
	return false
}

// span is the range [from, to) of bytes of a file.
type span struct{ from, to int64 }

// exposed returns the ranges of new blocks that a write or truncation makes readable without writing them: from the old
// end of the file to the end of its last block, and, in a block that the write allocates, what lies around the written
// bytes. It must be called before the op is queued.
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
		switch taken := q.pageWritten(op.Ino, page); {
		case !q.newBlock(op.Ino, page, d):
			continue
		case taken:
			shown.from = max(shown.from, op.OldSize)
		case max(shown.from, written.from) >= min(shown.to, written.to):
			continue // the page gets no block
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

// pushUnwritten queues what the disk may show in a part of a new block that no call has written: stale bytes, and after
// them the zeros that are written with the rest of the block. It is not split into sectors, because that would mean
// many questions. No write follows it, because the write of one sector says nothing about the others.
func (q *queue) pushUnwritten(op *trace.Op, s span) {
	stale := &pendingOp{off: s.from, data: garbage[:s.to-s.from], stale: true}
	q.appendBytes(op, stale)
	zeros := &pendingOp{off: s.from, data: zeros[:s.to-s.from], stale: true}
	zeros.follow(stale)
	q.appendBytes(op, zeros)
}
