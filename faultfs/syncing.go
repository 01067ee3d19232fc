package faultfs

import "syscall"

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

// take removes what a successful sync makes durable, predecessors included, and returns it in order.
func (q *queue) take(op *Op) []*pendingOp {
	durable, covered := make([]bool, len(q.ops)), covers(op)
	for i := len(q.ops) - 1; i >= 0; i-- {
		p := q.ops[i]
		if !durable[i] && (p.stuck || !covered(p)) {
			continue
		}
		durable[i] = true
		for _, a := range p.after {
			if j, pending := position(q.ops, a.seq); pending {
				durable[j] = true
			}
		}
	}
	var taken []*pendingOp
	rest := make([]*pendingOp, 0, len(q.ops))
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
	q.ops = rest
	q.cutStuck(taken)
	return taken
}

// cutStuck takes from the stuck ops what a truncation freed that is durable now.
func (q *queue) cutStuck(durable []*pendingOp) {
	if q.stuck == 0 {
		return
	}
	for _, p := range durable {
		if p.kind == pendingSize && p.cut {
			q.ops = clip(q.ops, p.ino, p.seq, p.size)
		}
	}
	q.stuck = 0
	for _, p := range q.ops {
		if p.stuck {
			q.stuck++
		}
	}
}

// stick marks the ops that a failed sync of the op's file or directory should have made durable.
func (q *queue) stick(op *Op) { q.mark(true, covers(op)) }

// redirty makes the stuck ops of the pages that a write touches ordinary again: the page is dirty, so the next sync
// writes all of it. A file of which anything is dirty has a dirty inode, so its size is written with it.
func (q *queue) redirty(op *Op) {
	if q.stuck == 0 {
		return
	}
	first, last := op.Off/pageBytes, (op.Off+int64(len(op.Data))-1)/pageBytes
	q.mark(false, func(p *pendingOp) bool {
		if p.ino != op.Ino || p.settled {
			return false
		}
		page := p.off / pageBytes
		return p.kind == pendingSize || p.kind == pendingData && len(op.Data) > 0 && page >= first && page <= last
	})
}

// mark replaces the chosen ops by copies that are stuck, or are not.
func (q *queue) mark(stuck bool, chosen func(*pendingOp) bool) {
	for i, p := range q.ops {
		if p.stuck == stuck || !chosen(p) {
			continue
		}
		c := *p
		c.stuck = stuck
		q.ops[i] = &c
		if stuck {
			q.stuck++
		} else {
			q.stuck--
		}
	}
}

// sync carries a sync out, which a fault can hit. After a failed one every other handle that was open on the file
// reports EIO once as well, in place of syncing: Linux keeps the error for each open file description.
func (f *file) sync(call string) error {
	effect, err := f.fs.inject(OpSync, call, f.node.ino, f.name)
	if err != nil {
		return err
	}
	op := Op{Kind: OpSync, Path: f.name, Ino: f.node.ino, Dir: f.node.isDir(), Fault: effect}
	switch {
	case effect == FailedSync:
		f.node.failed++
		err = f.fail(call, syscall.EIO)
	case f.failed != f.node.failed:
		op.Fault, err = EIO, f.fail(call, syscall.EIO)
	}
	f.failed = f.node.failed
	f.fs.record(op)
	return err
}
