package cluster

import "github.com/lightningdb/lightning-torture/faultfs"

// Broken is a disk on which a node breaks its word, for experiments with other disks of the same node.
type Broken struct {
	Violation
	Disk  *faultfs.FS   // with the trace of the life that ended in the crash
	Model faultfs.Model // of the disk
	Words []Word        // of this life, in order
	Lost  []uint64      // the IDs of the operations that the disk has lost
	said  int           // the number of words given before the crash
	node  *member
	life  *life
}

// Word is what a node said at a tick.
type Word struct {
	Tick uint64
	Text string
}

func newBroken(v Violation, m *member, l *life, said int, lost []faultfs.PendingOp) *Broken {
	b := &Broken{Violation: v, Disk: l.fs, Model: m.world.model, said: said, node: m, life: l}
	for _, w := range l.words {
		b.Words = append(b.Words, Word{w.tick, m.tell() + " " + w.String()})
	}
	for _, p := range lost {
		b.Lost = append(b.Lost, p.ID)
	}
	return b
}

// Again opens the node from the disk that broke its word.
func (b *Broken) Again(disk *faultfs.FS) { b.node.breaks(disk, b.life.words[:b.said], b.Tick) }

// Breaks opens the node from a disk that a crash at a tick leaves, after the node has given a number of words. It returns
// the class of the violation, or "" if the node keeps its word.
func (b *Broken) Breaks(disk *faultfs.FS, tick uint64, said int) Class {
	if v := b.node.breaks(disk, b.life.words[:said], tick); v != nil {
		return v.Class
	}
	return ""
}
