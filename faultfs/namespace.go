package faultfs

import (
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// change records an operation on names and applies it in memory.
func (fs *FS) change(op Op) {
	fs.record(op)
	for _, e := range op.Edits {
		fs.edit(e)
	}
}

// Mkdir creates a directory, whose parent must exist.
func (fs *FS) Mkdir(name string, _ os.FileMode) error {
	fs.enter()
	defer fs.leave()
	return fs.mkdir(name)
}

func (fs *FS) mkdir(name string) error {
	p, errno := fs.vacant(name, true)
	if errno != 0 {
		return pathError("mkdir", name, errno)
	}
	if _, err := fs.inject(call{kind: OpCreate, name: "mkdir", path: name}); err != nil {
		return err
	}
	e := disk.Entry{Ino: fs.alloc(), Dir: true}
	fs.change(Op{Kind: OpCreate, Path: name, Ino: e.Ino, Dir: true, Edits: []Edit{e.Edit(p.dir.ino, p.base)}})
	fs.node(e)
	return nil
}

// MkdirAll creates a directory and every missing directory above it. Like os.MkdirAll, it also creates what the path
// names before a "..".
func (fs *FS) MkdirAll(name string, _ os.FileMode) error {
	fs.enter()
	defer fs.leave()
	return fs.mkdirAll(name)
}

func (fs *FS) mkdirAll(name string) error {
	n, errno := fs.find(name, always)
	switch {
	case errno == 0 && n.isDir():
		return nil
	case errno == 0:
		return pathError("mkdir", name, syscall.ENOTDIR)
	}
	path, _ := trimSlashes(name)
	if end := strings.LastIndexByte(path, '/'); end > 0 {
		if err := fs.mkdirAll(path[:end]); err != nil {
			return err
		}
	}
	err := fs.mkdir(name)
	if n, errno := fs.find(name, withSlash); err != nil && errno == 0 && n.isDir() {
		return nil // "new/."
	}
	return err
}

// Remove removes the name of a file, which open handles can still use, or of an empty directory.
func (fs *FS) Remove(name string) error {
	fs.enter()
	defer fs.leave()
	return fs.remove(name)
}

func (fs *FS) remove(name string) error {
	if _, err := fs.inject(call{kind: OpRemove, name: "remove", path: name}); err != nil {
		return err
	}
	p, errno := fs.walk(name, never)
	switch {
	case errno != 0:
		return pathError("remove", name, errno)
	case p.base == "":
		return pathError("remove", name, unremovable(name))
	}
	e, errno := fs.at(p)
	switch {
	case errno != 0:
		return pathError("remove", name, errno)
	case p.slash && !e.Dir:
		return pathError("remove", name, syscall.ENOTDIR)
	case e.Dir && len(fs.list(fs.node(e))) > 0:
		return pathError("remove", name, syscall.ENOTEMPTY)
	}
	fs.change(Op{
		Kind: OpRemove, Path: name, Ino: e.Ino, Victim: e.Ino, Dir: e.Dir, Edits: []Edit{{Parent: p.dir.ino, Name: p.base}},
	})
	if e.Dir {
		fs.node(e).removed = true
	}
	return nil
}

// unremovable returns why a path that does not end in a name cannot be removed.
func unremovable(name string) syscall.Errno {
	switch lastElement(name) {
	case ".":
		return syscall.EINVAL
	case "..":
		return syscall.ENOTEMPTY
	}
	return syscall.EBUSY
}

// RemoveAll removes a path and everything below it, in name order. A missing path is not an error. Like os.RemoveAll,
// it rejects a path that ends in "." and ignores trailing slashes.
func (fs *FS) RemoveAll(name string) error {
	fs.enter()
	defer fs.leave()
	if trimmed, _ := trimSlashes(name); trimmed != "" {
		name = trimmed
	}
	if lastElement(name) == "." {
		return pathError("removeall", name, syscall.EINVAL)
	}
	n, errno := fs.find(name, withSlash)
	if errno == syscall.ENOENT {
		return nil
	}
	if errno != 0 {
		return pathError("removeall", name, errno)
	}
	return fs.removeTree(n, name)
}

func (fs *FS) removeTree(n *node, name string) error {
	if n.isDir() {
		for _, child := range slices.Sorted(maps.Keys(fs.list(n))) {
			if err := fs.removeTree(fs.node(n.names[child]), name+"/"+child); err != nil {
				return err
			}
		}
		if lastElement(name) == "" {
			return nil // the root itself stays
		}
	}
	return fs.remove(name)
}

// Stat describes a file or directory.
func (fs *FS) Stat(name string) (os.FileInfo, error) {
	fs.enter()
	defer fs.leave()
	return fs.stat("stat", name, always)
}

func (fs *FS) stat(as, name string, last following) (os.FileInfo, error) {
	if _, err := fs.inject(call{kind: OpStat, name: as, path: name}); err != nil {
		return nil, err
	}
	n, errno := fs.find(name, last)
	if errno != 0 {
		return nil, pathError(as, name, errno)
	}
	return fs.info(name, n), nil
}

// Chmod checks that the file exists and changes nothing: modes, owners and times are not modelled.
func (fs *FS) Chmod(name string, _ os.FileMode) error { return fs.exists("chmod", name) }

// Chown is like Chmod.
func (fs *FS) Chown(name string, _, _ int) error { return fs.exists("chown", name) }

// Chtimes is like Chmod.
func (fs *FS) Chtimes(name string, _, _ time.Time) error { return fs.exists("chtimes", name) }

func (fs *FS) exists(op, name string) error {
	fs.enter()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpStat, name: op, path: name, changes: true}); err != nil {
		return err
	}
	if _, errno := fs.find(name, always); errno != 0 {
		return pathError(op, name, errno)
	}
	return nil
}
