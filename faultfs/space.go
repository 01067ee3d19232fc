package faultfs

import (
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// A file or directory takes one page of the disk, plus one for every page of its bytes that was ever written. Holes
// take none. A file without a name keeps its pages until its last handle is closed. In a crash image, what no one has
// looked at counts as it is on the durable disk.

// Space is how full the disk is.
type Space struct {
	CapacityBytes int64 // limit set by an ENOSPC rule with Bytes; 0 if there is none
	UsedBytes     int64
}

// Space returns how full the disk is, like statfs(2).
func (fs *FS) Space() (Space, error) {
	fs.enter()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpStat, name: "statfs", path: "/"}); err != nil {
		return Space{}, err
	}
	s := Space{UsedBytes: fs.used()}
	for _, r := range fs.rules {
		limits := r.Effect == ENOSPC && r.Bytes != 0 && r.InTime(fs.ticks)
		if limits && (s.CapacityBytes == 0 || int64(r.Bytes) < s.CapacityBytes) {
			s.CapacityBytes = int64(r.Bytes)
		}
	}
	return s, nil
}

// used returns how many bytes of the disk are taken. The caller holds mu.
func (fs *FS) used() (bytes int64) {
	counted := map[Ino]bool{}
	fs.count(trace.Root, counted, &bytes)
	for ino, n := range fs.nodes { // a sum: the order does not matter
		if n.handles > 0 && !counted[ino] {
			bytes += fs.taken(ino)
		}
	}
	return bytes
}

// count adds the space taken by an inode and everything below it.
func (fs *FS) count(ino Ino, counted map[Ino]bool, bytes *int64) {
	if counted[ino] {
		return // an additional link
	}
	counted[ino] = true
	*bytes += fs.taken(ino)
	n := fs.nodes[ino]
	if n != nil {
		for _, e := range n.names {
			if e.Ino != 0 {
				fs.count(e.Ino, counted, bytes)
			}
		}
		if n.complete {
			return
		}
	}
	for name, e := range fs.base.Names(ino) {
		if n == nil || n.unknown(name) {
			fs.count(e.Ino, counted, bytes)
		}
	}
}

// unknown reports whether no one has looked up a name.
func (n *node) unknown(name string) bool {
	_, known := n.names[name]
	return !known
}

// taken returns how many bytes of the disk an inode takes.
func (fs *FS) taken(ino Ino) int64 {
	c := (*disk.Content)(nil)
	if n := fs.nodes[ino]; n != nil {
		c = n.content
	} else {
		c = fs.base.Content(ino)
	}
	pages := int64(1)
	if c != nil {
		pages += c.Pages()
	}
	return pages * disk.PageBytes
}

// takes returns how many more bytes of the disk a call would take.
func (fs *FS) takes(c *call) int64 {
	switch {
	case c.kind == OpCreate:
		return disk.PageBytes
	case c.bytes == 0 || c.kind == OpRead:
		return 0
	}
	fs.resolve(c.node, c.off, c.off+c.bytes)
	holes := int64(0)
	for at := c.off; at < c.off+c.bytes; at = pageEnd(at) {
		if c.node.content.Hole(at) {
			holes++
		}
	}
	return holes * disk.PageBytes
}

// room returns how many bytes of a write fit on the disk.
func (fs *FS) room(r *Rule, n *node, off, bytes int64) int64 {
	free := int64(r.Bytes) - fs.used()
	at := off
	for ; at < off+bytes; at = pageEnd(at) {
		if n.content.Hole(at) {
			if free -= disk.PageBytes; free < 0 {
				break
			}
		}
	}
	return min(at-off, bytes)
}

func pageEnd(off int64) int64 { return (off/disk.PageBytes + 1) * disk.PageBytes }

// Preallocate reserves space for the bytes from off on, like fallocate(2): bytes that did not exist become zeros, and
// the file grows if they are past its end. A later write there needs no space. Fault rules see it as a truncation.
func (f *file) Preallocate(off, bytes int64) error {
	f.fs.enter()
	defer f.fs.leave()
	if err := f.checkUsable("fallocate"); err != nil {
		return err
	}
	switch {
	case off < 0 || bytes <= 0:
		return f.fail("fallocate", syscall.EINVAL)
	case !f.how.Write:
		return f.fail("fallocate", syscall.EBADF)
	case off > maxFileBytes-bytes:
		return f.fail("fallocate", syscall.EFBIG)
	}
	_, err := f.fs.inject(call{kind: OpTruncate, name: "fallocate", path: f.name, node: f.node, off: off, bytes: bytes})
	if err != nil {
		return err
	}
	f.fs.resolve(f.node, off, off+bytes)
	before := f.node.content.Size()
	for at := off; at < off+bytes; at = pageEnd(at) {
		f.node.content.Allocate(at)
	}
	if size := off + bytes; size > before {
		f.node.content.SetSize(size)
		f.fs.record(Op{Kind: OpTruncate, Path: f.name, Ino: f.node.ino, OldSize: before, Size: size})
	}
	return nil
}

// maxPunchBytes limits the zeros in one operation of the trace.
const maxPunchBytes = 1 << 20

// PunchHole turns bytes of the file into zeros, like fallocate(2) with FALLOC_FL_PUNCH_HOLE; the size stays the same.
// The trace records zeros being written, where there were bytes. Fault rules see it as a truncation.
func (f *file) PunchHole(off, bytes int64) error {
	f.fs.enter()
	defer f.fs.leave()
	switch err := f.checkUsable("fallocate"); {
	case err != nil:
		return err
	case off < 0 || bytes <= 0:
		return f.fail("fallocate", syscall.EINVAL)
	case !f.how.Write:
		return f.fail("fallocate", syscall.EBADF)
	}
	if _, err := f.fs.inject(call{kind: OpTruncate, name: "fallocate", path: f.name, node: f.node}); err != nil {
		return err
	}
	end := min(off+bytes, f.fs.size(f.node))
	f.fs.resolveWrite(f.node, off, end)
	for off < end {
		next := min(pageEnd(off), end)
		if f.node.content.Hole(off) {
			off = next
			continue
		}
		for next < end && next-off < maxPunchBytes && !f.node.content.Hole(next) {
			next = min(pageEnd(next), end)
		}
		f.node.store(f.fs, Op{Path: f.name, Off: off, Data: make([]byte, next-off)})
		off = next
	}
	return nil
}
