package blockfs

import (
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
)

// filesystem is one directory with a file for each disk. Files are created and removed by the client, not through the
// mount.
type filesystem struct {
	fuse.RawFileSystem // answers ENOSYS
	bytes              int64
	slow               Latencies

	mu     sync.Mutex
	names  map[string]uint64 // inode numbers
	disks  map[uint64]*disk
	latest uint64 // inode number
}

const forever = time.Hour // how long the kernel may cache: names and sizes never change

func newFilesystem(bytes int64, slow Latencies) *filesystem {
	return &filesystem{
		RawFileSystem: fuse.NewDefaultRawFileSystem(), bytes: bytes, slow: slow,
		names: map[string]uint64{}, disks: map[uint64]*disk{}, latest: fuse.FUSE_ROOT_ID,
	}
}

// add serves a disk under a name that has never been used before.
func (f *filesystem) add(name string, d *disk) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latest++
	d.slow = f.slow
	f.names[name], f.disks[f.latest] = f.latest, d
}

// remove discards a disk. Open handles get errors.
func (f *filesystem) remove(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.disks, f.names[name])
	delete(f.names, name)
}

func (f *filesystem) disk(ino uint64) *disk {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.disks[ino]
}

func (f *filesystem) named(name string) (uint64, *disk) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ino := f.names[name]
	return ino, f.disks[ino]
}

func (f *filesystem) attr(ino uint64, a *fuse.Attr) {
	a.Ino, a.Nlink, a.Blksize = ino, 1, blocklog.PageBytes
	if ino == fuse.FUSE_ROOT_ID {
		a.Mode = syscall.S_IFDIR | 0o700
		return
	}
	a.Mode, a.Size = syscall.S_IFREG|0o600, uint64(f.bytes)
}

// Lookup finds a disk by its name.
func (f *filesystem) Lookup(_ <-chan struct{}, _ *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	ino, d := f.named(name)
	if d == nil {
		return fuse.ENOENT
	}
	out.NodeId, out.Generation = ino, 1
	out.SetEntryTimeout(forever)
	out.SetAttrTimeout(forever)
	f.attr(ino, &out.Attr)
	return fuse.OK
}

// Forget does nothing, because inode numbers are never reused.
func (f *filesystem) Forget(uint64, uint64) {}

// GetAttr returns the size of a disk.
func (f *filesystem) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	out.SetTimeout(forever)
	f.attr(in.NodeId, &out.Attr)
	return fuse.OK
}

// SetAttr changes nothing. The kernel calls it to set times.
func (f *filesystem) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.attr(in.NodeId, &out.Attr)
	return fuse.OK
}

// Open opens a disk with direct I/O, so that each request arrives as it was made.
func (f *filesystem) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if f.disk(in.NodeId) == nil {
		return fuse.ENOENT
	}
	out.OpenFlags = fuse.FOPEN_DIRECT_IO
	return fuse.OK
}

func (f *filesystem) Read(_ <-chan struct{}, in *fuse.ReadIn, b []byte) (fuse.ReadResult, fuse.Status) {
	d := f.disk(in.NodeId)
	if d == nil {
		return nil, fuse.EIO
	}
	b = b[:min(int64(len(b)), max(f.bytes-int64(in.Offset), 0))]
	d.read(b, int64(in.Offset))
	return fuse.ReadResultData(b), fuse.OK
}

func (f *filesystem) do(ino uint64, op blocklog.Op) fuse.Status {
	if d := f.disk(ino); d == nil || !d.do(op) {
		return fuse.EIO
	}
	return fuse.OK
}

func (f *filesystem) Write(_ <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	op := blocklog.Op{Kind: blocklog.Write, Off: int64(in.Offset), Len: int64(len(data)), Data: data}
	if status := f.do(in.NodeId, op); status != fuse.OK {
		return 0, status
	}
	return uint32(len(data)), fuse.OK
}

// Fsync receives the flushes of the loop device.
func (f *filesystem) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return f.do(in.NodeId, blocklog.Op{Kind: blocklog.Flush})
}

// Fallocate receives discards and writes of zeros. The sizes of disks never change.
func (f *filesystem) Fallocate(_ <-chan struct{}, in *fuse.FallocateIn) fuse.Status {
	const punch, zero = 0x2, 0x10 // FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE
	if in.Mode&(punch|zero) == 0 {
		return fuse.Status(syscall.EOPNOTSUPP)
	}
	return f.do(in.NodeId, blocklog.Op{Kind: blocklog.Punch, Off: int64(in.Offset), Len: int64(in.Length)})
}

// Flush is called at each close. It makes nothing durable.
func (f *filesystem) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.OK }

// StatFs reports that there is room.
func (f *filesystem) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const blocks = 1 << 24
	*out = fuse.StatfsOut{Bsize: blocklog.PageBytes, Frsize: blocklog.PageBytes, Blocks: blocks, Bfree: blocks, Bavail: blocks}
	return fuse.OK
}
