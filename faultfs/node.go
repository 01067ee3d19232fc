package faultfs

import "maps"

// node is a file, directory or symbolic link as the running program sees it.
type node struct {
	ino     Ino
	target  string    // of a symbolic link
	content *content  // of a file
	left    *leftover // of a file in a crash image; nil once all is decided
	errors  errseq    // its failed write-backs
	handles int       // how many handles are open
	name    string    // by which it was opened last
	// Of a directory. A name that is not in names is absent if complete, and otherwise as base and image say.
	names    map[string]entry
	complete bool
	removed  bool
	borrowed bool // names belongs to base: copy it before the first change
}

func (n *node) isDir() bool { return n.content == nil }

// node returns the file, directory or symbolic link of an entry.
func (fs *FS) node(e entry) *node {
	if n := fs.nodes[e.ino]; n != nil {
		return n
	}
	n := &node{ino: e.ino, target: e.target}
	fs.nodes[e.ino] = n
	if e.dir {
		fs.mountDir(n)
		return n
	}
	n.content = &content{}
	if durable := fs.base.inodes[e.ino]; durable != nil {
		n.content = durable.content.fork()
	}
	if fs.image != nil {
		if f := fs.image.index.files[e.ino]; f != nil {
			n.left = &leftover{pendingFile: f}
		}
	}
	return n
}

func (fs *FS) mountDir(n *node) {
	n.names, n.complete, n.borrowed = fs.base.names(n.ino), true, true
	if n.names == nil {
		n.names, n.borrowed = map[string]entry{}, false
	}
	if fs.image != nil && len(fs.image.index.names[n.ino]) > 0 {
		n.names, n.complete, n.borrowed = map[string]entry{}, false, false
	}
}

// lookup returns what a name in a directory stands for.
func (fs *FS) lookup(dir *node, name string) (entry, bool) {
	e, known := dir.names[name]
	if !known && !dir.complete {
		e = fs.image.name(nameKey{dir.ino, name}, fs.base.names(dir.ino)[name])
		dir.names[name] = e
	}
	return e, e.ino != 0
}

// list returns all names of a directory; the caller must not change the map.
func (fs *FS) list(dir *node) map[string]entry {
	if dir.complete {
		return dir.names
	}
	all := fs.image.names(dir.ino, fs.base.names(dir.ino))
	maps.Copy(all, dir.names)
	maps.DeleteFunc(all, func(_ string, e entry) bool { return e.ino == 0 })
	dir.names, dir.complete = all, true
	return all
}

// edit changes a directory as the running program sees it.
func (fs *FS) edit(e Edit) {
	dir := fs.nodes[e.Parent]
	if dir.borrowed {
		dir.names, dir.borrowed = maps.Clone(dir.names), false
	}
	switch {
	case e.Ino != 0:
		dir.names[e.Name] = e.entry()
	case dir.complete:
		delete(dir.names, e.Name)
	default:
		dir.names[e.Name] = entry{}
	}
}

// resolve decides what has to be known of a file before [from, to) is read or changed; its size in any case.
func (fs *FS) resolve(n *node, from, to int64) {
	if n.left == nil {
		return
	}
	if !n.left.sized {
		fs.image.size(n)
	}
	if from < to {
		fs.image.fill(n, from, to)
	}
	if n.left.open == 0 {
		n.left = nil
	}
}

// resolveWrite decides what has to be known of a file before [from, to) is written: where new blocks are stale that is
// whole pages, as it matters whether the disk has a block for them.
func (fs *FS) resolveWrite(n *node, from, to int64) {
	if n.left != nil && fs.image.point.model.rules().has(staleBlocks) {
		from, to = from-from%pageBytes, to+pageBytes-1-(to-1)%pageBytes
	}
	fs.resolve(n, from, to)
}

// size returns the size of a file in bytes.
func (fs *FS) size(n *node) int64 {
	fs.resolve(n, 0, 0)
	return n.content.size
}

// alloc returns an inode number that nothing on the disk, decided or not, has.
func (fs *FS) alloc() Ino {
	if fs.nextIno == 0 {
		fs.nextIno = fs.base.last
		if fs.image != nil {
			fs.nextIno = max(fs.nextIno, fs.image.index.last)
		}
	}
	fs.nextIno++
	return fs.nextIno
}
