package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pushNames queues the directory changes of a call: as one op, or as two if the rules split it.
func (q *queue) pushNames(op *trace.Op, d *disk.Disk) {
	if q.splits(op) {
		if op.Kind == trace.OpExchange {
			q.pushHalves(op, d)
		} else {
			q.pushMove(op, d)
		}
		return
	}
	p := q.nameChange(op, op.Edits, d)
	if op.Victim != 0 && op.Victim != op.Ino {
		q.moves(p, op.Victim)
	}
	q.appendNames(op, p)
}

// nameChange returns an op for directory changes of a call, which follows earlier changes to the same names and to
// names of the same file. Whatever else it must follow depends on the call.
func (q *queue) nameChange(op *trace.Op, edits []trace.Edit, d *disk.Disk) *pendingOp {
	p := &pendingOp{kind: pendingNames, edits: edits, place: inOrder}
	for _, e := range edits {
		p.follow(q.names[nameKey{e.Parent, e.Name}])
	}
	if op.Kind == trace.OpRemove && !op.Dir && q.rules.Has(model.DirectoriesSyncAlone) {
		p.moved, p.together = append(p.moved, op.Ino), append(p.together, q.changesOf(op.Ino)...)
	} else {
		q.moves(p, op.Ino)
	}
	switch op.Kind {
	case trace.OpRename:
		q.orderRename(p, op, d)
		if op.Dir {
			q.followEntries(p, op.Victim)
		}
	case trace.OpExchange:
		q.orderExchange(p, op, d)
	case trace.OpLink:
		for _, dir := range q.dirsAbove(op, d) {
			p.follow(q.made[dir])
		}
	case trace.OpRemove:
		if op.Dir {
			q.followEntries(p, op.Ino)
		}
	default:
	}
	if q.rules.Has(model.SyncTakesNames) {
		for _, e := range edits {
			if e.Ino != 0 {
				p.follow(q.made[e.Parent])
			}
		}
	}
	return p
}

// moves records that an op changes a name of a file, and makes it follow the previous op that did so.
func (q *queue) moves(p *pendingOp, ino trace.Ino) {
	p.moved = append(p.moved, ino)
	for _, earlier := range q.changesOf(ino) {
		p.follow(earlier)
	}
}

// changesOf returns the last op that changed a name of a file, followed by the earlier ones that may still be pending
// when it is durable (see pendingOp.together).
func (q *queue) changesOf(ino trace.Ino) (all []*pendingOp) {
	for next := q.moved[ino]; next != nil; {
		all = append(all, next)
		if len(next.together) == 0 {
			break
		}
		next = next.together[0]
	}
	return all
}

// appendNames queues an op that changes names.
func (q *queue) appendNames(op *trace.Op, p *pendingOp) {
	q.append(p, op.Tick)
	for _, e := range p.edits {
		q.names[nameKey{e.Parent, e.Name}] = p
	}
	for _, ino := range p.moved {
		q.moved[ino] = p
	}
	if op.Kind == trace.OpCreate && op.Dir {
		q.made[op.Ino] = p
	}
}

// followEntries makes the removal of a directory, or a rename over it, follow what moved its last entries out.
// Otherwise a file that was moved out could lose both of its names.
func (q *queue) followEntries(p *pendingOp, dir trace.Ino) {
	if dir == 0 {
		return
	}
	for _, earlier := range q.ops {
		if !earlier.inherited && earlier.touches(dir) {
			p.follow(earlier)
		}
	}
}
