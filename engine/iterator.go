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

// IterOptions bound an iterator: it shows the keys that satisfy all of them.
type IterOptions struct {
	LowerBound []byte // the first key, inclusive; empty for the first of all
	UpperBound []byte // the end, exclusive; empty for none
	Prefix     []byte // what keys begin with; empty for any
}

// bounded returns the same options with bounds in place of the prefix, in memory of their own.
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

// afterPrefix returns the first key after all keys with a prefix; empty if there is none.
func afterPrefix(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for len(end) > 0 && end[len(end)-1] == 0xff { // NB: bytes.TrimRight would trim everything that is no UTF-8
		end = end[:len(end)-1]
	}
	if len(end) == 0 {
		return nil
	}
	end[len(end)-1]++
	return end
}

// Iterator walks the keys of one instant in order, in both directions. A new iterator is not positioned. It is used by
// one goroutine, and must be closed: until then it keeps the tables that it reads.
//
// When a movement returns false, Error tells whether the keys ended or reading failed.
type Iterator struct {
	db    *DB
	view  *view.View
	txn   *Txn // whose iterator it is, or nil
	it    key.Iterator
	lower []byte
	upper []byte

	seq key.Seq // the instant
	own ownSeqs // which of the transaction's own writes it sees

	// Going forward, it stands on the entry that is shown. Going backward, it stands before all entries of the key
	// that is shown, and key and value are copies.
	backward   bool
	valid      bool
	key, value []byte
	copied     []byte          // memory of value going backward
	apart      bool            // value is a reference to a blob file
	resolved   []byte          // memory of the value that a reference led to
	broken     error           // why a value could not be read
	seen       *conflict.Range // for a serializable transaction: what was looked at since the last seek
	err        error
}

// NewIterator returns an iterator over everything that is visible now.
func (db *DB) NewIterator(o IterOptions) (*Iterator, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	return newIterator(db, v, db.seq.Readable(), o, nil), nil
}

// newIterator returns an iterator over a view, which it takes over, and the writes so far of a transaction, if t is not
// nil, on top of it.
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

// SeekGE moves to the first key that is not before user.
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

// SeekLT moves to the last key before user.
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

// Prev moves to the key before. The iterator must be valid.
func (i *Iterator) Prev() bool {
	if !i.movable() {
		return false
	}
	if !i.backward {
		i.it.Prev() // what lies before it of the same key is too new to be seen
	}
	return i.settleBackward()
}

// Valid reports whether the iterator stands on a key.
func (i *Iterator) Valid() bool { return i.valid }

// Key returns the key under the iterator, valid until it moves. It must not be changed.
func (i *Iterator) Key() []byte { return i.key }

// Value returns the value under the iterator, valid until it moves. It must not be changed. A value in a blob file is
// read only now: if that fails, Value returns nil, the iterator is invalid until it seeks, and Error says why.
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

// Error returns why the last movement or Value failed, or nil if the keys had ended.
func (i *Iterator) Error() error { return i.err }

// Close releases the tables. It returns errors from closing them and from removing tables that nobody else needs.
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

// usable clears the error of the last movement, unless the iterator is over.
func (i *Iterator) usable() bool {
	if i.view == nil {
		return false
	}
	i.err = nil
	return true
}

// movable is usable for a movement relative to the current key. If the value there could not be read, the error stays: a
// loop that looks at Error only after its end must see it.
func (i *Iterator) movable() bool {
	if !i.usable() {
		return false
	}
	i.err = i.broken
	return i.valid
}

// newest is the sequence number to seek at.
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

// settleForward moves on from the entry under it to the newest visible one of a key that is there. With skip, entries
// of the key that is shown are passed over.
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

// settleBackward moves back from the entry under it to a key that is there, and on until before all its entries, the
// newest visible of which is the last one met.
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

// observe begins the range of keys that a serializable transaction reads with a seek. It begins at the key that is
// sought, or at the end of the iterator's bounds.
func (i *Iterator) observe(at []byte, end bool) {
	if i.txn != nil && i.txn.tracks() {
		i.seen = i.txn.reads.AddRange(at, end)
	}
}

// observed extends the range to where a movement ended: to the key, or to the bound if there was no key.
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
