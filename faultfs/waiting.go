package faultfs

import (
	"math"
	"slices"
)

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

// bringSize frees the size that memory has, if any, when other pages of the file than its own wait to be written, too.
func (q *queue) bringSize(ino Ino) {
	last := q.sizes[ino]
	if last == nil || last.place == inOrder || !q.dirtyBeside(ino, (last.size-1)/pageBytes) {
		return
	}
	if i, pending := position(q.ops, last.seq); pending {
		free := *q.ops[i]
		free.after = nil
		free.follow(q.truncated[ino])
		q.ops[i] = &free
	}
}

// dirtyBeside reports whether another page of a file than the given one waits to be written. What was cut off does not.
func (q *queue) dirtyBeside(ino Ino, page int64) bool {
	pages := int64(math.MaxInt64) // that the file has kept since
	for _, p := range slices.Backward(q.ops) {
		if p.kind == pendingNames || p.ino != ino || p.settled {
			continue
		}
		at, dirty := p.off, !p.stuck
		if p.kind == pendingSize {
			at, dirty = p.clear, dirty && p.clear != 0
		}
		if dirty && at/pageBytes != page && at/pageBytes < pages {
			return true
		}
		if p.cut {
			pages = min(pages, (p.size+pageBytes-1)/pageBytes)
		}
	}
	return false
}

// pagesOf cuts a write into one for each page, in order.
func pagesOf(op *Op) (all []*Op) {
	size := op.OldSize
	for off, rest := op.Off, op.Data; len(rest) > 0; {
		n := min(int64(len(rest)), pageBytes-off%pageBytes)
		page := *op
		page.Off, page.Data, page.OldSize, page.Size = off, rest[:n:n], size, max(size, off+n)
		all, size = append(all, &page), page.Size
		off, rest = off+n, rest[n:]
	}
	return all
}

// pushPages orders a write page by page: the bytes of a page and the size that shows them are kept or lost together.
func (q *queue) pushPages(op *Op, d *disk) {
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
