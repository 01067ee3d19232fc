package faultfs

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// Create creates a file in the directory.
func (i Inode) Create(name string) (Inode, error) { return i.make("open", name, disk.Entry{}) }

// Mkdir creates a directory in the directory.
func (i Inode) Mkdir(name string) (Inode, error) { return i.make("mkdir", name, disk.Entry{Dir: true}) }

// Symlink creates a symbolic link to target in the directory.
func (i Inode) Symlink(target, name string) (Inode, error) {
	return i.make("symlink", name, disk.Entry{Target: target})
}

func (i Inode) make(as, name string, e disk.Entry) (Inode, error) {
	i.fs.enter()
	defer i.fs.leave()
	at := i.at(name)
	if err := i.vacant(as, name); err != nil {
		return Inode{}, err
	}
	if _, err := i.fs.inject(call{kind: OpCreate, name: as, path: at}); err != nil {
		return Inode{}, err
	}
	e.Ino = i.fs.alloc()
	i.fs.change(Op{Kind: OpCreate, Path: at, Ino: e.Ino, Dir: e.Dir, Edits: []Edit{e.Edit(i.node.ino, name)}})
	return i.child(e, name), nil
}

// Nameless creates a file without a name, like open(2) with O_TMPFILE in the directory. Link gives it a name; a crash before
// that leaves nothing of it. The creation itself is not recorded, because no image can show it.
func (i Inode) Nameless() (Inode, error) {
	i.fs.enter()
	defer i.fs.leave()
	if i.node.removed {
		return Inode{}, pathError("open", i.node.path(), syscall.ENOENT)
	}
	n := &node{ino: i.fs.alloc(), content: &disk.Content{}, parent: i.node}
	n.base = fmt.Sprintf("O_TMPFILE#%d", n.ino)
	if _, err := i.fs.inject(call{kind: OpCreate, name: "open", path: n.path()}); err != nil {
		return Inode{}, err
	}
	i.fs.nodes[n.ino] = n
	return Inode{i.fs, n}, nil
}

// vacant returns why a name cannot be created in the directory, or nil.
func (i Inode) vacant(call, name string) error {
	errno := syscall.Errno(0)
	_, taken := i.fs.lookup(i.node, name)
	switch {
	case len(name) > maxNameBytes:
		errno = syscall.ENAMETOOLONG
	case i.node.removed:
		errno = syscall.ENOENT
	case taken:
		errno = syscall.EEXIST
	default:
		return nil
	}
	return pathError(call, i.at(name), errno)
}

// Link gives a file an additional name in the directory.
func (i Inode) Link(to Inode, name string) error {
	i.fs.enter()
	defer i.fs.leave()
	from, at := to.node.path(), i.at(name)
	if _, err := i.fs.inject(call{kind: OpLink, name: "link", path: from, to: at}); err != nil {
		return linkError("link", from, at, err)
	}
	if err := i.vacant("link", name); err != nil {
		return linkError("link", from, at, err)
	}
	if to.node.isDir() {
		return linkError("link", from, at, syscall.EPERM)
	}
	e := disk.Entry{Ino: to.node.ino, Target: to.node.target}
	i.fs.change(Op{Kind: OpLink, Path: from, To: at, Ino: e.Ino, Edits: []Edit{e.Edit(i.node.ino, name)}})
	i.child(e, name)
	return nil
}

// Remove removes a name from the directory: that of a file, which open handles can still use, or of an empty directory.
func (i Inode) Remove(name string) error {
	i.fs.enter()
	defer i.fs.leave()
	at := i.at(name)
	if _, err := i.fs.inject(call{kind: OpRemove, name: "remove", path: at}); err != nil {
		return err
	}
	e, ok := i.fs.lookup(i.node, name)
	switch {
	case !ok:
		return pathError("remove", at, syscall.ENOENT)
	case e.Dir && len(i.fs.list(i.fs.node(e))) > 0:
		return pathError("remove", at, syscall.ENOTEMPTY)
	}
	i.fs.change(Op{
		Kind: OpRemove, Path: at, Ino: e.Ino, Victim: e.Ino, Dir: e.Dir, Edits: []Edit{{Parent: i.node.ino, Name: name}},
	})
	if e.Dir {
		i.fs.node(e).removed = true
	}
	return nil
}

// Rename moves a name of the directory to a name in the same or another directory, like rename(2). It replaces a file
// or an empty directory that has the new name. The caller must ensure that a directory does not move into itself.
func (i Inode) Rename(name string, to Inode, as string) error {
	i.fs.enter()
	defer i.fs.leave()
	from, at := i.at(name), to.at(as)
	if _, err := i.fs.inject(call{kind: OpRename, name: "rename", path: from, to: at}); err != nil {
		return linkError("rename", from, at, err)
	}
	moved, victim, err := i.renaming(name, to, as)
	switch {
	case errors.Is(err, errSameFile):
		return nil
	case err != nil:
		return linkError("rename", from, at, err)
	}
	i.fs.change(Op{
		Kind: OpRename, Path: from, To: at, Ino: moved.Ino, Victim: victim.Ino, Dir: moved.Dir,
		Edits: []Edit{{Parent: i.node.ino, Name: name}, moved.Edit(to.node.ino, as)},
	})
	to.child(moved, as)
	if victim.Dir {
		i.fs.node(victim).removed = true
	}
	return nil
}

// Exchange makes a name of the directory and a name of the same or another directory each refer to what the other one
// referred to, like renameat2(2) with RENAME_EXCHANGE. The caller must ensure that no directory moves into itself.
func (i Inode) Exchange(name string, with Inode, other string) error {
	i.fs.mu.Lock()
	defer i.fs.leave()
	a, b := i.at(name), with.at(other)
	if _, err := i.fs.inject(call{kind: OpExchange, name: "exchange", path: a, to: b, changes: true}); err != nil {
		return linkError("exchange", a, b, err)
	}
	first, ok := i.fs.lookup(i.node, name)
	second, also := i.fs.lookup(with.node, other)
	switch {
	case !ok || !also:
		return linkError("exchange", a, b, syscall.ENOENT)
	case first.Ino == second.Ino:
		return nil
	}
	i.fs.change(Op{
		Kind: OpExchange, Path: a, To: b, Ino: first.Ino, Victim: second.Ino, Dir: first.Dir,
		Edits: []Edit{second.Edit(i.node.ino, name), first.Edit(with.node.ino, other)},
	})
	with.child(first, other)
	i.child(second, name)
	return nil
}

// errSameFile means that both names of a rename already refer to one file.
var errSameFile = errors.New("faultfs: both names refer to one file")

// renaming returns what a rename moves and what it overwrites.
func (i Inode) renaming(name string, to Inode, as string) (moved, victim disk.Entry, err error) {
	moved, ok := i.fs.lookup(i.node, name)
	victim, taken := i.fs.lookup(to.node, as)
	switch {
	case !ok:
		err = syscall.ENOENT
	case len(as) > maxNameBytes:
		err = syscall.ENAMETOOLONG
	case to.node.removed:
		err = syscall.ENOENT
	case taken && victim.Ino == moved.Ino:
		err = errSameFile
	case taken && victim.Dir && !moved.Dir:
		err = syscall.EISDIR
	case taken && !victim.Dir && moved.Dir:
		err = syscall.ENOTDIR
	case taken && victim.Dir && len(i.fs.list(i.fs.node(victim))) > 0:
		err = syscall.ENOTEMPTY
	}
	return moved, victim, err
}
