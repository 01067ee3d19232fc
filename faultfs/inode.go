package faultfs

import (
	"maps"
	"path"
	"slices"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/openflag"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Inode is a file, directory or symbolic link of an FS, whatever its names. It is for kernels, which resolve paths,
// flags and permissions themselves. Names are single elements of a path. Errors are *fs.PathError or *os.LinkError
// around an errno, as for paths. In a crash image, a method decides what it looks at and no more.
type Inode struct {
	fs   *FS
	node *node
}

// InodeInfo describes an inode.
type InodeInfo struct {
	Ino    Ino
	Dir    bool
	Target string // of a symbolic link
	Links  int    // number of names of a file; hard links made before a crash count as one
	Size   int64  // size of a file in bytes; negative if still undecided, because no one has looked
}

// InodeName is a name in a directory.
type InodeName struct {
	Name   string
	Ino    Ino
	Dir    bool
	Target string // of a symbolic link
}

// Inode returns an inode by its number: the root directory, or one that a name has led to since the filesystem was
// created.
func (fs *FS) Inode(ino Ino) (Inode, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if ino == trace.Root {
		return Inode{fs, fs.node(disk.Entry{Ino: trace.Root, Dir: true})}, true
	}
	n := fs.nodes[ino]
	return Inode{fs, n}, n != nil
}

// Info describes the inode, and decides the size of a file.
func (i Inode) Info() InodeInfo {
	i.fs.mu.Lock()
	defer i.fs.mu.Unlock()
	if !i.node.isDir() && i.node.target == "" {
		i.fs.resolve(i.node, 0, 0)
	}
	return i.node.describe()
}

// Known is Info, but decides nothing.
func (i Inode) Known() InodeInfo {
	i.fs.mu.Lock()
	defer i.fs.mu.Unlock()
	return i.node.describe()
}

func (n *node) describe() InodeInfo {
	info := InodeInfo{Ino: n.ino, Dir: n.isDir(), Target: n.target, Links: n.links}
	switch {
	case info.Dir:
	case info.Target != "":
		info.Size = int64(len(n.target))
	case n.left != nil && !n.left.Sized():
		info.Size = -1
	default:
		info.Size = n.content.Size()
	}
	return info
}

// Lookup returns what a name in the directory refers to.
func (i Inode) Lookup(name string) (Inode, error) {
	i.fs.enter()
	defer i.fs.leave()
	at := i.at(name)
	if _, err := i.fs.inject(call{kind: OpStat, name: "lookup", path: at}); err != nil {
		return Inode{}, err
	}
	e, ok := i.fs.lookup(i.node, name)
	if !ok {
		return Inode{}, pathError("lookup", at, syscall.ENOENT)
	}
	return i.child(e, name), nil
}

// child returns the inode of an entry of the directory. From now on, the trace refers to the inode by that name.
func (i Inode) child(e disk.Entry, name string) Inode {
	n := i.fs.node(e)
	n.parent, n.base = i.node, name
	return Inode{i.fs, n}
}

// at returns the path of a name in the directory, for the trace and the rules.
func (i Inode) at(name string) string { return path.Join(i.node.path(), name) }

// path returns the path by which the node was last reached through its parents, or else was last opened.
func (n *node) path() string {
	if n.parent == nil {
		return n.name
	}
	return path.Join(n.parent.path(), n.base)
}

// List returns the names in the directory, in an unspecified but fixed order. It decides no size.
func (i Inode) List() ([]InodeName, error) {
	i.fs.enter()
	defer i.fs.leave()
	at := i.node.path()
	if _, err := i.fs.inject(call{kind: OpList, name: "readdirent", path: at, node: i.node}); err != nil {
		return nil, err
	}
	if i.node.removed {
		return nil, nil
	}
	entries := i.fs.list(i.node)
	names := make([]InodeName, 0, len(entries))
	for _, name := range slices.SortedFunc(maps.Keys(entries), diskOrder) {
		e := entries[name]
		names = append(names, InodeName{name, e.Ino, e.Dir, e.Target})
	}
	return names, nil
}

// NextData returns the offset of the first page of a file at or after off that was ever written; if there is none, the
// size of the file. Everything in between reads as zeros. It decides all bytes from off on.
func (i Inode) NextData(off int64) int64 {
	i.fs.mu.Lock()
	defer i.fs.mu.Unlock()
	size := i.fs.size(i.node)
	i.fs.resolve(i.node, off, size)
	for off < size && i.node.content.Hole(off) {
		off = pageEnd(off)
	}
	return min(off, size)
}

// Open opens the inode with flags of open(2). Flags about names (O_CREATE, O_EXCL) have no meaning, and O_TRUNC is left
// to the caller.
func (i Inode) Open(flag int) (afero.File, error) {
	i.fs.enter()
	defer i.fs.leave()
	at := i.node.path()
	how, errno := openflag.Parse(flag)
	if errno != 0 {
		return nil, pathError("open", at, errno)
	}
	if _, err := i.fs.inject(call{kind: OpOpen, name: "open", path: at}); err != nil {
		return nil, err
	}
	return i.fs.open(i.node, at, how), nil
}
