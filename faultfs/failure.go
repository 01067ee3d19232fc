package faultfs

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// Failure says what a failed write-back leaves in memory and on the disk. See "Can Applications Recover from fsync
// Failures?" (USENIX ATC 2020), table 1. Whichever it is, the error is reported once and the pages are clean: no retry
// writes them again.
type Failure uint8

// The failures. Of a directory all are AnyFailure: a journal that cannot be written is another fault, readonly.
const (
	// AnyFailure keeps the new bytes in memory. The disk has each of them, and the size, or not.
	AnyFailure Failure = iota
	// Ext4Ordered keeps the new bytes in memory, and the disk has none of them. The size is committed all the same, so
	// what was appended reads as zeros after a crash.
	Ext4Ordered
	// Ext4Journal (data=journal) lets the sync succeed, because the bytes are in the journal, and the next one fail.
	// The bytes are in memory; whether the disk has them depends on whether the journal is replayed.
	Ext4Journal
	// XFS is like Ext4Ordered.
	XFS
	// Btrfs takes the new bytes and the new size out of memory as well: the file is what the disk has.
	Btrfs
	failures
)

var failureNames = [failures]string{"any", "ext4-ordered", "ext4-journal", "xfs", "btrfs"}

func (f Failure) String() string {
	if f < failures {
		return failureNames[f]
	}
	return fmt.Sprintf("failure(%d)", uint8(f))
}

func (f *Failure) parse(name string) error {
	i := slices.Index(failureNames[1:], name)
	if i < 0 {
		return fmt.Errorf("unknown failure as=%s; choose one of %s", name, strings.Join(failureNames[1:], ", "))
	}
	*f = Failure(i + 1)
	return nil
}

// failSync carries out that the sync of the op fails, and returns what the caller of the sync is told. The op is in the
// trace already.
func (f *file) failSync(call string, op Op) error {
	told := f.node.errors.check(&f.heard)
	f.node.errors.set()
	f.revert(op)
	if op.As == Ext4Journal && !op.Dir && !told {
		return nil
	}
	f.node.errors.check(&f.heard)
	return f.fail(call, syscall.EIO)
}

// writeback lets the pages that are dirty so far be written by the system, and fail, if a rule says so. Nobody waits for
// it, so it is the next sync of each handle that reports the error.
func (f *file) writeback() error {
	rule, err := f.fs.inject(call{kind: OpWriteback, name: "write", path: f.name, node: f.node})
	if err != nil || rule == nil {
		return err
	}
	op := Op{Kind: OpWriteback, Path: f.name, Ino: f.node.ino, Fault: FailedSync, As: rule.As}
	f.fs.record(op)
	f.node.errors.set()
	f.revert(op)
	return nil
}

// revert takes out of memory what a failure in the manner of Btrfs does not leave there.
func (f *file) revert(op Op) {
	if op.As == Btrfs && !op.Dir {
		f.fs.reread(f.node)
	}
}

// evict drops the clean pages of a file: what its failed write-backs left in memory only is gone.
func (f *file) evict() {
	f.fs.record(Op{Kind: OpRead, Path: f.name, Ino: f.node.ino, Fault: Evict})
	f.fs.reread(f.node)
}

// reread makes a file in memory what the disk has of it, and what is still dirty. The caller holds mu.
func (fs *FS) reread(n *node) {
	t := fs.timeline(Model{}, fs.now.Load())
	t.advance(fs.now.Load())
	for _, p := range t.queue.ops {
		if p.kind != pendingNames && p.ino == n.ino && !p.settled {
			t.disk.apply(p)
		}
	}
	n.content = &content{}
	if on := t.disk.inodes[n.ino]; on != nil {
		n.content = on.content.fork()
	}
}

// fault carries out in the model what an injected fault does to the pending ops, and returns whether it does anything.
func (t *Timeline) fault(op *Op) bool {
	switch {
	case op.Fault == Evict:
		t.queue.drop(func(p *pendingOp) bool { return p.stuck && p.kind == pendingData && covers(op)(p) })
	case op.Fault != FailedSync:
		return false
	default:
		t.queue.fail(op)
		if op.takesSize() && !t.ignores(op.Tick) {
			for _, p := range t.queue.take(op) {
				t.disk.apply(p)
			}
		}
	}
	return true
}

// takesSize reports whether the size becomes durable although the sync fails, because the journal works.
func (o *Op) takesSize() bool {
	return o.Kind == OpSync && !o.Dir && o.As != AnyFailure && o.As != Btrfs
}

// fail lets the write-back of the op's file or directory fail. Write-back by itself, without a sync, is about bytes
// only: the inode stays dirty.
func (q *queue) fail(op *Op) {
	covered := covers(op)
	dirty := func(p *pendingOp) bool { return covered(p) && !p.stuck }
	switch {
	case op.Dir || op.As == AnyFailure && op.Kind == OpSync:
		q.stick(dirty, false)
	case op.As == Btrfs:
		q.drop(covered)
	default:
		data := func(p *pendingOp) bool { return dirty(p) && p.kind == pendingData }
		q.stick(data, op.As == Ext4Ordered || op.As == XFS)
	}
}

// stick marks the chosen ops that a failed write-back should have made durable. If they are gone, the disk does not have
// them for certain.
func (q *queue) stick(chosen func(*pendingOp) bool, gone bool) {
	q.revise(chosen, func(p *pendingOp) { p.stuck, p.gone = true, gone })
}

// redirty makes the stuck ops of the pages that a write touches ordinary again: the page is dirty, so the next sync
// writes all of it. A file of which anything is dirty has a dirty inode, so its size is written with it.
func (q *queue) redirty(op *Op) {
	if q.stuck == 0 || len(op.Data) == 0 && op.Size == op.OldSize {
		return
	}
	first, last := op.Off/pageBytes, (op.Off+int64(len(op.Data))-1)/pageBytes
	q.revise(func(p *pendingOp) bool {
		if !p.stuck || p.ino != op.Ino || p.settled {
			return false
		}
		page := p.off / pageBytes
		return p.kind == pendingSize || p.kind == pendingData && len(op.Data) > 0 && page >= first && page <= last
	}, func(p *pendingOp) { p.stuck, p.gone = false, false })
}

// revise replaces the chosen ops by changed copies: crash points keep what they saw.
func (q *queue) revise(chosen func(*pendingOp) bool, change func(*pendingOp)) {
	for i, p := range q.ops {
		if chosen(p) {
			c := *p
			change(&c)
			q.ops[i] = &c
		}
	}
	q.countStuck()
}

// drop takes the chosen ops away: the disk never had them, and the memory has them no more.
func (q *queue) drop(chosen func(*pendingOp) bool) {
	q.ops = slices.DeleteFunc(q.ops, func(p *pendingOp) bool {
		if !chosen(p) {
			return false
		}
		q.forget(p)
		return true
	})
	q.countStuck()
}

func (q *queue) countStuck() {
	q.stuck = 0
	for _, p := range q.ops {
		if p.stuck {
			q.stuck++
		}
	}
}

// loseGone decides the ops that the disk does not have for certain, unless the profile has kept them, because the machine
// runs on.
func (im *image) loseGone() {
	for i, p := range im.point.pending {
		if p.gone {
			im.put(i, false)
		}
	}
}
