package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pushNames queues the directory changes of a call as one op, after earlier changes to the same names and to names of
// the same files. What else it must follow depends on the call.
func (q *queue) pushNames(op *trace.Op, d *disk.Disk) {
	p := &pendingOp{kind: pendingNames, edits: op.Edits, moved: []trace.Ino{op.Ino}, place: inOrder}
	if op.Victim != 0 && op.Victim != op.Ino {
		p.moved = append(p.moved, op.Victim)
	}
	for _, e := range op.Edits {
		p.follow(q.names[nameKey{e.Parent, e.Name}])
	}
	for _, ino := range p.moved {
		p.follow(q.moved[ino])
	}
	switch op.Kind {
	case trace.OpRename:
		q.orderRename(p, op, d)
	case trace.OpLink:
		q.followDirsAbove(p, op, d)
	case trace.OpRemove:
		q.orderRemove(p, op)
	default:
	}
	if q.rules.Has(model.SyncTakesNames) {
		for _, e := range op.Edits {
			if e.Ino != 0 {
				p.follow(q.moved[e.Parent])
			}
		}
	}
	q.append(p, op.Tick)
	for _, e := range op.Edits {
		q.names[nameKey{e.Parent, e.Name}] = p
	}
	for _, ino := range p.moved {
		q.moved[ino] = p
	}
}

// orderRemove makes the removal of a directory follow what moved its last entries out. Otherwise a file that was moved
// could lose both of its names.
func (q *queue) orderRemove(p *pendingOp, op *trace.Op) {
	if !op.Dir {
		return
	}
	for _, earlier := range q.ops {
		if !earlier.inherited && earlier.touches(op.Ino) {
			p.follow(earlier)
		}
	}
}
