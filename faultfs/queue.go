package faultfs

import "slices"

// queue is the ordered list of pending ops, with what is needed to find a new op's predecessors.
type queue struct {
	ops   []*pendingOp // by seq
	seq   int
	stuck int                      // how many ops are stuck
	names map[nameKey]*pendingOp   // last op that touched the name
	moved map[Ino]*pendingOp       // last op that gave or took a name of the inode
	sizes map[Ino]*pendingOp       // last op that set the size
	cuts  map[Ino][]*pendingOp     // ops that made the file shorter, oldest first
	data  map[sectorKey]*pendingOp // last op that wrote the sector
}

type nameKey struct {
	parent Ino
	name   string
}

type sectorKey struct {
	ino    Ino
	sector int64
}

// newQueue returns a queue that holds the ops left over from an earlier power cut, if any. Nothing follows those:
// whoever changes a thing has looked at it first, which settled what was pending about it.
func newQueue(left []*pendingOp) *queue {
	q := &queue{
		ops: left, names: map[nameKey]*pendingOp{}, moved: map[Ino]*pendingOp{},
		sizes: map[Ino]*pendingOp{}, cuts: map[Ino][]*pendingOp{}, data: map[sectorKey]*pendingOp{},
	}
	if len(left) > 0 {
		q.seq = left[len(left)-1].seq
	}
	return q
}

// push cuts a filesystem call into pending ops and appends them. above are the directories on the way to the name
// that a rename or link gives.
func (q *queue) push(op *Op, above []Ino) {
	if len(op.Edits) > 0 {
		q.pushNames(op, above)
	}
	switch op.Kind {
	case OpWrite:
		q.redirty(op)
		for size := max(op.OldSize, op.Off); size < op.Size; {
			size = min(op.Size, (size/pageBytes+1)*pageBytes)
			q.pushSize(op, size, false)
		}
		q.pushData(op)
	case OpTruncate:
		if op.Size != op.OldSize {
			q.redirty(op)
			q.pushSize(op, op.Size, op.Size < op.OldSize)
		}
	default:
	}
}

// pushNames orders directory changes after earlier ones of the same names and of the same inodes. Two more rules keep
// a file that only moves from having no name at all: its new name follows what made and moved the directories above
// it, and the removal of a directory follows what moved its last entries out.
func (q *queue) pushNames(op *Op, above []Ino) {
	p := &pendingOp{kind: pendingNames, edits: op.Edits, moved: []Ino{op.Ino}}
	if op.Victim != 0 && op.Victim != op.Ino {
		p.moved = append(p.moved, op.Victim)
	}
	for _, e := range op.Edits {
		p.follow(q.names[nameKey{e.Parent, e.Name}])
	}
	for _, ino := range p.moved {
		p.follow(q.moved[ino])
	}
	for _, ino := range above {
		p.follow(q.moved[ino])
	}
	if op.Kind == OpRemove && op.Dir {
		for _, inside := range q.ops {
			if !inside.settled && inside.touches(op.Ino) {
				p.follow(inside)
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

func (q *queue) pushSize(op *Op, size int64, cut bool) {
	p := &pendingOp{kind: pendingSize, ino: op.Ino, size: size, cut: cut}
	p.follow(q.sizes[op.Ino])
	q.append(p, op.Tick)
	q.sizes[op.Ino] = p
	if cut {
		q.cuts[op.Ino] = append(q.cuts[op.Ino], p)
	}
}

// pushData cuts a write at sector boundaries. A piece follows the piece it overwrites, and the last truncation that
// freed its sector: the new bytes lie in a block that the file has only if it was cut before.
func (q *queue) pushData(op *Op) {
	for off, rest := op.Off, op.Data; len(rest) > 0; {
		n := min(int64(len(rest)), sectorBytes-off%sectorBytes)
		p := &pendingOp{kind: pendingData, ino: op.Ino, off: off, data: rest[:n:n]}
		at := sectorKey{op.Ino, p.sector()}
		p.follow(q.data[at])
		p.follow(q.freed(op.Ino, p.end()))
		q.append(p, op.Tick)
		q.data[at] = p
		off, rest = off+n, rest[n:]
	}
}

// freed returns the last pending truncation of a file to less than end bytes.
func (q *queue) freed(ino Ino, end int64) *pendingOp {
	for _, cut := range slices.Backward(q.cuts[ino]) {
		if cut.size < end {
			return cut
		}
	}
	return nil
}

func (q *queue) append(p *pendingOp, tick uint64) {
	q.seq++
	p.seq, p.tick = q.seq, tick
	q.ops = append(q.ops, p)
}

// forget drops an op that is durable, or gone, from the search for predecessors.
func (q *queue) forget(p *pendingOp) {
	switch p.kind {
	case pendingSize:
		forget(q.sizes, p.ino, p)
		if cuts := q.cuts[p.ino]; p.cut && len(cuts) > 0 && cuts[0].seq == p.seq {
			q.cuts[p.ino] = cuts[1:]
		}
	case pendingData:
		forget(q.data, sectorKey{p.ino, p.sector()}, p)
	case pendingNames:
		for _, e := range p.edits {
			forget(q.names, nameKey{e.Parent, e.Name}, p)
		}
		for _, ino := range p.moved {
			forget(q.moved, ino, p)
		}
	}
}

func forget[K comparable](last map[K]*pendingOp, at K, p *pendingOp) {
	if q := last[at]; q != nil && q.seq == p.seq {
		delete(last, at)
	}
}
