package faultfs

import (
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// SetXattr sets or removes an extended attribute of the inode. It is durable once the inode is synced.
func (i Inode) SetXattr(a Attr) error {
	i.fs.mu.Lock()
	defer i.fs.leave()
	at := i.node.path()
	if _, err := i.fs.inject(call{kind: OpSetxattr, name: "setxattr", path: at, node: i.node, changes: true}); err != nil {
		return err
	}
	i.fs.lookup(i.attrs(), a.Name) // decides what a crash left of it, over which the change goes
	i.fs.record(Op{Kind: OpSetxattr, Path: at, Ino: i.node.ino, Dir: i.node.isDir(), Attr: &a})
	i.fs.edit(disk.AttrEdit(i.node.ino, &a))
	return nil
}

// Xattr returns the value of an extended attribute, and whether there is one of that name.
func (i Inode) Xattr(name string) ([]byte, bool) {
	i.fs.mu.Lock()
	defer i.fs.mu.Unlock()
	e, ok := i.fs.lookup(i.attrs(), name)
	if !ok {
		return nil, false
	}
	return e.Value(), true
}

// Xattrs returns the names of the extended attributes, sorted.
func (i Inode) Xattrs() []string {
	i.fs.mu.Lock()
	defer i.fs.mu.Unlock()
	return slices.Sorted(maps.Keys(i.fs.list(i.attrs())))
}

// attrs returns the directory of the extended attributes. The caller holds mu.
func (i Inode) attrs() *node { return i.fs.node(disk.Entry{Ino: disk.Attrs(i.node.ino), Dir: true}) }
