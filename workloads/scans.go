package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// ReadAll appends every pair of the store to state, which the caller must have emptied. It returns ErrDisorder if keys
// repeat or are out of order. It runs once per crash image, so it must be cheap.
func ReadAll(store Store, state *history.State) error {
	var last []byte
	var disorder error
	err := store.Scan(nil, nil, func(key, value []byte) bool {
		if last != nil && bytes.Compare(last, key) >= 0 {
			disorder = fmt.Errorf("%w: %q after %q", ErrDisorder, key, last)
			return false
		}
		if last == nil {
			last = make([]byte, 0, 64) // not nil, even after an empty key
		}
		last = append(last[:0], key...)
		state.Append(key, value)
		return true
	})
	if err != nil {
		return err
	}
	return disorder
}

// getter is what a Store and a Txn have in common.
type getter interface {
	Get(key []byte) (value []byte, found bool, err error)
}

func appendGet(reads []history.Read, from getter, key []byte) ([]history.Read, error) {
	value, found, err := from.Get(key)
	if err != nil {
		return nil, err
	}
	return append(reads, history.Read{Key: key, Value: value, Found: found}), nil
}

// readRange reads adjacent keys in a transaction: by one scan, backward with a cursor if backward is set, or one by one
// if the transaction supports neither. A judge takes a key that the scan does not show as read and absent, so that a
// concurrent write of it is a phantom. Nobody ever writes any other key in the range; a scan that shows one, or is out
// of order, is ErrAstray.
func readRange(reads []history.Read, txn Txn, keys [][]byte, backward bool) ([]history.Read, error) {
	bounds := Bounds{From: keys[0], To: after(keys[len(keys)-1])}
	shown := &rangeShown{bounds: bounds, keys: keys, backward: backward}
	maker, hasCursors := txn.(CursorMaker)
	scanner, scans := txn.(TxnScanner)
	var err error
	switch {
	case backward && hasCursors:
		err = shown.fromCursor(maker)
	case scans:
		shown.backward = false
		err = scanner.Scan(bounds.From, bounds.To, shown.visit)
	default:
		for _, key := range keys {
			if reads, err = appendGet(reads, txn, key); err != nil {
				return reads, err
			}
		}
		return reads, nil
	}
	if err = errors.Join(err, shown.astray); err != nil {
		return reads, err
	}
	return append(reads, shown.reads()...), nil
}

// rangeShown collects what a scan of a range shows.
type rangeShown struct {
	bounds   Bounds
	keys     [][]byte // keys that may exist, in order
	backward bool
	last     []byte
	pairs    []history.Read // in the order shown
	astray   error
}

// visit adds a pair and reports whether the scan is to continue.
func (r *rangeShown) visit(key, value []byte) bool {
	_, known := slices.BinarySearchFunc(r.keys, key, bytes.Compare)
	order := bytes.Compare(key, r.last)
	if r.backward {
		order = -order
	}
	if !known || len(r.pairs) > 0 && order <= 0 {
		r.astray = fmt.Errorf("%w: a scan from %q to %q in a transaction (backward: %t) shows %q after %q",
			ErrAstray, r.bounds.From, r.bounds.To, r.backward, key, r.last)
		return false
	}
	r.last = bytes.Clone(key)
	r.pairs = append(r.pairs, history.Read{Key: r.last, Value: bytes.Clone(value), Found: true})
	return true
}

func (r *rangeShown) fromCursor(maker CursorMaker) error {
	c, err := maker.NewCursor(r.bounds)
	if err != nil {
		return err
	}
	for ok := c.Last(); ok && r.visit(c.Key(), c.Value()); ok = c.Prev() {
	}
	return errors.Join(c.Error(), c.Close())
}

// reads returns what was read of each key.
func (r *rangeShown) reads() (all []history.Read) {
	for _, key := range r.keys {
		read := history.Read{Key: key}
		if i := slices.IndexFunc(r.pairs, func(p history.Read) bool { return bytes.Equal(p.Key, key) }); i >= 0 {
			read = r.pairs[i]
		}
		all = append(all, read)
	}
	return all
}
