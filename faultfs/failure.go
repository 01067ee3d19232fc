package faultfs

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// Failure says what a failed write-back leaves on the disk, as Linux 6.18 does; FAULTS.md says where the kernels of "Can
// Applications Recover from fsync Failures?" (USENIX ATC 2020) differed. Whichever it is, the error is reported once, the
// memory keeps the new bytes, and the pages are clean: no retry writes them again.
type Failure uint8

// The failures. Of a directory all are AnyFailure: a journal that cannot be written is another fault, readonly.
const (
	// AnyFailure: the disk has each of the new bytes, and the size, or not.
	AnyFailure Failure = iota
	// Ext4Ordered: the disk has none of the new bytes. The size is committed all the same, so what was appended reads as
	// zeros after a crash.
	Ext4Ordered
	// Ext4Journal (data=journal): the bytes are in the journal and not in their place. Whether the disk has them after a
	// crash depends on whether the journal is replayed, whatever was read meanwhile.
	Ext4Journal
	// XFS is like Ext4Ordered.
	XFS
	// Btrfs is like Ext4Ordered.
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

// failSync carries out that a sync fails, and returns what its caller is told. The sync is in the trace already.
func (f *file) failSync(call string) error {
	f.node.errors.set()
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
	f.fs.record(Op{Kind: OpWriteback, Path: f.name, Ino: f.node.ino, Fault: FailedSync, As: rule.As})
	f.node.errors.set()
	return nil
}

// evict drops the clean pages of a file: what its failed write-backs left in memory only is gone.
func (f *file) evict() {
	f.fs.record(Op{Kind: OpRead, Path: f.name, Ino: f.node.ino, Fault: Evict})
	f.fs.reread(f.node)
}

// reread makes a file in memory what the disk has of it in its place, and what is still dirty. The caller holds mu.
func (fs *FS) reread(n *node) {
	t := fs.timeline(Model{}, fs.now.Load())
	t.advance(fs.now.Load())
	for _, p := range t.queue.ops {
		if p.kind != pendingNames && p.ino == n.ino && !p.settled && !p.evicted {
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
		t.queue.evict(op)
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
	return o.Kind == OpSync && !o.Dir && o.As != AnyFailure
}

// fail lets the write-back of the op's file or directory fail. Write-back by itself, without a sync, is about bytes
// only: the inode stays dirty.
func (q *queue) fail(op *Op) {
	covered := covers(op)
	dirty := func(p *pendingOp) bool { return covered(p) && !p.stuck }
	switch {
	case op.Dir || op.As == AnyFailure && op.Kind == OpSync:
		q.stick(dirty, AnyFailure)
	default:
		q.stick(func(p *pendingOp) bool { return dirty(p) && p.kind == pendingData }, op.As)
	}
}

// stick marks the chosen ops that a failed write-back should have made durable, with what became of them.
func (q *queue) stick(chosen func(*pendingOp) bool, as Failure) {
	q.revise(chosen, func(p *pendingOp) {
		p.stuck, p.journaled = true, as == Ext4Journal
		p.gone = as != AnyFailure && !p.journaled
	})
}

// evict takes the stuck bytes of a file out of memory. The disk does not have them in their place either, so only those
// that a journal may replay are left.
func (q *queue) evict(op *Op) {
	stuck := func(p *pendingOp) bool { return p.adrift() && covers(op)(p) }
	q.drop(func(p *pendingOp) bool { return stuck(p) && !p.journaled })
	q.revise(stuck, func(p *pendingOp) { p.evicted = true })
}

// redirty makes the stuck ops of the pages that a write touches ordinary again: the page is dirty, so the next sync
// writes all of it. A file of which anything is dirty has a dirty inode, so its size is written with it. What such a page
// has lost by eviction is not written: the new page takes its place in the journal, too.
func (q *queue) redirty(op *Op) {
	if q.stuck == 0 || len(op.Data) == 0 && op.Size == op.OldSize {
		return
	}
	first, last := op.Off/pageBytes, (op.Off+int64(len(op.Data))-1)/pageBytes
	dirty := func(p *pendingOp) bool {
		if !p.stuck || p.ino != op.Ino || p.settled {
			return false
		}
		page := p.off / pageBytes
		return p.kind == pendingSize || p.kind == pendingData && len(op.Data) > 0 && page >= first && page <= last
	}
	q.drop(func(p *pendingOp) bool { return p.evicted && dirty(p) })
	q.revise(dirty, func(p *pendingOp) { p.stuck, p.gone, p.journaled = false, false, false })
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
