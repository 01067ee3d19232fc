package disk

import (
	"maps"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Edit changes one name. An inode that gets its first name is created, empty.
func (d *Disk) Edit(e *trace.Edit) {
	dir := d.writable(e.Parent, true)
	if e.Ino == 0 {
		delete(dir.names, e.Name)
		return
	}
	dir.names[e.Name] = EntryOf(e)
	if d.inodes[e.Ino] == nil {
		d.writable(e.Ino, e.Dir)
	}
}

// Writable returns the bytes of a file so that they can be changed. The file is created if it does not exist.
func (d *Disk) Writable(ino trace.Ino) *Content { return d.writable(ino, false).content }

// Put sets the bytes of a file. The file is created if it does not exist.
func (d *Disk) Put(ino trace.Ino, c *Content) { d.writable(ino, false).content = c }

// writable returns the inode so that it can be changed. It is created if it does not exist.
func (d *Disk) writable(ino trace.Ino, dir bool) *inode {
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
		own.content = n.content.Fork()
	case dir:
		own.names = map[string]Entry{}
	default:
		own.content = &Content{}
	}
	d.inodes[ino], d.last = own, max(d.last, Owner(ino))
	return own
}
