package endless

import (
	"bytes"
	"context"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// The amount of work between two power cuts.
const (
	leastOps = 200
	mostOps  = 4000
	opsShare = 8 // of the keys

	mostFilled   = 25_000 // keys written to fill the store
	filledAtOnce = 16     // in a commit

	mostWritten = 64 << 20 // bytes that the store writes, its own maintenance included
)

// load runs the client until the next power cut.
func (l *Life) load(ctx context.Context, rng *rand.Rand, s *Stretch) error {
	l.tail = tail{base: l.commits}
	if err := l.fill(ctx, rng, s); err != nil {
		return err
	}
	n := leastOps + rng.IntN(max(1, min(mostOps, l.model.keys/opsShare)))
	for i := 0; i < n && (i < leastOps || !l.wroteMuch()); i++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := l.op(rng); err != nil {
			return err
		}
		s.Ops++
		l.Ops.Add(1)
	}
	s.Commits += len(l.tail.commits)
	return nil
}

// wroteMuch reports whether the store has written so much that the power cut must not wait any longer: until then, the disk keeps
// every write in memory.
func (l *Life) wroteMuch() bool {
	trace := l.disk.Trace()
	for i := range trace[l.traced:] {
		l.written += len(trace[l.traced+i].Data)
	}
	l.traced = len(trace)
	return l.written > mostWritten
}

// op performs one operation of a random kind.
func (l *Life) op(rng *rand.Rand) error {
	switch kind := rng.IntN(150); {
	case kind < 75:
		return l.commit(rng, 1)
	case kind < 90:
		return l.commit(rng, 2+rng.IntN(7))
	case kind < 130:
		return l.get(rng.IntN(l.model.keys))
	case kind < 149:
		return l.scan(rng.IntN(l.model.keys), 1+rng.IntN(50))
	}
	return l.maintain(rng)
}

// One write in deleteShare is a deletion, one commit in syncShare is synced, and one maintenance in compactShare compacts
// everything.
const (
	deleteShare  = 6
	syncShare    = 8
	compactShare = 20
)

// commit writes to n random keys, half of the time to a few hot ones, or deletes them.
func (l *Life) commit(rng *rand.Rand, n int) error {
	var keys []int
	var deletes []bool
	for range n {
		key := rng.IntN(l.model.keys)
		if rng.IntN(2) == 0 {
			key = rng.IntN(1 + l.model.keys/16)
		}
		keys, deletes = append(keys, key), append(deletes, rng.IntN(deleteShare) == 0)
	}
	return l.write(rng, keys, deletes)
}

// write commits values to keys, or deletes them.
func (l *Life) write(rng *rand.Rand, keys []int, deletes []bool) error {
	if !l.target.Promises.AtomicBatch {
		keys, deletes = keys[:1], deletes[:1]
	}
	number, durability := l.commits+1, history.NoSync
	if rng.IntN(syncShare) == 0 {
		durability = history.Sync
	}
	c := commit{keys: keys, deletes: deletes, was: make([]uint64, len(keys))}
	writes := make([]history.Write, len(keys))
	for i, key := range keys {
		writes[i] = history.Write{Key: keyOf(key), Delete: deletes[i]}
		if !deletes[i] {
			writes[i].Value = valueOf(key, number)
		}
	}
	if err := l.store.Apply(writes, durability); err != nil {
		return violated("error", "commit %d failed on a healthy disk: %v", number, err)
	}
	for i, key := range keys {
		if c.was[i] = l.model.get(key); c.deletes[i] {
			l.model.set(key, 0)
		} else {
			l.model.set(key, number)
		}
	}
	l.commits = number
	l.tail.add(c, durability == history.Sync)
	return nil
}

// fill writes the next keys of those that no earlier call has written, in order.
func (l *Life) fill(ctx context.Context, rng *rand.Rand, s *Stretch) error {
	for end := min(l.model.keys, l.filled+min(mostFilled, 1+l.model.keys/opsShare)); l.filled < end && !l.wroteMuch(); {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n := min(filledAtOnce, end-l.filled)
		if !l.target.Promises.AtomicBatch {
			n = 1
		}
		keys := make([]int, n)
		for i := range keys {
			keys[i] = l.filled + i
		}
		if err := l.write(rng, keys, make([]bool, n)); err != nil {
			return err
		}
		l.filled += n
		s.Ops++
		l.Ops.Add(1)
	}
	return nil
}

// get reads a key.
func (l *Life) get(key int) error {
	value, found, err := l.store.Get(keyOf(key))
	if err != nil {
		return violated("error", "a read failed on a healthy disk: %v", err)
	}
	return l.compare(key, value, found)
}

// compare compares the result of a read with the model.
func (l *Life) compare(key int, value []byte, found bool) error {
	want := l.model.get(key)
	switch {
	case found && want == 0:
		return violated("invented", "a read showed %s, which commit %d or an earlier one had deleted", keyOf(key), l.commits)
	case !found && want != 0:
		return violated("lost", "a read did not find %s, which commit %d wrote and nothing has deleted", keyOf(key), want)
	case found && !bytes.Equal(value, valueOf(key, want)):
		return violated("wrong", "a read showed another value of %s than commit %d wrote", keyOf(key), want)
	}
	return nil
}

// scan reads n keys starting at from.
func (l *Life) scan(from, n int) error {
	next, wrong := from, error(nil)
	err := l.store.Scan(keyOf(from), nil, func(key, value []byte) bool {
		number, ok := numberOf(key, l.model.keys)
		if !ok {
			wrong = violated("invented", "a scan showed the key %q, which nobody wrote", key)
			return false
		}
		for ; next < number && wrong == nil; next++ {
			wrong = l.compare(next, nil, false)
		}
		if wrong == nil {
			wrong = l.compare(number, value, true)
		}
		next = number + 1
		return wrong == nil && next < from+n
	})
	if err != nil {
		return violated("error", "a scan failed on a healthy disk: %v", err)
	}
	return wrong
}

// maintain asks the store for maintenance, if it supports that.
func (l *Life) maintain(rng *rand.Rand) error {
	m, ok := l.store.(workloads.Maintainer)
	if !ok {
		return nil
	}
	do, what := m.Flush, "a flush"
	if rng.IntN(compactShare) == 0 && !l.large() {
		do, what = m.Compact, "a compaction"
	}
	if err := do(); err != nil {
		return violated("error", "%s failed on a healthy disk: %v", what, err)
	}
	return nil
}
