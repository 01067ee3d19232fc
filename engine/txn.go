package engine

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/conflict"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Isolation says which concurrent transactions may not both commit.
type Isolation uint8

// The isolation levels of read-write transactions. At both levels a transaction reads the snapshot taken by Begin plus
// its own writes.
const (
	// SnapshotIsolation: of two concurrent transactions that write the same key, the first to commit wins.
	SnapshotIsolation Isolation = iota
	// Serializable: in addition, a transaction that writes anything fails to commit if anything it read has changed
	// since. The gaps in the ranges that it iterated over count as read, so phantoms are detected.
	Serializable
)

// TxnOptions configure a transaction.
type TxnOptions struct {
	Isolation Isolation
	ReadOnly  bool // it cannot write, and never conflicts
}

// updateAttemptsMax is how often Update tries. Each time an attempt fails, some other commit has succeeded.
const updateAttemptsMax = 1000

// firstOwnSeq is the first of the sequence numbers that order a transaction's own writes before it commits. No
// committed sequence number ever reaches it.
const firstOwnSeq = key.Seq(1) << 55

// ownSeqs is the number of its own writes that an iterator of a transaction sees.
type ownSeqs struct{ count key.Seq }

// newest is the sequence number of the last of them, or less than firstOwnSeq if there is none.
func (o ownSeqs) newest() key.Seq { return firstOwnSeq + o.count - 1 }

// Txn is a transaction. It must not be used by several goroutines at once and must be ended by Commit or Rollback.
type Txn struct {
	db        *DB
	opts      TxnOptions
	snap      *Snapshot
	own       *memtable.Table // its writes
	ownRanges rangedel.Live   // its range deletes; sequence numbers order them among the writes
	writes    key.Seq         // number of writes and range deletes
	reads     conflict.Reads  // what it read, for the conflict check; only if serializable
	iters     []*Iterator
	seq       uint64 // the sequence number of the commit
	done      bool
}

// Begin starts a transaction. The error is ErrClosed or ErrOptions.
func (db *DB) Begin(o TxnOptions) (*Txn, error) {
	if db.closing.Load() {
		return nil, ErrClosed
	}
	if o.Isolation > Serializable {
		return nil, fmt.Errorf("%w: isolation %d", ErrOptions, o.Isolation)
	}
	t := &Txn{db: db, opts: o, own: memtable.New(0)}
	t.own.IndexAt(db.opts.Limits.IndexEntries)
	if o.ReadOnly {
		t.snap = db.NewSnapshot()
		return t, nil
	}
	db.track()
	db.mu.Lock()
	defer db.mu.Unlock()
	t.snap = &Snapshot{db: db, seq: db.recent.Begin(db.seq.Readable)}
	db.mu.snapshots[t.snap.seq]++
	return t, nil
}

// track makes the store remember commits for a transaction that is about to begin. Earlier commits are not remembered,
// so track waits until they are visible and the transaction's snapshot includes them. If one of them fails instead, the
// transaction cannot commit.
func (db *DB) track() {
	if !db.recent.Enlist() {
		db.commitMu.Lock()
		db.recent.Track(db.seq.Newest())
		db.commitMu.Unlock()
	}
	_ = db.seq.Show(db.recent.From())
}

// View calls fn with a read-only transaction and returns its error. The transaction is ended even if fn panics. View
// itself returns ErrClosed or an error from closing iterators.
func (db *DB) View(fn func(*Txn) error) (err error) {
	t, err := db.Begin(TxnOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = also(err, t.Rollback()) }()
	return fn(t)
}

// Update calls fn with a serializable transaction and commits it with Sync. On a conflict it starts over, at most 1000
// times, so fn must have no effects outside the transaction. If fn returns an error or panics, nothing is written.
// Update returns the error of fn, or those of Begin and Commit.
func (db *DB) Update(fn func(*Txn) error) error {
	var err error
	for range updateAttemptsMax {
		if err = db.updateOnce(fn); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return err
}

func (db *DB) updateOnce(fn func(*Txn) error) (err error) {
	t, err := db.Begin(TxnOptions{Isolation: Serializable})
	if err != nil {
		return err
	}
	defer func() { err = also(err, t.Rollback()) }() // a no-op after Commit
	if err := fn(t); err != nil {
		return err
	}
	return t.Commit(Sync)
}

// Get returns the value of key as the transaction sees it, or ErrNotFound.
func (t *Txn) Get(user []byte) ([]byte, error) {
	if t.done {
		return nil, ErrTxnDone
	}
	if value, kind, ok := view.GetBeside(t.own, &t.ownRanges, user, key.MaxSeq); ok {
		if kind == key.Delete {
			return nil, ErrNotFound
		}
		return append([]byte{}, value...), nil
	}
	if t.tracks() {
		t.reads.AddKey(user)
	}
	return t.snap.Get(user)
}

// Put sets key to value. Both are copied.
func (t *Txn) Put(user, value []byte) error { return t.write(key.Set, user, value) }

// Delete removes key, which need not exist.
func (t *Txn) Delete(user []byte) error { return t.write(key.Delete, user, nil) }

// DeleteRange removes every key in [start, end), both those in the snapshot and those that the transaction itself wrote
// earlier. For conflict checks it counts as a write of every key in the range, whether it exists or not. If end <=
// start, it does nothing.
func (t *Txn) DeleteRange(start, end []byte) error {
	if bytes.Compare(start, end) >= 0 {
		return t.writable()
	}
	return t.write(key.RangeDelete, start, end)
}

// writable returns nil, or the reason why the transaction accepts no writes.
func (t *Txn) writable() error {
	switch {
	case t.done:
		return ErrTxnDone
	case t.opts.ReadOnly || t.db.opts.ReadOnly:
		return ErrReadOnly
	}
	return nil
}

func (t *Txn) write(kind key.Kind, user, value []byte) error {
	if err := t.writable(); err != nil {
		return err
	}
	if err := checkSizes(kind, user, value); err != nil {
		return err
	}
	if seq := firstOwnSeq + t.writes; kind == key.RangeDelete {
		t.ownRanges.Add(rangedel.NewTombstone(user, value, seq))
	} else {
		t.own.Add(user, key.MakeTrailer(seq, kind), value)
	}
	t.writes++
	return nil
}

// NewIterator returns an iterator over the snapshot overlaid with the transaction's writes so far. The end of the
// transaction closes it if the caller has not.
func (t *Txn) NewIterator(o IterOptions) (*Iterator, error) {
	if t.done {
		return nil, ErrTxnDone
	}
	v, err := t.snap.acquire()
	if err != nil {
		return nil, err
	}
	i := newIterator(t.db, v, t.snap.seq, o, t)
	t.iters = append(t.iters, i)
	return i, nil
}

// Commit commits the writes as one batch. After ErrConflict nothing was written; for other errors see DB.Apply. The
// transaction is over in any case.
func (t *Txn) Commit(d Durability) error {
	if t.done {
		return ErrTxnDone
	}
	if t.writes == 0 {
		return t.Rollback()
	}
	err := t.finishIterators()
	b := t.batch()
	if err == nil {
		err = t.db.commit(b, d, t.validate)
	}
	t.seq = b.Seq()
	reuse(b)
	if errors.Is(err, ErrConflict) {
		t.db.seq.CatchUp() // otherwise the next attempt might not see the winner's writes, and would lose again
	}
	return errors.Join(err, t.Rollback())
}

// Seq returns the position of the transaction in the order of commits, once it has committed; see Batch.Seq.
func (t *Txn) Seq() uint64 { return t.seq }

// Rollback ends the transaction without writing anything and returns any error from closing its iterators. After Commit
// or Rollback it does nothing.
func (t *Txn) Rollback() error {
	if t.done {
		return nil
	}
	err := t.finishIterators()
	t.done = true
	if !t.opts.ReadOnly {
		t.db.recent.End(t.snap.seq)
	}
	t.snap.Close()
	return err
}

func (t *Txn) finishIterators() error {
	var errs []error
	for _, i := range slices.Clone(t.iters) {
		errs = append(errs, i.Close())
		i.err = ErrTxnDone
	}
	return errors.Join(errs...)
}

func (t *Txn) forget(i *Iterator) {
	t.iters = slices.DeleteFunc(t.iters, func(other *Iterator) bool { return other == i })
}

// batch returns the transaction's effect as a batch in key order: first its range deletes, then the last write to each
// key, unless a later range delete covers it.
func (t *Txn) batch() *Batch {
	b := newBatch()
	ranges := t.ownRanges.At(key.MaxSeq)
	for _, r := range ranges.Union() {
		b.DeleteRange(r.Start, r.End)
	}
	var last []byte
	first := true
	it := rangedel.Hide(t.own.NewIterator(), []rangedel.Set{ranges}, key.MaxSeq)
	for ok := it.First(); ok; ok = it.Next() {
		if !first && bytes.Equal(last, it.Key()) {
			continue
		}
		last, first = it.Key(), false
		b.add(it.Trailer().Kind(), it.Key(), it.Value())
	}
	return b
}

// validate returns ErrConflict if a commit after the snapshot wrote something that this transaction depends on. It is
// the check passed to commit, so it runs under commitMu: no commit can slip in between the check and the append to the
// log, which makes "first committer wins" exact. It consults only the commits remembered in db.recent. If those no
// longer reach back to the snapshot, it returns ErrConflict, because it cannot rule a conflict out.
func (t *Txn) validate() error {
	if t.db.recent.Any(t.snap.seq, t.dependsOn) {
		t.db.counters.conflicts.Add(1)
		return ErrConflict
	}
	return nil
}

// dependsOn reports whether another commit wrote a key that this transaction wrote or read.
func (t *Txn) dependsOn(w conflict.Written) bool {
	if t.reads.InRange(w) {
		return true
	}
	return t.wrote(w) || t.reads.HasKey(w)
}

// wrote reports whether the transaction wrote any of the keys.
func (t *Txn) wrote(w conflict.Written) bool {
	if w.IsRange() {
		return t.wroteIn(w)
	}
	_, _, wrote := view.GetBeside(t.own, &t.ownRanges, w.First, key.MaxSeq)
	return wrote
}

// wroteIn is wrote for the keys of a range.
func (t *Txn) wroteIn(w conflict.Written) bool {
	if len(t.ownRanges.At(key.MaxSeq).Overlapping(w.First, w.End)) > 0 {
		return true
	}
	it := t.own.NewIterator()
	return it.SeekGE(w.First, key.MaxSeq) && w.Reaches(it.Key())
}

// tracks reports whether the transaction's reads are checked when it commits.
func (t *Txn) tracks() bool { return t.opts.Isolation == Serializable && !t.opts.ReadOnly }
