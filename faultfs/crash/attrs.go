package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pushAttr queues the change of an extended attribute. It follows the previous change of the same attribute, and is
// durable once the file or directory is synced. It is not a change of the names of that file, so that a sync which takes
// the attribute need not take the name.
func (q *queue) pushAttr(op *trace.Op) {
	e := disk.AttrEdit(op.Ino, op.Attr)
	p := &pendingOp{kind: pendingNames, edits: []trace.Edit{e}, place: inOrder}
	p.follow(q.names[nameKey{e.Parent, e.Name}])
	q.appendNames(op, p)
}
