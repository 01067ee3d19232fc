package faultfs

import (
	"os"
	"syscall"

	"github.com/spf13/afero"
)

var _ afero.Symlinker = (*FS)(nil)

// SymlinkIfPossible creates a symbolic link to target, which need not exist. The target never changes and is durable
// with the name.
func (fs *FS) SymlinkIfPossible(target, name string) error {
	fs.mu.Lock()
	defer fs.leave()
	parent, base, errno := fs.linkingTo(target, name)
	if errno != 0 {
		return linkError("symlink", target, name, errno)
	}
	if _, err := fs.inject(call{kind: OpCreate, name: "symlink", path: name}); err != nil {
		return linkError("symlink", target, name, err)
	}
	ino := fs.alloc()
	fs.change(Op{
		Kind: OpCreate, Path: name, Ino: ino, Edits: []Edit{{Parent: parent.ino, Name: base, Ino: ino, Target: target}},
	})
	return nil
}

// linkingTo returns the directory and the name for a new symbolic link.
func (fs *FS) linkingTo(target, name string) (*node, string, syscall.Errno) {
	switch {
	case target == "":
		return nil, "", syscall.ENOENT
	case len(target) > maxTargetBytes:
		return nil, "", syscall.ENAMETOOLONG
	}
	parent, base, errno := fs.walk(name, followPath)
	if errno != 0 {
		return nil, "", errno
	}
	if _, taken := fs.at(parent, base); taken {
		return nil, "", syscall.EEXIST
	}
	return parent, base, 0
}

// ReadlinkIfPossible returns the target of a symbolic link.
func (fs *FS) ReadlinkIfPossible(name string) (string, error) {
	fs.mu.Lock()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpStat, name: "readlink", path: name}); err != nil {
		return "", err
	}
	e, errno := fs.findEntry(name, followPath)
	switch {
	case errno != 0:
		return "", pathError("readlink", name, errno)
	case e.Target == "":
		return "", pathError("readlink", name, syscall.EINVAL)
	}
	return e.Target, nil
}

// LstatIfPossible is Stat, but describes a symbolic link itself and not its target. It is always possible.
func (fs *FS) LstatIfPossible(name string) (os.FileInfo, bool, error) {
	fs.mu.Lock()
	defer fs.leave()
	info, err := fs.stat("lstat", name, followPath)
	return info, true, err
}
