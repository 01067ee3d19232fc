package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// push turns a filesystem call into pending ops and queues them. d is what is durable so far.
func (q *queue) push(op *trace.Op, d *disk.Disk) {
	if len(op.Edits) > 0 {
		q.pushNames(op, d)
	}
	switch op.Kind {
	case trace.OpWrite:
		q.redirty(op)
		switch {
		case q.rules.Has(model.DataInOrder):
			q.pushPages(op, d)
		case q.rules.Has(model.AnyBytesBringSize):
			for _, page := range pagesOf(op) {
				q.pushWrite(page, d)
				q.freeSize(op.Ino)
			}
		default:
			q.pushWrite(op, d)
		}
	case trace.OpTruncate:
		if op.Size != op.OldSize {
			q.redirty(op)
			q.pushTruncate(op, d)
		}
	case trace.OpSetxattr:
		if op.Attr != nil {
			q.pushAttr(op)
		}
	default:
	}
}
