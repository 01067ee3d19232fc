package faultfs

import (
	"maps"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// node returns the file, directory or symbolic link of an entry.
func (fs *FS) node(e disk.Entry) *node {
	if n := fs.nodes[e.Ino]; n != nil {
		return n
	}
	n := &node{ino: e.Ino, target: e.Target, links: 1}
	fs.nodes[e.Ino] = n
	if e.Dir {
		fs.mountDir(n)
		return n
	}
	n.content = &disk.Content{}
	if durable := fs.base.Content(e.Ino); durable != nil {
		n.content = durable.Fork()
	}
	if fs.image != nil {
		n.left = fs.image.Leftover(e.Ino)
	}
	return n
}

func (fs *FS) mountDir(n *node) {
	n.names, n.complete, n.borrowed = fs.base.Names(n.ino), true, true
	if n.names == nil {
		n.names, n.borrowed = map[string]disk.Entry{}, false
	}
	if fs.image != nil && fs.image.NamesPending(n.ino) {
		n.names, n.complete, n.borrowed = map[string]disk.Entry{}, false, false
	}
}

// lookup returns what a name in a directory stands for.
func (fs *FS) lookup(dir *node, name string) (disk.Entry, bool) {
	e, known := dir.names[name]
	if !known && !dir.complete {
		e = fs.image.Name(dir.ino, name, fs.base.Names(dir.ino)[name])
		dir.names[name] = e
	}
	return e, e.Ino != 0
}

// list returns all names of a directory. The caller must not modify the map.
func (fs *FS) list(dir *node) map[string]disk.Entry {
	if dir.complete {
		return dir.names
	}
	all := fs.image.Names(dir.ino, fs.base.Names(dir.ino))
	maps.Copy(all, dir.names)
	maps.DeleteFunc(all, func(_ string, e disk.Entry) bool { return e.Ino == 0 })
	dir.names, dir.complete = all, true
	return all
}

// edit changes a directory as the running program sees it.
func (fs *FS) edit(e Edit) {
	dir := fs.nodes[e.Parent]
	if dir.borrowed {
		dir.names, dir.borrowed = maps.Clone(dir.names), false
	}
	if old := fs.nodes[dir.names[e.Name].Ino]; old != nil {
		old.links--
	}
	if n := fs.nodes[e.Ino]; n != nil {
		n.links++
	}
	switch {
	case e.Ino != 0:
		dir.names[e.Name] = disk.EntryOf(&e)
	case dir.complete:
		delete(dir.names, e.Name)
	default:
		dir.names[e.Name] = disk.Entry{}
	}
}

// alloc returns an inode number that nothing on the disk has, decided or not.
func (fs *FS) alloc() Ino {
	if fs.nextIno == 0 {
		fs.nextIno = fs.base.Last()
		if fs.image != nil {
			fs.nextIno = max(fs.nextIno, fs.image.LastIno())
		}
	}
	fs.nextIno++
	return fs.nextIno
}
