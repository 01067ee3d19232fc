package memtable

import (
	"bytes"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A Table is a sorted set of entries that only grows. See the package's promises for who may call what concurrently.
type Table struct {
	head   [heightMax]uint64 // links, read and written atomically
	height atomic.Int32      // of the highest tower so far, at least 1
	arena  arena
	bytes  atomic.Int64
	count  atomic.Int64
	dice   dice // the writer's
}

// New returns an empty table. The hint is the number of bytes at which the caller means to stop adding: a small one
// makes the first chunk small. It limits nothing.
func New(bytesHint int) *Table {
	t := &Table{dice: 0x9e3779b97f4a7c15}
	t.arena.first = min(max(bytesHint/wordBytes/16, chunkWordsMin), chunkWordsTop)
	t.height.Store(1)
	return t
}

// Add copies an entry into the table. The pair (user, tr) must not be in it yet.
func (t *Table) Add(user []byte, tr key.Trailer, value []byte) {
	var s splice
	_, from := t.search(user, tr, &s)
	invariant.Check(from == 0 || !t.is(from, user, tr), "memtable: an entry is added once")
	height := t.dice.height()
	n := t.newNode(user, tr, value, &s, height)
	l := uint64(makeLink(hintOf(user), n))
	for level := range height {
		// From the bottom up, so that a reader who meets the node on a level finds it on all below.
		atomic.StoreUint64(t.word(s.prev[level], level), l)
	}
	if height > int(t.height.Load()) {
		t.height.Store(int32(height))
	}
	t.bytes.Store(t.bytes.Load() + int64((height+bytesWord)*wordBytes+len(user)+len(value)))
	t.count.Store(t.count.Load() + 1)
}

func (t *Table) is(n ref, user []byte, tr key.Trailer) bool {
	nodeUser, nodeTrailer := t.keyAt(n)
	return nodeTrailer == tr && bytes.Equal(nodeUser, user)
}

// Get returns the newest entry of user whose sequence number is at most seq. A deletion is an entry: ok is true and
// kind says Delete. The value aliases the arena and must not be written.
func (t *Table) Get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool) {
	_, n := t.search(user, visible(seq), nil)
	if n == 0 {
		return nil, 0, false
	}
	nodeUser, tr := t.keyAt(n)
	if !bytes.Equal(nodeUser, user) {
		return nil, 0, false
	}
	return t.valueAt(n), tr.Kind(), true
}

// Bytes returns how much memory the entries take, without the unused part of the last chunk.
func (t *Table) Bytes() int { return int(t.bytes.Load()) }

// Len returns the number of entries.
func (t *Table) Len() int { return int(t.count.Load()) }

// Empty says whether there is no entry.
func (t *Table) Empty() bool { return t.count.Load() == 0 }
