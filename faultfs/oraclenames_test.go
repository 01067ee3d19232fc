package faultfs_test

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// What the oracle knows about names: the pieces that a call makes of them, and who owns them.

// addNames adds what a call does to names: one piece, or two if it moves a file to another directory and directories
// are synced one by one, or if it exchanges files across directories and power can be cut between the halves of a move.
func (o *oracle) addNames(op *faultfs.Op) {
	p := piece{op: op, edits: op.Edits, owners: []faultfs.Ino{op.Ino, op.Victim}}
	across := len(op.Edits) == 2 && op.Edits[0].Parent != op.Edits[1].Parent
	moves := op.Kind == faultfs.OpRename && across
	if op.Kind == faultfs.OpLink || across {
		p.above = o.directoriesAbove(op.Edits[len(op.Edits)-1].Parent)
	}
	if exchange(op) && across {
		p.above = append(p.above, o.directoriesAbove(op.Edits[0].Parent)...)
		if o.apart && !op.Edits[0].Dir && !op.Edits[1].Dir {
			second := p
			p.edits, second.edits = op.Edits[1:], op.Edits[:1]
			o.add(p)
			o.add(second) // after the first, because both are about both files
			return
		}
	}
	if !moves || op.Dir || !o.oneByOne {
		o.add(p)
		return
	}
	gone := piece{op: op, edits: op.Edits[:1], owners: []faultfs.Ino{op.Ino}}
	for i := range o.pieces { // both halves of a rename follow earlier changes of the old name
		if o.pieces[i].edits != nil && sameName(&o.pieces[i], &gone) {
			p.needs = append(p.needs, i)
		}
	}
	p.edits = op.Edits[1:]
	if !o.apart {
		p.beside = append(p.beside, len(o.pieces)+1)
	}
	o.add(p)
	gone.needs = append(gone.needs, len(o.pieces)-1)
	o.add(gone)
}

func sameName(a, b *piece) bool {
	for _, x := range a.edits {
		for _, y := range b.edits {
			if x.Parent == y.Parent && x.Name == y.Name {
				return true
			}
		}
	}
	return false
}

func sameOwner(a, b *piece) bool {
	return slices.ContainsFunc(a.owners, func(ino faultfs.Ino) bool { return ino != 0 && slices.Contains(b.owners, ino) })
}

// named reports whether the piece changes a name of the inode, from the point of view of a sync of that inode.
func (o *oracle) named(p *piece, ino faultfs.Ino) bool {
	return slices.Contains(p.owners, ino) && (!o.oneByOne || p.owners[0] == ino || exchange(p.op))
}

func exchange(op *faultfs.Op) bool { return op.Kind == faultfs.OpExchange }

// movesOneOf reports whether the piece makes, moves or removes one of some directories.
func (p *piece) movesOneOf(dirs []faultfs.Ino) bool {
	return p.op.Dir && slices.Contains(dirs, p.op.Ino) || exchange(p.op) && p.op.Edits[0].Dir && slices.Contains(dirs, p.op.Victim)
}

// removal reports whether the piece is the removal of a file's name.
func removal(p *piece) bool { return p.edits != nil && p.op.Kind == faultfs.OpRemove && !p.op.Dir }

func changes(p *piece, dir faultfs.Ino) bool {
	return slices.ContainsFunc(p.edits, func(e faultfs.Edit) bool { return e.Parent == dir })
}

// directoriesAbove returns dir and the directories above it, as the running program sees them now.
func (o *oracle) directoriesAbove(dir faultfs.Ino) (above []faultfs.Ino) {
	for dir != 1 && dir != 0 {
		above = append(above, dir)
		up := faultfs.Ino(0)
		for i := range o.pieces {
			for _, e := range o.pieces[i].edits {
				if e.Ino == dir {
					up = e.Parent
				}
			}
		}
		dir = up
	}
	return above
}
