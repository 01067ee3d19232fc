package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pushSize queues a size so that it follows the previous one, or those that it cannot overtake.
func (q *queue) pushSize(op *trace.Op, p *pendingOp) {
	p.kind, p.ino = pendingSize, op.Ino
	last := q.sizes[op.Ino]
	switch {
	case !q.rules.Has(model.SizesOvertake) || last == nil:
		p.follow(last)
	case p.place == inOrder:
		q.followSizes(p)
	case last.place == inOrder || (last.size-1)/disk.PageBytes == (p.size-1)/disk.PageBytes:
		p.follow(last)
	default:
		p.follow(q.truncated[op.Ino])
	}
	q.append(p, op.Tick)
	q.sizes[op.Ino] = p
	if p.place == inOrder && q.rules.Has(model.SizesOvertake) {
		q.truncated[op.Ino] = p
	}
}

// followSizes makes a truncation follow every size of the file.
func (q *queue) followSizes(p *pendingOp) {
	for _, size := range q.ops {
		if size.kind == pendingSize && size.ino == p.ino && !size.inherited {
			p.after = append(p.after, size)
		}
	}
}

// pushTruncate queues a size set by a truncation.
func (q *queue) pushTruncate(op *trace.Op, d *disk.Disk) {
	rest := q.exposed(op, d)
	if !q.rules.Has(model.TruncateWaitsForData) {
		q.releaseSizes(op)
	}
	p := &pendingOp{size: op.Size, cut: op.Size < op.OldSize, place: inOrder}
	if op.OldSize < op.Size && op.OldSize%disk.PageBytes != 0 {
		p.clear = op.OldSize
	}
	q.pushSize(op, p)
	if p.cut {
		q.cuts[op.Ino] = append(q.cuts[op.Ino], p)
		q.pushTail(op, d)
	}
	for _, s := range rest {
		q.pushUnwritten(op, s)
	}
}
