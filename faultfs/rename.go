package faultfs

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// Rename moves a file or directory to a new name, atomically. If another file has the new name, it loses that name.
func (fs *FS) Rename(from, to string) error {
	fs.enter()
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

// renaming returns the operation for a rename. It has no edits if both names already refer to the same file.
func (fs *FS) renaming(from, to string) (Op, syscall.Errno) {
	if hasNUL(from) || hasNUL(to) {
		return Op{}, syscall.EINVAL
	}
	src, errno := fs.walk(from, never)
	if errno != 0 {
		return Op{}, errno
	}
	var way walker
	dst, errno := way.walk(fs, to, never)
	if errno != 0 {
		return Op{}, errno
	}
	moved, errno := fs.at(src)
	if errno != 0 {
		return Op{}, errno
	}
	victim, missing := fs.at(dst)
	taken := missing == 0
	if errno := fs.overDirectory(from, to, dst, victim, taken); errno != 0 {
		return Op{}, errno
	}
	switch {
	case src.base == "" || dst.base == "":
		return Op{}, syscall.EBUSY
	case !taken && missing != syscall.ENOENT:
		return Op{}, missing
	case !moved.Dir && (src.slash || dst.slash):
		return Op{}, syscall.ENOTDIR
	case taken && victim.Ino == moved.Ino:
		return Op{}, 0
	case moved.Dir && slices.ContainsFunc(way.above, func(n *node) bool { return n.ino == moved.Ino }):
		return Op{}, syscall.EINVAL
	case taken && moved.Dir:
		return Op{}, syscall.ENOTDIR
	}
	return Op{
		Kind: OpRename, Path: from, To: to, Ino: moved.Ino, Victim: victim.Ino, Dir: moved.Dir,
		Edits: []Edit{{Parent: src.dir.ino, Name: src.base}, moved.Edit(dst.dir.ino, dst.base)},
	}, 0
}

// overDirectory returns why os.Rename refuses a directory as the new name, even an empty one: it checks before it makes
// the system call. It returns 0 if the new name, which is victim if taken, is not a directory.
func (fs *FS) overDirectory(from, to string, dst place, victim disk.Entry, taken bool) syscall.Errno {
	if taken && victim.Target != "" && dst.slash {
		victim, _ = fs.findEntry(to, withSlash)
	}
	if !taken || !victim.Dir {
		return 0
	}
	old, errno := fs.findEntry(from, withSlash)
	switch {
	case errno != 0:
		return errno
	case from == to || old.Ino != victim.Ino:
		return syscall.EEXIST
	}
	return 0
}

// Link gives a file an additional name. If from is a symbolic link, the link itself gets the name.
func (fs *FS) Link(from, to string) error {
	fs.enter()
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
	if hasNUL(from) || hasNUL(to) {
		return Op{}, syscall.EINVAL
	}
	e, errno := fs.findEntry(from, withSlash)
	if errno != 0 {
		return Op{}, errno
	}
	p, errno := fs.vacant(to, false)
	if errno != 0 {
		return Op{}, errno
	}
	if e.Dir {
		return Op{}, syscall.EPERM
	}
	return Op{Kind: OpLink, Path: from, To: to, Ino: e.Ino, Edits: []Edit{e.Edit(p.dir.ino, p.base)}}, 0
}

func linkError(op, from, to string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return &os.LinkError{Op: op, Old: from, New: to, Err: err}
}
