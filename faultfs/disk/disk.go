package disk

import (
	"maps"
	"path"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// inode is a file or a directory.
type inode struct {
	content *Content         // the bytes of a file
	names   map[string]Entry // the names in a directory
	epoch   int              // the epoch of the disk that may change it
}

// Disk is a tree of directories and files. It is a persistent data structure: Share freezes it, and later changes copy
// what they touch.
type Disk struct {
	inodes map[trace.Ino]*inode
	last   trace.Ino // the greatest inode number in inodes
	epoch  int
	frozen bool // inodes is shared with a disk returned by Share
}

// New returns a disk with only an empty root directory.
func New() *Disk {
	return &Disk{inodes: map[trace.Ino]*inode{trace.Root: {names: map[string]Entry{}}}, last: trace.Root}
}

// Share returns a disk that never changes. Sharing a disk that has not changed since it was last shared writes nothing,
// so the images of a crash point may do so at the same time.
func (d *Disk) Share() *Disk {
	if !d.frozen {
		d.frozen = true
		d.epoch++
	}
	return &Disk{inodes: d.inodes, last: d.last, frozen: true, epoch: d.epoch}
}

// Last returns the greatest inode number of a file or directory on the disk.
func (d *Disk) Last() trace.Ino { return d.last }

// Content returns the bytes of a file, which the caller must not modify, or nil if there is no such file.
func (d *Disk) Content(ino trace.Ino) *Content {
	if n := d.inodes[ino]; n != nil {
		return n.content
	}
	return nil
}

// Size returns the size of a file in bytes, or 0 if there is no such file.
func (d *Disk) Size(ino trace.Ino) int64 {
	if c := d.Content(ino); c != nil {
		return c.size
	}
	return 0
}

// Names returns the names in a directory. The caller must not modify the map.
func (d *Disk) Names(dir trace.Ino) map[string]Entry {
	if n := d.inodes[dir]; n != nil {
		return n.names
	}
	return nil
}

// Parents returns the parent of every directory that has one.
func (d *Disk) Parents() map[trace.Ino]trace.Ino {
	parents := map[trace.Ino]trace.Ino{}
	for dir, n := range d.inodes { // each directory has one parent, so the order does not matter
		for _, e := range n.names {
			if e.Dir {
				parents[e.Ino] = dir
			}
		}
	}
	return parents
}

// Walk visits every name on the disk with its path, parents first, in the order of names.
func (d *Disk) Walk(visit func(path string, e Entry)) { d.walk(trace.Root, "", visit) }

func (d *Disk) walk(dir trace.Ino, prefix string, visit func(path string, e Entry)) {
	names := d.inodes[dir].names
	for _, name := range slices.Sorted(maps.Keys(names)) {
		e := names[name]
		full := path.Join(prefix, name)
		visit(full, e)
		if e.Dir {
			d.walk(e.Ino, full, visit)
		}
	}
}
