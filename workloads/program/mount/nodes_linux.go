package mount

import (
	"errors"
	"io"
	"maps"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// nodes answers the kernel's requests. A node ID combines a slot, which is a filesystem, and an inode in it. Slots are never
// reused, so nothing that the kernel has cached of one filesystem can apply to another. The slots are the names in the root.
type nodes struct {
	fuse.RawFileSystem // answers ENOSYS
	mu                 sync.Mutex
	slots              map[uint64]*slot
	latest             uint64 // the latest slot
	handles            map[uint64]*handle
	latestHandle       uint64
}

// Bits of a node ID: the slot, then the inode.
const (
	slotBits = 31
	inoBits  = 32
)

// slot is one served filesystem.
type slot struct {
	Disk
	number uint64
	mu     sync.Mutex
	attrs  map[faultfs.Ino]attr
	ack    lines
	stdout lines
}

// syncing announces a sync.
func (s *slot) syncing() {
	if s.Syncing != nil {
		s.Syncing()
	}
}

// calling makes an operation that may change the disk on behalf of the thread that asked for it.
func (s *slot) calling(h *fuse.InHeader, operate func() error) (err error) {
	if s.Calling == nil {
		return operate()
	}
	s.Calling(int(h.Pid), func() { err = operate() })
	return err
}

// attr has the attributes that faultfs does not keep.
type attr struct {
	Attr
	mtime, ctime time.Time
}

// handle is an open file or directory.
type handle struct {
	file  afero.File
	names []faultfs.InodeName // of a directory, as of the read at offset 0
}

// forever is how long the kernel may cache what only it changes.
const forever = time.Hour

func newNodes() *nodes {
	return &nodes{
		RawFileSystem: fuse.NewDefaultRawFileSystem(), slots: map[uint64]*slot{}, handles: map[uint64]*handle{},
	}
}

func (n *nodes) add(d Disk) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.latest++
	s := &slot{Disk: d, number: n.latest, attrs: map[faultfs.Ino]attr{}, ack: lines{to: d.Ack}, stdout: lines{to: d.Stdout}}
	for ino, a := range d.Attrs { // into a map: the order does not matter
		s.attrs[ino] = attr{Attr: a}
	}
	n.slots[n.latest] = s
	return n.latest
}

func (n *nodes) remove(number uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.slots, number)
}

func (n *nodes) attrsOf(number uint64) map[faultfs.Ino]Attr {
	n.mu.Lock()
	s := n.slots[number]
	n.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := maps.Collect(func(yield func(faultfs.Ino, Attr) bool) {
		for ino, a := range s.attrs {
			if !yield(ino, a.Attr) {
				return
			}
		}
	})
	return all
}

// at returns the filesystem and the inode of a node, or false if it no longer exists.
func (n *nodes) at(node uint64) (*slot, faultfs.Inode, bool) {
	n.mu.Lock()
	s := n.slots[node>>inoBits]
	n.mu.Unlock()
	if s == nil {
		return nil, faultfs.Inode{}, false
	}
	i, ok := s.FS.Inode(faultfs.Ino(node & (1<<inoBits - 1)))
	return s, i, ok
}

// node returns the node of an inode.
func (s *slot) node(ino faultfs.Ino) uint64 { return s.number<<inoBits | uint64(ino) }

// describe fills in the attributes of an inode.
func (s *slot) describe(i faultfs.InodeInfo, out *fuse.Attr) {
	out.Ino, out.Nlink, out.Blksize = s.node(i.Ino), uint32(max(i.Links, 0)), 4096
	out.Size = uint64(max(i.Size, 0))
	out.Blocks = (out.Size + 511) / 512
	a := s.attr(i)
	out.Mode, out.Uid, out.Gid = syscall.S_IFREG|a.Mode, a.UID, a.GID
	switch {
	case i.Dir:
		out.Mode, out.Nlink = syscall.S_IFDIR|a.Mode, 2
	case i.Target != "":
		out.Mode = syscall.S_IFLNK | 0o777
	}
	out.SetTimes(&a.mtime, &a.mtime, &a.ctime)
}

// attr returns the attributes of an inode.
func (s *slot) attr(i faultfs.InodeInfo) attr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, known := s.attrs[i.Ino]; known {
		return a
	}
	a := attr{Attr: Attr{Mode: 0o644, UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}}
	if i.Dir {
		a.Mode = 0o755
	}
	return a
}

// change changes the attributes of an inode.
func (s *slot) change(i faultfs.InodeInfo, change func(*attr)) {
	a := s.attr(i)
	change(&a)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attrs[i.Ino] = a
}

// made records the attributes of a new inode.
func (s *slot) made(i faultfs.Inode, h *fuse.InHeader, mode uint32) {
	now := time.Now()
	s.change(i.Known(), func(a *attr) {
		*a = attr{Attr: Attr{Mode: mode & 0o7777, UID: h.Uid, GID: h.Gid}, mtime: now, ctime: now}
	})
}

// modified updates the times of a file whose content has changed.
func (s *slot) modified(ino faultfs.Ino) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, known := s.attrs[ino]; known {
		a.mtime, a.ctime = now, now
		s.attrs[ino] = a
	}
}

// entry answers with the inode that a name leads to. A size that is undecided stays undecided, so the kernel may not cache it.
func (s *slot) entry(i faultfs.Inode, out *fuse.EntryOut) {
	info := i.Known()
	out.NodeId, out.Generation = s.node(info.Ino), 1
	s.describe(info, &out.Attr)
	out.SetEntryTimeout(forever)
	if info.Size >= 0 {
		out.SetAttrTimeout(forever)
	}
}

// status converts an error to a status for the kernel.
func status(err error) fuse.Status {
	var errno syscall.Errno
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return fuse.OK
	case errors.As(err, &errno):
		return fuse.Status(errno)
	}
	return fuse.EIO
}

// stale is the answer for a filesystem that is no longer served.
const stale = fuse.Status(syscall.ESTALE)

// opened registers a handle and returns its number.
func (n *nodes) opened(h *handle) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.latestHandle++
	n.handles[n.latestHandle] = h
	return n.latestHandle
}

func (n *nodes) handle(fh uint64) *handle {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.handles[fh]
}

// closed unregisters a handle and returns it.
func (n *nodes) closed(fh uint64) *handle {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.handles[fh]
	delete(n.handles, fh)
	return h
}

// slotNamed returns the filesystem with a name in the root, or nil.
func (n *nodes) slotNamed(name string) *slot {
	number, err := strconv.ParseUint(name, 10, slotBits)
	if err != nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.slots[number]
}
