package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pendingKind says which part of the disk a pending op changes.
type pendingKind uint8

const (
	pendingNames pendingKind = iota // directory entries, all edits of one call at once
	pendingSize                     // size of a file
	pendingData                     // bytes within one sector of a file, or the unwritten part of a new block
)

// place says where an op is in the sequence of MetadataInOrder.
type place uint8

const (
	unordered place = iota // not in the sequence
	inOrder                // follows every earlier op that is inOrder
	delayed                // also follows every earlier op that is inOrder, but nothing follows it
)

// nameKey is a name in a directory.
type nameKey struct {
	parent trace.Ino
	name   string
}

// pendingOp is the smallest unit that a power cut keeps or loses. One filesystem call becomes one pendingNames, or a
// pendingSize for every page boundary that it crosses and a pendingData for every sector that it touches. It does not
// change once it is queued: an op that has to change is replaced by a copy with the same seq, so that crash points keep
// what they saw.
type pendingOp struct {
	seq   int // position among all pending ops of the trace
	tick  uint64
	kind  pendingKind
	ino   trace.Ino    // pendingSize, pendingData: the file
	off   int64        // pendingData: the offset of data
	data  []byte       // pendingData: the bytes
	size  int64        // pendingSize: the new size
	cut   bool         // pendingSize: it shortens the file
	clear int64        // pendingSize: offset from which the system zeroed the former last page; 0: it did not
	edits []trace.Edit // pendingNames: the changes
	moved []trace.Ino  // pendingNames: inodes that got or lost a name; one overwritten by a rename is the second
	swaps bool         // pendingNames: an exchange or half of one: the second inode in moved gets a name for the one it loses
	place place
	// mount is the number of earlier power cuts. Each mount has its own sequence.
	mount int32
	// after lists the ops that this one follows: they must have reached the disk if it has. Some may be durable by now.
	// A size can follow later ops, namely the bytes that it waits for.
	after []*pendingOp
	// together lists ops that must have reached the disk as well, unless a directory sync has made this one durable
	// alone: the other half of a move, and earlier changes to other names of a file that is removed.
	together []*pendingOp
	// stale: pendingData that no call wrote, but that the disk may show in place of a write or next to it.
	stale bool
	// clears: pendingData that a truncation left in the rest of its last page.
	clears bool
	// failed: its write-back failed and its page is clean. No sync makes it durable; the disk may or may not have it.
	failed bool
	// absent: failed, and the disk certainly does not have it.
	absent bool
	// journaled: failed, and in a journal that may be replayed.
	journaled bool
	// evicted: journaled, and no longer in memory.
	evicted bool
	// inherited: left undecided by an earlier power cut. The disk has it or not, and no sync changes that.
	inherited bool
}

func (p *pendingOp) end() int64 { return p.off + int64(len(p.data)) }

// failedBytes reports whether the op is data that the disk may lack, in a page that is clean after a failed write-back.
// No sync covers such bytes, and they have no place in the order that a filesystem keeps.
func (p *pendingOp) failedBytes() bool { return p.failed && p.kind == pendingData }

// touches reports whether the op changes an entry of the directory.
func (p *pendingOp) touches(dir trace.Ino) bool {
	return slices.ContainsFunc(p.edits, func(e trace.Edit) bool { return e.Parent == dir })
}

// removes reports whether the op removes a name, as a rename does too, or takes one away from a file, as an exchange does.
func (p *pendingOp) removes() bool {
	return p.swaps || slices.ContainsFunc(p.edits, func(e trace.Edit) bool { return e.Ino == 0 })
}

// appendOp appends an op to a list, unless that is nil.
func appendOp(list []*pendingOp, p *pendingOp) []*pendingOp {
	if p == nil {
		return list
	}
	return append(list, p)
}

// follow makes the op follow an earlier one, unless that is nil.
func (p *pendingOp) follow(earlier *pendingOp) {
	if earlier != nil && !slices.Contains(p.after, earlier) {
		p.after = append(p.after, earlier)
	}
}

// apply makes the op part of a disk.
func (p *pendingOp) apply(d *disk.Disk) {
	switch p.kind {
	case pendingNames:
		for i := range p.edits {
			d.Edit(&p.edits[i])
		}
	case pendingSize:
		d.Writable(p.ino).SetSize(p.size)
	case pendingData:
		c := d.Writable(p.ino)
		if p.off < c.Size() { // bytes beyond the size are unreachable
			c.WriteAt(p.data[:min(int64(len(p.data)), c.Size()-p.off)], p.off)
		}
	}
}

// position finds an op by its seq.
func position(ops []*pendingOp, seq int) (int, bool) {
	return slices.BinarySearchFunc(ops, seq, func(p *pendingOp, seq int) int { return p.seq - seq })
}

// clip removes from the data ops before seq all bytes at or beyond the size to which the file was truncated. A
// truncation is final, and those bytes must not come back when the file grows again. It changes ops.
func clip(ops []*pendingOp, ino trace.Ino, seq int, size int64) []*pendingOp {
	keep := ops[:0]
	for _, p := range ops {
		if p.kind == pendingData && p.ino == ino && p.seq < seq && p.end() > size {
			if p.off >= size {
				continue
			}
			short := *p
			short.data = p.data[:size-p.off]
			p = &short
		}
		keep = append(keep, p)
	}
	return keep
}
