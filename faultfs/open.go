package faultfs

import (
	"os"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// Create opens a file for reading and writing. It creates the file, or truncates it to zero bytes if it exists.
func (fs *FS) Create(name string) (afero.File, error) {
	return fs.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// Open opens a file or directory for reading.
func (fs *FS) Open(name string) (afero.File, error) { return fs.OpenFile(name, os.O_RDONLY, 0) }

// OpenFile opens a file with the flags of package os. Permissions are ignored. With O_SYNC every write is followed by
// a sync of the file.
func (fs *FS) OpenFile(name string, flag int, _ os.FileMode) (afero.File, error) {
	fs.mu.Lock()
	defer fs.leave()
	const change = os.O_WRONLY | os.O_RDWR | os.O_TRUNC
	if _, err := fs.inject(call{kind: OpOpen, name: "open", path: name, changes: flag&change != 0}); err != nil {
		return nil, err
	}
	follow := following(flag&(os.O_CREATE|os.O_EXCL) != os.O_CREATE|os.O_EXCL) // an exclusive create does not follow a link
	parent, last, errno := fs.walk(name, follow)
	if errno != 0 {
		return nil, pathError("open", name, errno)
	}
	e, ok := fs.at(parent, last)
	switch {
	case !ok && flag&os.O_CREATE == 0:
		return nil, pathError("open", name, syscall.ENOENT)
	case !ok:
		return fs.create(parent, last, name, flag)
	case flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		return nil, pathError("open", name, syscall.EEXIST)
	case e.Dir && flag&(change|os.O_CREATE) != 0:
		return nil, pathError("open", name, syscall.EISDIR)
	}
	f := fs.open(fs.node(e), name, flag)
	if flag&os.O_TRUNC != 0 {
		if err := f.truncate("open", 0); err != nil {
			f.release()
			return nil, err
		}
	}
	return f, nil
}

func (fs *FS) create(parent *node, last, name string, flag int) (afero.File, error) {
	if _, err := fs.inject(call{kind: OpCreate, name: "open", path: name}); err != nil {
		return nil, err
	}
	e := disk.Entry{Ino: fs.alloc()}
	fs.change(Op{Kind: OpCreate, Path: name, Ino: e.Ino, Edits: []Edit{e.Edit(parent.ino, last)}})
	return fs.open(fs.node(e), name, flag), nil
}

func (fs *FS) open(n *node, name string, flag int) *file {
	n.name = name
	n.handles++
	fs.handles++
	return &file{fs: fs, node: n, name: name, flag: flag, reported: n.errors.sample()}
}
