package faultfs

import (
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/crash"
)

// info implements fs.FileInfo. It describes a file at the time of the call that returned it. Modes, owners and times
// are not modelled.
type info struct {
	name string
	size int64
	dir  bool
	link bool
	ino  Ino
	// later is set for a file whose size is undecided. Asking for the size decides it; listing the file does not. Any call
	// that changes the size decides it first, so the size that the crash left can still be returned afterwards.
	later *crash.Leftover
	node  *node
	fs    *FS
}

func (i *info) Name() string       { return i.name }
func (i *info) IsDir() bool        { return i.dir }
func (i *info) ModTime() time.Time { return time.Unix(0, 0) }

// Sys returns the Ino of the file, by which a caller can tell two names of one file from two files.
func (i *info) Sys() any { return i.ino }

func (i *info) Size() int64 {
	if i.later == nil {
		return i.size
	}
	i.fs.mu.Lock()
	defer i.fs.mu.Unlock()
	i.fs.resolve(i.node, 0, 0)
	return i.later.Size()
}

func (i *info) Mode() fs.FileMode {
	switch {
	case i.dir:
		return fs.ModeDir | 0o755
	case i.link:
		return fs.ModeSymlink | 0o777
	}
	return 0o644
}

// info describes a node.
func (fs *FS) info(name string, n *node) os.FileInfo {
	i := &info{name: path.Base(name), dir: n.isDir(), link: n.target != "", ino: n.ino}
	switch {
	case i.dir:
	case i.link:
		i.size = int64(len(n.target))
	case n.left != nil && !n.left.Sized():
		i.later, i.node, i.fs = n.left, n, fs
	default:
		i.size = n.content.Size()
	}
	return i
}
