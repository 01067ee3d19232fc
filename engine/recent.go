package engine

import (
	"bytes"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Limits of what recentCommits remembers.
const (
	recentKeysMax  = 1 << 16
	recentBytesMax = 8 << 20
	recentKeysIdle = 64 // what is not looked at for forgetting
)

// recentCommits remembers the keys of commits that some open transaction does not see. Its memory is bounded: what is
// forgotten raises the floor, and transactions that began before it cannot be validated any more. While no transaction
// is open, it remembers nothing and costs nothing.
type recentCommits struct {
	tracking atomic.Bool // commits are remembered; set under DB.commitMu
	floor    atomic.Uint64

	mu    sync.Mutex
	count int             // of open read-write transactions
	open  map[key.Seq]int // the same, by snapshot
	keys  []recentKey     // by sequence number
	bytes []byte          // the keys, one after the other
	kept  int             // keys that were left when some were last forgotten
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

// enlist announces a transaction that will begin, and reports whether commits are being remembered already.
func (r *recentCommits) enlist() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	return r.tracking.Load()
}

// track makes all further commits remembered. The caller holds DB.commitMu; newest is the last commit before.
func (r *recentCommits) track(newest key.Seq) {
	if !r.tracking.Load() {
		r.floor.Store(uint64(newest))
		r.tracking.Store(true)
	}
}

// begin returns the snapshot of a transaction that was announced. It is chosen here so that nothing behind it is
// forgotten.
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
	if r.count--; r.count == 0 {
		r.tracking.Store(false)
		r.keys, r.bytes, r.kept = r.keys[:0], r.bytes[:0], 0
	}
}

// add remembers the keys of an encoded batch. Commits that every transaction sees, open or yet to come, are forgotten
// now and then; visible is the last commit that a new one would see. The caller holds DB.commitMu.
func (r *recentCommits) add(record []byte, visible key.Seq) {
	if !r.tracking.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.keys) > 2*r.kept+recentKeysIdle {
		r.forgetSeen(visible)
	}
	ops, ok := batch.Read(record)
	for ok && ops.Left > 0 {
		tr, _ := ops.Next()
		r.bytes = append(r.bytes, ops.User...)
		k := recentKey{seq: tr.Seq(), key: len(r.bytes)}
		if ops.Kind == key.RangeDelete {
			r.bytes = append(r.bytes, ops.Value...)
		}
		k.upto = len(r.bytes)
		r.keys = append(r.keys, k)
	}
	if n := len(r.keys); n > recentKeysMax || len(r.bytes) > recentBytesMax {
		r.floor.Store(uint64(r.keys[n-n/2-1].seq))
		r.forget(n - n/2)
	}
}

func (r *recentCommits) forgetSeen(visible key.Seq) {
	needed := visible
	for seq := range r.open {
		needed = min(needed, seq)
	}
	r.forget(sort.Search(len(r.keys), func(i int) bool { return r.keys[i].seq > needed }))
	r.kept = len(r.keys)
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
	if uint64(seq) < r.floor.Load() {
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
