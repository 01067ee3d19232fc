package mount

import (
	"errors"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// GetAttr describes an inode, which settles its size.
func (n *nodes) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	out.SetTimeout(forever)
	if in.NodeId == fuse.FUSE_ROOT_ID {
		out.Ino, out.Mode, out.Nlink = fuse.FUSE_ROOT_ID, syscall.S_IFDIR|0o755, 2
		return fuse.OK
	}
	if hiddenAttr(in.NodeId, &out.Attr) {
		return fuse.OK
	}
	s, i, ok := n.at(in.NodeId)
	if !ok {
		return stale
	}
	s.describe(i.Info(), &out.Attr)
	return fuse.OK
}

// SetAttr sets the size of a file, or attributes that a crash does not change.
func (n *nodes) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	if hiddenAttr(in.NodeId, &out.Attr) {
		return fuse.OK
	}
	s, i, ok := n.at(in.NodeId)
	if !ok {
		return stale
	}
	if size, sized := in.GetSize(); sized {
		err := s.calling(&in.InHeader, func() error {
			return n.withFile(in.NodeId, in.Fh, func(f afero.File) error { return f.Truncate(int64(size)) })
		})
		if err != nil {
			return status(err)
		}
		s.modified(i.Known().Ino)
	}
	s.change(i.Known(), func(a *attr) { set(a, in) })
	s.describe(i.Info(), &out.Attr)
	out.SetTimeout(forever)
	return fuse.OK
}

// set changes the attributes that a process asks for.
func set(a *attr, in *fuse.SetAttrIn) {
	a.ctime = time.Now()
	if mode, ok := in.GetMode(); ok {
		a.Mode = mode & 0o7777
	}
	if uid, ok := in.GetUID(); ok {
		a.UID = uid
	}
	if gid, ok := in.GetGID(); ok {
		a.GID = gid
	}
	if at, ok := in.GetMTime(); ok {
		a.mtime = at
	}
}

// withFile calls a function with the open file of a handle, or opens the node if the kernel passed no handle.
func (n *nodes) withFile(node, fh uint64, call func(afero.File) error) error {
	if h := n.handle(fh); h != nil && h.file != nil {
		return call(h.file)
	}
	_, i, ok := n.at(node)
	if !ok {
		return syscall.ESTALE
	}
	f, err := i.Open(os.O_RDWR)
	if err != nil {
		return err
	}
	return errors.Join(call(f), f.Close())
}

// Open opens a file for direct I/O.
func (n *nodes) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if hiddenIno(in.NodeId) != 0 {
		out.OpenFlags = fuse.FOPEN_DIRECT_IO
		return fuse.OK
	}
	return n.open(in.NodeId, out)
}

// open returns a handle for reading and writing; the kernel has already checked the permissions of the process.
func (n *nodes) open(node uint64, out *fuse.OpenOut) fuse.Status {
	_, i, ok := n.at(node)
	if !ok {
		return stale
	}
	f, err := i.Open(os.O_RDWR)
	if err != nil {
		return status(err)
	}
	out.Fh, out.OpenFlags = n.opened(&handle{file: f}), fuse.FOPEN_DIRECT_IO
	return fuse.OK
}

// Release closes a file.
func (n *nodes) Release(_ <-chan struct{}, in *fuse.ReleaseIn) {
	if h := n.closed(in.Fh); h != nil {
		_ = h.file.Close() // a release has no reply
	}
}

// Flush makes nothing durable. ENOSYS tells the kernel not to send it on every close.
func (n *nodes) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.ENOSYS }

func (n *nodes) Read(_ <-chan struct{}, in *fuse.ReadIn, b []byte) (fuse.ReadResult, fuse.Status) {
	if hiddenIno(in.NodeId) != 0 {
		return fuse.ReadResultData(nil), fuse.OK
	}
	read := 0
	err := n.withFile(in.NodeId, in.Fh, func(f afero.File) (err error) {
		read, err = f.ReadAt(b[:min(int(in.Size), len(b))], int64(in.Offset))
		return err
	})
	if read > 0 {
		err = nil
	}
	return fuse.ReadResultData(b[:read]), status(err)
}

func (n *nodes) Write(_ <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	if ino := hiddenIno(in.NodeId); ino != 0 {
		return n.acknowledge(in.NodeId, ino, data)
	}
	s, i, ok := n.at(in.NodeId)
	if !ok {
		return 0, stale
	}
	wrote := 0
	err := s.calling(&in.InHeader, func() error {
		return n.withFile(in.NodeId, in.Fh, func(f afero.File) (err error) {
			wrote, err = f.WriteAt(data, int64(in.Offset)) // which keeps a copy
			return err
		})
	})
	if wrote > 0 || errors.Is(err, io.ErrShortWrite) {
		err = nil // a short write, as write(2) reports it
	}
	if wrote > 0 {
		s.modified(i.Known().Ino)
	}
	const mapped = fuse.WRITE_CACHE // pages of a memory map, to which O_SYNC does not apply
	if err == nil && in.Flags&(syscall.O_SYNC|syscall.O_DSYNC) != 0 && in.WriteFlags&mapped == 0 {
		// The kernel sends no separate sync, because the write bypassed its cache.
		err = n.sync(&in.InHeader, in.Fh)
	}
	return uint32(wrote), status(err)
}

// Writev does what Write does, with the data in several slices.
func (n *nodes) Writev(cancel <-chan struct{}, in *fuse.WriteIn, data [][]byte) (uint32, fuse.Status) {
	if len(data) == 1 {
		return n.Write(cancel, in, data[0])
	}
	return n.Write(cancel, in, slices.Concat(data...))
}

// Fsync makes a file durable; the kernel also sends it for msync.
func (n *nodes) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	if hiddenIno(in.NodeId) != 0 {
		return fuse.OK
	}
	return status(n.sync(&in.InHeader, in.Fh))
}

func (n *nodes) sync(h *fuse.InHeader, fh uint64) error {
	s, _, ok := n.at(h.NodeId)
	if !ok {
		return syscall.ESTALE
	}
	s.syncing()
	return s.calling(h, func() error { return n.withFile(h.NodeId, fh, afero.File.Sync) })
}

// FsyncDir makes the names of a directory durable.
func (n *nodes) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	s, i, ok := n.at(in.NodeId)
	if !ok {
		return fuse.OK
	}
	s.syncing()
	f, err := i.Open(os.O_RDONLY)
	if err != nil {
		return status(err)
	}
	return status(errors.Join(s.calling(&in.InHeader, f.Sync), f.Close()))
}

// Fallocate allocates, punches holes and writes zeros.
func (n *nodes) Fallocate(_ <-chan struct{}, in *fuse.FallocateIn) fuse.Status {
	if in.Mode&^(keepSize|punch|zero) != 0 {
		return fuse.Status(syscall.EOPNOTSUPP)
	}
	s, i, ok := n.at(in.NodeId)
	if !ok {
		return stale
	}
	err := s.calling(&in.InHeader, func() error {
		return n.withFile(in.NodeId, in.Fh, func(f afero.File) error { return fallocate(f, in, i) })
	})
	return status(err)
}

// Modes of fallocate.
const (
	keepSize = 0x1
	punch    = 0x2
	zero     = 0x10
)

func fallocate(f afero.File, in *fuse.FallocateIn, i faultfs.Inode) error {
	off, bytes := int64(in.Offset), int64(in.Length)
	if in.Mode&(punch|zero) != 0 {
		if err := f.(faultfs.HolePuncher).PunchHole(off, bytes); err != nil {
			return err
		}
	}
	if in.Mode&keepSize != 0 {
		bytes = min(bytes, i.Info().Size-off)
	}
	if bytes <= 0 || in.Mode&punch != 0 {
		return nil
	}
	return f.(faultfs.Preallocator).Preallocate(off, bytes)
}

// StatFs says how full the disk is.
func (n *nodes) StatFs(_ <-chan struct{}, h *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const page, total, files = 4096, 1 << 24, 1 << 20
	*out = fuse.StatfsOut{Bsize: page, Frsize: page, Blocks: total, Bfree: total, Bavail: total, Files: files, Ffree: files, NameLen: 255}
	s, _, ok := n.at(h.NodeId)
	if !ok {
		return fuse.OK
	}
	space, err := s.FS.Space()
	if err != nil {
		return status(err)
	}
	if space.CapacityBytes > 0 {
		out.Blocks = uint64(space.CapacityBytes) / page
	}
	out.Bfree = out.Blocks - min(out.Blocks, uint64(space.UsedBytes)/page)
	out.Bavail = out.Bfree
	return fuse.OK
}

// Access is left to the kernel (default_permissions).
func (n *nodes) Access(<-chan struct{}, *fuse.AccessIn) fuse.Status { return fuse.ENOSYS }

// Ioctl supports no requests.
func (n *nodes) Ioctl(<-chan struct{}, *fuse.IoctlIn, []byte, *fuse.IoctlOut, []byte) fuse.Status {
	return fuse.Status(syscall.ENOTTY)
}
