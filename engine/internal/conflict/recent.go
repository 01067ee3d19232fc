package conflict

import (
	"bytes"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

// Recent remembers the keys written by commits that some open transaction does not see. Its memory is bounded: dropping
// commits that are still needed raises the floor, and a transaction that began before the floor can no longer be
// validated. While no transaction is open, it remembers nothing and costs nothing.
type Recent struct {
	tracking atomic.Bool // commits are remembered; set under DB.commitMu
	floor    atomic.Uint64
	keysMax  int // most keys remembered
	bytesMax int // most bytes of keys remembered
	keysIdle int // number of keys too small to be worth forgetting

	mu    sync.Mutex
	count int             // number of open read-write transactions
	open  map[key.Seq]int // number of open read-write transactions per snapshot
	keys  []recentKey     // in order of sequence numbers
	bytes []byte          // the keys, concatenated
	kept  int             // number of keys left when some were last forgotten
}

type recentKey struct {
	seq  key.Seq
	key  int // where the key ends in bytes; it begins where the previous write ends
	upto int // where the whole write ends in bytes: for a range, its end key follows its start; otherwise equal to key
}

// Limit sets how much is remembered. It must be called before any other method.
func (r *Recent) Limit(l limits.Limits) {
	r.keysMax, r.bytesMax, r.keysIdle = int(l.ConflictKeys), int(l.ConflictBytes), int(l.ConflictIdle)
}

// Written is what one operation of a commit wrote: a single key, or every key in [First, End).
type Written struct{ First, End []byte }

// IsRange reports whether it is a range. The end of a range is greater than its start, so it is not empty.
func (w Written) IsRange() bool { return len(w.End) > 0 }

// Reaches reports whether any of the keys is >= user.
func (w Written) Reaches(user []byte) bool {
	if w.IsRange() {
		return bytes.Compare(user, w.End) < 0
	}
	return bytes.Compare(user, w.First) <= 0
}

// Enlist announces a transaction that is about to begin, and reports whether commits are already being remembered.
func (r *Recent) Enlist() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	return r.tracking.Load()
}

// Track starts remembering commits. newest is the last commit before. The caller holds DB.commitMu.
func (r *Recent) Track(newest key.Seq) {
	if !r.tracking.Load() {
		r.floor.Store(uint64(newest))
		r.tracking.Store(true)
	}
}

// Begin returns the snapshot for a transaction that was announced. It is chosen here, under the lock, so that no commit
// after it can be forgotten in between.
func (r *Recent) Begin(visible func() key.Seq) key.Seq {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[key.Seq]int{}
	}
	seq := visible()
	r.open[seq]++
	return seq
}

// From returns the floor: everything after that commit is remembered.
func (r *Recent) From() key.Seq { return key.Seq(r.floor.Load()) }

// End ends a transaction whose snapshot was returned by Begin.
func (r *Recent) End(seq key.Seq) {
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

// Add remembers the keys of an encoded batch. From time to time it forgets commits that every transaction sees, open or
// still to come; visible is the last commit that a new transaction would see. Add reports whether it also had to forget
// commits that matter, so that an open transaction may be rejected without a conflict. The caller holds DB.commitMu.
func (r *Recent) Add(record []byte, visible key.Seq) (overflowed bool) {
	if !r.tracking.Load() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.keys) > 2*r.kept+r.keysIdle {
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
	if n := len(r.keys); n > r.keysMax || len(r.bytes) > r.bytesMax {
		r.floor.Store(uint64(r.keys[n-n/2-1].seq))
		r.forget(n - n/2)
		return true
	}
	return false
}

func (r *Recent) forgetSeen(visible key.Seq) {
	needed := visible
	for seq := range r.open {
		needed = min(needed, seq)
	}
	r.forget(sort.Search(len(r.keys), func(i int) bool { return r.keys[i].seq > needed }))
	r.kept = len(r.keys)
}

// forget drops the oldest n keys.
func (r *Recent) forget(n int) {
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

// Any reports whether a commit after seq wrote, or may have written, something for which hit returns true.
func (r *Recent) Any(seq key.Seq, hit func(Written) bool) bool {
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
		if k := r.keys[i]; hit(Written{r.bytes[start:k.key], r.bytes[k.key:k.upto]}) {
			return true
		}
	}
	return false
}
