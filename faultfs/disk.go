package faultfs

import "maps"

// entry is what a name in a directory stands for. A symbolic link is all in its entries: it has no content.
type entry struct {
	ino    Ino
	dir    bool
	target string // of a symbolic link; empty for all else
}

// inode is a file or a directory as it lies on a disk.
type inode struct {
	content *content         // of a file
	names   map[string]entry // of a directory
	epoch   int              // the disk epoch that may change it
}

// disk is what has certainly reached the platter. It is a persistent structure: share freezes it, later changes copy
// what they touch, so a crash point costs what differs from the one before.
type disk struct {
	inodes map[Ino]*inode
	last   Ino // the greatest inode number in inodes
	epoch  int
	frozen bool // inodes is shared with a disk handed out by share
}

func newDisk() *disk {
	return &disk{inodes: map[Ino]*inode{rootIno: {names: map[string]entry{}}}, last: rootIno}
}

// share returns a disk that will never change. Sharing one that has not changed since it was shared writes nothing, so
// the images of a crash point may do it at once.
func (d *disk) share() *disk {
	if !d.frozen {
		d.frozen = true
		d.epoch++
	}
	return &disk{inodes: d.inodes, last: d.last, frozen: true, epoch: d.epoch}
}

// writable returns the inode, made free to change; it comes into being if it is not there.
func (d *disk) writable(ino Ino, dir bool) *inode {
	n := d.inodes[ino]
	if n != nil && n.epoch == d.epoch && !d.frozen {
		return n
	}
	if d.frozen {
		d.inodes, d.frozen = maps.Clone(d.inodes), false
	}
	own := &inode{epoch: d.epoch}
	switch {
	case n != nil && n.names != nil:
		own.names = maps.Clone(n.names)
	case n != nil:
		own.content = n.content.fork()
	case dir:
		own.names = map[string]entry{}
	default:
		own.content = &content{}
	}
	d.inodes[ino], d.last = own, max(d.last, ino)
	return own
}

// size returns the size of a file in bytes; a file that is not there has none.
func (d *disk) size(ino Ino) int64 {
	if n := d.inodes[ino]; n != nil {
		return n.content.size
	}
	return 0
}

// names returns the names in a directory; the caller must not change the map.
func (d *disk) names(dir Ino) map[string]entry {
	if n := d.inodes[dir]; n != nil {
		return n.names
	}
	return nil
}

// apply makes a pending op part of the disk.
func (d *disk) apply(p *pendingOp) {
	switch p.kind {
	case pendingNames:
		for _, e := range p.edits {
			dir := d.writable(e.Parent, true)
			if e.Ino == 0 {
				delete(dir.names, e.Name)
				continue
			}
			dir.names[e.Name] = e.entry()
			if d.inodes[e.Ino] == nil {
				d.writable(e.Ino, e.Dir)
			}
		}
	case pendingSize:
		d.writable(p.ino, false).content.setSize(p.size)
	case pendingData:
		c := d.writable(p.ino, false).content
		if p.off < c.size { // what lies past the size is unreachable
			c.writeAt(p.data[:min(int64(len(p.data)), c.size-p.off)], p.off)
		}
	}
}
