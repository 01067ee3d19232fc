package faultfs

import (
	"os"
	"syscall"

	"github.com/spf13/afero"
)

var _ afero.Symlinker = (*FS)(nil)

// SymlinkIfPossible creates a symbolic link to target, which need not exist. The target never changes, and becomes
// durable together with the name.
func (fs *FS) SymlinkIfPossible(target, name string) error {
	fs.enter()
	defer fs.leave()
	p, errno := fs.linkingTo(target, name)
	if errno != 0 {
		return linkError("symlink", target, name, errno)
	}
	if _, err := fs.inject(call{kind: OpCreate, name: "symlink", path: name}); err != nil {
		return linkError("symlink", target, name, err)
	}
	ino := fs.alloc()
	fs.change(Op{
		Kind: OpCreate, Path: name, Ino: ino, Edits: []Edit{{Parent: p.dir.ino, Name: p.base, Ino: ino, Target: target}},
	})
	return nil
}

// linkingTo returns the place for a new symbolic link.
func (fs *FS) linkingTo(target, name string) (place, syscall.Errno) {
	switch {
	case hasNUL(target) || hasNUL(name):
		return place{}, syscall.EINVAL
	case target == "":
		return place{}, syscall.ENOENT
	case len(target) > maxPathBytes:
		return place{}, syscall.ENAMETOOLONG
	}
	return fs.vacant(name, false)
}

// ReadlinkIfPossible returns the target of a symbolic link.
func (fs *FS) ReadlinkIfPossible(name string) (string, error) {
	fs.enter()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpStat, name: "readlink", path: name}); err != nil {
		return "", err
	}
	e, errno := fs.findEntry(name, withSlash)
	switch {
	case errno != 0:
		return "", pathError("readlink", name, errno)
	case e.Target == "":
		return "", pathError("readlink", name, syscall.EINVAL)
	}
	return e.Target, nil
}

// LstatIfPossible is Stat, but describes a symbolic link itself rather than its target. It is always possible.
func (fs *FS) LstatIfPossible(name string) (os.FileInfo, bool, error) {
	fs.enter()
	defer fs.leave()
	info, err := fs.stat("lstat", name, withSlash)
	return info, true, err
}
