package engine

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// DeleteRange removes every key from start, inclusive, to end, exclusive: those of the snapshot, and those written
// before by the transaction. It counts as a write of each key of the range, there or not. If end is not behind start, it
// does nothing.
func (t *Txn) DeleteRange(start, end []byte) error {
	if bytes.Compare(start, end) >= 0 {
		return t.writable()
	}
	return t.write(key.RangeDelete, start, end)
}

// writable returns why the transaction takes no writes, or nil.
func (t *Txn) writable() error {
	switch {
	case t.done:
		return ErrTxnDone
	case t.opts.ReadOnly || t.db.opts.ReadOnly:
		return ErrReadOnly
	}
	return nil
}

// wroteOrReadIn is dependsOn for the keys of a range.
func (t *Txn) wroteOrReadIn(w written) bool {
	if len(t.ownRanges.At(key.MaxSeq).Overlapping(w.first, w.end)) > 0 {
		return true
	}
	if it := t.own.NewIterator(); it.SeekGE(w.first, key.MaxSeq) && w.reaches(it.Key()) {
		return true
	}
	for user := range t.reads {
		if user >= string(w.first) && user < string(w.end) {
			return true
		}
	}
	return false
}
