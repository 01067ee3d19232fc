package faultfs

import "slices"

// queue is the ordered list of pending ops, with what is needed to find a new op's predecessors.
type queue struct {
	rules  rules
	device Device
	unit   int64
	mount  int32

	ops       []*pendingOp // by seq
	seq       int
	stuck     int                      // how many ops are stuck
	names     map[nameKey]*pendingOp   // last op that touched the name
	moved     map[Ino]*pendingOp       // last op that gave or took a name of the inode
	sizes     map[Ino]*pendingOp       // last op that set the size
	truncated map[Ino]*pendingOp       // last truncation, with sizesOvertake
	cuts      map[Ino][]*pendingOp     // ops that made the file shorter, oldest first
	data      map[sectorKey]*pendingOp // last op that wrote the sector
	todo      []int                    // scratch of take
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
func newQueue(model Model, left []*pendingOp) *queue {
	q := &queue{
		rules: model.rules(), device: model.Device, unit: model.unit(),
		ops: left, names: map[nameKey]*pendingOp{}, moved: map[Ino]*pendingOp{},
		sizes: map[Ino]*pendingOp{}, truncated: map[Ino]*pendingOp{}, cuts: map[Ino][]*pendingOp{},
		data: map[sectorKey]*pendingOp{},
	}
	if len(left) > 0 {
		last := left[len(left)-1]
		q.seq, q.mount = last.seq, last.mount+1
	}
	return q
}

// push cuts a filesystem call into pending ops and appends them. above are the directories on the way to the name
// that a rename or link gives, d is what is durable by now.
func (q *queue) push(op *Op, above []Ino, d *disk) {
	if len(op.Edits) > 0 {
		q.pushNames(op, above)
	}
	switch op.Kind {
	case OpWrite:
		q.redirty(op)
		switch {
		case q.rules.has(dataInOrder):
			q.pushPages(op, d)
		case q.rules.has(anyBytesBringSize):
			for _, page := range pagesOf(op) {
				q.pushWrite(page, d)
				q.bringSize(op.Ino)
			}
		default:
			q.pushWrite(op, d)
		}
	case OpTruncate:
		if op.Size != op.OldSize {
			q.redirty(op)
			q.pushTruncate(op, d)
		}
	default:
	}
}

// pushNames orders directory changes after earlier ones of the same names and of the same inodes. Two more rules keep
// a file that only moves from having no name at all: its new name follows what made and moved the directories above
// it, and the removal of a directory follows what moved its last entries out.
func (q *queue) pushNames(op *Op, above []Ino) {
	p := &pendingOp{kind: pendingNames, edits: op.Edits, moved: []Ino{op.Ino}, place: inOrder}
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
	if q.rules.has(syncTakesNames) {
		for _, e := range op.Edits {
			if e.Ino != 0 {
				p.follow(q.moved[e.Parent])
			}
		}
	}
	if op.Kind == OpRename && op.Victim != 0 && q.rules.has(renameWaitsForSize) {
		p.follow(q.sizes[op.Ino])
	}
	q.append(p, op.Tick)
	for _, e := range op.Edits {
		q.names[nameKey{e.Parent, e.Name}] = p
	}
	for _, ino := range p.moved {
		q.moved[ino] = p
	}
}

// pushWrite orders the growth of the file, in steps of a page, and then the bytes. If the write leaves a hole, the first
// step is to the end of the page that the file ended in: the system clears that page up to its end and writes it.
func (q *queue) pushWrite(op *Op, d *disk) {
	rest := q.uncovered(op, d)
	if end := (op.OldSize + pageBytes - 1) / pageBytes * pageBytes; op.OldSize < end && end <= op.Off {
		q.pushSize(op, &pendingOp{size: end, place: delayed, clear: op.OldSize})
	}
	first := len(q.ops)
	for size := max(op.OldSize, op.Off); size < op.Size; {
		size = min(op.Size, (size/pageBytes+1)*pageBytes)
		q.pushSize(op, &pendingOp{size: size, place: delayed})
	}
	steps := len(q.ops) - first
	q.pushData(op, d)
	q.waitForBytes(op, q.ops[first:first+steps], q.ops[first+steps:])
	for _, s := range rest {
		q.pushRest(op, s)
	}
}

// pushSize orders a size after the one before it, or after those that it cannot overtake.
func (q *queue) pushSize(op *Op, p *pendingOp) {
	p.kind, p.ino = pendingSize, op.Ino
	last := q.sizes[op.Ino]
	switch {
	case !q.rules.has(sizesOvertake) || last == nil:
		p.follow(last)
	case p.place == inOrder:
		q.followSizes(p)
	case last.place == inOrder || (last.size-1)/pageBytes == (p.size-1)/pageBytes:
		p.follow(last)
	default:
		p.follow(q.truncated[op.Ino])
	}
	q.append(p, op.Tick)
	q.sizes[op.Ino] = p
	if p.place == inOrder && q.rules.has(sizesOvertake) {
		q.truncated[op.Ino] = p
	}
}

// followSizes makes a truncation follow every size of the file.
func (q *queue) followSizes(p *pendingOp) {
	for _, size := range q.ops {
		if size.kind == pendingSize && size.ino == p.ino && !size.settled {
			p.after = append(p.after, size)
		}
	}
}

func (q *queue) pushTruncate(op *Op, d *disk) {
	rest := q.uncovered(op, d)
	if !q.rules.has(truncateWaitsForData) {
		q.hurrySizes(op)
	}
	p := &pendingOp{size: op.Size, cut: op.Size < op.OldSize, place: inOrder}
	if op.OldSize < op.Size && op.OldSize%pageBytes != 0 {
		p.clear = op.OldSize
	}
	q.pushSize(op, p)
	if p.cut {
		q.cuts[op.Ino] = append(q.cuts[op.Ino], p)
	}
	for _, s := range rest {
		q.pushRest(op, s)
	}
}

// pushData cuts a write at sector boundaries.
func (q *queue) pushData(op *Op, d *disk) {
	for off, rest := op.Off, op.Data; len(rest) > 0; {
		n := min(int64(len(rest)), q.unit-off%q.unit)
		q.pushSector(op, d, off, rest[:n:n])
		off, rest = off+n, rest[n:]
	}
}

// pushSector appends the bytes of one call in one sector: as one piece, or as the device tears them, with the garbage
// that may be found in their place before them.
func (q *queue) pushSector(op *Op, d *disk, off int64, data []byte) {
	stale := q.rules.has(staleBlocks) && q.fresh(op.Ino, off/pageBytes, d) && !q.placed(op.Ino, off)
	if q.device.Torn || stale {
		q.pushBytes(op, &pendingOp{off: off, data: garbage[:len(data)], stale: true})
	}
	if q.device.Tear {
		for _, n := range tears(len(data)) {
			q.pushBytes(op, &pendingOp{off: off, data: data[:n:n]})
			off, data = off+int64(n), data[n:]
		}
	}
	q.pushBytes(op, &pendingOp{off: off, data: data})
}

// pushBytes orders a piece after the piece that it overwrites.
func (q *queue) pushBytes(op *Op, p *pendingOp) {
	at := sectorKey{op.Ino, p.off / q.unit}
	p.follow(q.data[at])
	q.appendBytes(op, p)
	q.data[at] = p
}

// appendBytes orders a piece after the last truncation that freed its place: the new bytes lie in a block that the file
// has only if it was cut before, unless freed blocks are reused at once.
func (q *queue) appendBytes(op *Op, p *pendingOp) {
	p.kind, p.ino = pendingData, op.Ino
	switch {
	case q.rules.has(dataInOrder):
		p.place = inOrder
	case q.rules.has(dataFollowsMetadata):
		p.place = delayed
	}
	if !q.rules.has(freedBlocksReused) {
		p.follow(q.freed(op.Ino, p.end()))
	}
	q.append(p, op.Tick)
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
	p.seq, p.tick, p.mount = q.seq, tick, q.mount
	if !q.rules.has(metadataInOrder) {
		p.place = outside
	}
	q.ops = append(q.ops, p)
}

// forget drops an op that is durable, or gone, from the search for predecessors.
func (q *queue) forget(p *pendingOp) {
	switch p.kind {
	case pendingSize:
		forget(q.sizes, p.ino, p)
		forget(q.truncated, p.ino, p)
		if cuts := q.cuts[p.ino]; p.cut && len(cuts) > 0 && cuts[0].seq == p.seq {
			q.cuts[p.ino] = cuts[1:]
		}
	case pendingData:
		forget(q.data, sectorKey{p.ino, p.off / q.unit}, p)
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
