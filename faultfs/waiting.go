package faultfs

import "slices"

// waitForBytes makes the sizes of a write, one for each page, follow the bytes of the write that they show.
func (q *queue) waitForBytes(op *Op, sizes, bytes []*pendingOp) {
	if len(sizes) == 0 || !q.rules.has(dataBeforeSize) {
		return
	}
	first := (sizes[0].size - 1) / pageBytes
	for _, p := range bytes {
		if p.end() > op.OldSize {
			size := sizes[p.off/pageBytes-first]
			size.after = append(size.after, p)
		}
	}
}

// hurrySizes releases the pending sizes of a file from the bytes below the size that a truncation sets at once.
func (q *queue) hurrySizes(op *Op) {
	if !q.rules.has(dataBeforeSize) {
		return
	}
	for i, p := range q.ops {
		if p.kind != pendingSize || p.ino != op.Ino || p.settled {
			continue
		}
		early := *p
		early.after = slices.DeleteFunc(slices.Clone(p.after), func(a *pendingOp) bool {
			return a.kind == pendingData && a.off < op.Size
		})
		q.ops[i] = &early
	}
}

// pushPages orders a write page by page: the bytes of a page and the size that shows them are kept or lost together.
func (q *queue) pushPages(op *Op, d *disk) {
	for off, rest := op.Off, op.Data; len(rest) > 0; {
		n := min(int64(len(rest)), pageBytes-off%pageBytes)
		size := &pendingOp{size: off + n, place: inOrder}
		if size.size > op.OldSize {
			q.pushSize(op, size)
		}
		first := len(q.ops)
		page := *op
		page.Off, page.Data = off, rest[:n:n]
		q.pushData(&page, d)
		size.after = append(size.after, q.ops[first:]...)
		off, rest = off+n, rest[n:]
	}
}
