package faultfs

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// Rename moves a file or directory to a new name, atomically. If another file has the new name, it loses that name.
func (fs *FS) Rename(from, to string) error {
	fs.mu.Lock()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpRename, name: "rename", path: from, to: to}); err != nil {
		return linkError("rename", from, to, err)
	}
	op, errno := fs.renaming(from, to)
	if errno != 0 {
		return linkError("rename", from, to, errno)
	}
	if len(op.Edits) > 0 {
		fs.change(op)
	}
	return nil
}

// renaming returns the operation for a rename. It has no edits if both names refer to the same file already.
func (fs *FS) renaming(from, to string) (Op, syscall.Errno) {
	src, a, errno := fs.walk(from, followPath)
	if errno != 0 {
		return Op{}, errno
	}
	var dest walker
	dst, b, errno := dest.walk(fs, to, followPath)
	if errno != 0 {
		return Op{}, errno
	}
	if a == "" || b == "" {
		return Op{}, syscall.EBUSY
	}
	moved, ok := fs.lookup(src, a)
	if !ok {
		return Op{}, syscall.ENOENT
	}
	victim, taken := fs.lookup(dst, b)
	switch {
	case taken && victim.Dir && (from == to || victim.Ino != moved.Ino):
		return Op{}, syscall.EEXIST // os.Rename refuses every directory, even an empty one
	case taken && victim.Ino == moved.Ino:
		return Op{}, 0
	case moved.Dir && slices.ContainsFunc(dest.above, func(n *node) bool { return n.ino == moved.Ino }):
		return Op{}, syscall.EINVAL
	case taken && moved.Dir:
		return Op{}, syscall.ENOTDIR
	}
	return Op{
		Kind: OpRename, Path: from, To: to, Ino: moved.Ino, Victim: victim.Ino, Dir: moved.Dir,
		Edits: []Edit{{Parent: src.ino, Name: a}, moved.Edit(dst.ino, b)},
	}, 0
}

// Link gives a file a further name. If from is a symbolic link, the link itself gets the name.
func (fs *FS) Link(from, to string) error {
	fs.mu.Lock()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpLink, name: "link", path: from, to: to}); err != nil {
		return linkError("link", from, to, err)
	}
	op, errno := fs.linking(from, to)
	if errno != 0 {
		return linkError("link", from, to, errno)
	}
	fs.change(op)
	return nil
}

// linking returns the operation for a link.
func (fs *FS) linking(from, to string) (Op, syscall.Errno) {
	e, errno := fs.findEntry(from, followPath)
	if errno != 0 {
		return Op{}, errno
	}
	parent, last, errno := fs.walk(to, followPath)
	if errno != 0 {
		return Op{}, errno
	}
	if _, taken := fs.at(parent, last); taken {
		return Op{}, syscall.EEXIST
	}
	if e.Dir {
		return Op{}, syscall.EPERM
	}
	return Op{Kind: OpLink, Path: from, To: to, Ino: e.Ino, Edits: []Edit{e.Edit(parent.ino, last)}}, 0
}

func linkError(op, from, to string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return &os.LinkError{Op: op, Old: from, New: to, Err: err}
}
