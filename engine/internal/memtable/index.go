package memtable

import (
	"bytes"
	"hash/maphash"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

const (
	slotsPerEntry = 1.6 // slots per expected entry
	probesMax     = 32  // slots in a row that may hold a key: four cache lines
	growthMax     = 256 // most expected entries per entry so far, because the first ones may not be typical
	versionsMax   = 8   // steps to an older version before a search is cheaper
)

// seed differs between processes, so that no one can choose keys that collide. Only speed depends on it.
var seed = maphash.MakeSeed()

// indexing is the part of a table that deals with its index.
type indexing struct {
	bytesHint int
	index     atomic.Pointer[index]
	indexAt   atomic.Int64 // number of entries at which an index, or a larger one, is built
}

func (x *indexing) init(bytesHint int) {
	x.bytesHint = bytesHint
	x.indexAt.Store(limits.Default().IndexEntries) // below that, a search stays within a cache
}

// IndexAt sets the number of entries from which the table has an index. It must be called before the first entry is
// added.
func (x *indexing) IndexAt(entries int64) { x.indexAt.Store(entries) }

// An index is a hash table of user keys, in addition to the list. A slot is 0, or the low half of a key's hash above
// the ref of the key's newest version. The high half of the hash says where the search for a slot begins. A slot never
// loses its key; only its version changes, and only to a newer one.
type index struct {
	slots    []uint64
	complete atomic.Bool // contains every key of the list that found room
}

// probe returns the slots in which a key may be, in order, and the value that its slot has in the high half.
func (ix *index) probe(user []byte) (slots []uint64, print uint64) {
	h := maphash.Bytes(seed, user)
	n := uint64(len(ix.slots) - probesMax + 1)
	start := (h >> 32) * n >> 32
	return ix.slots[start : start+probesMax], h << 32
}

const printMask = 0xffffffff << 32

// put makes sure that the slot of a node's key holds the node or a newer one, if the key has a slot or can get one. If
// all of its slots belong to other keys, it never will.
func (ix *index) put(t *Table, n *node, r ref) {
	slots, print := ix.probe(n.user())
	for i := range slots {
		slot := &slots[i]
		old := atomic.LoadUint64(slot)
		if old == 0 {
			if atomic.CompareAndSwapUint64(slot, 0, print|uint64(r)) {
				return
			}
			old = atomic.LoadUint64(slot)
		}
		if old&printMask != print || !bytes.Equal(t.arena.at(ref(old)).user(), n.user()) {
			continue
		}
		for t.arena.at(ref(old)).trailer < n.trailer && !atomic.CompareAndSwapUint64(slot, old, print|uint64(r)) {
			old = atomic.LoadUint64(slot)
		}
		return
	}
}

// find returns the first node of user from a trailer on, or nil if there is none. If ok is false, the index cannot
// tell.
func (ix *index) find(t *Table, user []byte, from key.Trailer) (n *node, ok bool) {
	slots, print := ix.probe(user)
	for i := range slots {
		slot := atomic.LoadUint64(&slots[i])
		if slot == 0 {
			return nil, true
		}
		if slot&printMask != print {
			continue
		}
		if n := t.arena.at(ref(slot)); bytes.Equal(n.user(), user) {
			return t.older(n, from)
		}
	}
	return nil, false
}

// older returns the first version of a node's key from a trailer on. ok is false if that is too far away.
func (t *Table) older(n *node, from key.Trailer) (version *node, ok bool) {
	user := n.user()
	for range versionsMax {
		if n.trailer <= from {
			return n, true
		}
		r := n.load(0).ref()
		if r == 0 {
			return nil, true
		}
		if n = t.arena.at(r); !bytes.Equal(n.user(), user) {
			return nil, true
		}
	}
	return nil, false
}

// buildIndex builds an index of the entries so far, sized for the number that the table is expected to get. It runs on
// the goroutine whose entry reached the threshold.
func (t *Table) buildIndex() {
	count := t.count.Load()
	bytes := int64(t.arena.bytes())
	expected := int64(float64(t.bytesHint) / float64(bytes) * float64(count))
	entries := min(max(expected, 2*count), growthMax*count)
	ix := &index{slots: make([]uint64, int64(float64(entries)*slotsPerEntry)+probesMax)}
	t.indexAt.Store(entries + entries/4)
	t.index.Store(ix)
	for r := t.headNode().load(0).ref(); r != 0; {
		n := t.arena.at(r)
		ix.put(t, n, r)
		r = n.load(0).ref()
	}
	ix.complete.Store(true)
}
