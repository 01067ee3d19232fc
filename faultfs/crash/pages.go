package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pagesOf splits a write into one write per page, in order.
func pagesOf(op *trace.Op) (all []*trace.Op) {
	size := op.OldSize
	for off, rest := op.Off, op.Data; len(rest) > 0; {
		n := min(int64(len(rest)), disk.PageBytes-off%disk.PageBytes)
		page := *op
		page.Off, page.Data, page.OldSize, page.Size = off, rest[:n:n], size, max(size, off+n)
		all, size = append(all, &page), page.Size
		off, rest = off+n, rest[n:]
	}
	return all
}

// pushPages queues a write page by page: the bytes of a page are kept or lost together with the size that shows them.
func (q *queue) pushPages(op *trace.Op, d *disk.Disk) {
	for _, page := range pagesOf(op) {
		size := &pendingOp{size: page.Size, place: inOrder}
		if page.Size > page.OldSize {
			q.pushSize(page, size)
		}
		first := len(q.ops)
		q.pushData(page, d)
		size.after = append(size.after, q.ops[first:]...)
	}
}
