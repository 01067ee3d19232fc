package faultfs

import (
	"maps"
	"slices"
)

// name decides what one name stands for, given what the durable disk says.
func (im *image) name(at nameKey, e entry) entry {
	ops := im.index.where[at]
	im.look(ops)
	for _, i := range ops {
		if im.fates[i] != kept {
			continue
		}
		for _, edit := range im.point.pending[i].edits {
			if edit.Parent == at.parent && edit.Name == at.name {
				e = edit.entry()
			}
		}
	}
	return e
}

// names decides every name of a directory.
func (im *image) names(dir Ino, durable map[string]entry) map[string]entry {
	ops := im.index.names[dir]
	im.look(ops)
	all := make(map[string]entry, len(durable)+len(ops))
	maps.Copy(all, durable)
	for _, i := range ops {
		if im.fates[i] != kept {
			continue
		}
		for _, e := range im.point.pending[i].edits {
			switch {
			case e.Parent != dir:
			case e.Ino == 0:
				delete(all, e.Name)
			default:
				all[e.Name] = e.entry()
			}
		}
	}
	return all
}

// leftover is what a crash may have done to one file and nobody has looked at yet.
type leftover struct {
	*pendingFile
	sized  bool
	size   int64  // that the crash left, once sized
	filled []bool // sector ops whose sector is decided and lies in the content; made at the first one
	open   int    // how many sector ops below size are not filled
}

// size decides the size of a file and cuts or extends its content, which starts as the durable one. A file with more
// pending ops than the limit is decided as a whole: a family of sizes times a family of bytes would be too many.
func (im *image) size(n *node) {
	l := n.left
	if len(l.ops) > im.limit {
		im.look(l.ops)
	} else {
		im.look(l.sizes)
	}
	for _, i := range l.sizes {
		if im.fates[i] == kept {
			n.content.setSize(im.point.pending[i].size)
		}
	}
	below := l.below(n.content.size)
	l.sized, l.size, l.open = true, n.content.size, len(below)
	for _, s := range l.sectors[len(below):] {
		if im.fates[s.op] == undecided && im.point.pending[s.op].off >= l.size {
			im.put(int(s.op), false) // no block of the file holds it
		}
	}
}

// fill decides the sectors of [from, to) that the content does not have yet and puts their bytes in. What the crash
// left behind the size that it left stays out, even if the file has grown since.
func (im *image) fill(n *node, from, to int64) {
	l := n.left
	below := l.below(min(to, l.size))
	begin := min(l.find(from/l.unit), len(below))
	var ops []int
	for k := begin; k < len(below); k++ {
		if l.filled == nil || !l.filled[k] {
			ops = append(ops, int(below[k].op))
		}
	}
	if len(ops) == 0 {
		return
	}
	slices.Sort(ops)
	im.look(slices.Compact(ops))
	if l.filled == nil {
		l.filled = make([]bool, len(l.sectors))
	}
	for k := begin; k < len(below); {
		end := k + 1
		for end < len(below) && below[end].sector == below[k].sector {
			end++
		}
		if !l.filled[k] {
			im.fillSector(n, below[k:end])
			l.open -= end - k
		}
		for ; k < end; k++ {
			l.filled[k] = true
		}
	}
}

// fillSector replays the kept ops of one sector, in order, over the durable bytes.
func (im *image) fillSector(n *node, ops []sectorOp) {
	var buf [16]int32
	replay := buf[:0]
	for _, s := range ops {
		if im.fates[s.op] == kept {
			replay = append(replay, s.op)
		}
	}
	if len(replay) == 0 {
		return // size has cut the durable bytes already
	}
	if n.left.cuts {
		for _, i := range n.left.sizes {
			if im.fates[i] == kept && im.point.pending[i].cut {
				replay = append(replay, int32(i))
			}
		}
		slices.Sort(replay)
	}
	var small [sectorBytes]byte
	b, unit := small[:], n.left.unit
	if unit > sectorBytes {
		b = make([]byte, unit)
	}
	start := ops[0].sector * unit
	if d := im.point.disk.inodes[n.ino]; d != nil {
		d.content.readAt(b, start)
	}
	for _, i := range replay {
		p := im.point.pending[i]
		switch {
		case p.kind == pendingData:
			copy(b[max(0, p.off-start):], p.data[max(0, start-p.off):])
		case p.size < start+unit:
			clear(b[max(0, p.size-start):])
		}
	}
	n.content.writeAt(b[:min(unit, n.left.size-start)], start)
}
