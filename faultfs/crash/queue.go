package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// queue is the ordered list of pending ops, with what is needed to find the predecessors of a new op.
type queue struct {
	rules  model.Rules
	device model.Device
	unit   int64
	mount  int32

	ops       []*pendingOp // in order of seq
	seq       int
	failed    int                        // number of ops that are failed
	names     map[nameKey]*pendingOp     // last op that touched the name
	moved     map[trace.Ino]*pendingOp   // last op that added or removed a name of the inode
	made      map[trace.Ino]*pendingOp   // op that created the directory
	sizes     map[trace.Ino]*pendingOp   // last op that set the size
	truncated map[trace.Ino]*pendingOp   // last truncation, with SizesOvertake
	cuts      map[trace.Ino][]*pendingOp // ops that shortened the file, oldest first
	data      map[sectorKey]*pendingOp   // last op that wrote the sector
	oldest    map[trace.Ino]int          // a sync of the inode takes no op with a lower seq, and none at all if the inode is missing
	todo      []int                      // scratch space for take
}

type sectorKey struct {
	ino    trace.Ino
	sector int64
}

// newQueue returns a queue with the ops left over from an earlier power cut, if any. No new op follows those: whoever
// changes something has looked at it first, which decided what was pending about it.
func newQueue(m model.Model, left []*pendingOp) *queue {
	q := &queue{
		rules: m.Rules(), device: m.Device, unit: m.Unit(),
		ops: left, names: map[nameKey]*pendingOp{}, moved: map[trace.Ino]*pendingOp{}, made: map[trace.Ino]*pendingOp{},
		sizes: map[trace.Ino]*pendingOp{}, truncated: map[trace.Ino]*pendingOp{}, cuts: map[trace.Ino][]*pendingOp{},
		data: map[sectorKey]*pendingOp{}, oldest: map[trace.Ino]int{},
	}
	for _, p := range left {
		q.index(p)
	}
	if len(left) > 0 {
		last := left[len(left)-1]
		q.seq, q.mount = last.seq, last.mount+1
	}
	return q
}

// append gives an op its place in the queue.
func (q *queue) append(p *pendingOp, tick uint64) {
	q.seq++
	p.seq, p.tick, p.mount = q.seq, tick, q.mount
	if !q.rules.Has(model.MetadataInOrder) {
		p.place = unordered
	}
	q.ops = append(q.ops, p)
	q.index(p)
}

// index records the inodes whose sync may make an op durable: the file whose size or bytes it changes, or the
// directories of the names that it changes and the files or directories that have those names, or the owner of its attributes.
func (q *queue) index(p *pendingOp) {
	if p.kind != pendingNames {
		q.mayTake(p.ino, p)
		return
	}
	for _, e := range p.edits {
		q.mayTake(disk.Owner(e.Parent), p)
	}
	for _, ino := range p.moved {
		q.mayTake(ino, p)
	}
}

func (q *queue) mayTake(ino trace.Ino, p *pendingOp) {
	if _, found := q.oldest[ino]; !found {
		q.oldest[ino] = p.seq
	}
}

// forget removes a durable or absent op from the search for predecessors.
func (q *queue) forget(p *pendingOp) {
	switch p.kind {
	case pendingSize:
		forget(q.sizes, p.ino, p)
		forget(q.truncated, p.ino, p)
		if cuts := q.cuts[p.ino]; p.cut && len(cuts) > 0 && cuts[0].seq == p.seq {
			q.cuts[p.ino] = cuts[1:]
		}
	case pendingData:
		forget(q.data, sectorKey{p.ino, p.off / q.unit}, p)
	case pendingNames:
		for _, e := range p.edits {
			forget(q.names, nameKey{e.Parent, e.Name}, p)
		}
		for _, ino := range p.moved {
			if last := q.moved[ino]; last != nil && last.seq == p.seq && len(p.together) > 0 {
				q.moved[ino] = p.together[0] // it may still be pending
			} else {
				forget(q.moved, ino, p)
			}
			forget(q.made, ino, p)
		}
	}
}

func forget[K comparable](last map[K]*pendingOp, at K, p *pendingOp) {
	if q := last[at]; q != nil && q.seq == p.seq {
		delete(last, at)
	}
}
