package mount

import (
	"errors"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Lookup settles which inode a name leads to, but not its size.
func (n *nodes) Lookup(_ <-chan struct{}, h *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	if h.NodeId == fuse.FUSE_ROOT_ID {
		s := n.slotNamed(name)
		if s == nil {
			return fuse.ENOENT
		}
		root, _ := s.FS.Inode(1)
		s.entry(root, out)
		return fuse.OK
	}
	if hidden := n.hidden(h.NodeId, name); hidden != 0 {
		out.NodeId, out.Generation = hidden, 1
		out.SetEntryTimeout(forever)
		out.SetAttrTimeout(forever)
		hiddenAttr(hidden, &out.Attr)
		return fuse.OK
	}
	s, dir, ok := n.at(h.NodeId)
	if !ok {
		return stale
	}
	child, err := dir.Lookup(name)
	if errors.Is(err, syscall.ENOENT) {
		out.NodeId = 0 // a negative entry, which the kernel may cache
		out.SetEntryTimeout(forever)
		return fuse.OK
	}
	if err == nil {
		s.entry(child, out)
	}
	return status(err)
}

// Forget does nothing, because nodes are computed and hold no state.
func (n *nodes) Forget(uint64, uint64) {}

// making creates something in a directory and answers with its entry.
func (n *nodes) making(h *fuse.InHeader, mode uint32, out *fuse.EntryOut, make func(dir faultfs.Inode) (faultfs.Inode, error)) fuse.Status {
	s, dir, ok := n.at(h.NodeId)
	if !ok {
		return fuse.EPERM // in the root of the mount, or in a filesystem that is no longer served
	}
	var made faultfs.Inode
	err := s.calling(h, func() (err error) {
		made, err = make(dir)
		return err
	})
	if err == nil {
		s.made(made, h, mode)
		s.entry(made, out)
	}
	return status(err)
}

// Mkdir makes a directory.
func (n *nodes) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	return n.making(&in.InHeader, in.Mode&^in.Umask, out, func(dir faultfs.Inode) (faultfs.Inode, error) { return dir.Mkdir(name) })
}

// Mknod makes a regular file. Devices, pipes and sockets are refused.
func (n *nodes) Mknod(_ <-chan struct{}, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	switch in.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
	case syscall.S_IFSOCK:
		return n.refuse(in.NodeId, noSocket, fuse.EPERM)
	default:
		return n.refuse(in.NodeId, noSpecial, fuse.EPERM)
	}
	return n.making(&in.InHeader, in.Mode&^in.Umask, out, func(dir faultfs.Inode) (faultfs.Inode, error) { return dir.Create(name) })
}

// Symlink makes a symbolic link.
func (n *nodes) Symlink(_ <-chan struct{}, h *fuse.InHeader, target, name string, out *fuse.EntryOut) fuse.Status {
	return n.making(h, 0o777, out, func(dir faultfs.Inode) (faultfs.Inode, error) { return dir.Symlink(target, name) })
}

// Readlink returns the target of a symbolic link.
func (n *nodes) Readlink(_ <-chan struct{}, h *fuse.InHeader) ([]byte, fuse.Status) {
	_, i, ok := n.at(h.NodeId)
	if !ok {
		return nil, stale
	}
	return []byte(i.Known().Target), fuse.OK
}

// Create makes and opens a file.
func (n *nodes) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	st := n.making(&in.InHeader, in.Mode&^in.Umask, &out.EntryOut, func(dir faultfs.Inode) (faultfs.Inode, error) { return dir.Create(name) })
	if st != fuse.OK {
		return st
	}
	return n.open(out.NodeId, &out.OpenOut)
}

// Tmpfile makes and opens a file without a name (O_TMPFILE), to which Link may give one.
func (n *nodes) Tmpfile(_ <-chan struct{}, in *fuse.CreateIn, out *fuse.CreateOut) fuse.Status {
	s, dir, ok := n.at(in.NodeId)
	if !ok {
		return fuse.EPERM
	}
	made, err := dir.Nameless()
	if err != nil {
		return status(err)
	}
	s.made(made, &in.InHeader, in.Mode&^in.Umask)
	s.entry(made, &out.EntryOut)
	return n.open(out.NodeId, &out.OpenOut)
}

// Link makes a hard link.
func (n *nodes) Link(_ <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	s, dir, ok := n.at(in.NodeId)
	_, file, known := n.at(in.Oldnodeid)
	switch {
	case !ok || !known:
		return stale
	case in.NodeId>>inoBits != in.Oldnodeid>>inoBits:
		return fuse.EXDEV
	}
	err := s.calling(&in.InHeader, func() error { return dir.Link(file, name) })
	if err == nil {
		s.entry(file, out)
	}
	return status(err)
}

// Unlink removes the name of a file.
func (n *nodes) Unlink(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	s, dir, ok := n.at(h.NodeId)
	if !ok {
		return fuse.EPERM
	}
	return status(s.calling(h, func() error { return dir.Remove(name) }))
}

// Rmdir removes an empty directory.
func (n *nodes) Rmdir(cancel <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	return n.Unlink(cancel, h, name)
}

// Rename moves a name, or exchanges two. The kernel has already looked up both names and so enforces RENAME_NOREPLACE
// itself. It also makes sure that no directory moves into itself.
func (n *nodes) Rename(_ <-chan struct{}, in *fuse.RenameIn, from, as string) fuse.Status {
	s, dir, ok := n.at(in.NodeId)
	_, to, known := n.at(in.Newdir)
	switch {
	case !ok || !known:
		return fuse.EPERM
	case in.Flags&unix.RENAME_WHITEOUT != 0:
		return n.refuse(in.NodeId, noWhiteout, fuse.EINVAL)
	case in.NodeId>>inoBits != in.Newdir>>inoBits:
		return fuse.EXDEV
	case in.Flags&unix.RENAME_EXCHANGE != 0:
		return status(s.calling(&in.InHeader, func() error { return dir.Exchange(from, to, as) }))
	}
	return status(s.calling(&in.InHeader, func() error { return dir.Rename(from, to, as) }))
}

// OpenDir opens a directory.
func (n *nodes) OpenDir(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if _, _, ok := n.at(in.NodeId); ok {
		out.Fh = n.opened(&handle{})
	}
	return fuse.OK
}

// ReadDir lists a directory as it was when offset 0 was read. The root of the mount lists nothing.
func (n *nodes) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	h := n.handle(in.Fh)
	s, dir, ok := n.at(in.NodeId)
	if h == nil || !ok {
		return fuse.OK
	}
	if in.Offset == 0 {
		names, err := dir.List()
		if err != nil {
			return status(err)
		}
		h.names = names
	}
	for i := int(in.Offset); i < len(h.names); i++ {
		name := h.names[i]
		e := fuse.DirEntry{Mode: syscall.S_IFREG, Name: name.Name, Ino: s.node(name.Ino), Off: uint64(i + 1)}
		switch {
		case name.Dir:
			e.Mode = syscall.S_IFDIR
		case name.Target != "":
			e.Mode = syscall.S_IFLNK
		}
		if !out.AddDirEntry(e) {
			break
		}
	}
	return fuse.OK
}

// ReleaseDir closes a directory.
func (n *nodes) ReleaseDir(in *fuse.ReleaseIn) { n.closed(in.Fh) }
