package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// covers returns a function that reports whether a sync covers a pending op: the bytes and size of a file, but never
// its name; the entries of a directory, but never what they refer to; and the extended attributes of either.
func covers(op *trace.Op) func(*pendingOp) bool {
	return func(p *pendingOp) bool {
		switch {
		case p.inherited:
			return false
		case p.touches(disk.Attrs(op.Ino)):
			return true
		case op.Dir:
			return p.touches(op.Ino)
		}
		return p.kind != pendingNames && p.ino == op.Ino
	}
}

// takes returns a function that reports whether a successful sync takes a pending op: one that it covers or, with
// SyncTakesNames, one that changes a name of the file or directory itself. With DirectoriesSyncAlone, that does not
// include a rename that replaced the file.
func (q *queue) takes(op *trace.Op) func(*pendingOp) bool {
	covered := covers(op)
	if !q.rules.Has(model.SyncTakesNames) {
		return covered
	}
	return func(p *pendingOp) bool {
		files := p.moved
		if q.rules.Has(model.DirectoriesSyncAlone) && !p.swaps {
			files = files[:min(1, len(files))]
		}
		return covered(p) || !p.inherited && slices.Contains(files, op.Ino)
	}
}

// reach marks what a successful sync makes durable: what it takes, and everything that those ops follow. It also
// returns the index of the first of them.
func (q *queue) reach(op *trace.Op) (durable []bool, first int) {
	first = len(q.ops)
	oldest, found := q.oldest[op.Ino]
	if !found {
		return nil, first
	}
	delete(q.oldest, op.Ino)
	durable, takes, todo := make([]bool, len(q.ops)), q.takes(op), q.todo[:0]
	mark := func(i int) {
		if !durable[i] && !q.ops[i].failedBytes() {
			durable[i], first = true, min(first, i)
			todo = append(todo, i)
		}
	}
	follow := func(ops []*pendingOp) {
		for _, a := range ops {
			if j, pending := position(q.ops, a.seq); pending {
				mark(j)
			}
		}
	}
	from, _ := position(q.ops, oldest)
	for i, p := range q.ops[from:] {
		switch {
		case !takes(p):
		case p.failed: // it stays, and a write may make it an ordinary op again
			q.mayTake(op.Ino, p)
		default:
			mark(from + i)
		}
	}
	inSequence := 0 // number of ops examined for their place in the sequence
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		follow(q.ops[i].after)
		if alone := op.Dir && (q.ops[i].touches(op.Ino) || q.ops[i].removes()); !alone {
			follow(q.ops[i].together)
		}
		for ; q.rules.Has(model.SyncTakesOrder) && q.ops[i].place != unordered && inSequence < i; inSequence++ {
			if p := q.ops[inSequence]; p.place == inOrder && p.mount == q.mount {
				mark(inSequence)
			}
		}
	}
	q.todo = todo
	return durable, first
}

// take removes what a successful sync makes durable, including predecessors, and returns it in order.
func (q *queue) take(op *trace.Op) []*pendingOp {
	durable, first := q.reach(op)
	var taken []*pendingOp
	rest := q.ops[:first]
	for i, p := range q.ops[first:] {
		if !durable[first+i] {
			rest = append(rest, p)
			continue
		}
		taken = append(taken, p)
		q.forget(p)
		if p.failed {
			q.failed--
		}
	}
	clear(q.ops[len(rest):])
	q.ops = rest
	q.clipTaken(op, taken)
	return taken
}

// clipTaken removes, from the ops that stay pending, the bytes freed by a truncation among the durable ops: failed
// bytes, and those of a file that the sync did not cover.
func (q *queue) clipTaken(op *trace.Op, durable []*pendingOp) {
	for _, p := range durable {
		if p.kind == pendingSize && p.cut && (q.failed > 0 || p.ino != op.Ino) {
			q.clip(p)
		}
	}
	if q.failed > 0 {
		q.countFailed()
	}
}

// clip removes from the pending ops the bytes that a truncation has freed.
func (q *queue) clip(cut *pendingOp) {
	for _, p := range q.ops {
		if p.kind == pendingData && p.ino == cut.ino && p.seq < cut.seq && p.off >= cut.size {
			q.forget(p)
		}
	}
	q.ops = clip(q.ops, cut.ino, cut.seq, cut.size)
}
