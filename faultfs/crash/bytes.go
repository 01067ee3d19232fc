package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pushWrite queues the growth of the file, one step per page, and then the bytes. If the write leaves a hole, the first
// step goes to the end of the page in which the file ended, because the system clears that page up to its end and
// writes it.
func (q *queue) pushWrite(op *trace.Op, d *disk.Disk) {
	rest := q.exposed(op, d)
	if end := pageUp(op.OldSize); op.OldSize < end && end <= op.Off {
		q.pushSize(op, &pendingOp{size: end, place: delayed, clear: op.OldSize})
	}
	first := len(q.ops)
	for size := max(op.OldSize, op.Off); size < op.Size; {
		size = min(op.Size, (size/disk.PageBytes+1)*disk.PageBytes)
		q.pushSize(op, &pendingOp{size: size, place: delayed})
	}
	steps := len(q.ops) - first
	q.pushData(op, d)
	q.waitForBytes(op, q.ops[first:first+steps], q.ops[first+steps:])
	for _, s := range rest {
		q.pushUnwritten(op, s)
	}
}

// pushData splits a write at sector boundaries.
func (q *queue) pushData(op *trace.Op, d *disk.Disk) {
	for off, rest := op.Off, op.Data; len(rest) > 0; {
		n := min(int64(len(rest)), q.unit-off%q.unit)
		q.pushSector(op, d, off, rest[:n:n])
		off, rest = off+n, rest[n:]
	}
}

// pushSector queues the bytes of one call in one sector: as one piece, or in the pieces into which the device tears
// them. If garbage may show up in their place, that is queued first.
func (q *queue) pushSector(op *trace.Op, d *disk.Disk, off int64, data []byte) {
	stale := q.rules.Has(model.StaleBlocks) && q.newBlock(op.Ino, off/disk.PageBytes, d) && !q.sectorWritten(op.Ino, off)
	if q.device.Torn || stale {
		q.pushBytes(op, &pendingOp{off: off, data: garbage[:len(data)], stale: true})
	} else if cut := q.clearedBy(op, off); cut != nil {
		p := &pendingOp{off: off, data: garbage[:len(data)], stale: true}
		p.follow(cut) // before the truncation, this place is part of the file
		q.appendBytes(op, p)
	}
	if q.device.Tear {
		for _, n := range tears(len(data)) {
			q.pushBytes(op, &pendingOp{off: off, data: data[:n:n]})
			off, data = off+int64(n), data[n:]
		}
	}
	q.pushBytes(op, &pendingOp{off: off, data: data, clears: op.Kind == trace.OpTruncate})
}

// clearedBy returns the pending truncation that zeroed the sector at off, if a write there overwrites its zeros;
// otherwise nil. This matters only if blocks can be stale: until the zeros are written, the block still holds the bytes
// that were cut off.
func (q *queue) clearedBy(op *trace.Op, off int64) *pendingOp {
	last, cuts := q.data[sectorKey{op.Ino, off / q.unit}], q.cuts[op.Ino]
	if last == nil || !last.clears || op.Kind == trace.OpTruncate || len(cuts) == 0 || !q.rules.Has(model.StaleBlocks) {
		return nil
	}
	return cuts[len(cuts)-1]
}

// pushBytes queues a piece so that it follows the piece that it overwrites.
func (q *queue) pushBytes(op *trace.Op, p *pendingOp) {
	at := sectorKey{op.Ino, p.off / q.unit}
	p.follow(q.data[at])
	q.appendBytes(op, p)
	q.data[at] = p
}

// pushTail queues the zeros that a truncation within a page leaves in the rest of that page. The page is then dirty and
// is written back like any other, so the zeros, and anything written over them later, can reach the disk before the
// truncation does.
func (q *queue) pushTail(op *trace.Op, d *disk.Disk) {
	page := op.Size / disk.PageBytes
	switch {
	case q.rules.Has(model.DataInOrder | model.DataFollowsMetadata):
		return // they are in the sequence, after the truncation
	case q.newBlock(op.Ino, page, d) && !q.pageWritten(op.Ino, page):
		return // a hole
	}
	end := min(pageUp(op.Size), op.OldSize)
	for off := op.Size; off < end; {
		n := min(end-off, q.unit-off%q.unit)
		q.pushSector(op, d, off, zeros[:n:n])
		off += n
	}
}

// pageUp rounds an offset up to the end of its page.
func pageUp(off int64) int64 { return (off + disk.PageBytes - 1) / disk.PageBytes * disk.PageBytes }

// appendBytes queues a piece so that it follows the last truncation that freed its place. The file gets a block for the
// new bytes only after it was truncated, unless freed blocks are reused at once.
func (q *queue) appendBytes(op *trace.Op, p *pendingOp) {
	p.kind, p.ino = pendingData, op.Ino
	switch {
	case q.rules.Has(model.DataInOrder):
		p.place = inOrder
	case q.rules.Has(model.DataFollowsMetadata):
		p.place = delayed
	}
	if !q.rules.Has(model.FreedBlocksReused) {
		p.follow(q.freed(op.Ino, p.end()))
	}
	q.append(p, op.Tick)
}

// freed returns the last pending truncation of a file that freed the place of the byte before end. A truncation keeps
// the block of the page in which the file then ends, so that page does not count as freed, unless the rules give bytes
// a place in the sequence.
func (q *queue) freed(ino trace.Ino, end int64) *pendingOp {
	inSequence := q.rules.Has(model.DataInOrder | model.DataFollowsMetadata)
	for _, cut := range slices.Backward(q.cuts[ino]) {
		if cut.size < end && (inSequence || pageUp(cut.size) < end) {
			return cut
		}
	}
	return nil
}
