package faultfs

import (
	"os"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/openflag"
)

// Create opens a file for reading and writing. It creates the file, or truncates it if it exists.
func (fs *FS) Create(name string) (afero.File, error) {
	return fs.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// Open opens a file or directory for reading.
func (fs *FS) Open(name string) (afero.File, error) { return fs.OpenFile(name, os.O_RDONLY, 0) }

// OpenFile opens a file with the flags of open(2), as package openflag describes. Permissions are ignored. With O_SYNC
// every write is followed by a sync of the file.
func (fs *FS) OpenFile(name string, flag int, _ os.FileMode) (afero.File, error) {
	fs.enter()
	defer fs.leave()
	how, errno := openflag.Parse(flag)
	if _, err := fs.inject(call{kind: OpOpen, name: "open", path: name, changes: how.Modifies}); err != nil {
		return nil, err
	}
	if errno != 0 {
		return nil, pathError("open", name, errno)
	}
	p, errno := fs.walk(name, followingOf(how))
	if errno != 0 {
		return nil, pathError("open", name, errno)
	}
	e, missing := fs.at(p)
	if errno := refusal(how, p, e, missing); errno != 0 {
		return nil, pathError("open", name, errno)
	}
	if missing != 0 {
		return fs.create(p, name, how)
	}
	f := fs.open(fs.node(e), name, how)
	if how.Truncate {
		if err := f.truncate("open", 0); err != nil {
			f.release()
			return nil, err
		}
	}
	return f, nil
}

// followingOf says whether an open follows a link at the end of its path.
func followingOf(how openflag.How) following {
	switch {
	case how.Exclusive || how.Create && how.NoFollow:
		return never
	case how.Create:
		return withoutSlash
	case how.NoFollow:
		return withSlash
	}
	return always
}

// refusal returns the error with which an open fails at the place to which its path leads, or 0. If missing is 0, e is
// the entry at that place; otherwise there is none, and missing is the reason. The checks are in the order of Linux.
func refusal(how openflag.How, p place, e disk.Entry, missing syscall.Errno) syscall.Errno {
	switch {
	case how.Create && p.slash && p.base != "":
		return syscall.EISDIR
	case how.Create && missing == syscall.ENOENT:
		return 0
	case missing != 0:
		return missing
	case how.Exclusive:
		return syscall.EEXIST
	case e.Dir && how.Create:
		return syscall.EISDIR
	case !e.Dir && (how.Directory || p.slash):
		return syscall.ENOTDIR
	case e.Target != "" && !how.PathOnly:
		return syscall.ELOOP
	case e.Dir && how.Modifies:
		return syscall.EISDIR
	}
	return 0
}

func (fs *FS) create(p place, name string, how openflag.How) (afero.File, error) {
	if _, err := fs.inject(call{kind: OpCreate, name: "open", path: name}); err != nil {
		return nil, err
	}
	e := disk.Entry{Ino: fs.alloc()}
	fs.change(Op{Kind: OpCreate, Path: name, Ino: e.Ino, Edits: []Edit{e.Edit(p.dir.ino, p.base)}})
	return fs.open(fs.node(e), name, how), nil
}

func (fs *FS) open(n *node, name string, how openflag.How) *file {
	n.name = name
	n.handles++
	fs.handles++
	return &file{fs: fs, node: n, name: name, how: how, reported: n.errors.sample()}
}
