package engine

import (
	"bytes"
	"slices"
	"sort"
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Limits of what recentCommits remembers.
const (
	recentKeysMax  = 1 << 16
	recentBytesMax = 8 << 20
)

// recentCommits remembers the keys of commits that some open transaction does not see. Its memory is bounded: what is
// forgotten raises the floor, and transactions that began before it cannot be validated any more.
type recentCommits struct {
	mu    sync.Mutex
	open  map[key.Seq]int // read-write transactions by snapshot
	keys  []recentKey     // by sequence number
	bytes []byte          // the keys, one after the other
	floor key.Seq         // every commit above is remembered if a transaction might need it
}

type recentKey struct {
	seq  key.Seq
	key  int // where it ends in bytes; it begins where the write before ends
	upto int // where the end of a range ends in bytes, which follows its start; that of the key if it is one key
}

// written is what one operation of a commit wrote to: a key, or every key from the first to before the end.
type written struct{ first, end []byte }

// NB: the end of a range is behind its start, and so not empty.
func (w written) isRange() bool { return len(w.end) > 0 }

// reaches reports whether some of the keys are user or behind it.
func (w written) reaches(user []byte) bool {
	if w.isRange() {
		return bytes.Compare(user, w.end) < 0
	}
	return bytes.Compare(user, w.first) <= 0
}

// begin notes a transaction and returns its snapshot. It is chosen here so that nothing behind it is forgotten.
func (r *recentCommits) begin(visible func() key.Seq) key.Seq {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[key.Seq]int{}
	}
	seq := visible()
	r.open[seq]++
	return seq
}

func (r *recentCommits) end(seq key.Seq) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[seq]--; r.open[seq] == 0 {
		delete(r.open, seq)
	}
}

// add remembers the keys of an encoded batch. Commits that every transaction sees, open or yet to come, are forgotten;
// visible is the last commit that a new one would see. The caller holds DB.commitMu.
func (r *recentCommits) add(batch []byte, visible key.Seq) {
	r.mu.Lock()
	defer r.mu.Unlock()
	needed := visible
	for seq := range r.open {
		needed = min(needed, seq)
	}
	r.forget(sort.Search(len(r.keys), func(i int) bool { return r.keys[i].seq > needed }))
	ops, ok := readBatch(batch)
	for ok && ops.left > 0 {
		tr, _ := ops.next()
		r.bytes = append(r.bytes, ops.user...)
		k := recentKey{seq: tr.Seq(), key: len(r.bytes)}
		if ops.kind == key.RangeDelete {
			r.bytes = append(r.bytes, ops.value...)
		}
		k.upto = len(r.bytes)
		r.keys = append(r.keys, k)
	}
	if n := len(r.keys); n > recentKeysMax || len(r.bytes) > recentBytesMax {
		r.floor = r.keys[n-n/2-1].seq
		r.forget(n - n/2)
	}
}

// forget drops the oldest n keys.
func (r *recentCommits) forget(n int) {
	if n == 0 {
		return
	}
	start := r.keys[n-1].upto
	r.bytes = slices.Delete(r.bytes, 0, start)
	r.keys = slices.Delete(r.keys, 0, n)
	for i := range r.keys {
		r.keys[i].key -= start
		r.keys[i].upto -= start
	}
}

// conflict reports whether a commit after seq wrote something for which hit returns true, or may have.
func (r *recentCommits) conflict(seq key.Seq, hit func(written) bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seq < r.floor {
		return true
	}
	i := sort.Search(len(r.keys), func(i int) bool { return r.keys[i].seq > seq })
	for ; i < len(r.keys); i++ {
		start := 0
		if i > 0 {
			start = r.keys[i-1].upto
		}
		if k := r.keys[i]; hit(written{r.bytes[start:k.key], r.bytes[k.key:k.upto]}) {
			return true
		}
	}
	return false
}
