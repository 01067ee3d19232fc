package faultfs

import (
	"maps"
	"os"
	"path"
	"slices"
	"syscall"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// change records an operation on names and carries it out in memory.
func (fs *FS) change(op Op) {
	fs.record(op)
	for _, e := range op.Edits {
		fs.edit(e)
	}
}

// Mkdir makes a directory; its parent must be there.
func (fs *FS) Mkdir(name string, _ os.FileMode) error {
	fs.mu.Lock()
	defer fs.leave()
	return fs.mkdir(name)
}

func (fs *FS) mkdir(name string) error {
	parent, last, errno := fs.walk(name, followPath)
	if errno != 0 {
		return pathError("mkdir", name, errno)
	}
	if _, ok := fs.at(parent, last); ok {
		return pathError("mkdir", name, syscall.EEXIST)
	}
	if _, err := fs.inject(call{kind: OpCreate, name: "mkdir", path: name}); err != nil {
		return err
	}
	e := disk.Entry{Ino: fs.alloc(), Dir: true}
	fs.change(Op{Kind: OpCreate, Path: name, Ino: e.Ino, Dir: true, Edits: []Edit{e.Edit(parent.ino, last)}})
	fs.node(e)
	return nil
}

// MkdirAll makes a directory and every directory above it that is missing.
func (fs *FS) MkdirAll(name string, _ os.FileMode) error {
	fs.mu.Lock()
	defer fs.leave()
	full := trace.CleanPath(name)
	for end := 0; end <= len(full); end++ {
		if end < len(full) && full[end] != '/' || end == 0 {
			continue
		}
		n, errno := fs.find(full[:end], followAll)
		switch {
		case errno == 0 && !n.isDir():
			return pathError("mkdir", name, syscall.ENOTDIR)
		case errno != 0: // or a dangling symbolic link, for which mkdir reports EEXIST
			if err := fs.mkdir(full[:end]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Remove removes the name of a file, which open handles can still use, or of an empty directory.
func (fs *FS) Remove(name string) error {
	fs.mu.Lock()
	defer fs.leave()
	return fs.remove(name)
}

func (fs *FS) remove(name string) error {
	if _, err := fs.inject(call{kind: OpRemove, name: "remove", path: name}); err != nil {
		return err
	}
	parent, last, errno := fs.walk(name, followPath)
	switch {
	case errno != 0:
		return pathError("remove", name, errno)
	case last == "":
		return pathError("remove", name, syscall.EBUSY)
	}
	e, ok := fs.lookup(parent, last)
	switch {
	case !ok:
		return pathError("remove", name, syscall.ENOENT)
	case e.Dir && len(fs.list(fs.node(e))) > 0:
		return pathError("remove", name, syscall.ENOTEMPTY)
	}
	fs.change(Op{
		Kind: OpRemove, Path: name, Ino: e.Ino, Victim: e.Ino, Dir: e.Dir, Edits: []Edit{{Parent: parent.ino, Name: last}},
	})
	if e.Dir {
		fs.node(e).removed = true
	}
	return nil
}

// RemoveAll removes a path and everything below it, in name order. It is no error if the path is not there.
func (fs *FS) RemoveAll(name string) error {
	fs.mu.Lock()
	defer fs.leave()
	n, errno := fs.find(name, followPath)
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
			if err := fs.removeTree(fs.node(n.names[child]), path.Join(name, child)); err != nil {
				return err
			}
		}
		if trace.CleanPath(name) == "" {
			return nil // the root stays
		}
	}
	return fs.remove(name)
}

// Stat describes a file or directory.
func (fs *FS) Stat(name string) (os.FileInfo, error) {
	fs.mu.Lock()
	defer fs.leave()
	return fs.stat("stat", name, followAll)
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

// Chmod checks that the file is there and changes nothing: modes, owners and times are not modelled.
func (fs *FS) Chmod(name string, _ os.FileMode) error { return fs.exists("chmod", name) }

// Chown is like Chmod.
func (fs *FS) Chown(name string, _, _ int) error { return fs.exists("chown", name) }

// Chtimes is like Chmod.
func (fs *FS) Chtimes(name string, _, _ time.Time) error { return fs.exists("chtimes", name) }

func (fs *FS) exists(op, name string) error {
	fs.mu.Lock()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpStat, name: op, path: name, changes: true}); err != nil {
		return err
	}
	if _, errno := fs.find(name, followAll); errno != 0 {
		return pathError(op, name, errno)
	}
	return nil
}
