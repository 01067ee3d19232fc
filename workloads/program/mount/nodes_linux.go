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

// nodes answers the kernel. A node is a slot, which is a filesystem, and an inode of it, so that what the kernel remembers of
// one filesystem says nothing about another. The root has the slots as its names.
type nodes struct {
	fuse.RawFileSystem // answers ENOSYS
	mu                 sync.Mutex
	slots              map[uint64]*slot
	latest             uint64 // slot
	handles            map[uint64]*handle
	latestHandle       uint64
}

// slotBits is how many bits of a node are its slot, and inoBits its inode.
const (
	slotBits = 31
	inoBits  = 32
)

// slot is one filesystem.
type slot struct {
	Disk
	number uint64
	mu     sync.Mutex
	attrs  map[faultfs.Ino]attr
	ack    lines
	stdout lines
}

// attr is what a filesystem of the lab does not keep.
type attr struct {
	Attr
	mtime, ctime time.Time
}

// handle is what a process has opened.
type handle struct {
	file  afero.File
	names []faultfs.InodeName // of a directory, as of its beginning
}

// forever is how long the kernel may keep what nobody else changes.
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

// at returns the filesystem and the inode of a node; false if it is no more.
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

// describe fills in what the kernel wants to know of an inode.
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

// made notes the attributes of a new inode.
func (s *slot) made(i faultfs.Inode, h *fuse.InHeader, mode uint32) {
	now := time.Now()
	s.change(i.Known(), func(a *attr) {
		*a = attr{Attr: Attr{Mode: mode & 0o7777, UID: h.Uid, GID: h.Gid}, mtime: now, ctime: now}
	})
}

// modified notes that the bytes of a file have changed.
func (s *slot) modified(ino faultfs.Ino) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, known := s.attrs[ino]; known {
		a.mtime, a.ctime = now, now
		s.attrs[ino] = a
	}
}

// entry answers with an inode that a name leads to. A size that is undecided stays so.
func (s *slot) entry(i faultfs.Inode, out *fuse.EntryOut) {
	info := i.Known()
	out.NodeId, out.Generation = s.node(info.Ino), 1
	s.describe(info, &out.Attr)
	out.SetEntryTimeout(forever)
	if info.Size >= 0 {
		out.SetAttrTimeout(forever)
	}
}

// status returns what the kernel is told of an error.
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

// stale is the answer for a filesystem that is served no longer.
const stale = fuse.Status(syscall.ESTALE)

// opened gives a handle to the kernel.
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

// closed takes a handle back.
func (n *nodes) closed(fh uint64) *handle {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.handles[fh]
	delete(n.handles, fh)
	return h
}

// slotNamed returns a filesystem by its name in the root.
func (n *nodes) slotNamed(name string) *slot {
	number, err := strconv.ParseUint(name, 10, slotBits)
	if err != nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.slots[number]
}
