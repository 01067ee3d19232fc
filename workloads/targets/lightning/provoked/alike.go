package provoked

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/accounts"
)

// likeness is a store of similar keys, with the pairs that it must contain now and at each moment that was kept.
type likeness struct {
	db      *engine.DB
	rng     *rand.Rand
	keys    []string // all keys that may exist, in order
	now     map[string]string
	moments []moment
	writes  int
	window  []string // the keys that a round writes to, so that tables overlap in a chain; every other write is to the first
}

// moment is a snapshot, an iterator opened at the same time, and the pairs that both must show.
type moment struct {
	snapshot *engine.Snapshot
	open     *engine.Iterator
	pairs    map[string]string
}

// reader is a store, a snapshot or a transaction.
type reader interface {
	Get(key []byte) ([]byte, error)
	NewIterator(o engine.IterOptions) (*engine.Iterator, error)
}

// Parameters of the test of similar keys.
const (
	alikeSeeds   = 4
	alikeRounds  = 40
	alikeWrites  = 30 // per round
	alikeWindow  = 40 // keys
	alikeMoments = 3  // kept at once
	alikeShared  = 5  // every fifth round shares its memtable with the next one
	alikeSeeks   = 12 // per comparison
	alikeBegun   = 5  // number of keys after a key that have it as a prefix
)

// alike reads and writes similar keys. Many share their first 4, 8 or 16 bytes and then end, or continue with the smallest
// or largest bytes, so code that compares key prefixes must compare the rest too. Some keys have many versions. Blocks hold
// few keys, in both layouts, and snapshots still see what was overwritten or deleted.
func alike() error {
	for layout := range int64(2) {
		for seed := range uint64(alikeSeeds) {
			if err := alikeIn(layout+1, seed); err != nil {
				return fmt.Errorf("similar keys, seed %d, layout %d: %w", seed, layout+1, err)
			}
		}
	}
	return nil
}

func alikeIn(layout int64, seed uint64) error {
	o := engine.Options{
		FS: afero.NewMemMapFs(), InlineMaintenance: true, BlockBytes: 64 << (2 * seed), TableBytes: 1 << 10, L0CompactionFiles: 3, LevelBytesBase: 512, LevelSizeRatio: 2,
		CacheBytes: 4 << 10, Limits: engine.Limits{TableLayout: layout, IndexEntries: 16, TableWholeBytes: 1 + int64(seed)<<12},
	}
	edge := int64(1) << (8 * (seed + 1)) // the numbers of the run cross a power of 256
	o.Limits.FirstFile, o.Limits.FirstSequence, o.Limits.FirstMarker = max(edge-alikeRounds, 1), max(edge-alikeWrites, 1), edge-1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	l := &likeness{db: db, rng: rand.New(rand.NewPCG(seed, uint64(layout))), keys: alikeKeys(), now: map[string]string{}}
	for round := 0; round < alikeRounds && err == nil; round++ {
		err = l.round(round)
	}
	if err == nil {
		err = db.Compact() // versions that snapshots see must stay, including tombstones
	}
	for _, m := range l.moments {
		err = errors.Join(err, l.release(m))
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return accounts.Files(storeDir, o, stateOf(l.now))
}

// stateOf returns the pairs in the order of a scan.
func stateOf(pairs map[string]string) *history.State {
	state := &history.State{}
	for _, k := range slices.Sorted(maps.Keys(pairs)) {
		state.Append([]byte(k), []byte(pairs[k]))
	}
	return state
}

func alikeKeys() (keys []string) {
	tails := []string{"", "\x00", "\x00\x00\x00\x00\x00", "\xff", "\xff\xff\xff\xff\xff", "b", "bbb", "bbbb", "bbbbbbbb", "bbbbbbbbb"}
	for i := range 24 {
		tails = append(tails, fmt.Sprintf("%03d", i))
	}
	for _, n := range []int{0, 1, 4, 8, 16} {
		for _, tail := range tails {
			keys = append(keys, strings.Repeat("a", n)+tail)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (l *likeness) key() string { return l.keys[l.rng.IntN(len(l.keys))] }

// written draws a key to write to, every other time the first of the window.
func (l *likeness) written() string {
	return l.window[l.rng.IntN(2)*l.rng.IntN(len(l.window))]
}

// round makes writes, keeps a moment, flushes or compacts, and reads everything.
func (l *likeness) round(n int) error {
	first := l.first()
	l.window = l.keys[first : first+alikeWindow]
	err := l.writeAll(n)
	if n%alikeShared > 0 {
		err = errors.Join(err, l.db.Flush())
	}
	if n == alikeRounds/2 {
		err = errors.Join(err, l.db.Compact())
	}
	if err == nil {
		err = l.keep()
	}
	if err == nil {
		err = l.compare(l.db, l.now)
	}
	for i, m := range l.moments {
		if err == nil {
			if err = l.compare(m.snapshot, m.pairs); err != nil {
				err = fmt.Errorf("snapshot %d of %d: %w", i+1, len(l.moments), err)
			}
		}
	}
	if err != nil {
		err = fmt.Errorf("round %d: %w", n, err)
	}
	return err
}

// first draws where a window begins: half of the time at a key that is a prefix of the next ones. The common prefix of
// a block is then a key itself, the one with the most versions.
func (l *likeness) first() int {
	first := l.rng.IntN(len(l.keys) - alikeWindow)
	if l.rng.IntN(2) == 0 {
		return first
	}
	begins := func(i int) bool { return l.keys[i] != "" && strings.HasPrefix(l.keys[i+alikeBegun], l.keys[i]) }
	for !begins(first) {
		first = (first + 1) % (len(l.keys) - alikeWindow)
	}
	return first
}

// writer accepts writes.
type writer struct {
	put         func(key, value []byte) error
	remove      func(key []byte) error
	removeRange func(from, to []byte) error
}

// writeAll makes the writes of a round: one by one, in a batch, in a transaction, or in one that is rolled back.
func (l *likeness) writeAll(n int) error {
	switch n % 4 {
	case 1:
		var b engine.Batch
		err := l.write(alikeWrites, writer{
			func(k, v []byte) error { b.Put(k, v); return nil },
			func(k []byte) error { b.Delete(k); return nil },
			func(from, to []byte) error { b.DeleteRange(from, to); return nil },
		})
		return errors.Join(err, l.db.Apply(&b, engine.NoSync))
	case 2, 3:
		before := maps.Clone(l.now)
		t, err := l.db.Begin(engine.TxnOptions{Isolation: engine.Isolation(n / 4 % 2)})
		if err != nil {
			return err
		}
		err = l.writeWithin(t)
		if n%4 == 2 {
			return errors.Join(err, t.Commit(engine.NoSync))
		}
		l.now = before
		return errors.Join(err, t.Rollback())
	}
	some := func(n int) error {
		return l.write(n, writer{
			func(k, v []byte) error { return l.db.Put(k, v, engine.NoSync) },
			func(k []byte) error { return l.db.Delete(k, engine.NoSync) },
			func(from, to []byte) error { return l.db.DeleteRange(from, to, engine.NoSync) },
		})
	}
	return errors.Join(some(3), l.keep(), some(alikeWrites-3))
}

// writeWithin writes in a transaction, which must see its writes at once. An iterator opened halfway must see only the
// earlier ones.
func (l *likeness) writeWithin(t *engine.Txn) error {
	w := writer{t.Put, t.Delete, t.DeleteRange}
	err := l.write(alikeWrites/2, w)
	m := moment{pairs: maps.Clone(l.now)}
	it, failed := t.NewIterator(engine.IterOptions{})
	if failed != nil {
		return errors.Join(err, failed)
	}
	m.open = it
	if err = errors.Join(err, l.write(alikeWrites/2, w)); err == nil {
		err = l.compare(t, l.now)
	}
	return errors.Join(err, l.release(m))
}

// write makes n writes.
func (l *likeness) write(n int, w writer) (err error) {
	for range n {
		l.writes++
		k := l.written()
		switch p := l.rng.IntN(20); {
		case p == 0:
			from, to := k, l.written()
			if from > to {
				from, to = to, from
			}
			maps.DeleteFunc(l.now, func(have, _ string) bool { return from <= have && have < to })
			err = errors.Join(err, w.removeRange([]byte(from), []byte(to)))
		case p < 4:
			delete(l.now, k)
			err = errors.Join(err, w.remove([]byte(k)))
		default:
			l.now[k] = fmt.Sprintf("%d of %q", l.writes, k)
			err = errors.Join(err, w.put([]byte(k), []byte(l.now[k])))
		}
	}
	return err
}

// keep saves the current moment, with an iterator that stays open, and releases an older one if there are too many.
func (l *likeness) keep() error {
	m := moment{snapshot: l.db.NewSnapshot(), pairs: maps.Clone(l.now)}
	it, err := l.db.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	m.open = it
	l.moments = append(l.moments, m)
	if len(l.moments) <= alikeMoments {
		return nil
	}
	i := l.rng.IntN(alikeMoments)
	err = l.release(l.moments[i])
	l.moments = slices.Delete(l.moments, i, i+1)
	return err
}

// release releases a moment. Its iterator must still show the moment's pairs after the snapshot is closed.
func (l *likeness) release(m moment) error {
	if m.snapshot != nil {
		m.snapshot.Close()
	}
	err := l.scans(m.open, slices.Sorted(maps.Keys(m.pairs)), m.pairs)
	return errors.Join(err, m.open.Error(), m.open.Close())
}

// compare reads everything by key, by scans and by seeks.
func (l *likeness) compare(r reader, pairs map[string]string) error {
	for _, k := range l.keys {
		want, there := pairs[k]
		got, err := r.Get([]byte(k))
		if there != (err == nil) || string(got) != want || !there && !errors.Is(err, engine.ErrNotFound) {
			return wrong("Get of %q returns %q (%w), want %q (found: %t)", k, got, orNone(err), want, there)
		}
	}
	have := slices.Sorted(maps.Keys(pairs))
	it, err := r.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	err = errors.Join(l.scans(it, have, pairs), l.seeks(it, have), it.Error(), it.Close())
	from, to := l.key(), l.key()
	bounded, failed := r.NewIterator(engine.IterOptions{LowerBound: []byte(from), UpperBound: []byte(to)})
	if failed != nil {
		return errors.Join(err, failed)
	}
	within := slices.DeleteFunc(slices.Clone(have), func(k string) bool { return k < from || to != "" && k >= to })
	if failed := errors.Join(l.scans(bounded, within, pairs), bounded.Error()); failed != nil {
		err = errors.Join(err, fmt.Errorf("from %q to %q: %w", from, to, failed))
	}
	return errors.Join(err, bounded.Close(), l.prefixed(r, have, pairs))
}

// prefixed reads the keys that begin with a part of some key, and those that begin with a run of the largest byte or with a
// key and such a run: there, the end of the range is not the prefix with a larger last byte.
func (l *likeness) prefixed(r reader, have []string, pairs map[string]string) error {
	run := l.key()
	if i := slices.IndexFunc(have, func(k string) bool { return strings.HasSuffix(k, "\xff\xff\xff") }); i >= 0 {
		run = have[i]
	}
	part := l.key()
	for _, prefix := range []string{part[:l.rng.IntN(len(part)+1)], run[:max(len(run)-1, 0)]} {
		it, err := r.NewIterator(engine.IterOptions{Prefix: []byte(prefix)})
		if err != nil {
			return err
		}
		begin := slices.DeleteFunc(slices.Clone(have), func(k string) bool { return !strings.HasPrefix(k, prefix) })
		if err := errors.Join(l.scans(it, begin, pairs), it.Error(), it.Close()); err != nil {
			return fmt.Errorf("with the prefix %q: %w", prefix, err)
		}
	}
	return nil
}

// scans reads an iterator forward and backward.
func (l *likeness) scans(it *engine.Iterator, have []string, pairs map[string]string) error {
	var forward, backward []string
	for ok := it.First(); ok; ok = it.Next() {
		if forward = append(forward, string(it.Key())); pairs[string(it.Key())] != string(it.Value()) {
			return wrong("a scan shows %q as %q, want %q", it.Key(), it.Value(), pairs[string(it.Key())])
		}
	}
	for ok := it.Last(); ok; ok = it.Prev() {
		if backward = append(backward, string(it.Key())); pairs[string(it.Key())] != string(it.Value()) {
			return wrong("a backward scan shows %q as %q, want %q", it.Key(), it.Value(), pairs[string(it.Key())])
		}
	}
	if slices.Reverse(backward); !slices.Equal(forward, have) || !slices.Equal(backward, have) {
		return wrong("a scan shows %q, a backward scan %q; want %q", forward, backward, have)
	}
	return nil
}

// seeks moves the iterator to keys that exist or not, and from there one step forward or back.
func (l *likeness) seeks(it *engine.Iterator, have []string) error {
	for n := range alikeSeeks {
		k, step, by, ok := l.key(), it.Next, 1, false
		if n%4 < 2 {
			step, by = it.Prev, -1
		}
		place, _ := slices.BinarySearch(have, k)
		if n%2 == 0 {
			ok = it.SeekGE([]byte(k))
		} else {
			ok = it.SeekLT([]byte(k))
			place--
		}
		for steps := range 2 {
			if there := place >= 0 && place < len(have); ok != there || ok && string(it.Key()) != have[place] {
				return wrong("a seek to %q (number %d) and %d steps of %d lead to %q (found: %t), want index %d of %q", k, n, steps, by, it.Key(), ok, place, have)
			}
			if !ok {
				break
			}
			ok, place = step(), place+by
		}
	}
	return nil
}
