package memtable

import (
	"bytes"
	"sync/atomic"
	"unsafe"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A Table is a sorted set of entries that only grows. See the package's promises for who may call what concurrently.
type Table struct {
	head struct {
		links [heightMax]uint64
		node
	}
	height atomic.Int32 // the height of the highest tower so far, at least 1
	arena  arena
	count  atomic.Int64
	indexing
}

// New returns an empty table. The hint is the number of bytes at which the caller intends to stop adding. It sizes the
// first chunk and the index, and limits nothing.
func New(bytesHint int) *Table {
	t := &Table{}
	for level := range heightMax {
		*t.headNode().word(level) = uint64(endLink)
	}
	t.height.Store(1)
	t.arena.init(min(max(bytesHint/wordBytes/16, chunkWordsMin), chunkWordsTop))
	t.indexing.init(bytesHint)
	return t
}

// headNode returns the node before all others, which has only links.
func (t *Table) headNode() *node {
	return (*node)(unsafe.Pointer(&t.head.node))
}

// Add copies an entry into the table, which must not contain the pair (user, tr) yet. The height of an entry in the
// list is derived from its sequence number, so these should differ.
func (t *Table) Add(user []byte, tr key.Trailer, value []byte) {
	in := Inserter{t: t}
	in.Add(user, tr, value)
}

// added counts a node that has just been linked and adds it to the index.
func (t *Table) added(n *node, r ref, height int) {
	for h := t.height.Load(); int(h) < height && !t.height.CompareAndSwap(h, int32(height)); {
		h = t.height.Load()
	}
	if t.count.Add(1) == t.indexAt.Load() {
		t.buildIndex()
	} else if ix := t.index.Load(); ix != nil {
		ix.put(t, n, r)
	}
}

// Get returns the newest entry of user whose sequence number is at most seq. A deletion is an entry: ok is then true
// and kind is Delete. The value aliases the arena and must not be modified.
func (t *Table) Get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool) {
	n := t.find(user, visible(seq))
	if n == nil {
		return nil, 0, false
	}
	return n.value(), n.trailer.Kind(), true
}

// find returns the first node of user from a trailer on, or nil if there is none.
func (t *Table) find(user []byte, from key.Trailer) *node {
	if ix := t.index.Load(); ix != nil && ix.complete.Load() {
		if n, ok := ix.find(t, user, from); ok {
			return n
		}
	}
	g := targetOf(user, from)
	_, r := t.search(&g)
	if r == 0 {
		return nil
	}
	n := t.arena.at(r)
	if !bytes.Equal(n.user(), user) {
		return nil
	}
	return n
}

// Bytes returns the memory used by the table, without the unused part of the last chunk. It is 0 if the table is empty.
func (t *Table) Bytes() int {
	bytes := t.arena.bytes()
	if ix := t.index.Load(); ix != nil {
		bytes += len(ix.slots) * wordBytes
	}
	return bytes
}

// Len returns the number of entries.
func (t *Table) Len() int { return int(t.count.Load()) }

// Empty reports whether there are no entries.
func (t *Table) Empty() bool { return t.count.Load() == 0 }
