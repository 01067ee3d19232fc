package faultfs

import (
	"slices"
	"syscall"
)

// covers returns the test whether a sync of the op's file or directory is about a pending op: bytes and size of a
// file, never its name; the entries of a directory, never what they lead to.
func covers(op *Op) func(*pendingOp) bool {
	return func(p *pendingOp) bool {
		switch {
		case p.settled:
			return false
		case op.Dir:
			return p.touches(op.Ino)
		}
		return p.kind != pendingNames && p.ino == op.Ino
	}
}

// takes returns the test whether a successful sync is about a pending op: what it covers, and with syncTakesNames the
// names of the file or directory itself.
func (q *queue) takes(op *Op) func(*pendingOp) bool {
	covered := covers(op)
	if !q.rules.has(syncTakesNames) {
		return covered
	}
	return func(p *pendingOp) bool { return covered(p) || !p.settled && slices.Contains(p.moved, op.Ino) }
}

// reach marks what a successful sync makes durable: what it takes, and what that must follow.
func (q *queue) reach(op *Op) []bool {
	durable, takes, todo := make([]bool, len(q.ops)), q.takes(op), q.todo[:0]
	mark := func(i int) {
		if !durable[i] && !q.ops[i].adrift() {
			durable[i] = true
			todo = append(todo, i)
		}
	}
	for i, p := range q.ops {
		if !p.stuck && takes(p) {
			mark(i)
		}
	}
	inSequence := 0 // how many ops have been looked at for their place in it
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, a := range q.ops[i].after {
			if j, pending := position(q.ops, a.seq); pending {
				mark(j)
			}
		}
		for ; q.rules.has(syncTakesOrder) && q.ops[i].place != outside && inSequence < i; inSequence++ {
			if p := q.ops[inSequence]; p.place == inOrder && p.mount == q.mount {
				mark(inSequence)
			}
		}
	}
	q.todo = todo
	return durable
}

// take removes what a successful sync makes durable, predecessors included, and returns it in order.
func (q *queue) take(op *Op) []*pendingOp {
	durable := q.reach(op)
	var taken []*pendingOp
	rest := q.ops[:0]
	for i, p := range q.ops {
		if !durable[i] {
			rest = append(rest, p)
			continue
		}
		taken = append(taken, p)
		q.forget(p)
		if p.stuck {
			q.stuck--
		}
	}
	clear(q.ops[len(rest):])
	q.ops = rest
	q.clipTaken(op, taken)
	return taken
}

// clipTaken takes from the ops that stay pending what a truncation freed that is durable now: bytes that are stuck, and
// those of a file that the sync was not about.
func (q *queue) clipTaken(op *Op, durable []*pendingOp) {
	for _, p := range durable {
		if p.kind == pendingSize && p.cut && (q.stuck > 0 || p.ino != op.Ino) {
			q.clip(p)
		}
	}
	if q.stuck > 0 {
		q.countStuck()
	}
}

// clip takes from the pending ops what a truncation has freed.
func (q *queue) clip(cut *pendingOp) {
	for _, p := range q.ops {
		if p.kind == pendingData && p.ino == cut.ino && p.seq < cut.seq && p.off >= cut.size {
			q.forget(p)
		}
	}
	q.ops = clip(q.ops, cut.ino, cut.seq, cut.size)
}

// sync carries a sync out, which a fault can hit. An earlier failure of write-back that the handle has not reported yet
// is reported in place of syncing.
func (f *file) sync(name string) error {
	rule, err := f.fs.inject(call{kind: OpSync, name: name, path: f.name, node: f.node})
	if err != nil {
		return err
	}
	op := Op{Kind: OpSync, Path: f.name, Ino: f.node.ino, Dir: f.node.isDir(), Fault: rule.effect()}
	if op.Fault == FailedSync {
		op.As = rule.As
		f.fs.record(op)
		return f.failSync(name)
	}
	if f.node.errors.check(&f.heard) {
		op.Fault, err = EIO, f.fail(name, syscall.EIO)
	}
	f.fs.record(op)
	return err
}
