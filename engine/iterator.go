package engine

import (
	"bytes"
	"errors"

	"github.com/lightningdb/lightning-torture/engine/internal/conflict"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// IterOptions bound an iterator, which shows only keys that satisfy all of them.
type IterOptions struct {
	LowerBound []byte // the first key, inclusive; empty for the first of all
	UpperBound []byte // the end, exclusive; empty for none
	Prefix     []byte // shown keys begin with it; empty for any key
}

// bounded returns equivalent options with the prefix turned into bounds. They do not alias the caller's slices.
func (o IterOptions) bounded() IterOptions {
	lower, upper := bytes.Clone(o.LowerBound), bytes.Clone(o.UpperBound)
	if bytes.Compare(o.Prefix, lower) > 0 {
		lower = bytes.Clone(o.Prefix)
	}
	if end := afterPrefix(o.Prefix); len(upper) == 0 || len(end) > 0 && bytes.Compare(end, upper) < 0 {
		upper = end
	}
	return IterOptions{LowerBound: lower, UpperBound: upper}
}

// afterPrefix returns the first key after every key with the prefix, or an empty key if there is none.
func afterPrefix(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for len(end) > 0 && end[len(end)-1] == 0xff { // NB: bytes.TrimRight would also trim bytes that are not valid UTF-8
		end = end[:len(end)-1]
	}
	if len(end) == 0 {
		return nil
	}
	end[len(end)-1]++
	return end
}

// Iterator walks the keys of one instant in order, in either direction. A new iterator is unpositioned. It must not be
// used by several goroutines at once, and must be closed: until then it keeps alive the tables that it reads.
//
// When a movement returns false, Error tells whether the keys are exhausted or reading failed.
type Iterator struct {
	db    *DB
	view  *view.View
	txn   *Txn // the transaction it belongs to, or nil
	it    key.Iterator
	lower []byte
	upper []byte

	seq key.Seq // the instant it shows
	own ownSeqs // which of the transaction's own writes it sees

	// When moving forward, the underlying iterator rests on the entry that is shown. When moving backward, it rests before
	// all entries of that key, and key and value are copies.
	backward   bool
	valid      bool
	key, value []byte
	copied     []byte          // memory of value going backward
	apart      bool            // value is a reference into a blob file
	resolved   []byte          // memory of a value read from a blob file
	broken     error           // why a value could not be read
	seen       *conflict.Range // serializable transactions only: the range read since the last seek
	err        error
}

// NewIterator returns an iterator over everything visible now. The caller must close it. The error is ErrClosed; errors met
// while reading are those of Iterator.Error.
func (db *DB) NewIterator(o IterOptions) (*Iterator, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	return newIterator(db, v, db.seq.Readable(), o, nil), nil
}

// newIterator returns an iterator over a view, which it takes over. If t is not nil, the writes of that transaction so
// far are laid on top.
func newIterator(db *DB, v *view.View, seq key.Seq, o IterOptions, t *Txn) *Iterator {
	o = o.bounded()
	i := &Iterator{db: db, view: v, txn: t, seq: seq, lower: o.LowerBound, upper: o.UpperBound}
	hidden := v.Hidden(seq, o.LowerBound, o.UpperBound)
	if t != nil {
		i.own.count = t.writes
		hidden = append(hidden, t.ownRanges.At(i.own.newest()))
	}
	sources := v.Iterators(hidden, seq)
	if t != nil {
		sources = append(sources, rangedel.Hide(t.own.NewIterator(), hidden, i.own.newest()))
	}
	i.it = merge.New(sources...)
	return i
}

// First moves to the first key.
func (i *Iterator) First() bool { return i.SeekGE(i.lower) }

// Last moves to the last key.
func (i *Iterator) Last() bool {
	if !i.usable() {
		return false
	}
	i.observe(i.upper, true)
	if len(i.upper) == 0 {
		i.it.Last()
	} else {
		i.it.SeekLT(i.upper)
	}
	return i.settleBackward()
}

// SeekGE moves to the first key >= user.
func (i *Iterator) SeekGE(user []byte) bool {
	if !i.usable() {
		return false
	}
	if bytes.Compare(user, i.lower) < 0 {
		user = i.lower
	}
	i.observe(user, false)
	i.it.SeekGE(user, i.newest())
	return i.settleForward(false)
}

// SeekLT moves to the last key < user.
func (i *Iterator) SeekLT(user []byte) bool {
	if !i.usable() {
		return false
	}
	if len(i.upper) > 0 && bytes.Compare(user, i.upper) > 0 {
		user = i.upper
	}
	i.observe(user, false)
	i.it.SeekLT(user)
	return i.settleBackward()
}

// Next moves to the next key. The iterator must be valid.
func (i *Iterator) Next() bool {
	if !i.movable() {
		return false
	}
	if i.backward {
		i.it.SeekGE(i.key, i.newest())
	}
	return i.settleForward(true)
}

// Prev moves to the previous key. The iterator must be valid.
func (i *Iterator) Prev() bool {
	if !i.movable() {
		return false
	}
	if !i.backward {
		i.it.Prev() // earlier entries of the same key are too new to be seen
	}
	return i.settleBackward()
}

// Valid reports whether the iterator is positioned on a key.
func (i *Iterator) Valid() bool { return i.valid }

// Key returns the current key. It is valid until the iterator moves and must not be modified.
func (i *Iterator) Key() []byte { return i.key }

// Value returns the current value. It is valid until the iterator moves and must not be modified. A value in a blob
// file is read by this call. If that fails, Value returns nil, the iterator stays invalid until the next seek, and
// Error returns the reason.
func (i *Iterator) Value() []byte {
	if i.apart {
		i.resolve()
	}
	return i.value
}

func (i *Iterator) resolve() {
	var err error
	if i.resolved, err = i.db.blobs.Append(i.resolved[:0], i.value); err != nil {
		i.broken, i.err, i.valid, i.resolved = err, err, false, nil
	}
	i.value, i.apart = i.resolved, false
}

// Error returns why the last movement or call of Value failed, or nil if the keys were exhausted.
func (i *Iterator) Error() error { return i.err }

// Close releases the tables. It returns errors from closing them and from removing files that are no longer needed.
// Closing twice is allowed.
func (i *Iterator) Close() error {
	if i.view == nil {
		return nil
	}
	err := errors.Join(i.it.Close(), i.db.release(i.view))
	i.view, i.valid, i.err = nil, false, ErrClosed
	if i.apart {
		i.value, i.apart = nil, false
	}
	if i.txn != nil {
		i.txn.forget(i)
	}
	return err
}

// usable clears the error of the last movement and reports whether the iterator is still open.
func (i *Iterator) usable() bool {
	if i.view == nil {
		return false
	}
	i.err = nil
	return true
}

// movable is usable for movements relative to the current key. If the value there could not be read, the error is kept,
// so that a loop that checks Error only at its end sees it.
func (i *Iterator) movable() bool {
	if !i.usable() {
		return false
	}
	i.err = i.broken
	return i.valid
}

// newest is the sequence number to seek with.
func (i *Iterator) newest() key.Seq {
	if i.own.count > 0 {
		return key.MaxSeq
	}
	return i.seq
}

func (i *Iterator) sees(tr key.Trailer) bool {
	seq := tr.Seq()
	return seq <= i.seq || seq >= firstOwnSeq && seq <= i.own.newest()
}

// settleForward moves forward from the current entry to the newest visible entry of a key that exists. With skip,
// further entries of the shown key are skipped.
func (i *Iterator) settleForward(skip bool) bool {
	i.backward = false
	for ; i.it.Valid(); i.it.Next() {
		user := i.it.Key()
		if len(i.upper) > 0 && bytes.Compare(user, i.upper) >= 0 {
			break
		}
		if !i.sees(i.it.Trailer()) || skip && bytes.Equal(user, i.key) {
			continue
		}
		i.key = append(i.key[:0], user...)
		if i.it.Trailer().Kind() == key.Delete {
			skip = true
			continue
		}
		i.value, i.apart = i.it.Value(), i.it.Trailer().Kind() == key.BlobSet
		return i.show(true)
	}
	return i.show(false)
}

// settleBackward moves back from the current entry to a key that exists, and on until it is before all entries of that
// key. The last visible entry that it meets is the newest one.
func (i *Iterator) settleBackward() bool {
	i.backward = true
	found := false
	for ; i.it.Valid(); i.it.Prev() {
		user := i.it.Key()
		if found && !bytes.Equal(user, i.key) {
			break
		}
		if bytes.Compare(user, i.lower) < 0 {
			break
		}
		if !i.sees(i.it.Trailer()) {
			continue
		}
		if found = i.it.Trailer().Kind() != key.Delete; found {
			i.apart = i.it.Trailer().Kind() == key.BlobSet
			i.key = append(i.key[:0], user...)
			i.copied = append(i.copied[:0], i.it.Value()...)
		}
	}
	i.value = i.copied
	return i.show(found)
}

// show ends a movement.
func (i *Iterator) show(found bool) bool {
	if err := i.it.Error(); err != nil {
		i.err, found = err, false
	}
	i.valid = found
	i.broken = nil
	if !found {
		i.value, i.apart = nil, false
	}
	i.observed()
	return found
}

// observe starts the range that a serializable transaction reads with a seek: from the key sought, or from the end of
// the iterator's bounds.
func (i *Iterator) observe(at []byte, end bool) {
	if i.txn != nil && i.txn.tracks() {
		i.seen = i.txn.reads.AddRange(at, end)
	}
}

// observed extends the range to where a movement ended: the key found, or the bound if there was none.
func (i *Iterator) observed() {
	switch {
	case i.seen == nil:
	case i.backward && i.valid:
		i.seen.DownTo(i.key)
	case i.backward:
		i.seen.DownToBound(i.lower)
	case i.valid:
		i.seen.UpTo(i.key)
	default:
		i.seen.UpToBound(i.upper)
	}
}
